package postgres

import (
	"container/list"
	"sync"
)

// lru holds a bounded number of values, the least recently used of which give
// way. It is safe for concurrent use.
type lru[K comparable, V any] struct {
	atMost int
	mu     sync.Mutex
	byKey  map[K]*list.Element
	recent *list.List // of *entry[K, V], most recent first
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func newLRU[K comparable, V any](atMost int) *lru[K, V] {
	return &lru[K, V]{atMost: atMost, byKey: make(map[K]*list.Element), recent: list.New()}
}

func (l *lru[K, V]) get(key K) (value V, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.byKey[key]
	if e == nil {
		return value, false
	}
	l.recent.MoveToFront(e)
	return e.Value.(*entry[K, V]).value, true
}

func (l *lru[K, V]) put(key K, value V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.byKey[key]; e != nil {
		e.Value.(*entry[K, V]).value = value
		l.recent.MoveToFront(e)
		return
	}
	l.byKey[key] = l.recent.PushFront(&entry[K, V]{key, value})
	if l.recent.Len() > l.atMost {
		l.drop(l.recent.Back())
	}
}

func (l *lru[K, V]) forget(key K) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.byKey[key]; e != nil {
		l.drop(e)
	}
}

func (l *lru[K, V]) drop(e *list.Element) {
	delete(l.byKey, e.Value.(*entry[K, V]).key)
	l.recent.Remove(e)
}
