package postgres

import (
	"context"
	"fmt"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Invitations = (*Store)(nil)

// Invite keeps an invitation in place of an earlier one to the same address.
func (s *Store) Invite(ctx context.Context, invitation account.Invitation) error {
	return s.explain(s.invite(ctx, s.writes, invitation), "keep invitation "+invitation.ID)
}

func (s *Store) invite(ctx context.Context, q *db.Queries, invitation account.Invitation) error {
	key, err := s.keys.tenant(ctx, q, invitation.Tenant)
	if err != nil {
		return err
	}
	email, err := sealInvited(key, invitation)
	if err != nil {
		return err
	}
	return q.PutInvitation(ctx, db.PutInvitationParams{
		ID: invitation.ID, Tenant: invitation.Tenant, EmailHash: s.keys.emailHash(invitation.Email), Email: email,
		Role: string(invitation.Role), Hash: invitation.Hash, InvitedBy: invitation.By,
		CreatedAt: orNow(invitation.CreatedAt), ExpiresAt: storable(invitation.ExpiresAt),
	})
}

// Invitation returns one by id. It crosses tenants: whoever was invited knows none.
func (s *Store) Invitation(ctx context.Context, id string) (account.Invitation, error) {
	invitation, err := s.invitation(ctx, id)
	return invitation, s.explain(err, "read invitation "+id)
}

func (s *Store) invitation(ctx context.Context, id string) (account.Invitation, error) {
	row, err := s.reads.Invitation(ctx, id)
	if err != nil {
		return account.Invitation{}, err
	}
	key, err := s.keys.tenant(ctx, s.reads, row.Tenant)
	if err != nil {
		return account.Invitation{}, err
	}
	return openInvitation(key, row)
}

// Invitations returns a tenant's, oldest first.
func (s *Store) Invitations(ctx context.Context, tenant string) ([]account.Invitation, error) {
	invitations, err := s.invitations(ctx, tenant)
	return invitations, s.explain(err, "list invitations of "+tenant)
}

func (s *Store) invitations(ctx context.Context, tenant string) ([]account.Invitation, error) {
	rows, err := s.reads.InvitationsOfTenant(ctx, tenant)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	invitations := make([]account.Invitation, len(rows))
	for i, row := range rows {
		if invitations[i], err = openInvitation(key, db.InvitationRow(row)); err != nil {
			return nil, err
		}
	}
	return invitations, nil
}

// Accept makes a member of a user, who is made too if there is none yet.
func (s *Store) Accept(ctx context.Context, invitation string, user account.User, create bool) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.accept(ctx, q, invitation, user, create) })
	return s.explain(err, "accept invitation "+invitation)
}

func (s *Store) accept(ctx context.Context, q *db.Queries, invitation string, user account.User, create bool) error {
	accepted, err := q.AcceptInvitation(ctx, invitation)
	if err != nil {
		return err
	}
	if create {
		if err := s.createUser(ctx, q, user); err != nil {
			return err
		}
	}
	err = q.AddMember(ctx, db.AddMemberParams{Tenant: accepted.Tenant, UserID: user.ID, Role: accepted.Role, CreatedAt: now()})
	if err != nil {
		return fmt.Errorf("insert the membership: %w", err)
	}
	return nil
}

// DeleteInvitation takes an invitation back.
func (s *Store) DeleteInvitation(ctx context.Context, tenant, id string) error {
	rows, err := s.writes.DeleteInvitation(ctx, db.DeleteInvitationParams{Tenant: tenant, ID: id})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "delete invitation "+id)
}
