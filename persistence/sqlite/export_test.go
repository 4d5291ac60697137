package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
)

// MigrateTo is what a program does to a folder that has these migrations.
func MigrateTo(ctx context.Context, dir string, migrations fs.FS) error {
	lock, err := lockFolder(dir)
	if err != nil {
		return err
	}
	d := &database{lock: lock}
	if err := d.open(ctx, filepath.Join(dir, fileName), nil); err != nil {
		return errors.Join(err, d.Close())
	}
	return errors.Join(d.Migrate(ctx, migrations), d.Close())
}
