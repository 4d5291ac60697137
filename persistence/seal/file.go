package seal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// LoadOrCreate reads the master keys from a file, one on each line and the one
// that is wanted first, or makes one key at first start. The file is readable by
// its owner only and on disk before LoadOrCreate returns. When several processes
// start at once on one folder, one makes the key and all get the same. A file
// that is there but holds no key is an error, never replaced: what it once held
// may be needed to read the database.
//
// The master looks into its file again when something does not open: a key that
// another process has put there meanwhile is used without a restart.
func LoadOrCreate(path string) (m *Master, created bool, err error) {
	m, err = Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, false, err
	}
	created, err = create(path)
	if err != nil {
		return nil, false, fmt.Errorf("create the master key: %w", err)
	}
	m, err = Load(path)
	return m, created, err
}

// Load reads the master keys from a file that must be there, as LoadOrCreate does.
func Load(path string) (*Master, error) {
	file := &keyFile{path: path}
	keys, err := file.read()
	if err != nil {
		return nil, err
	}
	m := masterOf(keys)
	m.file = file
	return m, nil
}

// keyFile is where keys come from.
type keyFile struct {
	path string

	mu   sync.Mutex
	seen fs.FileInfo // of the file that was read last
}

func (f *keyFile) read() ([]*MasterKey, error) {
	about, err := os.Stat(f.path)
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	text, err := os.ReadFile(f.path)
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	keys, err := parseAll(string(text))
	if err == nil && len(keys) == 0 {
		_, err = parse("")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	f.seen = about
	return keys, nil
}

// reload tells whether the file has changed, and there are other keys now. What cannot be read changes nothing.
func (m *Master) reload() bool {
	if m.file == nil {
		return false
	}
	m.file.mu.Lock()
	defer m.file.mu.Unlock()
	about, err := os.Stat(m.file.path)
	if err != nil || os.SameFile(about, m.file.seen) && about.ModTime().Equal(m.file.seen.ModTime()) && about.Size() == m.file.seen.Size() {
		return false
	}
	keys, err := m.file.read()
	if err != nil {
		return false
	}
	m.keep(keys)
	return true
}

// AddKey puts a new key before those of a file, which stay: from then on it is
// the one that is wanted.
func AddKey(path string) (*Master, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	if _, err := Load(path); err != nil {
		return nil, err
	}
	return replace(path, GenerateKey()+"\n"+strings.TrimSpace(string(text))+"\n")
}

// DropOlder leaves only the key in a file that is wanted. The others are gone for good.
func DropOlder(path string) (*Master, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if _, err := parse(first); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return replace(path, strings.TrimSpace(first)+"\n")
}

// replace puts a file in the place of another: whoever reads gets one or the other, also after a power cut.
func replace(path, text string) (*Master, error) {
	err := draft(path, text, os.Rename)
	if err != nil {
		return nil, fmt.Errorf("write the master key: %w", err)
	}
	return Load(path)
}

// create writes a new key beside path and links it into place, which fails if
// somebody else was first: then theirs counts.
func create(path string) (created bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	err = draft(path, GenerateKey()+"\n", os.Link)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// draft writes a text beside path, for its owner only, and puts it into place.
func draft(path, text string, place func(from, to string) error) error {
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // after a rename there is nothing to remove
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := place(file.Name(), path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes the new name in the folder survive a power cut.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
