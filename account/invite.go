package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/chat"
)

// InvitationLife is how long an invitation can be accepted.
const InvitationLife = 7 * 24 * time.Hour

// maxInvitations is how many a business can have open: they are listed in one page.
const maxInvitations = 100

// mailTime is how long whoever invites waits for the mail to be on its way. They
// have the link then, whatever became of the mail.
const mailTime = 10 * time.Second

// Errors of invitations.
var (
	// ErrInvitation is the same for one that is unknown, used, withdrawn or expired.
	ErrInvitation = chat.Fail(chat.NotFound, "invitation_invalid", "This invitation is not valid any more. Please ask for a new one.")

	errMember      = chat.Fail(chat.Conflict, "already_member", "This person belongs to your team already.")
	errInvitations = chat.Fail(chat.Conflict, "too_many_invitations",
		fmt.Sprintf("%d invitations are open. Please withdraw some before you invite more people.", maxInvitations))
)

// Mailer sends invitations.
type Mailer interface {
	// Invitation sends a mail with the link, which is secret. company and inviter are names.
	Invitation(ctx context.Context, company, inviter, email, link string) error
}

// Invited is an invitation as whoever made it sees it, once.
type Invited struct {
	Invitation
	Link    string
	Mailed  bool
	Failure error // why it was not mailed; nil if there is no Mailer
}

// Invite lets whoever gets the link join the business, for InvitationLife. An
// earlier invitation to the same address is replaced. Codes: email_invalid,
// role_invalid, owners_only, already_member, too_many_invitations, plan_seats, forbidden, suspended. seats are those of the business's plan; 0: any number.
func (s *Service) Invite(ctx context.Context, who Identity, email string, role Role, seats int64) (Invited, error) {
	email, err := NormaliseEmail(email)
	if err != nil {
		return Invited{}, err
	}
	if !role.known() {
		return Invited{}, errRole
	}
	inviter, err := s.managing(ctx, who)
	if err != nil {
		return Invited{}, err
	}
	if !inviter.Role.mayChange("", role) {
		return Invited{}, errOwners
	}
	if err := s.room(ctx, who, email); err != nil {
		return Invited{}, fmt.Errorf("invite: %w", err)
	}
	now := s.now().UTC().Truncate(time.Millisecond) // as it is kept
	invitation := Invitation{
		ID: chat.NewID(InvitationPrefix), Tenant: who.Tenant, Email: email, Role: role, By: who.User,
		CreatedAt: now, ExpiresAt: now.Add(InvitationLife),
	}
	token, hash, err := newSecret(invitation.ID)
	if err != nil {
		return Invited{}, err
	}
	invitation.Hash = hash
	if err := s.invitations.InviteWithin(ctx, invitation, seats); err != nil {
		return Invited{}, fmt.Errorf("invite: %w", err)
	}
	// Behind "#", the token stays out of the logs of servers and proxies.
	invited := Invited{Invitation: invitation, Link: strings.TrimSuffix(s.publicURL, "/") + "/join#" + token}
	if s.mailer != nil {
		within, cancel := context.WithTimeout(ctx, mailTime)
		defer cancel()
		invited.Failure = s.mailer.Invitation(within, inviter.Tenant.Name, inviter.User.Name, email, invited.Link)
		invited.Mailed = invited.Failure == nil
	}
	return invited, nil
}

// room refuses an invitation to a member, and one too many. It deletes those that
// nobody can accept any more, so that what is stored is bounded too.
func (s *Service) room(ctx context.Context, who Identity, email string) error {
	members, err := s.members.Members(ctx, who.Tenant)
	if err != nil {
		return err
	}
	for _, member := range members {
		if strings.EqualFold(member.Email, email) {
			return errMember
		}
	}
	all, err := s.invitations.Invitations(ctx, who.Tenant)
	if err != nil {
		return err
	}
	others := 0
	for _, invitation := range all {
		switch {
		case strings.EqualFold(invitation.Email, email): // will be replaced
		case s.open(invitation, members):
			others++
		default:
			if err := s.invitations.DeleteInvitation(ctx, who.Tenant, invitation.ID); err != nil && !errors.Is(err, chat.ErrNotFound) {
				return err
			}
		}
	}
	if others >= maxInvitations {
		return errInvitations
	}
	return nil
}

// open tells whether an invitation can be accepted: it has not expired, and who
// made it could make it now. Whoever was sent away must not come back by a link
// that they made for themselves.
func (s *Service) open(invitation Invitation, members []Membership) bool {
	if !s.now().Before(invitation.ExpiresAt) {
		return false
	}
	for _, member := range members {
		if member.User == invitation.By {
			return member.Role.mayChange("", invitation.Role)
		}
	}
	return false
}

// Invitations returns those of the business that can be accepted, oldest first.
func (s *Service) Invitations(ctx context.Context, who Identity) ([]Invitation, error) {
	if _, err := s.managing(ctx, who); err != nil {
		return nil, err
	}
	members, err := s.members.Members(ctx, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	all, err := s.invitations.Invitations(ctx, who.Tenant)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	open := make([]Invitation, 0, len(all))
	for _, invitation := range all {
		if s.open(invitation, members) {
			open = append(open, invitation)
		}
	}
	return open, nil
}

// Withdraw ends an invitation: its link is good no more. Only owners withdraw
// one that makes an owner. Codes: not_found, owners_only, forbidden, suspended.
func (s *Service) Withdraw(ctx context.Context, who Identity, id string) error {
	acting, err := s.managing(ctx, who)
	if err != nil {
		return err
	}
	invitation, err := s.invitations.Invitation(ctx, id)
	if err != nil {
		return fmt.Errorf("withdraw invitation: %w", err)
	}
	if invitation.Tenant != who.Tenant {
		return chat.ErrNotFound
	}
	if !acting.Role.mayChange("", invitation.Role) {
		return errOwners
	}
	if err := s.invitations.DeleteInvitation(ctx, who.Tenant, id); err != nil {
		return fmt.Errorf("withdraw invitation: %w", err)
	}
	return nil
}
