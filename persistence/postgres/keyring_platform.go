package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

const (
	// accountsKey names the platform's key that accounts are sealed under.
	accountsKey = "accounts"
	// rootSecret names the platform's secret that all derives from which outlives the master key.
	rootSecret = "root"
	// rootMigration brought the table of secrets. Programs that know no later one derive from the
	// master key itself.
	rootMigration = 22
)

// accounts returns the key of all accounts, which makeAccounts made.
func (k *keyring) accounts(ctx context.Context, q *db.Queries) (*seal.Key, error) {
	id := keyID{"", tablePlatformKeys, accountsKey}
	if key := k.cache.get(id); key != nil {
		return key, nil
	}
	wrapped, err := accountsWrapped(q.PlatformKey(ctx, accountsKey))
	if err != nil {
		return nil, err
	}
	return k.unwrap(k.master, wrapped, id)
}

func accountsWrapped(wrapped []byte, err error) ([]byte, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errors.New("there is no key of accounts: the database was not migrated")
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of accounts: %w", err)
	}
	return wrapped, nil
}

// makeAccounts makes the key of all accounts and a random root, unless somebody has made the key.
func (s *Store) makeAccounts(ctx context.Context) error {
	wrapped, key, err := s.keys.master.NewKey("", tablePlatformKeys, accountsKey)
	if err != nil {
		return err
	}
	body, err := seal.NewRoot().Seal(key, "", tablePlatformSecrets, rootSecret)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		made, err := q.InsertPlatformKey(ctx, db.InsertPlatformKeyParams{Name: accountsKey, Wrapped: wrapped})
		if err != nil {
			return fmt.Errorf("keep the key of accounts: %w", err)
		}
		if made == 0 {
			return nil
		}
		if err := q.InsertPlatformSecret(ctx, db.InsertPlatformSecretParams{Name: rootSecret, Body: body}); err != nil {
			return fmt.Errorf("keep the root: %w", err)
		}
		return nil
	})
}

// findRoot has the keyring use the root of the database. One that was begun before there were roots
// keeps what derived from its master key, which programs of that time still use beside
// this one. Whoever derives otherwise is kept out.
func (s *Store) findRoot(ctx context.Context) error {
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return err
	}
	body, err := s.reads.PlatformSecret(ctx, rootSecret)
	if errors.Is(err, pgx.ErrNoRows) {
		if body, err = s.keepFirstRoot(ctx, key); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("read the root: %w", err)
	}
	root, err := seal.OpenRoot(key, body, "", tablePlatformSecrets, rootSecret)
	if err != nil {
		return fmt.Errorf("open the root: %w", err)
	}
	s.keys.grow(root)
	s.cursors = cursors{key: root.Derive("persistence/cursors", 32)}
	holder, err := s.inForce(ctx, s.reads.PlatformKey)
	if err != nil || root.Equal(holder.Root()) {
		return err
	}
	if err := s.writes.RaiseSchemaFloor(ctx, rootMigration); err != nil {
		return fmt.Errorf("keep older programs out: %w", err)
	}
	return nil
}

// keepFirstRoot keeps what derived from the master key that a database was begun with.
func (s *Store) keepFirstRoot(ctx context.Context, key *seal.Key) ([]byte, error) {
	holder, err := s.inForce(ctx, s.reads.PlatformKey)
	if err != nil {
		return nil, err
	}
	body, err := holder.Root().Seal(key, "", tablePlatformSecrets, rootSecret)
	if err != nil {
		return nil, err
	}
	if err := s.writes.InsertPlatformSecret(ctx, db.InsertPlatformSecretParams{Name: rootSecret, Body: body}); err != nil {
		return nil, fmt.Errorf("keep the root: %w", err)
	}
	return s.reads.PlatformSecret(ctx, rootSecret) // somebody else's, if they were first
}

// inForce returns the master key that holds the key of accounts, and by which those of new tenants
// are wrapped. It is not the one that is wanted until the keys were rotated: then all nodes know that one.
// read is how the key of accounts is read.
func (s *Store) inForce(ctx context.Context, read func(context.Context, string) ([]byte, error)) (*seal.MasterKey, error) {
	wrapped, err := accountsWrapped(read(ctx, accountsKey))
	if err != nil {
		return nil, err
	}
	holder, err := s.keys.master.Holder(wrapped, "", tablePlatformKeys, accountsKey)
	if err != nil {
		return nil, wrongMaster(tablePlatformKeys, accountsKey, err)
	}
	return holder, nil
}

// Root is what everything derives from that must stay the same when the master key changes. It is
// there once the store was migrated.
func (s *Store) Root() *seal.Root { return s.keys.root }
