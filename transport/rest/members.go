package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

const teamTag = "Team"

func (s *server) routeMembers() {
	route(s, huma.Operation{
		OperationID: "listMembers", Method: http.MethodGet, Path: "/api/v1/members", Tags: []string{teamTag}, Summary: "Everybody of the business, oldest first",
	}, s.listMembers)
	route(s, huma.Operation{
		OperationID: "updateMember", Method: http.MethodPatch, Path: "/api/v1/members/{member}", Tags: []string{teamTag},
		Summary: "Change what somebody may do", MaxBodyBytes: smallBody,
		Description: "It counts at once: what they have signed in with is answered `token_revoked`, and a refresh gets them the new role. Only owners decide who is an owner, and one stays: `last_owner`.",
	}, s.updateMember)
	route(s, huma.Operation{
		OperationID: "deleteMember", Method: http.MethodDelete, Path: "/api/v1/members/{member}", Tags: []string{teamTag},
		Summary: "Remove somebody, and end their sign-ins", DefaultStatus: http.StatusNoContent,
		Description: "What they wrote stays. Access tokens that they have are answered `token_revoked`.",
	}, s.deleteMember)
}

// MemberPath is the member of a request.
type MemberPath struct {
	Member string `path:"member" doc:"Id of the person." example:"usr_06f1w3k8q0000000000000000z"`
}

type member struct {
	ID        string    `json:"id" doc:"Of the person."`
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Role      string    `json:"role" enum:"owner,admin,agent,viewer"`
	Available bool      `json:"available" doc:"Whether they take conversations while they have the dashboard open."`
	JoinedAt  time.Time `json:"joined_at"`
}

func memberOf(m account.Membership) member {
	return member{ID: m.User, Name: m.Name, Email: m.Email, Role: string(m.Role), Available: m.Available, JoinedAt: m.JoinedAt}
}

func (s *server) listMembers(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[member] }, error) {
	all, err := s.Accounts.Members(ctx, who)
	if err != nil {
		return nil, err
	}
	items := make([]member, len(all))
	for i, m := range all {
		items[i] = memberOf(m)
	}
	return &struct{ Body page[member] }{page[member]{Items: items}}, nil
}

type memberPatch struct {
	Role string `json:"role" enum:"owner,admin,agent,viewer"`
}

type updateMemberInput struct {
	MemberPath
	Body memberPatch
}

func (s *server) updateMember(ctx context.Context, who account.Identity, in *updateMemberInput) (*struct{ Body member }, error) {
	if err := known(chat.UserPrefix, in.Member); err != nil {
		return nil, err
	}
	changed, err := s.Accounts.SetRole(ctx, who, in.Member, account.Role(in.Body.Role))
	if err != nil {
		return nil, err
	}
	return &struct{ Body member }{memberOf(changed)}, nil
}

func (s *server) deleteMember(ctx context.Context, who account.Identity, in *MemberPath) (*struct{}, error) {
	if err := known(chat.UserPrefix, in.Member); err != nil {
		return nil, err
	}
	return nil, s.Accounts.Remove(ctx, who, in.Member)
}
