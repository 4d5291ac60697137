package postgres

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Tables as sealed values and wrapped keys are bound to them. They never change.
const (
	tablePlatformKeys    = "platform_keys"
	tablePlatformSecrets = "platform_secrets"
	tableTenants         = "tenants"
	tableUsers           = "users"
	tableBots            = "bots"
	tableVisitors        = "visitors"
	tableOrigin          = "conversations.origin"
	tableAgent           = "conversations.agent"
	tablePreview         = "conversations.preview"
	tableEvents          = "events"
	tableTraces          = "traces"
	tableSummaries       = "summaries"
	tableContacts        = "visitors.contact"
	tableLabels          = "labels"
	tableSources         = "sources"
	tableOriginals       = "originals"
	tablePassages        = "passages"
	tableWordKeys        = "word_keys"
)

// keyring unwraps keys and remembers them. The master wraps those that belong to
// no other; what is looked up by an HMAC derives from the root, which Migrate reads.
type keyring struct {
	master   *seal.Master
	cache    keyCache
	root     *seal.Root
	emailKey []byte
	hashKey  []byte // of all else that is found by its HMAC
}

func newKeyring(master *seal.Master) *keyring {
	k := &keyring{master: master, cache: newKeyCache()}
	k.grow(master.Wanted().Root()) // nobody uses it before Migrate has read the one that counts
	return k
}

// grow derives from a root what is used often.
func (k *keyring) grow(root *seal.Root) {
	k.root, k.emailKey, k.hashKey = root, root.Derive("persistence/emails", 32), root.Derive("persistence/hashes", 32)
}

// emailHash is what an address is found by, without regard to case.
func (k *keyring) emailHash(email string) []byte {
	mac := hmac.New(sha256.New, k.emailKey)
	mac.Write([]byte(strings.ToLower(strings.TrimSpace(email))))
	return mac.Sum(nil)
}

// hashLength is how many bytes of an HMAC are kept.
const hashLength = 16

// hash is what something is found by that may not stand in plain text. The parts begin
// with what it is, and whose.
func (k *keyring) hash(parts ...string) []byte {
	mac := hmac.New(sha256.New, k.hashKey)
	for _, part := range parts {
		mac.Write(binary.AppendUvarint(nil, uint64(len(part))))
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)[:hashLength]
}

// tenant returns a tenant's key; pgx.ErrNoRows: there is no such tenant.
func (k *keyring) tenant(ctx context.Context, q *db.Queries, tenant string) (*seal.Key, error) {
	id := keyID{tenant, tableTenants, tenant}
	if key := k.cache.get(id); key != nil {
		return key, nil
	}
	wrapped, err := q.TenantKey(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read the tenant's key: %w", err)
	}
	return k.unwrap(k.master, wrapped, id)
}

// source returns a source's key; pgx.ErrNoRows: the tenant has no such source.
func (k *keyring) source(ctx context.Context, q *db.Queries, tenant, source string) (*seal.Key, error) {
	id := keyID{tenant, tableSources, source}
	if key := k.cache.get(id); key != nil {
		return key, nil
	}
	wrapped, err := q.SourceKey(ctx, db.SourceKeyParams{Tenant: tenant, ID: source})
	if err != nil {
		return nil, fmt.Errorf("read the source's key: %w", err)
	}
	parent, err := k.tenant(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	return k.unwrap(parent, wrapped, id)
}

// visitorKey is a visitor's key, or why it cannot be used. Neither: the visitor
// has no row.
type visitorKey struct {
	key *seal.Key
	err error
}

// visitors returns the keys of visitors, in order. One that does not unwrap
// does not harm the others; the error is for all of them.
func (k *keyring) visitors(ctx context.Context, q *db.Queries, visitors []db.VisitorKeysParams) ([]visitorKey, error) {
	keys := make([]visitorKey, len(visitors))
	var missing []db.VisitorKeysParams
	var places []int
	for i, v := range visitors {
		if keys[i].key = k.cache.get(keyID{v.Tenant, tableVisitors, v.ID}); keys[i].key == nil {
			missing, places = append(missing, v), append(places, i)
		}
	}
	wrapped, err := optional(ctx, missing, q.VisitorKeys)
	if err != nil {
		return nil, fmt.Errorf("read visitors' keys: %w", err)
	}
	for i, w := range wrapped {
		if w == nil {
			continue
		}
		parent, err := k.tenant(ctx, q, missing[i].Tenant)
		if err != nil && !errors.Is(err, seal.ErrSealed) {
			return nil, err
		}
		key := &keys[places[i]]
		if key.err = err; err == nil {
			key.key, key.err = k.unwrap(parent, *w, keyID{missing[i].Tenant, tableVisitors, missing[i].ID})
		}
	}
	return keys, nil
}

// visitor returns one visitor's key; pgx.ErrNoRows: there is no such visitor.
func (k *keyring) visitor(ctx context.Context, q *db.Queries, tenant, visitor string) (*seal.Key, error) {
	keys, err := k.visitors(ctx, q, []db.VisitorKeysParams{{Tenant: tenant, ID: visitor}})
	switch {
	case err != nil:
		return nil, err
	case keys[0].err != nil:
		return nil, keys[0].err
	case keys[0].key == nil:
		return nil, fmt.Errorf("read the visitor's key: %w", pgx.ErrNoRows)
	}
	return keys[0].key, nil
}

// child unwraps a key that was read with its row.
func (k *keyring) child(parent *seal.Key, wrapped []byte, id keyID) (*seal.Key, error) {
	if key := k.cache.get(id); key != nil {
		return key, nil
	}
	return k.unwrap(parent, wrapped, id)
}

// below unwraps a visitor's key that was read with its tenant's, which is nil if
// that was in memory.
func (k *keyring) below(ctx context.Context, q *db.Queries, tenant string, tenantKey []byte, visitor string, visitorKey []byte) (*seal.Key, error) {
	id := keyID{tenant, tableVisitors, visitor}
	if key := k.cache.get(id); key != nil {
		return key, nil
	}
	tenantID := keyID{tenant, tableTenants, tenant}
	parent := k.cache.get(tenantID)
	if parent == nil {
		var err error
		if tenantKey == nil { // it was in memory a moment ago
			parent, err = k.tenant(ctx, q, tenant)
		} else {
			parent, err = k.unwrap(k.master, tenantKey, tenantID)
		}
		if err != nil {
			return nil, err
		}
	}
	return k.unwrap(parent, visitorKey, id)
}

// unwrapper is a master or a key.
type unwrapper interface {
	Unwrap(wrapped []byte, tenant, table, row string) (*seal.Key, error)
}

func (k *keyring) unwrap(parent unwrapper, wrapped []byte, id keyID) (*seal.Key, error) {
	key, err := parent.Unwrap(wrapped, id.tenant, id.table, id.row)
	if err != nil && parent == unwrapper(k.master) {
		return nil, wrongMaster(id.table, id.row, err)
	}
	if err != nil {
		return nil, fmt.Errorf("unwrap the key of %s %s: %w", id.table, id.row, err)
	}
	k.cache.put(id, key)
	return key, nil
}

func wrongMaster(table, row string, err error) error {
	return fmt.Errorf("the master key (PARLEY_KEY) is not the one that this database was sealed with, or %s %s was changed: %w", table, row, err)
}
