package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// masterSize is the length of a master key in bytes.
const masterSize = 32

// Names under which keys are derived from a secret. What callers derive lives
// behind its own prefix and never meets the wrapping key.
const (
	wrapInfo   = "parley/seal/v1/wrap"
	deriveInfo = "parley/seal/v1/derive/"
)

// Master is what everything else hangs from: one master key or, while one
// takes the place of another, several. What any of them wrapped is opened; the
// first is the one that is wanted. It is the same on all nodes of a cluster;
// without it nothing sealed can be read again.
type Master struct {
	keys atomic.Pointer[[]*MasterKey] // at least one
	file *keyFile                     // where they come from, and may change; nil: from nowhere
}

// MasterKey is one of the keys of a Master.
type MasterKey struct {
	secret []byte
	wrap   Key
}

// GenerateKey returns a new master key in the form that ParseKey reads.
func GenerateKey() string {
	secret := make([]byte, masterSize)
	rand.Read(secret) // crypto/rand never fails: it ends the process instead
	return base64.StdEncoding.EncodeToString(secret)
}

// ParseKey reads a master key: 32 random bytes in base64, with or without
// padding, of the usual or the URL alphabet. Its errors never contain the key.
func ParseKey(s string) (*Master, error) {
	key, err := parse(s)
	if err != nil {
		return nil, err
	}
	return masterOf([]*MasterKey{key}), nil
}

// WithOlder returns a master that also opens what other keys wrapped: those of
// a list that commas, spaces or lines divide. An empty list adds none.
func (m *Master) WithOlder(list string) (*Master, error) {
	older, err := parseAll(list)
	if err != nil {
		return nil, err
	}
	return masterOf(append(slices.Clone(m.Keys()), older...)), nil
}

// parseAll reads keys that commas, spaces or lines divide.
func parseAll(list string) (keys []*MasterKey, err error) {
	for _, text := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' || r == '\n' }) {
		key, err := parse(text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func parse(s string) (*MasterKey, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, fmt.Errorf("the master key is empty: it must be %d random bytes in base64", masterSize)
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	secret, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil {
		return nil, fmt.Errorf("the master key is not base64: it must be %d random bytes in base64", masterSize)
	}
	if len(secret) != masterSize {
		return nil, fmt.Errorf("the master key has %d bytes: it must be %d random bytes in base64", len(secret), masterSize)
	}
	if bytes.Count(secret, secret[:1]) == masterSize {
		return nil, fmt.Errorf("the master key is one byte repeated: it must be %d random bytes in base64", masterSize)
	}
	k := &MasterKey{secret: secret}
	cipher, err := subtle.NewAESGCM(expand(extract(secret), wrapInfo, masterSize))
	if err != nil {
		return nil, fmt.Errorf("derive the wrapping key: %w", err)
	}
	k.wrap.cipher = cipher
	return k, nil
}

// masterOf keeps each key once, in order.
func masterOf(keys []*MasterKey) *Master {
	m := &Master{}
	m.keep(keys)
	return m
}

func (m *Master) keep(keys []*MasterKey) {
	var each []*MasterKey
	for _, key := range keys {
		if !slices.ContainsFunc(each, func(k *MasterKey) bool { return bytes.Equal(k.secret, key.secret) }) {
			each = append(each, key)
		}
	}
	m.keys.Store(&each)
}

// Keys returns all of them, the one that is wanted first.
func (m *Master) Keys() []*MasterKey { return *m.keys.Load() }

// Wanted returns the key that all is to be wrapped by: the first.
func (m *Master) Wanted() *MasterKey { return m.Keys()[0] }

// NewKey makes a random key and wraps it, by the key that is wanted, for the row that will keep it.
func (m *Master) NewKey(tenant, table, row string) (wrapped []byte, k *Key, err error) {
	return m.Wanted().NewKey(tenant, table, row)
}

// Unwrap returns a key that NewKey of any of the master's keys wrapped for the same row, or ErrSealed.
func (m *Master) Unwrap(wrapped []byte, tenant, table, row string) (*Key, error) {
	_, key, err := m.unwrap(wrapped, tenant, table, row)
	return key, err
}

// Holder returns the key that wrapped something for a row, or ErrSealed.
func (m *Master) Holder(wrapped []byte, tenant, table, row string) (*MasterKey, error) {
	holder, _, err := m.unwrap(wrapped, tenant, table, row)
	return holder, err
}

// unwrap tries all keys and, if none fits and their file has changed, all that are in it now.
func (m *Master) unwrap(wrapped []byte, tenant, table, row string) (*MasterKey, *Key, error) {
	for again := true; ; {
		for _, holder := range m.Keys() {
			if key, err := holder.Unwrap(wrapped, tenant, table, row); err == nil {
				return holder, key, nil
			}
		}
		if !again || !m.reload() {
			return nil, nil, ErrSealed
		}
		again = false
	}
}

// Rewrap wraps a wrapped key by the key that is wanted. The key itself stays as
// it is, and so does what it seals. It returns nil when there is nothing to do,
// and ErrSealed if none of the master's keys opens it.
func (m *Master) Rewrap(wrapped []byte, tenant, table, row string) ([]byte, error) {
	holder, err := m.Holder(wrapped, tenant, table, row)
	if err != nil || holder == m.Wanted() {
		return nil, err
	}
	handle, err := holder.wrap.read(wrapped, tenant, table, row)
	if err != nil {
		return nil, err
	}
	return m.Wanted().wrap.write(handle, tenant, table, row)
}

// Format keeps the secrets out of logs, whichever verb is used.
func (m *Master) Format(f fmt.State, _ rune) { io.WriteString(f, "seal.Master") }

// NewKey makes a random key and wraps it for the row that will keep it.
func (k *MasterKey) NewKey(tenant, table, row string) (wrapped []byte, child *Key, err error) {
	return k.wrap.NewKey(tenant, table, row)
}

// Unwrap returns a key that NewKey wrapped for the same row, or ErrSealed.
func (k *MasterKey) Unwrap(wrapped []byte, tenant, table, row string) (*Key, error) {
	return k.wrap.Unwrap(wrapped, tenant, table, row)
}

// Derive returns n bytes (8160 at most) that only holders of this very key can
// know. They are others once another key has taken its place, so that what is
// to outlive that derives from a Root.
func (k *MasterKey) Derive(purpose string, n int) []byte {
	return expand(extract(k.secret), deriveInfo+purpose, n)
}

// Check tells keys apart, and tells nothing about them.
func (k *MasterKey) Check() string { return fmt.Sprintf("%x", k.Derive("backup/key-check", 16)) }

// Format keeps the secret out of logs, whichever verb is used.
func (k *MasterKey) Format(f fmt.State, _ rune) { io.WriteString(f, "seal.MasterKey") }

// extract and expand are HKDF-SHA256 (RFC 5869) without salt: secrets are uniform already.
func extract(secret []byte) []byte {
	out, err := hkdf.Extract(sha256.New, secret, nil)
	if err != nil {
		panic("seal: extract: " + err.Error()) // SHA-256 is there
	}
	return out
}

func expand(extracted []byte, info string, n int) []byte {
	out, err := hkdf.Expand(sha256.New, extracted, info, n)
	if err != nil {
		panic("seal: derive: " + err.Error()) // n is the caller's constant
	}
	return out
}
