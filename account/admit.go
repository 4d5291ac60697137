package account

import (
	"context"
	"errors"
	"fmt"

	"parley/chat"
)

// admit signs in a person who proved who they are, into the business of their choice, or else the first of theirs that
// is not suspended. Who has a second factor is asked for it: *SecondFactorRequired. Whatever begins with a password, an
// invitation or another issuer ends here. version is that of revocations, read before the members were. Codes:
// credentials_wrong (they belong to no business), signed_out (not to this one), suspended.
func (s *Service) admit(ctx context.Context, user User, members []Member, version int64, tenant string) (Tokens, error) {
	member, err := s.place(ctx, members, tenant)
	if err != nil {
		return Tokens{}, err
	}
	if err := s.challenge(ctx, user, member); err != nil {
		return Tokens{}, err
	}
	return s.begin(ctx, user, member, version)
}

// AnswerChallenge signs in who was asked for a second factor: with a code of their authenticator app, or one for recovery.
// Codes: challenge_invalid, second_factor_wrong, second_factor_paused, signed_out, suspended.
func (s *Service) AnswerChallenge(ctx context.Context, token, code string) (Tokens, error) {
	challenge, err := s.answered(ctx, token, code)
	if err != nil {
		return Tokens{}, err
	}
	version, err := s.revoked.version(ctx)
	if err != nil {
		return Tokens{}, fmt.Errorf("answer challenge: %w", err)
	}
	user, members, err := s.store.User(ctx, challenge.User)
	if err != nil {
		return Tokens{}, fmt.Errorf("answer challenge: %w", err)
	}
	member, err := s.place(ctx, members, challenge.Tenant)
	if err != nil {
		return Tokens{}, err
	}
	return s.begin(ctx, user, member, version)
}

// place returns the membership with which somebody comes in.
func (s *Service) place(ctx context.Context, members []Member, tenant string) (Member, error) {
	if tenant != "" {
		member, ok := memberOf(members, tenant)
		if !ok {
			return Member{}, ErrSignedOut
		}
		return member, s.checkTenant(ctx, tenant)
	}
	err := error(ErrCredentials)
	for _, member := range members {
		if err = s.checkTenant(ctx, member.Tenant); !errors.Is(err, ErrSuspended) {
			return member, err
		}
	}
	return Member{}, err
}

// begin opens a session for a person in a business, of whom was read after the version of revocations.
func (s *Service) begin(ctx context.Context, user User, member Member, version int64) (Tokens, error) {
	session := chat.NewID(sessionPrefix)
	refresh, hash, err := newSecret(session)
	if err != nil {
		return Tokens{}, err
	}
	now := s.now().UTC()
	expires := now.Add(RefreshLife)
	if err := s.sessions.CreateSession(ctx, Session{
		ID: session, User: user.ID, Tenant: member.Tenant, Hash: hash, CreatedAt: now, ExpiresAt: expires, UsedAt: now, Client: clientOf(ctx),
	}); err != nil {
		return Tokens{}, fmt.Errorf("begin session: %w", err)
	}
	tokens, err := s.tokens(ctx, user, member, Proof{session, version}, refresh, expires)
	tokens.Device = s.devices.remember(ClientOf(ctx).Device, user.Email)
	return tokens, err
}
