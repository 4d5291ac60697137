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

// OpenBeside opens the database of a folder that a server may have open, for a command that
// changes what the server does not remember, such as how keys are wrapped. It takes no lock but SQLite's own, makes
// nothing that is not there, and works on no jobs.
func OpenBeside(ctx context.Context, dir string, options postgres.Options) (*postgres.Store, error) {
	path, err := filepath.Abs(filepath.Join(dir, fileName))
	if err != nil {
		return nil, fmt.Errorf("find the folder %s: %w", dir, err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database in the folder %s", dir)
	}
	handle := sql.OpenDB(newConnector(address(path, "mode=rw", "_txlock=immediate",
		"_pragma=busy_timeout(10000)", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)")))
	handle.SetMaxOpenConns(1)
	if err := handle.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open SQLite in %s: %w", dir, err), handle.Close())
	}
	statements := newStatements(handle)
	return postgres.New(&database{writer: handle, writing: statements, reading: statements}, options)
}
