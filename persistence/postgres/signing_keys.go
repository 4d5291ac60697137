package postgres

import (
	"context"
	"fmt"
	"strconv"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.SigningKeys = (*Store)(nil)

// tableSigningKeys is what keys of access tokens are bound to. It never changes.
const tableSigningKeys = "signing_keys"

// SigningKeys returns the keys of access tokens, lowest number first.
func (s *Store) SigningKeys(ctx context.Context) ([]account.SigningKey, error) {
	keys, err := s.signingKeys(ctx)
	return keys, s.explain(err, "read signing keys")
}

func (s *Store) signingKeys(ctx context.Context) ([]account.SigningKey, error) {
	rows, err := s.reads.SigningKeys(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return nil, err
	}
	keys := make([]account.SigningKey, len(rows))
	for i, row := range rows {
		secret, err := key.Open(row.Secret, "", tableSigningKeys, strconv.FormatInt(row.Number, 10))
		if err != nil {
			return nil, fmt.Errorf("open signing key %d: %w", row.Number, err)
		}
		keys[i] = account.SigningKey{Number: row.Number, Secret: secret, Starts: row.StartsAt}
	}
	return keys, nil
}

// AddSigningKey keeps a key, and deletes those that nobody needs any more.
func (s *Store) AddSigningKey(ctx context.Context, added account.SigningKey) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		key, err := s.keys.accounts(ctx, q)
		if err != nil {
			return err
		}
		secret, err := key.Seal(added.Secret, "", tableSigningKeys, strconv.FormatInt(added.Number, 10))
		if err != nil {
			return err
		}
		if err := q.InsertSigningKey(ctx, db.InsertSigningKeyParams{Number: added.Number, Secret: secret, StartsAt: storable(added.Starts)}); err != nil {
			return err
		}
		return q.DeleteSigningKeys(ctx, added.Number-1)
	})
	return s.explain(err, "add a signing key")
}
