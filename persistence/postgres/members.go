package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Members = (*Store)(nil)

// errLastOwner keeps a tenant from having nobody who may do everything.
var errLastOwner = chat.Fail(chat.Conflict, "last_owner", "This is the only owner of your account. Make somebody else an owner first.")

// Members returns all of a tenant's, oldest first.
func (s *Store) Members(ctx context.Context, tenant string) ([]account.Membership, error) {
	members, err := s.members(ctx, tenant)
	return members, s.explain(err, "list members of "+tenant)
}

func (s *Store) members(ctx context.Context, tenant string) ([]account.Membership, error) {
	rows, err := s.reads.MembersOfTenant(ctx, tenant)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return nil, err
	}
	members := make([]account.Membership, len(rows))
	for i, row := range rows {
		var user userRecord
		if err := openRecord(key, "", tableUsers, row.UserID, row.Profile, &user); err != nil {
			return nil, err
		}
		members[i] = account.Membership{
			Member: account.Member{Tenant: tenant, User: row.UserID, Role: account.Role(row.Role)},
			Name:   user.Name, Email: user.Email, Available: row.Available, JoinedAt: row.CreatedAt,
		}
	}
	return members, nil
}

// SetRole changes a member's role, and revokes the tokens that say what it was.
func (s *Store) SetRole(ctx context.Context, tenant, user string, role account.Role) error {
	err := s.changeMember(ctx, tenant, user, role, func(q *db.Queries) error {
		return q.SetRoleOfMember(ctx, db.SetRoleOfMemberParams{Tenant: tenant, UserID: user, Role: string(role)})
	})
	return s.explain(err, "change the role of "+user)
}

// RemoveMember ends a membership, its sign-ins and tokens, and what waits for the member in the tenant.
func (s *Store) RemoveMember(ctx context.Context, tenant, user string) error {
	err := s.changeMember(ctx, tenant, user, "", func(q *db.Queries) error {
		if err := q.DeleteMember(ctx, db.DeleteMemberParams{Tenant: tenant, UserID: user}); err != nil {
			return fmt.Errorf("delete the membership: %w", err)
		}
		return q.DeleteMailsOfUser(ctx, db.DeleteMailsOfUserParams{Tenant: tenant, UserID: user})
	})
	return s.explain(err, "remove member "+user)
}

// changeMember changes a member, and revokes their tokens, one of a tenant at a time, so that two owners
// who remove each other do not both succeed. They get the role `to`, or "" for none; one who has it already stays what they are.
func (s *Store) changeMember(ctx context.Context, tenant, user string, to account.Role, change func(q *db.Queries) error) error {
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, tenant); err != nil {
			return err
		}
		role, err := q.RoleOfMember(ctx, db.RoleOfMemberParams{Tenant: tenant, UserID: user})
		if err != nil || account.Role(role) == to {
			return err
		}
		if account.Role(role) == account.Owner {
			owners, err := q.CountMembers(ctx, db.CountMembersParams{Tenant: tenant, Role: string(account.Owner)})
			if err != nil {
				return fmt.Errorf("count owners: %w", err)
			}
			if owners == 1 {
				return errLastOwner
			}
		}
		if err := change(q); err != nil {
			return err
		}
		return revoke(ctx, q, tenant, user, "")
	})
}

// lockTenant makes others who lock the tenant wait until the transaction ends.
func lockTenant(ctx context.Context, q *db.Queries, tenant string) error {
	rows, err := q.LockTenant(ctx, tenant)
	if err != nil {
		return fmt.Errorf("lock the tenant: %w", err)
	}
	if rows == 0 {
		return pgx.ErrNoRows
	}
	return nil
}

// SetAvailable keeps whether a member takes conversations.
func (s *Store) SetAvailable(ctx context.Context, tenant, user string, available bool) error {
	rows, err := s.writes.SetAvailable(ctx, db.SetAvailableParams{Tenant: tenant, UserID: user, Available: available})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "set whether "+user+" is available")
}

// Available tells whether a member takes conversations.
func (s *Store) Available(ctx context.Context, tenant, user string) (bool, error) {
	available, err := s.reads.Available(ctx, db.AvailableParams{Tenant: tenant, UserID: user})
	return available, s.explain(err, "read whether "+user+" is available")
}

// RenameUser keeps the name under which a person is shown.
func (s *Store) RenameUser(ctx context.Context, user, name string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.renameUser(ctx, q, user, name) })
	return s.explain(err, "rename user "+user)
}

func (s *Store) renameUser(ctx context.Context, q *db.Queries, user, name string) error {
	return s.changeProfile(ctx, q, user, func(r *userRecord) { r.Name = name })
}

// changeProfile changes what a user's row says that is sealed.
func (s *Store) changeProfile(ctx context.Context, q *db.Queries, user string, change func(r *userRecord)) error {
	row, r, err := s.profile(ctx, q, user)
	if err != nil {
		return err
	}
	change(&r)
	profile, err := s.sealProfile(ctx, q, user, r)
	if err != nil {
		return err
	}
	rows, err := q.SetProfile(ctx, db.SetProfileParams{ID: user, Profile: profile, WasProfile: row.Profile})
	if err == nil && rows == 0 {
		return errStale
	}
	return err
}

// profile returns a user's row and what it says.
func (s *Store) profile(ctx context.Context, q *db.Queries, user string) (row db.UserRow, r userRecord, err error) {
	if row, err = q.User(ctx, user); err != nil {
		return row, r, err
	}
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return row, r, err
	}
	return row, r, openRecord(key, "", tableUsers, user, row.Profile, &r)
}

func (s *Store) sealProfile(ctx context.Context, q *db.Queries, user string, r userRecord) ([]byte, error) {
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return nil, err
	}
	return sealRecord(key, "", tableUsers, user, r)
}
