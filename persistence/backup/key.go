package backup

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"parley/persistence/seal"
)

// KeyCheck is equal for equal master keys. Nothing can be derived from it.
func KeyCheck(master *seal.Master) string {
	return hex.EncodeToString(master.Derive("backup/key-check", 16))
}

// mac proves that a checksum was made by somebody who holds the master key.
func mac(master *seal.Master, sum []byte) string {
	h := hmac.New(sha256.New, master.Derive("backup/mac", 32))
	h.Write(sum)
	return hex.EncodeToString(h.Sum(nil))
}

// ErrKey says that a backup belongs to another master key.
var ErrKey = errors.New("the master key (PARLEY_KEY, or the file key in the data folder) is not the one that the backup was sealed with")

// checkKey compares a master key with the one of a header.
func checkKey(header Header, master *seal.Master) error {
	if got := KeyCheck(master); got != header.KeyCheck {
		return fmt.Errorf("%w: it needs the key whose check value is %s, this one has %s", ErrKey, header.KeyCheck, got)
	}
	return nil
}

// keysTable has the keys that hang from the master key and belong to no tenant.
const keysTable = "platform_keys"

// opens fails for a row of keysTable that a master key does not open: a backup must not
// say of itself that it belongs to a key that cannot read it.
func opens(table Table, row []any, master *seal.Master) error {
	if table.Name != keysTable {
		return nil
	}
	var name string
	var wrapped []byte
	for i, column := range table.Columns {
		switch column.Name {
		case "name":
			name, _ = row[i].(string)
		case "wrapped":
			wrapped, _ = row[i].([]byte)
		}
	}
	if _, err := master.Unwrap(wrapped, "", keysTable, name); err != nil {
		return fmt.Errorf("the master key (PARLEY_KEY, or the file key in the data folder) does not open the database's key of %s: %w", name, err)
	}
	return nil
}
