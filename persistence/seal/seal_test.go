package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// setup returns a master and a tenant's key under it.
func setup(t testing.TB) (*Master, *Key) {
	t.Helper()
	m, err := ParseKey(GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	_, k, err := m.NewKey("tnt_1", "tenants", "tnt_1")
	if err != nil {
		t.Fatal(err)
	}
	return m, k
}

func TestWhatIsSealedOpensForItsRowOnly(t *testing.T) {
	t.Parallel()
	_, k := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		row := rapid.SliceOfN(rapid.StringN(0, 5, -1), 3, 3).Draw(t, "row")
		other := rapid.SliceOfN(rapid.StringN(0, 5, -1), 3, 3).Draw(t, "other")

		sealed, err := k.Seal(plain, row[0], row[1], row[2])
		if err != nil {
			t.Fatal(err)
		}
		if len(sealed) != len(plain)+Overhead {
			t.Fatalf("%d bytes became %d, want %d more", len(plain), len(sealed), Overhead)
		}
		opened, err := k.Open(sealed, row[0], row[1], row[2])
		if err != nil || !bytes.Equal(opened, plain) {
			t.Fatalf("Open = %q, %v", opened, err)
		}
		if slices.Equal(row, other) {
			return
		}
		if _, err := k.Open(sealed, other[0], other[1], other[2]); !errors.Is(err, ErrSealed) {
			t.Fatalf("opened for %q: %v", other, err)
		}
	})
}

// Without length prefixes these rows would look the same to the cipher.
func TestRowsWhoseNamesRunTogetherAreToldApart(t *testing.T) {
	t.Parallel()
	_, k := setup(t)
	sealed, err := k.Seal([]byte("x"), "ab", "c", "d")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range [][3]string{{"a", "bc", "d"}, {"ab", "cd", ""}, {"abc", "", "d"}, {"", "abc", "d"}, {"ab", "c", "D"}} {
		if _, err := k.Open(sealed, row[0], row[1], row[2]); !errors.Is(err, ErrSealed) {
			t.Errorf("opened for %q", row)
		}
	}
}

func TestOneChangedBitIsNoticed(t *testing.T) {
	t.Parallel()
	m, k := setup(t)
	sealed, err := k.Seal([]byte("the text"), "tnt_1", "events", "1")
	if err != nil {
		t.Fatal(err)
	}
	wrapped, _, err := m.NewKey("tnt_1", "visitors", "vis_1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(sealed) * 8 {
		bad := bytes.Clone(sealed)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := k.Open(bad, "tnt_1", "events", "1"); err != ErrSealed {
			t.Errorf("value with bit %d changed: %v", i, err)
		}
	}
	for n := range len(sealed) {
		if _, err := k.Open(sealed[:n], "tnt_1", "events", "1"); err != ErrSealed {
			t.Errorf("value cut to %d bytes: %v", n, err)
		}
	}
	for n := range len(wrapped) {
		// Tink ignores the public description of a keyset behind its ciphertext.
		bad := bytes.Clone(wrapped)
		bad[n] ^= 0x55
		if key, err := m.Unwrap(bad, "tnt_1", "visitors", "vis_1"); err == nil {
			if got, err := key.Open(sealed, "tnt_1", "events", "1"); err == nil {
				t.Errorf("another key opened %q", got)
			}
		} else if err != ErrSealed {
			t.Errorf("key with byte %d changed: %v", n, err)
		}
	}
}

func TestAKeyUnwrapsUnderItsOwnParentAndRowOnly(t *testing.T) {
	t.Parallel()
	m, tenant := setup(t)
	stranger, otherTenant := setup(t)
	wrapped, visitor, err := tenant.NewKey("tnt_1", "visitors", "vis_1")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := visitor.Seal([]byte("hello"), "tnt_1", "events", "1")
	if err != nil {
		t.Fatal(err)
	}

	again, err := tenant.Unwrap(wrapped, "tnt_1", "visitors", "vis_1")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open(sealed, "tnt_1", "events", "1"); err != nil || string(got) != "hello" {
		t.Fatalf("Open = %q, %v", got, err)
	}

	type parent interface {
		Unwrap(wrapped []byte, tenant, table, row string) (*Key, error)
	}
	for name, try := range map[string]struct {
		parent             parent
		tenant, table, row string
	}{
		"another tenant's key": {otherTenant, "tnt_1", "visitors", "vis_1"},
		"another master":       {stranger, "tnt_1", "visitors", "vis_1"},
		"its grandparent":      {m, "tnt_1", "visitors", "vis_1"},
		"itself":               {visitor, "tnt_1", "visitors", "vis_1"},
		"another tenant":       {tenant, "tnt_2", "visitors", "vis_1"},
		"another table":        {tenant, "tnt_1", "sources", "vis_1"},
		"another row":          {tenant, "tnt_1", "visitors", "vis_2"},
	} {
		if _, err := try.parent.Unwrap(wrapped, try.tenant, try.table, try.row); err != ErrSealed {
			t.Errorf("unwrapped with %s: %v", name, err)
		}
	}
	if _, err := tenant.Open(wrapped, "tnt_1", "visitors", "vis_1"); err != ErrSealed {
		t.Error("a wrapped key was opened as if it were a value")
	}
	if _, err := tenant.Open(sealed, "tnt_1", "events", "1"); err != ErrSealed {
		t.Error("a value was opened with its key's parent")
	}
}

func TestSealingTwiceGivesDifferentBytes(t *testing.T) {
	t.Parallel()
	_, k := setup(t)
	first, _ := k.Seal([]byte("same"), "t", "a", "1")
	second, _ := k.Seal([]byte("same"), "t", "a", "1")
	if bytes.Equal(first, second) {
		t.Error("equal values can be recognised by their sealed form")
	}
	if bytes.Contains(first, []byte("same")) {
		t.Error("the plain text is in the sealed value")
	}
}

func TestParseKeySaysWhatIsWrongWithoutTellingTheKey(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{0xfb, 0xef, 0xfe, 0x01}, 8)
	for _, good := range []string{
		base64.StdEncoding.EncodeToString(secret),
		base64.RawStdEncoding.EncodeToString(secret),
		base64.URLEncoding.EncodeToString(secret),
		" " + base64.RawURLEncoding.EncodeToString(secret) + "\n",
	} {
		if _, err := ParseKey(good); err != nil {
			t.Errorf("ParseKey(%q): %v", good, err)
		}
	}
	for bad, word := range map[string]string{
		"":                      "empty",
		"hunter2 is a password": "not base64",
		"aHVudGVyMg==":          "7 bytes",
		GenerateKey() + "AAAA":  "base64",
		base64.StdEncoding.EncodeToString(make([]byte, 32)): "repeated",
	} {
		_, err := ParseKey(bad)
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("ParseKey(%q) = %v, want an error that says %q", bad, err, word)
		} else if bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("the error tells the key: %v", err)
		}
	}
}

func TestKeysDoNotShowInLogs(t *testing.T) {
	t.Parallel()
	m, k := setup(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(strings.Repeat(" "+verb, 4), m, k, m.Wanted(), NewRoot()); got != " seal.Master seal.Key seal.MasterKey seal.Root" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func TestOneKeyServesManyGoroutines(t *testing.T) {
	t.Parallel()
	m, k := setup(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				sealed, err := k.Seal([]byte("x"), "t", "a", "1")
				if err != nil {
					t.Error(err)
				}
				if _, err := k.Open(sealed, "t", "a", "1"); err != nil {
					t.Error(err)
				}
				wrapped, _, err := m.NewKey("t", "keys", "1")
				if err != nil {
					t.Error(err)
				}
				if _, err := m.Unwrap(wrapped, "t", "keys", "1"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func FuzzOpenNeverAcceptsWhatItDidNotSeal(f *testing.F) {
	m, k := setup(f)
	sealed, _ := k.Seal([]byte("hello"), "t", "a", "1")
	wrapped, _, _ := m.NewKey("t", "keys", "1")
	f.Add(sealed)
	f.Add(wrapped)
	f.Add([]byte{version})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		plain, err := k.Open(data, "t", "a", "1")
		if err == nil && !bytes.Equal(data, sealed) {
			t.Errorf("opened %x as %q", data, plain)
		}
		if err != nil && err != ErrSealed {
			t.Errorf("Open: %v", err)
		}
		if _, err := m.Unwrap(data, "t", "keys", "2"); err != ErrSealed {
			t.Errorf("Unwrap for another row: %v", err)
		}
	})
}
