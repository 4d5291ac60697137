package postgres

import (
	"container/list"
	"sync"
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

// keyCache holds unwrapped keys, the least recently used of which give way.
type keyCache struct {
	mu     sync.Mutex
	byID   map[keyID]*list.Element
	recent *list.List // of *cachedKey, most recent first
}

type cachedKey struct {
	id    keyID
	key   *seal.Key
	until time.Time
}

func newKeyCache() *keyCache {
	return &keyCache{byID: make(map[keyID]*list.Element), recent: list.New()}
}

// get returns a key, or nil.
func (c *keyCache) get(id keyID) *seal.Key {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.byID[id]
	if e == nil {
		return nil
	}
	cached := e.Value.(*cachedKey)
	if time.Now().After(cached.until) {
		c.drop(e)
		return nil
	}
	c.recent.MoveToFront(e)
	return cached.key
}

func (c *keyCache) put(id keyID, key *seal.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byID[id]; e != nil {
		c.drop(e)
	}
	c.byID[id] = c.recent.PushFront(&cachedKey{id, key, time.Now().Add(cachedFor)})
	if c.recent.Len() > cachedKeys {
		c.drop(c.recent.Back())
	}
}

// forget drops a key whose row was deleted.
func (c *keyCache) forget(id keyID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.byID[id]; e != nil {
		c.drop(e)
	}
}

func (c *keyCache) drop(e *list.Element) {
	delete(c.byID, e.Value.(*cachedKey).id)
	c.recent.Remove(e)
}
