package seal

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"io"
)

// Root is what everything derives from that must stay the same when the master
// key changes: keys of lookups by HMAC, of tokens that browsers keep for months,
// and of what nodes say to each other. It is random, made once, and kept sealed
// in the database like all else, so that no master key tells it without the
// database. It is immutable.
type Root struct{ extracted []byte }

// NewRoot makes a random one.
func NewRoot() *Root {
	secret := make([]byte, sha256.Size)
	rand.Read(secret) // crypto/rand never fails: it ends the process instead
	return &Root{extracted: secret}
}

// Root is what derived from a master key itself before there were roots.
// Installations that were begun then keep it, through all changes of that key.
func (k *MasterKey) Root() *Root { return &Root{extracted: extract(k.secret)} }

// Derive returns n bytes (8160 at most) that only holders of the root can know,
// always the same for a purpose and unrelated between purposes. For keys of
// signatures and of lookups by HMAC, not for sealing what people wrote.
func (r *Root) Derive(purpose string, n int) []byte {
	return expand(r.extracted, deriveInfo+purpose, n)
}

// Seal is the root as a row keeps it.
func (r *Root) Seal(key *Key, tenant, table, row string) ([]byte, error) {
	return key.Seal(r.extracted, tenant, table, row)
}

// OpenRoot returns what Seal gave for the same row, or ErrSealed.
func OpenRoot(key *Key, sealed []byte, tenant, table, row string) (*Root, error) {
	plain, err := key.Open(sealed, tenant, table, row)
	if err != nil {
		return nil, err
	}
	if len(plain) != sha256.Size {
		return nil, fmt.Errorf("the root has %d bytes, not %d", len(plain), sha256.Size)
	}
	return &Root{extracted: plain}, nil
}

// Equal tells whether the same derives from both.
func (r *Root) Equal(other *Root) bool {
	return subtle.ConstantTimeCompare(r.extracted, other.extracted) == 1
}

// Format keeps the root out of logs, whichever verb is used.
func (r *Root) Format(f fmt.State, _ rune) { io.WriteString(f, "seal.Root") }
