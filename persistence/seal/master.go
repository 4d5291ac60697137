package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// masterSize is the length of the master secret in bytes.
const masterSize = 32

// Names under which keys are derived from the master secret. What callers
// derive lives behind its own prefix and never meets the wrapping key.
const (
	wrapInfo   = "parley/seal/v1/wrap"
	deriveInfo = "parley/seal/v1/derive/"
)

// Master is the secret that everything else hangs from. It is the same on all
// nodes of a cluster; without it nothing sealed can be read again.
type Master struct {
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
	return newMaster(secret)
}

func newMaster(secret []byte) (*Master, error) {
	m := &Master{secret: secret}
	cipher, err := subtle.NewAESGCM(m.expand(wrapInfo, masterSize))
	if err != nil {
		return nil, fmt.Errorf("derive the wrapping key: %w", err)
	}
	m.wrap.cipher = cipher
	return m, nil
}

// Derive returns n bytes (8160 at most) that only holders of the master key can
// know, always the same for a purpose and unrelated between purposes. For keys
// of signatures and of lookups by HMAC, not for sealing.
func (m *Master) Derive(purpose string, n int) []byte {
	return m.expand(deriveInfo+purpose, n)
}

// expand is HKDF-SHA256 (RFC 5869) without salt: the secret is uniform already.
func (m *Master) expand(info string, n int) []byte {
	out, err := hkdf.Key(sha256.New, m.secret, nil, info, n)
	if err != nil {
		panic("seal: derive: " + err.Error()) // n is the caller's constant
	}
	return out
}

// NewKey makes a random key and wraps it for the row that will keep it.
func (m *Master) NewKey(tenant, table, row string) (wrapped []byte, k *Key, err error) {
	return m.wrap.NewKey(tenant, table, row)
}

// Unwrap returns a key that NewKey wrapped for the same row, or ErrSealed.
func (m *Master) Unwrap(wrapped []byte, tenant, table, row string) (*Key, error) {
	return m.wrap.Unwrap(wrapped, tenant, table, row)
}

// Format keeps the secret out of logs, whichever verb is used.
func (m *Master) Format(f fmt.State, _ rune) { io.WriteString(f, "seal.Master") }
