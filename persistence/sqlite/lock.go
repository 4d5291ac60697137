package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// errLocked says that another process holds the lock.
var errLocked = errors.New("locked")

// lockFolder keeps other processes out until the file is closed.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the folder %s: %w", dir, err)
	}
	switch err := tryLock(f); {
	case errors.Is(err, errLocked):
		f.Close()
		return nil, fmt.Errorf("another process has the folder %s open: stop it, choose another folder, or let both use Postgres", dir)
	case err != nil:
		f.Close()
		return nil, fmt.Errorf("lock the folder %s: %w", dir, err)
	}
	return f, nil
}
