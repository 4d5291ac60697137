package account

import (
	"context"
	"fmt"
	"slices"

	"parley/chat"
)

// SessionsKept is how many sign-ins a person has at most: a program that signs in each time that it runs ends those that it
// has forgotten.
const SessionsKept = 100

// SignIns returns the sign-ins of a person in all their businesses, last used first.
func (s *Service) SignIns(ctx context.Context, who Identity) ([]Session, error) {
	sessions, err := s.sessions.SessionsOf(ctx, who.User, s.now(), SessionsKept)
	if err != nil {
		return nil, fmt.Errorf("list sign-ins: %w", err)
	}
	return sessions, nil
}

// EndSignIn ends one of a person's own: chat.ErrNotFound for any other.
func (s *Service) EndSignIn(ctx context.Context, who Identity, id string) error {
	if !chat.ValidID(sessionPrefix, id) {
		return chat.ErrNotFound
	}
	session, err := s.sessions.Session(ctx, id)
	if err != nil {
		return fmt.Errorf("end a sign-in: %w", err)
	}
	if session.User != who.User {
		return chat.ErrNotFound
	}
	if err := s.sessions.DeleteSession(ctx, id); err != nil {
		return fmt.Errorf("end a sign-in: %w", err)
	}
	s.revoked.spread(ctx, session.Tenant, session.User)
	return nil
}

// EndOtherSignIns ends all of a person's but the one that the request comes from.
func (s *Service) EndOtherSignIns(ctx context.Context, who Identity) error {
	tenants, err := s.sessions.DeleteSessions(ctx, who.User, who.Proof.Session)
	if err != nil {
		return fmt.Errorf("end other sign-ins: %w", err)
	}
	slices.Sort(tenants)
	for _, tenant := range slices.Compact(tenants) {
		s.revoked.spread(ctx, tenant, who.User)
	}
	return nil
}
