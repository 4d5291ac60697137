package fetch

import (
	"context"
	"sync"
	"time"
)

// Turns lets hosts be asked by one at a time, and rest in between. It is safe for concurrent use.
type Turns struct {
	mu    sync.Mutex
	hosts map[string]*turn
}

type turn struct {
	free   chan struct{} // holds one token while nobody asks
	next   time.Time     // when the host may be asked again; for the holder of the token
	queued int           // who holds the token or waits for it
}

// NewTurns returns turns of hosts that were never asked.
func NewTurns() *Turns { return &Turns{hosts: map[string]*turn{}} }

// Take waits for a host's turn. The host rests after done for as long as that is told.
func (t *Turns) Take(ctx context.Context, host string) (done func(rest time.Duration), err error) {
	t.mu.Lock()
	own := t.hosts[host]
	if own == nil {
		own = &turn{free: make(chan struct{}, 1)}
		own.free <- struct{}{}
		t.hosts[host] = own
	}
	own.queued++
	t.mu.Unlock()

	select {
	case <-own.free:
	case <-ctx.Done():
		t.leave(host, own)
		return nil, ctx.Err()
	}
	give := func(rest time.Duration) {
		own.next = time.Now().Add(rest)
		own.free <- struct{}{}
		t.leave(host, own)
	}
	timer := time.NewTimer(time.Until(own.next))
	defer timer.Stop()
	select {
	case <-timer.C:
		return give, nil
	case <-ctx.Done():
		give(time.Until(own.next))
		return nil, ctx.Err()
	}
}

// forgetOver is how many hosts are remembered before those that have rested are forgotten.
const forgetOver = 1000

func (t *Turns) leave(host string, own *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	own.queued--
	if len(t.hosts) <= forgetOver {
		return
	}
	for name, other := range t.hosts {
		if other.queued == 0 && time.Now().After(other.next) {
			delete(t.hosts, name)
		}
	}
}
