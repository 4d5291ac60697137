package socket

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// A watch breaks when its session went away (it moved to another node, or its node died), when an output was lost between
// nodes, and when deltas were dropped for a slow reader. All heal in one way: attach anew, and show what was missed from
// the log, then a snapshot of the open answer. The client sees no more of it than a pause. While nobody
// can be attached to, it is tried again for as long as the connection lasts: its client would not fare better elsewhere.

const (
	// firstPause doubles with each attempt up to lastPause.
	firstPause = 100 * time.Millisecond
	lastPause  = 5 * time.Second
	// attempting bounds one attempt: a node that has just died answers nothing, and another one may hold the session by the next.
	attempting = 5 * time.Second
	// minAttached keeps a conversation that breaks at once from being healed in a loop.
	minAttached = time.Second
	// maxTurns bounds how many watches attach anew at a time: with a node, thousands break together.
	maxTurns = 128
)

// healing is what the watches of a node that break share.
type healing struct {
	turns chan struct{} // has room for those that attach
	log   *slog.Logger
	gauge prometheus.Gauge

	mu    sync.Mutex
	apart int // watches that could not be attached when it was tried
}

func newHealing(log *slog.Logger, gauge prometheus.Gauge) *healing {
	return &healing{turns: make(chan struct{}, maxTurns), log: log, gauge: gauge}
}

// turn waits for leave to attach; the returned function gives it back, once.
func (h *healing) turn(ctx context.Context) (done func(), err error) {
	select {
	case h.turns <- struct{}{}:
		return sync.OnceFunc(func() { <-h.turns }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// lost counts a watch that cannot be attached; only the first of all is logged.
func (h *healing) lost(ref chat.Ref, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.apart++
	h.gauge.Inc()
	if h.apart == 1 {
		h.log.Warn("conversations cannot be followed; it is tried again until they can", "first", ref.String(), "error", err)
	}
}

// found ends what lost began.
func (h *healing) found() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.apart--
	h.gauge.Dec()
	if h.apart == 0 {
		h.log.Info("all conversations are followed again")
	}
}

// moved lets go of a session that went away. The caller holds mu.
func (w *watch) moved() {
	if !w.doze() {
		w.heal()
	}
}

// heal lets the present attachment go and attaches anew, once the peer has
// read what waits. The caller holds mu.
func (w *watch) heal() {
	broken := w.current
	w.current = nil
	go w.reattach(broken, w.attached)
}

func (w *watch) reattach(broken *attachment, since time.Time) {
	broken.detach()
	w.insist(minAttached-time.Since(since), func(ctx context.Context, greet greeting) error { return w.attach(ctx, false, greet) })
	w.showNotesSince(since.Add(-clocks))
}

// greeting is told the state at the instant of attaching, and returns the seq of the last event that the client has.
type greeting func(actors.Attached) int64

// goOn has an attachment show what its client has not seen yet.
func (w *watch) goOn(state actors.Attached) int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = true
	w.showState(state)
	return w.last
}

// missed is the text of an answer that ended while its client was connected and was
// not shown it: whoever puts answers together from their pieces gets it whole, before its end.
func (w *watch) missed(e chat.Event) (message, text string) {
	if !w.late {
		return "", "" // the client came later, and knows
	}
	switch body := e.Body.(type) {
	case chat.MessageCompleted:
		return body.Message, body.Text
	case chat.MessageInterrupted:
		return body.Message, body.Text
	}
	return "", ""
}

// insist attaches after a pause, and for as long as that fails again after a longer one. Only what will never succeed sends
// the client away, who then hears why.
func (w *watch) insist(pause time.Duration, attach func(context.Context, greeting) error) {
	healing, apart := w.c.h.healing, false
	defer func() {
		if apart {
			healing.found()
		}
	}()
	for next := firstPause; ; next = min(2*next, lastPause) {
		if w.c.out.drained(w.c.ctx) != nil || sleep(w.c.ctx, pause) != nil {
			return
		}
		pause = next/2 + rand.N(next/2) //nolint:gosec // nobody needs to guess it
		err := w.inTurn(attach)
		switch {
		case err == nil || errors.Is(err, errEnded) || w.c.ctx.Err() != nil:
			return
		case errors.Is(err, chat.ErrBlocked):
			w.c.answer("", err)
			return
		case !passes(err):
			w.c.h.log.Warn("attach anew", "conversation", w.visitor.Ref.String(), "error", err)
			w.c.part(wire.CloseMoved, "the conversation moved, please connect again")
			return
		case !apart:
			apart = true
			healing.lost(w.visitor.Ref, err)
		}
	}
}

// inTurn attaches with leave to do so, which is given back once the session has answered: what is shown then may
// wait for a slow reader.
func (w *watch) inTurn(attach func(context.Context, greeting) error) error {
	done, err := w.c.h.healing.turn(w.c.ctx)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(w.c.ctx, attempting)
	defer cancel()
	return attach(ctx, func(state actors.Attached) int64 {
		done()
		return w.goOn(state)
	})
}

// passes tells whether the same attempt may succeed later.
func passes(err error) bool {
	kind := chat.AsError(err).Kind
	return kind == chat.Unavailable || kind == chat.Internal || kind == chat.Limited
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
