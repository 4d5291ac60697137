package backup

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"parley/persistence/seal"
)

// mac proves that a checksum was made by somebody who holds the master key.
func mac(key *seal.MasterKey, sum []byte) string {
	h := hmac.New(sha256.New, key.Derive("backup/mac", 32))
	h.Write(sum)
	return hex.EncodeToString(h.Sum(nil))
}

// ErrKey says that a backup belongs to another master key.
var ErrKey = errors.New("the master key (PARLEY_KEY, or the file key in the data folder) is not the one that the backup was sealed with")

// keyOf returns the key of a master that a backup belongs to.
func keyOf(header Header, master *seal.Master) (*seal.MasterKey, error) {
	for _, key := range master.Keys() {
		if key.Check() == header.KeyCheck {
			return key, nil
		}
	}
	return nil, fmt.Errorf("%w: it needs the key whose check value is %s, this one has %s", ErrKey, header.KeyCheck, master.Wanted().Check())
}

// Tables with keys that the master key has wrapped.
const (
	keysTable    = "platform_keys"
	tenantsTable = "tenants"
)

// holderOf returns the master key that a database is sealed under.
func holderOf(ctx context.Context, source Source, tables []Table, master *seal.Master) (holder *seal.MasterKey, err error) {
	for _, table := range tables {
		if table.Name != keysTable {
			continue
		}
		for row, err := range source.Rows(ctx, table) {
			if err != nil {
				return nil, err
			}
			wrapped, name := wrappedKey(table, row, "name", "wrapped")
			if holder, err = master.Holder(wrapped, "", keysTable, name); err != nil {
				return nil, unopened(name, err)
			}
		}
	}
	if holder == nil {
		return nil, errors.New("the database has no keys: no Parley was ever started on it")
	}
	return holder, nil
}

// opens fails for a row of keysTable that a master key does not open: a backup must not
// say of itself that it belongs to a key that cannot read it.
func opens(table Table, row []any, key *seal.MasterKey) error {
	if table.Name != keysTable {
		return nil
	}
	wrapped, name := wrappedKey(table, row, "name", "wrapped")
	if _, err := key.Unwrap(wrapped, "", keysTable, name); err != nil {
		return unopened(name, err)
	}
	return nil
}

// settled fails for a tenant whose key waits to be wrapped again: another of the master's keys holds it than
// the one that the backup belongs to. What none of them opens was lost before, and is kept as it is.
func settled(table Table, row []any, key *seal.MasterKey, master *seal.Master) error {
	if table.Name != tenantsTable {
		return nil
	}
	wrapped, id := wrappedKey(table, row, "id", "wrapped_key")
	if holder, err := master.Holder(wrapped, id, tenantsTable, id); err == nil && holder.Check() != key.Check() {
		return errors.New("the master key is being changed: let `parley keys rotate` end, and make the backup then")
	}
	return nil
}

func unopened(name string, err error) error {
	return fmt.Errorf("the master key (PARLEY_KEY, or the file key in the data folder) does not open the database's key of %s: %w", name, err)
}

// wrappedKey picks a wrapped key, and what it is bound to, out of a row.
func wrappedKey(table Table, row []any, name, wrapped string) (key []byte, bound string) {
	for i, column := range table.Columns {
		switch column.Name {
		case name:
			bound, _ = row[i].(string)
		case wrapped:
			key, _ = row[i].([]byte)
		}
	}
	return key, bound
}
