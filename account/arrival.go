package account

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"parley/chat"
)

// Errors of being let in by an issuer.
var (
	errLinkFirst = chat.Fail(chat.Conflict, "oidc_link_first",
		"There is an account with your e-mail address already. Please sign in with its password, and link it in your profile.")
	errUnverified = chat.Fail(chat.Forbidden, "oidc_email_unverified",
		"The service that signed you in does not say that your e-mail address is yours. Please register with a password, or ask for an invitation.")
	errNoBusiness = chat.Fail(chat.Forbidden, "no_business", "Your account belongs to no business any more. Please ask for an invitation.")
)

// meeting is all that decides what becomes of somebody whom an issuer signed in.
type meeting struct {
	known    bool // the issuer's subject is linked to an account
	invited  bool // they bring an invitation that is good
	verified bool // the issuer says an address, and that it is theirs
	taken    bool // an account has that address, or the one that was invited
}

// welcome is what becomes of them.
type welcome int

const (
	enter   welcome = iota // they sign in
	join                   // they accept the invitation with their account, and sign in
	joinNew                // they accept it with an account that is made for them
	found                  // they get a business of their own
)

// decide is a pure function. An address is no proof: an account whose address the issuer says is linked by who is signed in
// there, or whoever runs the issuer could take it, and whoever registered the address first could wait for its owner.
func decide(m meeting) (welcome, error) {
	switch {
	case m.known && m.invited:
		return join, nil
	case m.known:
		return enter, nil
	case m.taken:
		return 0, errLinkFirst
	case m.invited:
		return joinNew, nil
	case !m.verified:
		return 0, errUnverified
	default:
		return found, nil
	}
}

// letIn signs in whom the issuer vouches for. Codes: oidc_link_first, oidc_email_unverified, no_business, invitation_invalid,
// suspended, second_factor_required.
func (s *Service) letIn(ctx context.Context, said claims, token string) (Tokens, error) {
	version, err := s.revoked.version(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("let in: %w", err)
	}
	var invitation Invitation
	if token != "" {
		if invitation, _, err = s.invitation(ctx, token); err != nil {
			return Tokens{}, err
		}
	}
	user, m, err := s.meet(ctx, said, invitation)
	if err != nil {
		return Tokens{}, fmt.Errorf("let in: %w", err)
	}
	step, err := decide(m)
	if err != nil {
		return Tokens{}, err
	}
	switch step {
	case join:
		err = s.invitations.Accept(ctx, invitation.ID, User{ID: user}, false)
	case joinNew:
		user, err = s.joinFrom(ctx, said, invitation)
	case found:
		user, err = s.foundFrom(ctx, said)
	case enter:
	}
	if errors.Is(err, chat.ErrNotFound) { // the invitation was used, or withdrawn, since it was read
		err = ErrInvitation.Because(err)
	}
	if err != nil {
		return Tokens{}, fmt.Errorf("let in: %w", err)
	}
	person, members, err := s.store.User(ctx, user)
	if err != nil {
		return Tokens{}, fmt.Errorf("let in: %w", err)
	}
	tokens, err := s.admit(ctx, person, members, version, invitation.Tenant)
	if errors.Is(err, ErrCredentials) {
		err = errNoBusiness
	}
	return tokens, err
}

// meet finds out who somebody is here.
func (s *Service) meet(ctx context.Context, said claims, invitation Invitation) (user string, m meeting, err error) {
	m = meeting{invited: invitation.ID != "", verified: said.Email != "" && said.Verified}
	user, err = s.issuers.UserByExternal(ctx, s.issuer.Issuer, said.Subject)
	if err == nil {
		m.known = true
		return user, m, nil
	}
	if !errors.Is(err, chat.ErrNotFound) {
		return "", m, err
	}
	for _, email := range []string{said.Email, invitation.Email} {
		if email == "" {
			continue
		}
		switch _, _, err := s.store.UserByEmail(ctx, email); {
		case err == nil && (email == invitation.Email || m.verified): // of an address that may be anybody's nothing is told
			m.taken = true
		case err != nil && !errors.Is(err, chat.ErrNotFound):
			return "", m, err
		}
	}
	return "", m, nil
}

// newcomer is somebody without a password. An address is theirs if the issuer says so.
func (s *Service) newcomer(said claims, email string) User {
	local, _, _ := strings.Cut(email, "@")
	name, err := cleanName(said.Name, "", "")
	if err != nil {
		name = local
	}
	return User{
		ID: chat.NewID(chat.UserPrefix), Email: email, Name: name, CreatedAt: s.now().UTC(),
		Confirmed: said.Verified && strings.EqualFold(said.Email, email),
	}
}

// joinFrom accepts an invitation with a new account, which has the address that was invited.
func (s *Service) joinFrom(ctx context.Context, said claims, invitation Invitation) (string, error) {
	user := s.newcomer(said, invitation.Email)
	return user.ID, s.issuers.AcceptExternal(ctx, invitation.ID, user, s.externalOf(user.ID, said))
}

// foundFrom makes a business, which is called as the domain of its owner's address.
func (s *Service) foundFrom(ctx context.Context, said claims) (string, error) {
	user := s.newcomer(said, said.Email)
	_, domain, _ := strings.Cut(said.Email, "@")
	tenant := Tenant{ID: chat.NewID(chat.TenantPrefix), Name: domain[:min(len(domain), maxName)], CreatedAt: user.CreatedAt}
	return user.ID, s.issuers.RegisterExternal(ctx, tenant, user, Member{Tenant: tenant.ID, User: user.ID, Role: Owner}, s.externalOf(user.ID, said))
}
