package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"parley/persistence/postgres"
)

// Examine looks at the database of a folder for reading only, also while a server has the folder open. Nothing there is
// an Empty one.
func Examine(ctx context.Context, dir string, options postgres.Options) (postgres.Examination, error) {
	path, err := filepath.Abs(filepath.Join(dir, fileName))
	if err != nil {
		return postgres.Examination{}, fmt.Errorf("find the folder %s: %w", dir, err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return postgres.Examination{Empty: true}, nil
	}
	reader := sql.OpenDB(newConnector(address(path, "mode=ro", "_pragma=busy_timeout(2000)", "_pragma=query_only(1)")))
	defer reader.Close()
	reading := newStatements(reader)
	store, err := postgres.New(&database{reader: reader, reading: reading, writing: reading}, options)
	if err != nil {
		return postgres.Examination{}, err
	}
	return store.Examine(ctx)
}

// InUse tells whether a process has the folder open.
func InUse(dir string) (bool, error) {
	if _, err := os.Stat(filepath.Join(dir, lockName)); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0o600)
	if err != nil {
		return false, fmt.Errorf("look at the lock of %s: %w", dir, err)
	}
	defer f.Close()
	switch err := tryLock(f); {
	case errors.Is(err, errLocked):
		return true, nil
	case err != nil:
		return false, fmt.Errorf("look at the lock of %s: %w", dir, err)
	}
	return false, unlock(f)
}
