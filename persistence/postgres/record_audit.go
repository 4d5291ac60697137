package postgres

import (
	"encoding/hex"
	"fmt"
	"strconv"

	"parley/account"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableAudit is what the names in an audit log are bound to. It never changes.
const tableAudit = "audit"

// auditRecord is what of an entry concerns a person.
type auditRecord struct {
	recordHead
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
}

// auditNothing is the hash that the first entry follows.
func (k *keyring) auditNothing(tenant string) []byte { return k.hash("audit begins", tenant) }

// auditBodyHash is what is kept of a body for good: so that it can be erased, and nobody can put another in its place.
func (k *keyring) auditBodyHash(e account.Entry) []byte {
	return k.hash("audit body", e.Tenant, e.ID, e.Actor.Name, e.Address)
}

// auditHash chains an entry to the one before.
func (k *keyring) auditHash(before []byte, tenant string, row db.AuditAfterRow) []byte {
	return k.hash("audit", tenant, hex.EncodeToString(before), strconv.FormatInt(row.N, 10), row.ID, strconv.FormatInt(row.At.UnixMilli(), 10),
		row.ActorKind, row.Actor, row.Action, row.Target, row.Outcome, hex.EncodeToString(row.BodyHash))
}

// sealAudit makes the row of an entry that follows another.
func (k *keyring) sealAudit(key *seal.Key, e account.Entry, n int64, before []byte) (db.InsertAuditParams, error) {
	body, err := sealRecord(key, e.Tenant, tableAudit, e.ID, auditRecord{head(), e.Actor.Name, e.Address})
	if err != nil {
		return db.InsertAuditParams{}, err
	}
	row := db.InsertAuditParams{
		Tenant: e.Tenant, N: n, ID: e.ID, At: orNow(e.At), ActorKind: string(e.Actor.Kind), Actor: e.Actor.ID,
		Action: e.Action, Target: e.Target, Outcome: e.Outcome, Body: body, BodyHash: k.auditBodyHash(e),
	}
	row.Hash = k.auditHash(before, e.Tenant, db.AuditAfterRow{
		N: row.N, ID: row.ID, At: row.At, ActorKind: row.ActorKind, Actor: row.Actor, Action: row.Action, Target: row.Target,
		Outcome: row.Outcome, BodyHash: row.BodyHash,
	})
	return row, nil
}

// openAudit reads an entry. The name and the address of one whose actor was erased are empty.
func openAudit(key *seal.Key, tenant string, row db.AuditAfterRow) (account.Entry, error) {
	e := account.Entry{
		ID: row.ID, Tenant: tenant, At: row.At, Actor: account.Actor{Kind: account.ActorKind(row.ActorKind), ID: row.Actor},
		Action: row.Action, Target: row.Target, Outcome: row.Outcome,
	}
	if row.Body == nil {
		return e, nil
	}
	var r auditRecord
	if err := openRecord(key, tenant, tableAudit, row.ID, row.Body, &r); err != nil {
		return e, fmt.Errorf("open entry %d: %w", row.N, err)
	}
	e.Actor.Name, e.Address = r.Name, r.Address
	return e, nil
}
