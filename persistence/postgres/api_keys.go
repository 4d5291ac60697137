package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

var _ account.APIKeys = (*Store)(nil)

// tableAPIKeys is what the body of a key is bound to. It never changes.
const tableAPIKeys = "api_keys"

// apiKeyRecord is what people said of a key, sealed by the tenant's key.
type apiKeyRecord struct {
	recordHead
	Name      string          `json:"name"`
	Prefix    string          `json:"prefix"`
	Scopes    []account.Scope `json:"scopes"`
	Addresses []netip.Prefix  `json:"addresses,omitempty"`
	By        string          `json:"by,omitempty"`
}

// CreateAPIKey keeps a new key, and forgets those that expired before a time.
func (s *Store) CreateAPIKey(ctx context.Context, key account.APIKey, forget time.Time) error {
	return s.explain(s.putAPIKey(ctx, key, func(q *db.Queries) error {
		return q.ForgetAPIKeys(ctx, db.ForgetAPIKeysParams{Tenant: key.Tenant, Before: new(storable(forget))})
	}), "create API key "+key.ID)
}

// RotateAPIKey keeps a key in the place of another.
func (s *Store) RotateAPIKey(ctx context.Context, next account.APIKey, instead string, ends time.Time) error {
	return s.explain(s.putAPIKey(ctx, next, func(q *db.Queries) error {
		rows, err := q.EndAPIKey(ctx, db.EndAPIKeyParams{Tenant: next.Tenant, ID: instead, Ends: new(storable(ends))})
		if err == nil && rows == 0 {
			return pgx.ErrNoRows
		}
		return err
	}), "rotate API key "+instead)
}

// putAPIKey keeps a key together with what else is to happen, which comes first.
func (s *Store) putAPIKey(ctx context.Context, key account.APIKey, first func(q *db.Queries) error) error {
	tenantKey, err := s.keys.tenant(ctx, s.reads, key.Tenant)
	if err != nil {
		return err
	}
	body, err := sealAPIKey(tenantKey, key)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, key.Tenant); err != nil {
			return err
		}
		if err := first(q); err != nil {
			return err
		}
		count, err := q.CountAPIKeys(ctx, key.Tenant)
		if err != nil {
			return fmt.Errorf("count API keys: %w", err)
		}
		if count >= account.MaxKeys {
			return account.ErrTooManyKeys
		}
		return q.InsertAPIKey(ctx, db.InsertAPIKeyParams{
			ID: key.ID, Tenant: key.Tenant, Bot: orNull(key.Bot), Line: key.Line, Hash: key.Hash, Body: body,
			CreatedAt: orNow(key.CreatedAt), ExpiresAt: stored(key.ExpiresAt),
		})
	})
}

// APIKeyByHash returns the key of a secret. It crosses tenants: whoever has one names none.
func (s *Store) APIKeyByHash(ctx context.Context, hash []byte) (account.APIKey, error) {
	row, err := s.reads.APIKeyByHash(ctx, hash)
	if err != nil {
		return account.APIKey{}, s.explain(err, "look up an API key")
	}
	key, err := s.openedAPIKey(ctx, s.reads, row)
	return key, s.explain(err, "look up an API key")
}

// APIKey returns one of the tenant's.
func (s *Store) APIKey(ctx context.Context, tenant, id string) (account.APIKey, error) {
	key, _, err := s.apiKey(ctx, s.reads, tenant, id)
	return key, s.explain(err, "read API key "+id)
}

func (s *Store) apiKey(ctx context.Context, q *db.Queries, tenant, id string) (account.APIKey, db.ApiKey, error) {
	row, err := q.APIKey(ctx, db.APIKeyParams{Tenant: tenant, ID: id})
	if err != nil {
		return account.APIKey{}, row, err
	}
	key, err := s.openedAPIKey(ctx, q, row)
	return key, row, err
}

// APIKeys returns all of the tenant's, oldest first.
func (s *Store) APIKeys(ctx context.Context, tenant string) ([]account.APIKey, error) {
	keys, err := s.apiKeys(ctx, tenant)
	return keys, s.explain(err, "list API keys of "+tenant)
}

func (s *Store) apiKeys(ctx context.Context, tenant string) ([]account.APIKey, error) {
	rows, err := s.reads.APIKeysOfTenant(ctx, tenant)
	if err != nil {
		return nil, err
	}
	keys := make([]account.APIKey, len(rows))
	for i, row := range rows {
		if keys[i], err = s.openedAPIKey(ctx, s.reads, row); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// UpdateAPIKey changes what is there, and again if somebody else was faster.
func (s *Store) UpdateAPIKey(ctx context.Context, tenant, id string, change func(*account.APIKey) error) (account.APIKey, error) {
	var key account.APIKey
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		var row db.ApiKey
		var err error
		if key, row, err = s.apiKey(ctx, q, tenant, id); err != nil {
			return err
		}
		if err := change(&key); err != nil {
			return err
		}
		tenantKey, err := s.keys.tenant(ctx, q, tenant)
		if err != nil {
			return err
		}
		body, err := sealAPIKey(tenantKey, key)
		if err != nil {
			return err
		}
		_, err = q.UpdateAPIKey(ctx, db.UpdateAPIKeyParams{Tenant: tenant, ID: id, Body: body, ExpiresAt: stored(key.ExpiresAt), Was: row.Body})
		if errors.Is(err, pgx.ErrNoRows) {
			return errStale
		}
		return err
	})
	return key, s.explain(err, "update API key "+id)
}

// DeleteAPIKey ends a key.
func (s *Store) DeleteAPIKey(ctx context.Context, tenant, id string) error {
	rows, err := s.writes.DeleteAPIKey(ctx, db.DeleteAPIKeyParams{Tenant: tenant, ID: id})
	if err == nil && rows == 0 {
		err = pgx.ErrNoRows
	}
	return s.explain(err, "delete API key "+id)
}

// UseAPIKey notes when a key was used last.
func (s *Store) UseAPIKey(ctx context.Context, tenant, id string, at time.Time) error {
	return s.explain(s.writes.UseAPIKey(ctx, db.UseAPIKeyParams{Tenant: tenant, ID: id, At: new(storable(at))}), "note the use of API key "+id)
}

func sealAPIKey(tenantKey *seal.Key, key account.APIKey) ([]byte, error) {
	return sealRecord(tenantKey, key.Tenant, tableAPIKeys, key.ID, apiKeyRecord{head(), key.Name, key.Prefix, key.Scopes.List(), key.Addresses, key.By})
}

func (s *Store) openedAPIKey(ctx context.Context, q *db.Queries, row db.ApiKey) (account.APIKey, error) {
	tenantKey, err := s.keys.tenant(ctx, q, row.Tenant)
	if err != nil {
		return account.APIKey{}, err
	}
	var r apiKeyRecord
	if err := openRecord(tenantKey, row.Tenant, tableAPIKeys, row.ID, row.Body, &r); err != nil {
		return account.APIKey{}, err
	}
	return account.APIKey{
		ID: row.ID, Tenant: row.Tenant, Bot: orEmpty(row.Bot), Line: row.Line, Name: r.Name, Prefix: r.Prefix, Hash: row.Hash,
		Scopes: account.ScopesOf(r.Scopes...), Addresses: r.Addresses, By: r.By,
		CreatedAt: row.CreatedAt, ExpiresAt: orZero(row.ExpiresAt), UsedAt: orZero(row.UsedAt),
	}, nil
}

// orNull is how a text that may be absent is stored.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
