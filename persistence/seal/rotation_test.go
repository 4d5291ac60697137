package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// both returns an old master, one with another key that knows the old one's, and one that has the new key alone.
func both(t testing.TB) (older, changing, newer *Master) {
	t.Helper()
	was, is := GenerateKey(), GenerateKey()
	older, err := ParseKey(was)
	if err != nil {
		t.Fatal(err)
	}
	if newer, err = ParseKey(is); err != nil {
		t.Fatal(err)
	}
	if changing, err = newer.WithOlder(" " + was + "," + is + "\n"); err != nil {
		t.Fatal(err)
	}
	if n := len(changing.Keys()); n != 2 {
		t.Fatalf("it has %d keys, want each once", n)
	}
	return older, changing, newer
}

func TestAWrappedKeyMovesToAnotherMasterAndStaysTheSame(t *testing.T) {
	t.Parallel()
	older, changing, newer := both(t)
	wrapped, key, err := older.NewKey("tnt_1", "tenants", "tnt_1")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := key.Seal([]byte("hello"), "tnt_1", "events", "1")
	if err != nil {
		t.Fatal(err)
	}
	if holder, err := changing.Holder(wrapped, "tnt_1", "tenants", "tnt_1"); err != nil || holder.Check() != older.Wanted().Check() {
		t.Errorf("another key is said to hold it: %v", err)
	}
	again, err := changing.Rewrap(wrapped, "tnt_1", "tenants", "tnt_1")
	if err != nil || again == nil {
		t.Fatalf("rewrap: %x, %v", again, err)
	}
	if _, err := older.Unwrap(again, "tnt_1", "tenants", "tnt_1"); err != ErrSealed {
		t.Errorf("the old key opens what was wrapped again: %v", err)
	}
	same, err := newer.Unwrap(again, "tnt_1", "tenants", "tnt_1")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := same.Open(sealed, "tnt_1", "events", "1"); err != nil || string(text) != "hello" {
		t.Errorf("it opens %q, %v", text, err)
	}
	if twice, err := changing.Rewrap(again, "tnt_1", "tenants", "tnt_1"); twice != nil || err != nil {
		t.Errorf("what needs nothing became %x, %v", twice, err)
	}
	for _, row := range [][3]string{{"tnt_2", "tenants", "tnt_1"}, {"tnt_1", "visitors", "tnt_1"}, {"tnt_1", "tenants", "tnt_2"}} {
		if _, err := changing.Rewrap(wrapped, row[0], row[1], row[2]); err != ErrSealed {
			t.Errorf("it was wrapped again for %q: %v", row, err)
		}
	}
	if _, err := newer.Rewrap(wrapped, "tnt_1", "tenants", "tnt_1"); err != ErrSealed {
		t.Errorf("wrapped again without the key that opens it: %v", err)
	}
}

func TestARootOutlivesTheMasterKey(t *testing.T) {
	t.Parallel()
	_, key := setup(t)
	older, _, newer := both(t)
	for name, root := range map[string]*Root{"random": NewRoot(), "of a key": older.Wanted().Root()} {
		sealed, err := root.Seal(key, "", "secrets", "root")
		if err != nil {
			t.Fatal(err)
		}
		again, err := OpenRoot(key, sealed, "", "secrets", "root")
		if err != nil || !root.Equal(again) || !bytes.Equal(root.Derive("email", 32), again.Derive("email", 32)) {
			t.Errorf("%s: another came back: %v", name, err)
		}
		if _, err := OpenRoot(key, sealed, "", "secrets", "other"); err != ErrSealed {
			t.Errorf("%s: it opens in another place: %v", name, err)
		}
		if bytes.Equal(root.Derive("email", 32), root.Derive("jwt", 32)) || len(root.Derive("email", 64)) != 64 {
			t.Errorf("%s: purposes are not told apart", name)
		}
	}
	// As programs derived before there were roots.
	before, err := hkdf.Key(sha256.New, older.Wanted().secret, nil, "parley/seal/v1/derive/email", 32)
	if err != nil || !bytes.Equal(older.Wanted().Root().Derive("email", 32), before) || !bytes.Equal(older.Wanted().Derive("email", 32), before) {
		t.Errorf("an installation that was begun without a root would lose what derives from its key: %v", err)
	}
	if newer.Wanted().Root().Equal(older.Wanted().Root()) || NewRoot().Equal(NewRoot()) {
		t.Error("two roots are the same")
	}
}

func TestAKeyThatIsPutIntoTheFileIsUsedWithoutARestart(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	running, _, err := LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	before, _, err := running.NewKey("t", "tenants", "t")
	if err != nil {
		t.Fatal(err)
	}
	changing, err := AddKey(path)
	if err != nil || len(changing.Keys()) != 2 {
		t.Fatalf("%d keys, %v", len(changing.Keys()), err)
	}
	after, _, err := changing.NewKey("t", "tenants", "t")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := running.Unwrap(after, "t", "tenants", "t"); err != nil {
		t.Errorf("the running process does not look into the file: %v", err)
	}
	if about, err := os.Stat(path); err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", about.Mode(), err)
	}
	last, err := DropOlder(path)
	if err != nil || len(last.Keys()) != 1 || last.Wanted().Check() != changing.Wanted().Check() {
		t.Errorf("left over: %v, %v", last.Keys(), err)
	}
	if _, err := last.Unwrap(before, "t", "tenants", "t"); err != ErrSealed {
		t.Errorf("a key that was dropped is still used: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("%d files are left, want the key alone", len(left))
	}
}

func TestAFileThatIsSpoiledWhileItIsUsedChangesNothing(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	m, _, err := LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	wrapped, _, err := m.NewKey("t", "tenants", "t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("spoiled"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Unwrap([]byte("nonsense"), "t", "tenants", "t"); err != ErrSealed {
		t.Error(err)
	}
	if _, err := m.Unwrap(wrapped, "t", "tenants", "t"); err != nil {
		t.Errorf("its own key is gone: %v", err)
	}
	for name, change := range map[string]func(string) (*Master, error){"add": AddKey, "drop": DropOlder} {
		if _, err := change(path); err == nil || strings.Contains(err.Error(), "spoiled") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, _ := os.ReadFile(path); string(text) != "spoiled" {
		t.Error("a file that holds no key was replaced")
	}
}

func TestAListOfOlderKeysSaysWhatIsWrongWithoutTellingThem(t *testing.T) {
	t.Parallel()
	m, _ := setup(t)
	if same, err := m.WithOlder(" \n"); err != nil || len(same.Keys()) != 1 {
		t.Errorf("an empty list: %v", err)
	}
	if _, err := m.WithOlder(GenerateKey() + ",hunter2"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
}
