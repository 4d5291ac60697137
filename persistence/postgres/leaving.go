package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var (
	_ account.Departures = (*Store)(nil)
	_ account.Leavers    = (*Store)(nil)
)

// SetErasure keeps when a tenant is to be erased.
func (s *Store) SetErasure(ctx context.Context, tenant string, at time.Time) error {
	var when *time.Time
	if !at.IsZero() {
		kept := storable(at)
		when = &kept
	}
	rows, err := s.writes.SetErasure(ctx, db.SetErasureParams{Tenant: tenant, EraseAt: when})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "keep when "+tenant+" is erased")
}

// Erasure tells when a tenant is to be erased; the zero time: never.
func (s *Store) Erasure(ctx context.Context, tenant string) (time.Time, error) {
	at, err := s.reads.TenantErasure(ctx, tenant)
	return orZero(at), s.explain(err, "read when "+tenant+" is erased")
}

// Departing lists the tenants whose time has come.
func (s *Store) Departing(ctx context.Context, at time.Time) ([]string, error) {
	when := storable(at)
	tenants, err := s.reads.TenantsToErase(ctx, &when)
	return tenants, s.explain(err, "list who leaves")
}

// Of a tenant that leaves, so much goes at once: a transaction of about a second.
const (
	conversationsAtOnce = 100
	sourcesAtOnce       = 10
)

// EraseTenant deletes conversations and sources a few at a time, and at last the tenant with its key and all that refers to it.
func (s *Store) EraseTenant(ctx context.Context, tenant string, at time.Time) (account.Leaving, error) {
	var went account.Leaving
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) (err error) {
		went, err = s.eraseTenant(ctx, q, tenant, storable(at))
		return err
	})
	if err == nil && went.Gone {
		s.keys.cache.forget(keyID{tenant, tableTenants, tenant})
		s.memory.listeners.forget(tenant)
	}
	return went, s.explain(err, "erase "+tenant)
}

func (s *Store) eraseTenant(ctx context.Context, q *db.Queries, tenant string, at time.Time) (went account.Leaving, err error) {
	if err := lockTenant(ctx, q, tenant); err != nil {
		return went, err
	}
	due, err := q.TenantErasure(ctx, tenant)
	if err != nil {
		return went, err
	}
	if due == nil || due.After(at) { // its owner has just taken it back
		return account.Leaving{Gone: true}, nil
	}
	conversations, err := q.SomeConversations(ctx, db.SomeConversationsParams{Tenant: tenant, Count: conversationsAtOnce})
	if err != nil {
		return went, fmt.Errorf("list conversations: %w", err)
	}
	for _, id := range conversations {
		if err := q.DeleteConversation(ctx, db.DeleteConversationParams{Tenant: tenant, ID: id}); err != nil {
			return went, fmt.Errorf("delete conversation %s: %w", id, err)
		}
		went.Conversations = append(went.Conversations, chat.Ref{Tenant: tenant, Conversation: id})
	}
	if len(conversations) > 0 {
		return went, nil
	}
	sources, err := q.SomeSources(ctx, db.SomeSourcesParams{Tenant: tenant, Count: sourcesAtOnce})
	if err != nil {
		return went, fmt.Errorf("list sources: %w", err)
	}
	for _, id := range sources {
		if err := q.DropSource(ctx, db.DropSourceParams{Tenant: tenant, ID: id}); err != nil {
			return went, fmt.Errorf("delete source %s: %w", id, err)
		}
	}
	if len(sources) > 0 {
		return went, nil
	}
	if went.Bots, err = q.BotsToErase(ctx, tenant); err != nil {
		return went, fmt.Errorf("list bots: %w", err)
	}
	members, err := q.MembersToErase(ctx, tenant)
	if err != nil {
		return went, fmt.Errorf("list members: %w", err)
	}
	if _, err := q.DeleteTenant(ctx, db.DeleteTenantParams{Tenant: tenant, Now: &at}); err != nil {
		return went, fmt.Errorf("delete the tenant: %w", err)
	}
	for _, user := range members {
		if err := q.DeleteUserOfNobody(ctx, user); err != nil {
			return went, fmt.Errorf("delete user %s: %w", user, err)
		}
	}
	for _, user := range members { // last: the row that it locks is everybody's
		if err := revoke(ctx, q, tenant, user, ""); err != nil {
			return went, err
		}
	}
	went.Gone = true
	return went, nil
}

// DeleteUser deletes a user with all memberships, unless one is that of a last owner.
func (s *Store) DeleteUser(ctx context.Context, user string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		members, err := q.MembershipsOfUser(ctx, user)
		if err != nil {
			return fmt.Errorf("list memberships: %w", err)
		}
		tenants := make([]string, len(members))
		for i, m := range members {
			tenants[i] = m.Tenant
		}
		slices.Sort(tenants) // one order of locking
		for _, tenant := range tenants {
			if err := leaveTenant(ctx, q, tenant, user); err != nil {
				return err
			}
		}
		if err := q.DeleteUserOfNobody(ctx, user); err != nil {
			return fmt.Errorf("delete the user: %w", err)
		}
		for _, tenant := range tenants {
			if err := revoke(ctx, q, tenant, user, ""); err != nil {
				return err
			}
		}
		return nil
	})
	return s.explain(err, "delete user "+user)
}

// leaveTenant ends one membership of somebody who is erased.
func leaveTenant(ctx context.Context, q *db.Queries, tenant, user string) error {
	if err := lockTenant(ctx, q, tenant); err != nil {
		return err
	}
	role, err := q.RoleOfMember(ctx, db.RoleOfMemberParams{Tenant: tenant, UserID: user})
	if err != nil {
		return fmt.Errorf("read the role: %w", err)
	}
	if account.Role(role) == account.Owner {
		owners, err := q.CountMembers(ctx, db.CountMembersParams{Tenant: tenant, Role: role})
		if err != nil {
			return fmt.Errorf("count owners: %w", err)
		}
		if owners == 1 {
			return errLastOwner
		}
	}
	if err := q.DeleteMember(ctx, db.DeleteMemberParams{Tenant: tenant, UserID: user}); err != nil {
		return fmt.Errorf("delete the membership: %w", err)
	}
	if err := q.DeleteMailsOfUser(ctx, db.DeleteMailsOfUserParams{Tenant: tenant, UserID: user}); err != nil {
		return fmt.Errorf("delete planned mails: %w", err)
	}
	if err := q.BlankAudit(ctx, db.BlankAuditParams{Tenant: tenant, Actor: user}); err != nil {
		return fmt.Errorf("take the name out of the audit log: %w", err)
	}
	return nil
}
