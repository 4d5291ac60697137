package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

// userRecord is what a user's row says, sealed under the key of accounts.
type userRecord struct {
	recordHead
	Email        string `json:"email"`
	Name         string `json:"name,omitempty"`
	PasswordHash string `json:"password_hash,omitempty"`
}

// errEmailTaken refuses a registration.
var errEmailTaken = chat.Fail(chat.Conflict, "email_taken", "There is an account with this e-mail address already. Please sign in.")

// Register makes tenant, user and membership together.
func (s *Store) Register(ctx context.Context, tenant account.Tenant, user account.User, member account.Member) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.register(ctx, q, tenant, user, member) })
	return s.explain(err, "register")
}

func (s *Store) register(ctx context.Context, q *db.Queries, tenant account.Tenant, user account.User, member account.Member) error {
	if err := s.insertTenant(ctx, q, tenant); err != nil {
		return err
	}
	if err := s.createUser(ctx, q, user); err != nil {
		return err
	}
	err := q.InsertMember(ctx, db.InsertMemberParams{
		Tenant: member.Tenant, UserID: member.User, Role: string(member.Role), CreatedAt: orNow(user.CreatedAt),
	})
	if err != nil {
		return fmt.Errorf("insert the membership: %w", err)
	}
	return nil
}

// insertTenant must run in a transaction.
func (s *Store) insertTenant(ctx context.Context, q *db.Queries, tenant account.Tenant) error {
	// Who rotates keys waits until this has ended, and then finds the row; or this waits, and sees the other key.
	holder, err := s.inForce(ctx, q.HoldPlatformKey)
	if err != nil {
		return err
	}
	wrapped, key, err := holder.NewKey(tenant.ID, tableTenants, tenant.ID)
	if err != nil {
		return err
	}
	name, err := key.Seal([]byte(tenant.Name), tenant.ID, tableTenants, tenant.ID)
	if err != nil {
		return err
	}
	err = q.InsertTenant(ctx, db.InsertTenantParams{
		ID: tenant.ID, WrappedKey: wrapped, Name: name, Suspended: tenant.Suspended, CreatedAt: orNow(tenant.CreatedAt),
	})
	if err != nil {
		return fmt.Errorf("insert the tenant: %w", err)
	}
	return nil
}

// createUser makes a user, unless the address has an account.
func (s *Store) createUser(ctx context.Context, q *db.Queries, user account.User) error {
	hash := s.keys.emailHash(user.Email)
	switch _, err := q.UserIDByEmail(ctx, hash); {
	case err == nil:
		return errEmailTaken
	case !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("look for the address: %w", err)
	}
	return s.insertUser(ctx, q, user, hash)
}

func (s *Store) insertUser(ctx context.Context, q *db.Queries, user account.User, emailHash []byte) error {
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return err
	}
	profile, err := sealRecord(key, "", tableUsers, user.ID, userRecord{head(), user.Email, user.Name, user.PasswordHash})
	if err != nil {
		return err
	}
	err = q.InsertUser(ctx, db.InsertUserParams{
		ID: user.ID, EmailHash: emailHash, Profile: profile, CreatedAt: orNow(user.CreatedAt),
	})
	if taken(err) { // another registration committed since we looked
		return errEmailTaken.Because(err)
	}
	if err != nil {
		return fmt.Errorf("insert the user: %w", err)
	}
	if !user.Confirmed {
		return nil
	}
	at := orNow(user.CreatedAt)
	if err := q.SetUserConfirmed(ctx, db.SetUserConfirmedParams{ID: user.ID, ConfirmedAt: &at}); err != nil {
		return fmt.Errorf("note that the address is confirmed: %w", err)
	}
	return nil
}

// UserByEmail returns the user with this address, compared without case, and
// their memberships.
func (s *Store) UserByEmail(ctx context.Context, email string) (account.User, []account.Member, error) {
	id, err := s.reads.UserIDByEmail(ctx, s.keys.emailHash(email))
	if err != nil {
		return account.User{}, nil, s.explain(err, "find a user by address")
	}
	return s.User(ctx, id)
}

// User returns a user and their memberships.
func (s *Store) User(ctx context.Context, id string) (account.User, []account.Member, error) {
	user, members, err := s.user(ctx, id)
	return user, members, s.explain(err, "read user "+id)
}

func (s *Store) user(ctx context.Context, id string) (account.User, []account.Member, error) {
	row, err := s.reads.User(ctx, id)
	if err != nil {
		return account.User{}, nil, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return account.User{}, nil, err
	}
	var r userRecord
	if err := openRecord(key, "", tableUsers, row.ID, row.Profile, &r); err != nil {
		return account.User{}, nil, err
	}
	rows, err := s.reads.MembershipsOfUser(ctx, id)
	if err != nil {
		return account.User{}, nil, fmt.Errorf("read memberships: %w", err)
	}
	members := make([]account.Member, len(rows))
	for i, m := range rows {
		members[i] = account.Member{Tenant: m.Tenant, User: m.UserID, Role: account.Role(m.Role)}
	}
	user := account.User{
		ID: row.ID, Email: r.Email, Name: r.Name, Confirmed: row.ConfirmedAt != nil, PasswordHash: r.PasswordHash, CreatedAt: row.CreatedAt,
	}
	return user, members, nil
}

// Tenant returns a tenant.
func (s *Store) Tenant(ctx context.Context, id string) (account.Tenant, error) {
	tenant, err := s.tenant(ctx, id)
	return tenant, s.explain(err, "read tenant "+id)
}

func (s *Store) tenant(ctx context.Context, id string) (account.Tenant, error) {
	row, err := s.reads.Tenant(ctx, id)
	if err != nil {
		return account.Tenant{}, err
	}
	key, err := s.keys.tenant(ctx, s.reads, id)
	if err != nil {
		return account.Tenant{}, err
	}
	name, err := key.Open(row.Name, id, tableTenants, id)
	if err != nil {
		return account.Tenant{}, fmt.Errorf("open the tenant's name: %w", err)
	}
	return account.Tenant{ID: row.ID, Name: string(name), Suspended: row.Suspended, CreatedAt: row.CreatedAt, SecondFactor: row.SecondFactor}, nil
}
