package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// errLocked says that another process holds the lock.
var errLocked = errors.New("locked")

// lockFolder keeps other processes out until unlockFolder, or the end of this one.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the folder %s: %w", dir, err)
	}
	switch err := tryLock(f); {
	case errors.Is(err, errLocked):
		_ = f.Close()
		return nil, fmt.Errorf("another process has the folder %s open: stop it, choose another folder, or let both use Postgres", dir)
	case err != nil:
		_ = f.Close()
		return nil, fmt.Errorf("lock the folder %s: %w", dir, err)
	}
	return f, nil
}

// unlockFolder does not leave it to the closing of the file: a child process
// that is just being started may hold a copy of it.
func unlockFolder(f *os.File) error {
	if f == nil { // it was opened beside whoever has the lock
		return nil
	}
	return errors.Join(unlock(f), f.Close())
}
