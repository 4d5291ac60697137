package postgres

import (
	"context"
	"io/fs"
)

// MigrateTo is what a program does to a database that has these migrations.
func MigrateTo(ctx context.Context, url string, options Options, migrations fs.FS) error {
	store, err := Open(ctx, url, options)
	if err != nil {
		return err
	}
	defer store.Close()
	return store.database.Migrate(ctx, migrations)
}
