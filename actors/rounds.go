package actors

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"parley/chat"
)

// Of all nodes one goes the rounds that are for none in particular: it looks for broken answers and for
// conversations to close. Should two do, for a moment, nothing happens twice: sessions decide.
const (
	roundsDuty = "rounds"
	leaseFor   = 10 * time.Second
	leaseEvery = 3 * time.Second
	leaseTries = time.Second // how long SQL may take to answer
)

// rounds is the work of one node among all.
type rounds struct {
	engine *Engine
	leases chat.Leases // nil: this node is the only one
	leads  atomic.Bool
	wake   chan struct{}
}

func newRounds(engine *Engine, leases chat.Leases) *rounds {
	r := &rounds{engine: engine, leases: leases, wake: make(chan struct{}, 1)}
	r.leads.Store(leases == nil)
	return r
}

// now has broken answers be looked for at once, if this node does that.
func (r *rounds) now() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// lead keeps the lease until ctx ends. It is also the witness for a node that reaches none of the others: if
// nobody takes the lease, they are gone and it serves; if somebody does, they go on without it and it steps aside.
func (r *rounds) lead(ctx context.Context) {
	if r.leases == nil {
		return
	}
	node := r.engine.node.ID()
	ticker := time.NewTicker(leaseEvery)
	defer ticker.Stop()
	var apart time.Time // since when this node is isolated
	for {
		isolated := r.engine.node.Isolated()
		switch {
		case !isolated:
			apart = time.Time{}
			r.engine.node.Shun(false)
		case apart.IsZero():
			apart = time.Now()
		}
		limited, cancel := context.WithTimeout(ctx, leaseTries)
		leads, err := false, error(nil)
		if !isolated || time.Since(apart) > leaseFor+leaseEvery { // until then: does anybody else take it?
			leads, err = r.leases.Lead(limited, roundsDuty, node, leaseFor)
			r.engine.node.Shun(isolated && err == nil && !leads)
		}
		cancel()
		if err != nil && ctx.Err() == nil {
			r.engine.logger.Debug("cannot see which node goes the rounds", slog.Any("error", err))
		}
		if was := r.leads.Swap(err == nil && leads); leads && !was {
			r.engine.logger.Info("this node goes the rounds")
			r.now()
		}
		select {
		case <-ctx.Done():
			r.resign(node)
			return
		case <-ticker.C:
		}
	}
}

func (r *rounds) resign(node string) {
	if !r.leads.Swap(false) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaseTries)
	defer cancel()
	if err := r.leases.Resign(ctx, roundsDuty, node); err != nil {
		r.engine.logger.Debug("cannot give up the rounds; another node takes them over in a while", slog.Any("error", err))
	}
}
