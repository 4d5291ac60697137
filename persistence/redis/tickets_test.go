package redis

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/chat"
)

func ticketsAreTakenOnce(t *testing.T, a, b *Client) {
	t.Helper()
	hash, who := []byte{0, 255, 1}, []byte(`{"u":"usr_1"}`)
	insist(t, "keep", func() error { return a.KeepTicket(t.Context(), hash, who, time.Minute) })
	var taken atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			got, err := []*Client{a, b}[i%2].TakeTicket(t.Context(), hash)
			switch {
			case err == nil && string(got) == string(who):
				taken.Add(1)
			case !errors.Is(err, chat.ErrNotFound):
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	all.Wait()
	if n := taken.Load(); n != 1 {
		t.Errorf("it was taken %d times", n)
	}
	insist(t, "keep for a moment", func() error { return a.KeepTicket(t.Context(), hash, who, time.Millisecond) })
	eventually(t, "a ticket that is too old is gone", func() bool {
		n, err := a.rdb.Exists(t.Context(), ticketKeys+"00ff01").Result()
		return err == nil && n == 0
	})
	if _, err := b.TakeTicket(t.Context(), hash); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestWithoutRedisThereAreNoTickets(t *testing.T) {
	t.Parallel()
	c, _ := open(t, "redis://127.0.0.1:1")
	if err := c.KeepTicket(t.Context(), []byte("h"), []byte("w"), time.Minute); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("keep: %v", err)
	}
	if _, err := c.TakeTicket(t.Context(), []byte("h")); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("take: %v", err)
	}
}
