package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

// CreateSession keeps a sign-in.
func (s *Store) CreateSession(ctx context.Context, session account.Session) error {
	err := s.writes.InsertSession(ctx, db.InsertSessionParams{
		ID: session.ID, Tenant: session.Tenant, UserID: session.User, Hash: session.Hash, Previous: session.Previous,
		CreatedAt: orNow(session.CreatedAt), ExpiresAt: storable(session.ExpiresAt),
	})
	return s.explain(err, "create a session")
}

// Session returns a sign-in, whether or not it has expired.
func (s *Store) Session(ctx context.Context, id string) (account.Session, error) {
	row, err := s.reads.Session(ctx, id)
	if err != nil {
		return account.Session{}, s.explain(err, "read a session")
	}
	return account.Session{
		ID: row.ID, User: row.UserID, Tenant: row.Tenant, Hash: row.Hash, Previous: row.Previous,
		CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt,
	}, nil
}

// RotateSession replaces the hash if `from` still is the current one.
func (s *Store) RotateSession(ctx context.Context, id string, from, to []byte, expires time.Time) error {
	rows, err := s.writes.RotateSession(ctx, db.RotateSessionParams{ID: id, OldHash: from, NewHash: to, ExpiresAt: storable(expires)})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "rotate a session")
}

// DeleteSession ends a sign-in, and revokes its tokens.
func (s *Store) DeleteSession(ctx context.Context, id string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		ended, err := q.DeleteSession(ctx, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return revoke(ctx, q, ended.Tenant, ended.UserID, id)
	})
	return s.explain(err, "delete a session")
}
