package postgres

import (
	"context"
	"fmt"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Tenants = (*Store)(nil)

// RenameTenant keeps what a tenant is called.
func (s *Store) RenameTenant(ctx context.Context, tenant, name string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		key, err := s.keys.tenant(ctx, q, tenant)
		if err != nil {
			return err
		}
		sealed, err := key.Seal([]byte(name), tenant, tableTenants, tenant)
		if err != nil {
			return err
		}
		rows, err := q.SetTenantName(ctx, db.SetTenantNameParams{ID: tenant, Name: sealed})
		if err == nil && rows == 0 {
			return chat.ErrNotFound
		}
		return err
	})
	return s.explain(err, "rename tenant "+tenant)
}

// TransferOwnership makes one member an owner and another, who is one, an admin. Others who change members wait.
func (s *Store) TransferOwnership(ctx context.Context, tenant, from, to string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, tenant); err != nil {
			return err
		}
		giving, err := q.RoleOfMember(ctx, db.RoleOfMemberParams{Tenant: tenant, UserID: from})
		if err != nil {
			return err
		}
		if account.Role(giving) != account.Owner {
			return account.ErrForbidden
		}
		if _, err := q.RoleOfMember(ctx, db.RoleOfMemberParams{Tenant: tenant, UserID: to}); err != nil {
			return err
		}
		for _, change := range []db.SetRoleOfMemberParams{
			{Tenant: tenant, UserID: from, Role: string(account.Admin)},
			{Tenant: tenant, UserID: to, Role: string(account.Owner)},
		} {
			if err := q.SetRoleOfMember(ctx, change); err != nil {
				return fmt.Errorf("set the role of %s: %w", change.UserID, err)
			}
		}
		if err := revoke(ctx, q, tenant, from, ""); err != nil {
			return err
		}
		return revoke(ctx, q, tenant, to, "")
	})
	return s.explain(err, "transfer the ownership of "+tenant)
}
