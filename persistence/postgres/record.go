package postgres

import (
	"encoding/json"
	"fmt"

	"parley/persistence/seal"
)

// Records are JSON in sealed columns. Their structs belong to storage alone:
// what the wire or another room calls a field does not matter here. Each has a
// version, "v"; a field may be added under the same one, a change of meaning
// takes a new one.

// recordVersion is the version that is written.
const recordVersion = 1

// sealRecord seals a record for its row.
func sealRecord(key *seal.Key, tenant, table, row string, record any) ([]byte, error) {
	plain, err := json.Marshal(record)
	if err != nil {
		return nil, fmt.Errorf("encode %s %s: %w", table, row, err)
	}
	return key.Seal(plain, tenant, table, row)
}

// openRecord reads a record of a row.
func openRecord(key *seal.Key, tenant, table, row string, sealed []byte, record versioned) error {
	plain, err := key.Open(sealed, tenant, table, row)
	if err != nil {
		return fmt.Errorf("open %s %s: %w", table, row, err)
	}
	if err := json.Unmarshal(plain, record); err != nil {
		return fmt.Errorf("decode %s %s: %w", table, row, err)
	}
	if v := record.version(); v != recordVersion {
		return fmt.Errorf("decode %s %s: version %d was written by a newer Parley", table, row, v)
	}
	return nil
}

// versioned is a pointer to a record.
type versioned interface{ version() int }

// recordHead is the part that all records begin with.
type recordHead struct {
	Version int `json:"v"`
}

func (h *recordHead) version() int { return h.Version }

// head is that of a record that is written now.
func head() recordHead { return recordHead{recordVersion} }
