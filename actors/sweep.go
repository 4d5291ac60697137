package actors

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"parley/chat"
)

// The sweep looks for questions whose process died, and for conversations that nobody goes on with: at once after a start, when a
// node is gone, and now and then. Waking a session that is at work does nothing.
const (
	sweepEvery = 30 * time.Second
	sweepPage  = 200
	sweepers   = 64 // sessions woken at once: a group of openings
)

func (e *Engine) sweep(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		if e.rounds.leads.Load() {
			e.sweepOnce(ctx)
			e.orphans.look(ctx, "")
		}
		select {
		case <-ctx.Done():
			return
		case <-e.rounds.wake:
		case <-ticker.C:
		}
	}
}

func (e *Engine) sweepOnce(ctx context.Context) {
	var after *chat.Ref
	for {
		refs, err := e.log.Unfinished(ctx, after, sweepPage)
		if err != nil {
			e.logger.Warn("cannot look for broken answers", slog.Any("error", err))
			return
		}
		if len(refs) == 0 {
			return
		}
		each(refs, func(ref chat.Ref) {
			limited, cancel := context.WithTimeout(ctx, stirTimeout) // a node that is cut off is not to keep the others waiting
			defer cancel()
			if _, err := e.request(limited, ref, &wake{}); err != nil && ctx.Err() == nil {
				e.logger.Warn("cannot wake a conversation", slog.String("conversation", ref.Conversation), slog.Any("error", err))
			}
		})
		after = &refs[len(refs)-1]
	}
}

// each calls f for all conversations, some at a time, and returns when all have.
func each[T any](conversations []T, f func(T)) {
	var wait sync.WaitGroup
	free := make(chan struct{}, sweepers)
	for _, c := range conversations {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			f(c)
		})
	}
	wait.Wait()
}
