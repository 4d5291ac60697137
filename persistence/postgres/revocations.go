package postgres

import (
	"context"
	"fmt"
	"time"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.Revocations = (*Store)(nil)

// RevocationVersion is that of the last revocation.
func (s *Store) RevocationVersion(ctx context.Context) (int64, error) {
	version, err := s.reads.RevocationVersion(ctx)
	return version, s.explain(err, "read the version of revocations")
}

// Revocations returns those after a version that were made since a time, lowest version first.
func (s *Store) Revocations(ctx context.Context, after int64, since time.Time, limit int) ([]account.Revocation, error) {
	rows, err := s.reads.RevocationsAfter(ctx, db.RevocationsAfterParams{Version: after, Since: storable(since), Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "list revocations")
	}
	revocations := make([]account.Revocation, len(rows))
	for i, row := range rows {
		revocations[i] = account.Revocation{Tenant: row.Tenant, User: row.UserID, Session: row.Session, Version: row.Version}
	}
	return revocations, nil
}

// revoke keeps that the tokens of a session, or of a whole membership if there is none named, are not good any more.
// It comes last in its transaction: the row that it locks is everybody's.
func revoke(ctx context.Context, q *db.Queries, tenant, user, session string) error {
	version, err := q.NextRevocation(ctx)
	if err != nil {
		return fmt.Errorf("count the revocation: %w", err)
	}
	err = q.PutRevocation(ctx, db.PutRevocationParams{Tenant: tenant, UserID: user, Session: session, Version: version, RevokedAt: now()})
	if err != nil {
		return fmt.Errorf("keep the revocation: %w", err)
	}
	return nil
}
