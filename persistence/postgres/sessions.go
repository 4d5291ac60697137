package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

// CreateSession keeps a sign-in, and ends those of the user that were used longest ago, above account.SessionsKept.
func (s *Store) CreateSession(ctx context.Context, session account.Session) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		client, err := s.sealClient(ctx, q, session)
		if err != nil {
			return err
		}
		err = q.InsertSession(ctx, db.InsertSessionParams{
			ID: session.ID, Tenant: session.Tenant, UserID: session.User, Hash: session.Hash, Previous: session.Previous,
			CreatedAt: orNow(session.CreatedAt), ExpiresAt: storable(session.ExpiresAt), UsedAt: maybe(session.UsedAt), Client: client,
		})
		if err != nil {
			return err
		}
		return q.DeleteSurplusSessions(ctx, db.DeleteSurplusSessionsParams{UserID: session.User, Keep: account.SessionsKept})
	})
	return s.explain(err, "create a session")
}

// Session returns a sign-in, whether or not it has expired.
func (s *Store) Session(ctx context.Context, id string) (account.Session, error) {
	row, err := s.reads.Session(ctx, id)
	if err != nil {
		return account.Session{}, s.explain(err, "read a session")
	}
	session, err := s.openSession(ctx, row)
	return session, s.explain(err, "read session "+id)
}

// SessionsOf returns those of a user in all tenants, last used first.
func (s *Store) SessionsOf(ctx context.Context, user string, now time.Time, limit int) ([]account.Session, error) {
	rows, err := s.reads.SessionsOfUser(ctx, db.SessionsOfUserParams{UserID: user, Now: storable(now), Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "list sessions of "+user)
	}
	sessions := make([]account.Session, len(rows))
	for i, row := range rows {
		if sessions[i], err = s.openSession(ctx, row); err != nil {
			return nil, s.explain(err, "read session "+row.ID)
		}
	}
	return sessions, nil
}

// RotateSession replaces the hash if `from` still is the current one.
func (s *Store) RotateSession(ctx context.Context, from []byte, to account.Session) error {
	client, err := s.sealClient(ctx, s.reads, to)
	if err != nil {
		return s.explain(err, "rotate a session")
	}
	rows, err := s.writes.RotateSession(ctx, db.RotateSessionParams{
		ID: to.ID, OldHash: from, NewHash: to.Hash, ExpiresAt: storable(to.ExpiresAt), UsedAt: maybe(to.UsedAt), Client: client,
	})
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

// DeleteSessions ends all of a user's but one, and revokes their tokens.
func (s *Store) DeleteSessions(ctx context.Context, user, keep string) (tenants []string, err error) {
	err = s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		tenants, err = deleteSessions(ctx, q, user, keep)
		return err
	})
	return tenants, s.explain(err, "delete sessions of "+user)
}

func deleteSessions(ctx context.Context, q *db.Queries, user, keep string) (tenants []string, err error) {
	ended, err := q.DeleteSessionsOfUser(ctx, db.DeleteSessionsOfUserParams{UserID: user, Keep: keep})
	if err != nil {
		return nil, fmt.Errorf("delete sessions: %w", err)
	}
	for _, session := range ended {
		if err := revoke(ctx, q, session.Tenant, user, session.ID); err != nil {
			return nil, err
		}
		tenants = append(tenants, session.Tenant)
	}
	return tenants, nil
}
