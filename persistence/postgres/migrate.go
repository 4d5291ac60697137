package postgres

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
)

//go:embed migrations/*.sql
var embedded embed.FS

// VersionTable is where goose keeps the number of the last migration.
const VersionTable = "schema_migrations"

// Migrate brings the database up to date: its own tables, what is sealed in them, and those of the
// jobs. Repeating changes nothing, and several nodes may call it at once. It
// fails when the database was sealed under another master key, and with TooNew
// when it lacks what this program needs.
func (s *Store) Migrate(ctx context.Context) error {
	migrations, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return fmt.Errorf("find the migrations: %w", err)
	}
	if err := s.database.Migrate(ctx, migrations); err != nil {
		return s.explain(err, "migrate the database")
	}
	if err := s.checkSchema(ctx); err != nil {
		return s.explain(err, "check the version of the database")
	}
	if err := s.makeAccounts(ctx); err != nil {
		return s.explain(err, "migrate the database")
	}
	if err := s.findRoot(ctx); err != nil {
		return s.explain(err, "check the master key")
	}
	return s.explain(s.catchUp(ctx), "catch up with what the migrations left")
}
