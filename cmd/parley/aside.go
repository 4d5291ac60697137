package main

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

const (
	asideLook   = 500 * time.Millisecond // how often it is asked whether this node is to step aside
	asideSpread = 3 * time.Second        // over which its clients are told to go to another
)

var errAside = errors.New("other nodes cannot reach this one")

// reachable is what /readyz asks: a node that the others cannot reach holds nothing and can reach nothing that
// is held, so load balancers are to send nobody here.
func (p *platform) reachable(context.Context) error {
	if p.engine.Aside() {
		return errAside
	}
	return nil
}

// mindReach sends clients elsewhere while other nodes cannot reach this one, until ctx ends.
func (p *platform) mindReach(ctx context.Context, w *web) {
	if p.config.ClusterAddr == "" {
		return
	}
	ticker := time.NewTicker(asideLook)
	defer ticker.Stop()
	back := func() {}
	for aside := false; ; {
		select {
		case <-ctx.Done():
			back()
			return
		case <-ticker.C:
		}
		now := p.engine.Aside()
		switch {
		case now && !aside:
			within, cancel := context.WithCancel(ctx)
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				w.socket.StepAside(within, asideSpread)
			}()
			back = func() {
				cancel()
				<-gone
			}
		case !now && aside:
			back()
			back = func() {}
			p.logger.Info("the other nodes can reach this one again", slog.String("at", p.config.ClusterAddr))
		}
		aside = now
	}
}
