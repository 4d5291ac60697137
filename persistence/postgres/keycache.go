package postgres

import (
	"time"

	"parley/persistence/seal"
)

// cachedKeys bounds how many unwrapped keys stay in memory, at about 1.5 KB
// each. cachedFor bounds how long one is used after its row is gone.
const (
	cachedKeys = 8192
	cachedFor  = 10 * time.Minute
)

// keyID names the row that keeps a wrapped key.
type keyID struct{ tenant, table, row string }

// keyCache holds unwrapped keys, for a time.
type keyCache struct{ keys *lru[keyID, cachedKey] }

type cachedKey struct {
	key   *seal.Key
	until time.Time
}

func newKeyCache() keyCache { return keyCache{newLRU[keyID, cachedKey](cachedKeys)} }

// get returns a key, or nil.
func (c keyCache) get(id keyID) *seal.Key {
	cached, ok := c.keys.get(id)
	if ok && time.Now().After(cached.until) {
		c.keys.forget(id)
		return nil
	}
	return cached.key
}

func (c keyCache) put(id keyID, key *seal.Key) {
	c.keys.put(id, cachedKey{key, time.Now().Add(cachedFor)})
}

// forget drops a key whose row was deleted.
func (c keyCache) forget(id keyID) { c.keys.forget(id) }
