package socket

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/chat"
)

// lookout notices what nobody was told. Between nodes an output is delivered once at most: a loss shows by the gap before the
// next one, unless nothing follows. So the watches of conversations that live on other nodes are compared with the log
// now and then, all together; so are those that sleep, when announcements were missed.
type lookout struct {
	positions chat.Positions // nil: there are no other nodes
	every     time.Duration
	found     prometheus.Counter
	watches   func() []*watch // all of this node

	ctx   context.Context
	stop  context.CancelFunc
	begun sync.Once
}

const (
	// lookPage is how many conversations are asked for at a time.
	lookPage = 500
	// lookPatience bounds the wait for storage; who is not told looks again later.
	lookPatience = 5 * time.Second
	// underWay is how long what was committed may take to come here: only then it was lost.
	underWay = time.Second
)

func newLookout(positions chat.Positions, every time.Duration, found prometheus.Counter, watches func() []*watch) *lookout {
	l := &lookout{positions: positions, every: every, found: found, watches: watches}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l
}

// begin looks out from now on, once a conversation on another node is watched.
func (l *lookout) begin() {
	if l.positions != nil {
		l.begun.Do(func() { go l.run() })
	}
}

func (l *lookout) run() {
	for sleep(l.ctx, l.every) == nil {
		l.look()
	}
}

// look heals the watches of other nodes' conversations that were not shown all there is.
func (l *lookout) look() {
	far := make(map[chat.Ref][]*watch)
	for _, w := range l.watches() {
		if w.far() {
			far[w.visitor.Ref] = append(far[w.visitor.Ref], w)
		}
	}
	var late []func() bool
	for ref, head := range l.heads(far) {
		for _, w := range far[ref] {
			if heal := w.lateFor(head); heal != nil {
				late = append(late, heal)
			}
		}
	}
	if len(late) == 0 || sleep(l.ctx, underWay) != nil {
		return
	}
	for _, heal := range late {
		if heal() {
			l.found.Inc()
		}
	}
}

// wake wakes the watches that slept while something was said: what would have woken them may have been missed.
func (l *lookout) wake() {
	if l.positions == nil {
		return
	}
	asleep := make(map[chat.Ref][]*watch)
	for _, w := range l.watches() {
		if w.sleeps() {
			asleep[w.visitor.Ref] = append(asleep[w.visitor.Ref], w)
		}
	}
	for ref, head := range l.heads(asleep) {
		for _, w := range asleep[ref] {
			if w.lastShown() < head {
				go w.wake()
			}
		}
	}
}

// heads returns how far the logs of conversations are. What cannot be read now is left out.
func (l *lookout) heads(of map[chat.Ref][]*watch) map[chat.Ref]int64 {
	heads := make(map[chat.Ref]int64)
	for page := range slices.Chunk(slices.Collect(maps.Keys(of)), lookPage) {
		ctx, cancel := context.WithTimeout(l.ctx, lookPatience)
		positions, err := l.positions.Positions(ctx, page)
		cancel()
		if err != nil {
			break // while storage is away nothing new is kept either
		}
		for ref, position := range positions {
			heads[ref] = position.Head
		}
	}
	return heads
}

// watching returns the watches of all connections.
func (h *Handler) watching() []*watch {
	h.mu.Lock()
	conns := slices.Collect(maps.Keys(h.conns))
	h.mu.Unlock()
	var all []*watch
	for _, c := range conns {
		switch r := c.current().(type) {
		case *session:
			all = append(all, r.watch)
		case *desk:
			r.mu.Lock()
			all = slices.AppendSeq(all, maps.Values(r.watches))
			r.mu.Unlock()
		}
	}
	return all
}

// far tells whether a watch shows what another node delivers.
func (w *watch) far() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.remote && w.current != nil && !w.current.holding
}

func (w *watch) lastShown() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// lateFor returns what heals a watch if it is still not shown the log's head then, and tells whether that was needed; nil if it
// is shown it now.
func (w *watch) lateFor(head int64) (heal func() bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.current
	if a == nil || a.holding || w.last >= head {
		return nil // one that holds is about to show the log
	}
	return func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		late := w.current == a && w.last < head
		if late {
			w.heal()
		}
		return late
	}
}
