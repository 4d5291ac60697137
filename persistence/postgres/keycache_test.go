package postgres

import (
	"testing"
	"testing/synctest"
	"time"

	"parley/persistence/seal"
)

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
		if cache.get(id) != nil {
			t.Error("a forgotten key is still there")
		}
	})
}
