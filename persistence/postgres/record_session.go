package postgres

import (
	"context"
	"time"

	"parley/account"
	"parley/persistence/postgres/db"
)

// tableSessions is what the client of a session is bound to. It never changes.
const tableSessions = "sessions"

// clientRecord is from where a session was used last, sealed under the tenant's key.
type clientRecord struct {
	recordHead
	Address string `json:"address,omitempty"`
	Browser string `json:"browser,omitempty"`
}

// sealClient seals from where a session was used; nil: nobody knows.
func (s *Store) sealClient(ctx context.Context, q *db.Queries, session account.Session) ([]byte, error) {
	if session.Client == (account.Client{}) {
		return nil, nil
	}
	key, err := s.keys.tenant(ctx, q, session.Tenant)
	if err != nil {
		return nil, err
	}
	return sealRecord(key, session.Tenant, tableSessions, session.ID, clientRecord{head(), session.Client.Address, session.Client.Browser})
}

func (s *Store) openSession(ctx context.Context, row db.Session) (account.Session, error) {
	session := account.Session{
		ID: row.ID, User: row.UserID, Tenant: row.Tenant, Hash: row.Hash, Previous: row.Previous,
		CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, UsedAt: row.CreatedAt,
	}
	if row.UsedAt != nil {
		session.UsedAt = *row.UsedAt
	}
	if row.Client == nil {
		return session, nil
	}
	key, err := s.keys.tenant(ctx, s.reads, row.Tenant)
	if err != nil {
		return account.Session{}, err
	}
	var client clientRecord
	if err := openRecord(key, row.Tenant, tableSessions, row.ID, row.Client, &client); err != nil {
		return account.Session{}, err
	}
	session.Client = account.Client{Address: client.Address, Browser: client.Browser}
	return session, nil
}

// maybe is a time for a column that may be NULL.
func maybe(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	at := storable(t)
	return &at
}
