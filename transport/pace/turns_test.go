package pace

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhoWaitsGetsThePlaceThatIsLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns(1, 1, time.Minute)
		leave, ok := turns.Enter(t.Context(), "key")
		if !ok {
			t.Fatal("the first has no place")
		}
		entered := make(chan func(), 1)
		go func() {
			if leave, ok := turns.Enter(t.Context(), "key"); ok {
				entered <- leave
			}
		}()
		synctest.Wait()
		if len(entered) != 0 {
			t.Fatal("two are in at a time")
		}
		if _, ok := turns.Enter(t.Context(), "key"); ok {
			t.Fatal("the line is longer than it may be")
		}
		if leave, ok := turns.Enter(t.Context(), "other"); ok {
			leave()
		} else {
			t.Fatal("another key waits too")
		}
		leave()
		(<-entered)()
		if len(turns.rooms) != 0 {
			t.Errorf("%d keys are remembered", len(turns.rooms))
		}
	})
}

func TestWhoWaitsTooLongIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns(1, 10, 5*time.Second)
		leave, _ := turns.Enter(t.Context(), "key")
		began := time.Now()
		if _, ok := turns.Enter(t.Context(), "key"); ok || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %v", ok, time.Since(began))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, ok := turns.Enter(gone, "key"); ok {
			t.Error("somebody who is gone has a place")
		}
		leave()
		if len(turns.rooms) != 0 {
			t.Errorf("%d keys are remembered", len(turns.rooms))
		}
	})
}
