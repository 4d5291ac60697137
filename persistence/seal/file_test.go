package seal

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestAKeyFileIsMadeOnceForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "key")
	first, created, err := LoadOrCreate(path)
	if err != nil || !created {
		t.Fatalf("first start: created %t, %v", created, err)
	}
	again, created, err := LoadOrCreate(path)
	if err != nil || created {
		t.Fatalf("second start: created %t, %v", created, err)
	}
	if first.Wanted().Check() != again.Wanted().Check() {
		t.Error("the second start has another key")
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o, want 600", info.Mode().Perm())
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files in the folder, want the key alone", len(left))
	}
}

func TestProcessesThatStartTogetherGetOneKey(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		made  int
		found = map[string]bool{}
	)
	for range 16 {
		all.Go(func() {
			m, created, err := LoadOrCreate(path)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			found[m.Wanted().Check()] = true
			if created {
				made++
			}
		})
	}
	all.Wait()
	if made != 1 || len(found) != 1 {
		t.Errorf("%d made a key and %d different ones are used, want one", made, len(found))
	}
}

func TestABrokenKeyFileIsReportedAndKept(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "not a key\n", GenerateKey() + "\nnot a key\n"} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, created, err := LoadOrCreate(path)
		if err == nil || created || !strings.Contains(err.Error(), path) {
			t.Errorf("created %t, error %v: want one that names the file", created, err)
		}
		if kept, _ := os.ReadFile(path); string(kept) != content {
			t.Errorf("the file was changed to %q", kept)
		}
	}
}

func TestAFolderThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadOrCreate(filepath.Join(file, "key")); err == nil {
		t.Error("a key below a file was made")
	}
}
