package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// LoadOrCreate reads the master key from a file, or makes one at first start.
// The file is readable by its owner only and on disk before LoadOrCreate
// returns. When several processes start at once on one folder, one makes the key
// and all get the same. A file that is there but holds no key is an error, never
// replaced: what it once held may be needed to read the database.
func LoadOrCreate(path string) (m *Master, created bool, err error) {
	m, err = load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, false, err
	}
	created, err = create(path)
	if err != nil {
		return nil, false, fmt.Errorf("create the master key: %w", err)
	}
	m, err = load(path)
	return m, created, err
}

func load(path string) (*Master, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	m, err := ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return m, nil
}

// create writes a new key beside path and links it into place, which fails if
// somebody else was first: then theirs counts.
func create(path string) (created bool, err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return false, err
	}
	draft, err := os.CreateTemp(folder, ".key-*") // mode 0600
	if err != nil {
		return false, err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString(GenerateKey() + "\n")
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return false, err
	}
	switch err := os.Link(draft.Name(), path); {
	case errors.Is(err, fs.ErrExist):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, syncFolder(folder)
}

// syncFolder makes the new name in the folder survive a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
