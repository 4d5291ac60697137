package rest

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeInvitations() {
	route(s, huma.Operation{
		OperationID: "listInvitations", Method: http.MethodGet, Path: "/api/v1/invitations", Tags: []string{teamTag},
		Summary: "Invitations that can still be accepted, oldest first",
	}, s.listInvitations)
	route(s, huma.Operation{
		OperationID: "createInvitation", Method: http.MethodPost, Path: "/api/v1/invitations", Tags: []string{teamTag},
		Summary: "Invite somebody, for seven days", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "Replaces an earlier invitation to the same address. The answer has the `link` by which they join. It is never shown again.",
	}, s.createInvitation)
	route(s, huma.Operation{
		OperationID: "deleteInvitation", Method: http.MethodDelete, Path: "/api/v1/invitations/{invitation}", Tags: []string{teamTag},
		Summary: "Withdraw an invitation", DefaultStatus: http.StatusNoContent,
	}, s.deleteInvitation)
	open(s, huma.Operation{
		OperationID: "lookupInvitation", Method: http.MethodPost, Path: "/api/v1/invitations/lookup", Tags: []string{teamTag},
		Summary: "Read an invitation", MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
		Description: "The `token` is what follows `#` in the link. One that is unknown, used, withdrawn or expired is `invitation_invalid`.",
	}, s.lookupInvitation)
	open(s, huma.Operation{
		OperationID: "acceptInvitation", Method: http.MethodPost, Path: "/api/v1/invitations/accept", Tags: []string{teamTag},
		Summary: "Accept an invitation, and sign in", MaxBodyBytes: smallBody, Middlewares: huma.Middlewares{s.fromHere},
		Description: "Who has an account gives its password, others choose a name and a password.",
	}, s.acceptInvitation)
}

// InvitationPath is the invitation of a request.
type InvitationPath struct {
	Invitation string `path:"invitation" example:"inv_06f1w3k8q0000000000000000z"`
}

type invitation struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Role      string    `json:"role" enum:"owner,admin,agent,viewer"`
	By        string    `json:"by" doc:"Id of the member who made it."`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

func invitationOf(i account.Invitation) invitation {
	return invitation{ID: i.ID, Email: i.Email, Role: string(i.Role), By: i.By, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt}
}

func (s *server) listInvitations(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[invitation] }, error) {
	open, err := s.Accounts.Invitations(ctx, who)
	if err != nil {
		return nil, err
	}
	items := make([]invitation, len(open))
	for i, found := range open {
		items[i] = invitationOf(found)
	}
	return &struct{ Body page[invitation] }{page[invitation]{Items: items}}, nil
}

type newInvitation struct {
	Email string `json:"email" maxLength:"400" example:"ben@acme.example"`
	Role  string `json:"role" enum:"owner,admin,agent,viewer"`
}

// Invitation is invitation where it is embedded: a specification has no fields of what is not exported.
type Invitation = invitation

type newInvitationOutput struct {
	Body struct {
		Invitation
		Link   string `json:"link" doc:"By which they join; shown only now."`
		Mailed bool   `json:"mailed" doc:"Whether it went out by mail; if not, pass the link on."`
	} `nameHint:"CreatedInvitation"`
}

func (s *server) createInvitation(ctx context.Context, who account.Identity, in *struct{ Body newInvitation }) (*newInvitationOutput, error) {
	if err := s.limits.invitations.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	plan, err := s.planOf(ctx, who)
	if err != nil {
		return nil, err
	}
	invited, err := s.Accounts.Invite(ctx, who, in.Body.Email, account.Role(in.Body.Role), plan.Limits.Seats)
	if err != nil {
		return nil, s.full(plan, err)
	}
	if invited.Failure != nil {
		s.Logger.WarnContext(ctx, "an invitation was not mailed", slog.String("tenant", who.Tenant), slog.String("invitation", invited.ID), slog.Any("error", invited.Failure))
	}
	out := &newInvitationOutput{}
	out.Body.Invitation, out.Body.Link, out.Body.Mailed = invitationOf(invited.Invitation), invited.Link, invited.Mailed
	return out, nil
}

func (s *server) deleteInvitation(ctx context.Context, who account.Identity, in *InvitationPath) (*struct{}, error) {
	if err := known(account.InvitationPrefix, in.Invitation); err != nil {
		return nil, err
	}
	return nil, s.Accounts.Withdraw(ctx, who, in.Invitation)
}

type invitationToken struct {
	Token string `json:"token" maxLength:"200"`
}

type welcome struct {
	Company string `json:"company"`
	Email   string `json:"email"`
	Role    string `json:"role" enum:"owner,admin,agent,viewer"`
	Account bool   `json:"account" doc:"Whether the address has an account, whose password is asked for."`
}

func (s *server) lookupInvitation(ctx context.Context, in *struct{ Body invitationToken }) (*struct{ Body welcome }, error) {
	if err := s.limits.signIn.count(ctx, ctx.Value(fromKey{}).(from).address); err != nil {
		return nil, err
	}
	found, err := s.Accounts.Lookup(ctx, in.Body.Token)
	if err != nil {
		return nil, err
	}
	return &struct{ Body welcome }{welcome{Company: found.Company, Email: found.Email, Role: string(found.Role), Account: found.Account}}, nil
}

type acceptance struct {
	Token    string `json:"token" maxLength:"200"`
	Name     string `json:"name,omitempty" doc:"Shown to colleagues, and to visitors when this person takes over; an account has one." maxLength:"400"`
	Password string `json:"password" maxLength:"4096"`
}

func (s *server) acceptInvitation(ctx context.Context, in *struct{ Body acceptance }) (*signInOutput, error) {
	if err := s.limits.signIn.count(ctx, ctx.Value(fromKey{}).(from).address); err != nil {
		return nil, err
	}
	return s.signedIn(s.Accounts.AcceptInvitation(ctx, in.Body.Token, in.Body.Name, in.Body.Password))
}
