package postgres

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
)

// Schema compares the tables of a database with those that this program knows, by the numbers of migrations.
type Schema struct {
	Database int64 // the newest that was applied
	Floor    int64 // the one that a program must know at least
	Program  int64 // the newest that this program knows
}

// TooNew is why a database is not used: its tables have lost something that this program needs.
type TooNew struct{ Schema }

func (e TooNew) Error() string {
	return fmt.Sprintf("the database was changed for newer versions of this program: it is at migration %d and needs a program that knows migration %d, "+
		"but this one knows none after %d; start the newer version, or restore a backup from before the upgrade", e.Database, e.Floor, e.Program)
}

// Schema reads how new the database is, which must have been migrated.
func (s *Store) Schema(ctx context.Context) (Schema, error) {
	found, err := s.schema(ctx)
	return found, s.explain(err, "read the version of the schema")
}

func (s *Store) schema(ctx context.Context) (found Schema, err error) {
	if found.Program, err = lastMigration(); err != nil {
		return Schema{}, err
	}
	if found.Floor, err = s.reads.SchemaFloor(ctx); err != nil {
		return Schema{}, fmt.Errorf("read the floor: %w", err)
	}
	err = s.database.Reader().QueryRow(ctx, "SELECT MAX(version_id) FROM "+VersionTable+" WHERE is_applied").Scan(&found.Database)
	return found, err
}

// checkSchema refuses a database that is too new. One that is merely newer is used, and that is logged: what was
// added to it is none of this program's business.
func (s *Store) checkSchema(ctx context.Context) error {
	found, err := s.schema(ctx)
	switch {
	case err != nil:
		return err
	case found.Floor > found.Program:
		return TooNew{found}
	case found.Database > found.Program:
		s.logger.Info("the database is newer than this program, which can use it",
			slog.Int64("database", found.Database), slog.Int64("program", found.Program), slog.Int64("floor", found.Floor))
	}
	return nil
}

// lastMigration is the number of the newest migration in this program.
func lastMigration() (int64, error) {
	names, err := fs.Glob(embedded, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		return 0, fmt.Errorf("find the migrations: got %d, %w", len(names), err)
	}
	version, err := goose.NumericComponent(names[len(names)-1]) // Glob sorts, and their numbers have five digits
	if err != nil {
		return 0, fmt.Errorf("read the number of a migration: %w", err)
	}
	return version, nil
}
