package postgres

import (
	"context"
	"fmt"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Operators = (*Store)(nil)

// IsOperator tells whether a user runs the installation.
func (s *Store) IsOperator(ctx context.Context, user string) (bool, error) {
	n, err := s.reads.IsOperator(ctx, user)
	return n > 0, s.explain(err, "ask whether "+user+" operates")
}

// Operators returns who runs the installation, longest first.
func (s *Store) Operators(ctx context.Context) ([]account.Operator, error) {
	rows, err := s.reads.ListOperators(ctx)
	if err != nil {
		return nil, s.explain(err, "list operators")
	}
	operators := make([]account.Operator, len(rows))
	for i, row := range rows {
		operators[i] = account.Operator{User: row.UserID, Since: row.Since}
	}
	return operators, nil
}

// MakeOperator makes a user an operator.
func (s *Store) MakeOperator(ctx context.Context, user string, since time.Time) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if _, err := q.User(ctx, user); err != nil {
			return err
		}
		return q.MakeOperator(ctx, db.MakeOperatorParams{UserID: user, Since: orNow(since)})
	})
	return s.explain(err, "make "+user+" an operator")
}

// UnmakeOperator takes that back.
func (s *Store) UnmakeOperator(ctx context.Context, user string) error {
	rows, err := s.writes.UnmakeOperator(ctx, user)
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "make "+user+" no operator")
}

// TenantsBefore returns a page of all tenants, latest first. Of them there are some ten thousand: they are sorted each time.
func (s *Store) TenantsBefore(ctx context.Context, cursor string, limit int) ([]account.Business, string, error) {
	page, next, err := s.tenantsBefore(ctx, cursor, limit)
	return page, next, s.explain(err, "list tenants")
}

func (s *Store) tenantsBefore(ctx context.Context, cursor string, limit int) ([]account.Business, string, error) {
	from, err := s.cursors.decode(cursor, "tenants")
	if err != nil {
		return nil, "", err
	}
	size := pageSize(limit)
	rows, err := s.reads.TenantsBefore(ctx, db.TenantsBeforeParams{At: from.at, ID: from.id, Count: rowCount(size + 1)})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > size {
		rows = rows[:size]
		next = s.cursors.encode(position{rows[size-1].CreatedAt, rows[size-1].ID}, "tenants")
	}
	page := make([]account.Business, len(rows))
	for i, row := range rows {
		if page[i], err = s.business(ctx, db.TenantForOperatorRow(row)); err != nil {
			return nil, "", err
		}
	}
	return page, next, nil
}

// Business returns a tenant as operators see it.
func (s *Store) Business(ctx context.Context, tenant string) (account.Business, error) {
	row, err := s.reads.TenantForOperator(ctx, tenant)
	if err != nil {
		return account.Business{}, s.explain(err, "read tenant "+tenant)
	}
	found, err := s.business(ctx, row)
	return found, s.explain(err, "read tenant "+tenant)
}

func (s *Store) business(ctx context.Context, row db.TenantForOperatorRow) (account.Business, error) {
	key, err := s.keys.tenant(ctx, s.reads, row.ID)
	if err != nil {
		return account.Business{}, err
	}
	name, err := key.Open(row.Name, row.ID, tableTenants, row.ID)
	if err != nil {
		return account.Business{}, fmt.Errorf("open the tenant's name: %w", err)
	}
	return account.Business{
		Tenant:  account.Tenant{ID: row.ID, Name: string(name), Suspended: row.Suspended, CreatedAt: row.CreatedAt},
		EraseAt: orZero(row.EraseAt), Members: row.Members, Owners: row.Owners,
	}, nil
}

// ShutTenant says whether nobody of a tenant signs in any more.
func (s *Store) ShutTenant(ctx context.Context, tenant string, shut bool) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, tenant); err != nil {
			return err
		}
		rows, err := q.ShutTenant(ctx, db.ShutTenantParams{Tenant: tenant, Suspended: shut})
		if err != nil || rows == 0 || !shut {
			return err
		}
		members, err := q.MembersToErase(ctx, tenant)
		if err != nil {
			return fmt.Errorf("list members: %w", err)
		}
		for _, user := range members {
			if err := revoke(ctx, q, tenant, user, ""); err != nil {
				return err
			}
		}
		return nil
	})
	return s.explain(err, "shut out "+tenant)
}
