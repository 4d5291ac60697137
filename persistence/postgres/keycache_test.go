package postgres

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"parley/persistence/seal"
)

func TestTheKeysUsedLeastRecentlyGiveWay(t *testing.T) {
	t.Parallel()
	cache, key := newKeyCache(), new(seal.Key)
	for i := range cachedKeys {
		cache.put(keyID{row: fmt.Sprint(i)}, key)
	}
	cache.get(keyID{row: "0"})
	cache.put(keyID{row: "one more"}, key)
	for row, kept := range map[string]bool{"0": true, "1": false, "2": true, "one more": true} {
		if got := cache.get(keyID{row: row}) != nil; got != kept {
			t.Errorf("key %s is kept: %v", row, got)
		}
	}
	if n := len(cache.byID); n != cachedKeys || cache.recent.Len() != n {
		t.Errorf("there are %d keys in a list of %d", n, cache.recent.Len())
	}
}

func TestAKeyIsNotUsedForLongAfterItsRowIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cache, id := newKeyCache(), keyID{"tnt", tableVisitors, "vis"}
		cache.put(id, new(seal.Key))
		time.Sleep(cachedFor)
		if cache.get(id) == nil {
			t.Error("it is forgotten too early")
		}
		time.Sleep(time.Nanosecond)
		if cache.get(id) != nil {
			t.Error("it is still used")
		}
		cache.put(id, new(seal.Key))
		cache.forget(id)
		if cache.get(id) != nil || cache.recent.Len() != 0 {
			t.Error("a forgotten key is still there")
		}
	})
}
