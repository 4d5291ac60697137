package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// ErrSealed says that a value or a wrapped key does not open here: it was
// changed, belongs to another row, table or tenant, or another key sealed it.
var ErrSealed = errors.New("sealed data does not open with this key for this row")

// version leads all that leaves the package.
const version = 1

// Overhead is how many bytes a sealed value is longer than the plain one:
// version, Tink's prefix (5), nonce (12) and tag (16).
const Overhead = 1 + 5 + 12 + 16

// The two uses of a key are kept apart in what is authenticated: a wrapped key
// cannot be opened as if it were a value.
const (
	useValue byte = 'v'
	useKey   byte = 'k'
)

// Key seals values and wraps other keys. One with its cipher takes about 1.4 KB of
// memory, so that thousands can be cached.
type Key struct{ cipher tink.AEAD }

// NewKey makes a random key and wraps it for the row that will keep it.
func (k *Key) NewKey(tenant, table, row string) (wrapped []byte, child *Key, err error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, nil, fmt.Errorf("make a key: %w", err)
	}
	if wrapped, err = k.write(handle, tenant, table, row); err != nil {
		return nil, nil, err
	}
	child, err = fromHandle(handle)
	return wrapped, child, err
}

// write wraps a keyset.
func (k *Key) write(handle *keyset.Handle, tenant, table, row string) ([]byte, error) {
	out := bytes.NewBuffer([]byte{version})
	err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(out), k.cipher, bound(useKey, tenant, table, row))
	if err != nil {
		return nil, fmt.Errorf("wrap a key: %w", err)
	}
	return out.Bytes(), nil
}

// Unwrap returns a key that NewKey wrapped for the same row, or ErrSealed.
func (k *Key) Unwrap(wrapped []byte, tenant, table, row string) (*Key, error) {
	handle, err := k.read(wrapped, tenant, table, row)
	if err != nil {
		return nil, err
	}
	return fromHandle(handle)
}

// read unwraps a keyset.
func (k *Key) read(wrapped []byte, tenant, table, row string) (*keyset.Handle, error) {
	if len(wrapped) == 0 || wrapped[0] != version {
		return nil, ErrSealed
	}
	reader := keyset.NewBinaryReader(bytes.NewReader(wrapped[1:]))
	handle, err := keyset.ReadWithAssociatedData(reader, k.cipher, bound(useKey, tenant, table, row))
	if err != nil {
		return nil, ErrSealed
	}
	return handle, nil
}

func fromHandle(handle *keyset.Handle) (*Key, error) {
	cipher, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("use a key: %w", err)
	}
	return &Key{cipher: cipher}, nil
}

// Seal encrypts a value for the row that will keep it. Sealing the same value
// twice gives different bytes. plain may be empty.
func (k *Key) Seal(plain []byte, tenant, table, row string) ([]byte, error) {
	ciphertext, err := k.cipher.Encrypt(plain, bound(useValue, tenant, table, row))
	if err != nil {
		return nil, fmt.Errorf("seal a value: %w", err)
	}
	sealed := make([]byte, 0, 1+len(ciphertext))
	return append(append(sealed, version), ciphertext...), nil
}

// Open returns what Seal was given for the same row, or ErrSealed. It does not
// change sealed, and returns memory of its own.
func (k *Key) Open(sealed []byte, tenant, table, row string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return nil, ErrSealed
	}
	plain, err := k.cipher.Decrypt(sealed[1:], bound(useValue, tenant, table, row))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// bound is what is authenticated beside the ciphertext. Lengths lead the parts,
// so that no two different rows give the same bytes.
func bound(use byte, tenant, table, row string) []byte {
	out := make([]byte, 0, 1+3*binary.MaxVarintLen64+len(tenant)+len(table)+len(row))
	out = append(out, version, use)
	for _, part := range [...]string{tenant, table, row} {
		out = binary.AppendUvarint(out, uint64(len(part)))
		out = append(out, part...)
	}
	return out
}

// Format keeps the key out of logs, whichever verb is used.
func (k *Key) Format(f fmt.State, _ rune) { io.WriteString(f, "seal.Key") }
