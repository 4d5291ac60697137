package postgres

import (
	"context"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.Exports = (*Store)(nil)

// CreateExport keeps a permit.
func (s *Store) CreateExport(ctx context.Context, export account.Export) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := q.DeleteExpiredExports(ctx, now()); err != nil {
			return err
		}
		return q.InsertExport(ctx, db.InsertExportParams{
			ID: export.ID, Tenant: export.Tenant, RequestedBy: export.By, CreatedAt: orNow(export.CreatedAt), ExpiresAt: storable(export.ExpiresAt),
		})
	})
	return s.explain(err, "keep export "+export.ID)
}

// Export returns a permit.
func (s *Store) Export(ctx context.Context, tenant, id string) (account.Export, error) {
	row, err := s.reads.Export(ctx, db.ExportParams{Tenant: tenant, ID: id})
	return account.Export{ID: row.ID, Tenant: row.Tenant, By: row.RequestedBy, CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt},
		s.explain(err, "read export "+id)
}
