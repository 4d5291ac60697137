package postgres

import (
	"context"
	"errors"
	"net/netip"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.Access = (*Store)(nil)

// tableAccess is what a tenant's allowed addresses are bound to. It never changes.
const tableAccess = "tenant_access"

// accessRecord is a tenant's allowed addresses, sealed by its key.
type accessRecord struct {
	recordHead
	Addresses []netip.Prefix `json:"addresses"`
}

// TenantAccess returns from where a tenant's members reach it.
func (s *Store) TenantAccess(ctx context.Context, tenant string) ([]netip.Prefix, error) {
	list, err := s.tenantAccess(ctx, tenant)
	return list, s.explain(err, "read the allowed addresses of "+tenant)
}

func (s *Store) tenantAccess(ctx context.Context, tenant string) ([]netip.Prefix, error) {
	body, err := s.reads.TenantAccess(ctx, tenant)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	var r accessRecord
	err = openRecord(key, tenant, tableAccess, tenant, body, &r)
	return r.Addresses, err
}

// PutTenantAccess keeps a list in place of the one before.
func (s *Store) PutTenantAccess(ctx context.Context, tenant string, list []netip.Prefix) error {
	return s.explain(s.putTenantAccess(ctx, tenant, list), "keep the allowed addresses of "+tenant)
}

func (s *Store) putTenantAccess(ctx context.Context, tenant string, list []netip.Prefix) error {
	if len(list) == 0 {
		return s.writes.DeleteTenantAccess(ctx, tenant)
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return err
	}
	body, err := sealRecord(key, tenant, tableAccess, tenant, accessRecord{head(), list})
	if err != nil {
		return err
	}
	return s.writes.PutTenantAccess(ctx, db.PutTenantAccessParams{Tenant: tenant, Body: body})
}
