package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"parley/chat"
)

// Welcome is what an invitation says to whoever has its token.
type Welcome struct {
	Company string
	Email   string
	Role    Role
	// Account tells whether the address has an account already. Whoever has the token
	// reads the mails of the address, or made the invitation, to whom Register would tell as much.
	Account bool
}

// Lookup reads an invitation. Codes: invitation_invalid, suspended.
func (s *Service) Lookup(ctx context.Context, token string) (Welcome, error) {
	invitation, tenant, err := s.invitation(ctx, token)
	if err != nil {
		return Welcome{}, err
	}
	_, _, err = s.store.UserByEmail(ctx, invitation.Email)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return Welcome{}, fmt.Errorf("look up invitation: %w", err)
	}
	return Welcome{Company: tenant.Name, Email: invitation.Email, Role: invitation.Role, Account: err == nil}, nil
}

// AcceptInvitation makes a member of whoever has the token, and signs them into
// the business that invited them. An address that has an account joins with its
// password; any other gets an account with the name and password given here.
// Codes: invitation_invalid, suspended, credentials_wrong, name_invalid, email_taken, and
// those of Register for a password.
func (s *Service) AcceptInvitation(ctx context.Context, token, name, password string) (Tokens, error) {
	invitation, tenant, err := s.invitation(ctx, token)
	if err != nil {
		return Tokens{}, err
	}
	user, _, err := s.store.UserByEmail(ctx, invitation.Email)
	create := errors.Is(err, chat.ErrNotFound)
	switch {
	case create:
		user, err = s.newUser(ctx, invitation.Email, name, password, tenant.Name)
	case err != nil:
		err = fmt.Errorf("accept invitation: %w", err)
	default:
		err = s.guarded(ctx, user.Email, func() error { return s.verify(ctx, &user, password) })
	}
	if err != nil {
		return Tokens{}, err
	}
	err = s.invitations.Accept(ctx, invitation.ID, user, create)
	if errors.Is(err, chat.ErrNotFound) { // used, or withdrawn, since it was read
		return Tokens{}, ErrInvitation.Because(err)
	}
	if err != nil {
		return Tokens{}, fmt.Errorf("accept invitation: %w", err)
	}
	if create { // the link may have come from a colleague: it proves no address
		s.note(s.post(ctx, LetterConfirm, user.ID, user.Email), user.ID)
	}
	version, err := s.revoked.version(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("accept invitation: %w", err)
	}
	// Whoever was a member before has kept their role.
	_, members, err := s.store.User(ctx, user.ID)
	if err != nil {
		return Tokens{}, fmt.Errorf("accept invitation: %w", err)
	}
	return s.admit(ctx, user, members, version, tenant.ID)
}

// invitation returns the one whose token this is, with its business.
func (s *Service) invitation(ctx context.Context, token string) (Invitation, Tenant, error) {
	id, _, _ := strings.Cut(token, ".")
	if !chat.ValidID(InvitationPrefix, id) {
		return Invitation{}, Tenant{}, ErrInvitation
	}
	invitation, err := s.invitations.Invitation(ctx, id)
	if errors.Is(err, chat.ErrNotFound) {
		return Invitation{}, Tenant{}, ErrInvitation
	}
	if err != nil {
		return Invitation{}, Tenant{}, fmt.Errorf("read invitation: %w", err)
	}
	if !equal(invitation.Hash, hashSecret(token)) {
		return Invitation{}, Tenant{}, ErrInvitation
	}
	members, err := s.members.Members(ctx, invitation.Tenant)
	if err != nil {
		return Invitation{}, Tenant{}, fmt.Errorf("read invitation: %w", err)
	}
	if !s.open(invitation, members) {
		return Invitation{}, Tenant{}, ErrInvitation
	}
	tenant, err := s.store.Tenant(ctx, invitation.Tenant)
	if err != nil {
		return Invitation{}, Tenant{}, fmt.Errorf("read invitation: %w", err)
	}
	if tenant.Suspended {
		return Invitation{}, Tenant{}, ErrSuspended
	}
	return invitation, tenant, nil
}
