package socket

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// watch shows one conversation to one connection: events by seq without gaps,
// deltas by index without gaps. Whatever breaks that is healed (see heal).
type watch struct {
	c       *conn
	visitor actors.Visitor
	scope   string      // the conversation that frames name; empty for visitors, who have one
	self    chat.Author // whose typing is not shown: it is the client's own

	has int64 // seq of the last event that the client says it has; does not change

	mu       sync.Mutex
	ended    bool
	current  *attachment // whose outputs count; nil: none
	last     int64       // seq of the last event shown
	answer   string      // the answer that is being written, and
	shown    int         // how many bytes of it were shown
	attached time.Time
	minted   bool   // the conversation's id was made for this watch; does not change
	asleep   bool   // nobody is attached until something happens: nothing was said yet, or this node drains
	remote   bool   // the session is on another node
	late     bool   // it shows what happened while its client was connected; written before each replay
	read     int64  // how far the client said that it has read
	known    *known // what an agent was shown beside the log; nil for visitors

	rousing sync.Mutex // one at a time wakes it
	behind  *watch     // the next that sleeps in the same conversation; belongs to sleepers
}

// attachment is one Attach of a watch. It holds what it is given until the
// events up to the attached head are shown.
type attachment struct {
	watch   *watch
	holding bool
	held    []actors.Output
	detach  func()
}

const (
	pageOfEvents = 200
	// maxHeld bounds what may happen in a conversation while its past is shown.
	maxHeld = 10_000
)

var (
	errEnded    = errors.New("watch has ended")
	errShortLog = errors.New("log ends before its head")
)

// Deliver implements actors.Watcher.
func (a *attachment) Deliver(o actors.Output) {
	w := a.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.current != a:
		w.stirred(o)
	case !a.holding:
		w.show(o)
	case len(a.held) < maxHeld:
		a.held = append(a.held, o)
	default:
		w.c.overflow()
	}
}

// attach begins to watch. greet is told the state at that instant, says hello,
// and returns the seq of the last event that the client has. unborn: nothing can have been said yet.
func (w *watch) attach(ctx context.Context, unborn bool, greet greeting) error {
	a := &attachment{watch: w, holding: true}
	w.mu.Lock()
	if w.ended {
		w.mu.Unlock()
		return errEnded
	}
	w.current, w.attached = a, time.Now()
	seen := max(w.has, w.last)
	w.mu.Unlock()

	visitor := w.visitor
	visitor.Unborn, visitor.Seen = unborn, seen
	state, err := w.begin(ctx, visitor, a)
	if err != nil {
		w.drop(a)
		return err
	}
	w.mu.Lock()
	a.detach = state.Detach
	gone := w.current != a
	w.mu.Unlock()
	if gone {
		state.Detach()
		return errEnded
	}
	if state.Blocked && !w.atDesk() {
		w.drop(a)
		return chat.ErrBlocked
	}
	after := greet(state)
	if err := w.replay(after, state.Head); err != nil {
		w.drop(a)
		return err
	}
	w.goLive(a, state)
	return nil
}

// begin attaches as what the client is: agents are shown more.
func (w *watch) begin(ctx context.Context, visitor actors.Visitor, a *attachment) (actors.Attached, error) {
	if w.atDesk() {
		return w.c.h.config.Engine.Watch(ctx, visitor, w.self, a)
	}
	return w.c.h.config.Engine.Attach(ctx, visitor, a)
}

// atDesk tells whether it is an agent who watches.
func (w *watch) atDesk() bool { return w.scope != "" }

// replay shows the log's events behind after, up to head, as fast as the peer reads.
func (w *watch) replay(after, head int64) error {
	for after < head {
		page, err := w.page(after, int(min(head-after, pageOfEvents)))
		if err != nil {
			return err
		}
		after = page[len(page)-1].Seq
		w.mu.Lock()
		w.last = after // should the next page fail, it goes on from here
		w.mu.Unlock()
		for _, e := range page {
			w.c.committed(w.visitor.Conversation, e)
			if message, text := w.missed(e); text != "" {
				w.c.out.replay(wire.AppendSnapshot(nil, w.scope, message, text))
			}
			w.c.out.replay(appendEvent(nil, w.scope, e))
		}
		// The last page too: what happens now would find the queue full of it.
		if err := w.c.out.drained(w.c.ctx); err != nil {
			return err
		}
	}
	return nil
}

func (w *watch) page(after int64, limit int) ([]chat.Event, error) {
	ctx, cancel := w.c.within()
	defer cancel()
	page, err := w.c.h.config.Log.Events(ctx, w.visitor.Ref, after, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	if len(page) == 0 {
		return nil, errShortLog
	}
	return page, nil
}

// goLive shows the open answer and what was held, and from now on everything at once.
func (w *watch) goLive(a *attachment, state actors.Attached) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.current != a {
		return
	}
	w.last, w.answer, w.shown, w.remote = state.Head, "", 0, state.Remote
	if w.remote {
		w.c.h.lookout.begin()
	}
	if state.Open != nil {
		w.snapshot(state.Open.Message, state.Open.Text)
	}
	held := a.held
	a.held, a.holding = nil, false
	for _, o := range held {
		if w.current != a {
			return
		}
		w.show(o)
	}
}

// show passes an output on. The caller holds mu.
func (w *watch) show(output actors.Output) {
	switch o := output.(type) {
	case *actors.Event:
		w.showEvent(o)
	case *actors.Delta:
		w.showDelta(o)
	case *actors.Snapshot:
		w.snapshot(o.Message, o.Text)
	case *actors.Moved:
		w.moved()
	default:
		w.showAside(o)
	}
}

func (w *watch) showEvent(e *actors.Event) {
	switch {
	case e.Seq <= w.last: // the log showed it already
		return
	case e.Seq > w.last+1: // one was lost on the way
		w.heal()
		return
	}
	w.last = e.Seq
	switch b := e.Body.(type) {
	case chat.MessageStarted:
		w.answer, w.shown = b.Message, 0
	case chat.MessageCompleted, chat.MessageInterrupted:
		w.answer, w.shown = "", 0
	case chat.MessageCreated:
		w.c.committed(w.visitor.Conversation, e.Event)
	}
	w.c.send(eventFrame(e, w.scope))
}

func (w *watch) showDelta(d *actors.Delta) {
	if d.Message != w.answer && d.Index == 0 {
		w.answer, w.shown = d.Message, 0
	}
	switch {
	case d.Message != w.answer || d.Index > w.shown:
		w.heal()
		return
	case d.Index+len(d.Text) <= w.shown: // a snapshot had it already
		return
	}
	if d.Index < w.shown { // only this client had the first part
		d = &actors.Delta{Message: d.Message, Index: w.shown, Text: d.Text[w.shown-d.Index:]}
	}
	if !w.c.out.delta(w.scope, d) {
		w.c.h.metrics.lagged.Inc()
		w.c.out.dropDeltas(w.scope)
		w.heal()
		return
	}
	w.shown += len(d.Text)
}

func (w *watch) snapshot(message, text string) {
	w.answer, w.shown = message, len(text)
	w.c.send(wire.AppendSnapshot(nil, w.scope, message, text))
}

// drop lets go of an attachment that did not come to life.
func (w *watch) drop(a *attachment) {
	w.mu.Lock()
	if w.current == a {
		w.current = nil
	}
	w.mu.Unlock()
	if a.detach != nil {
		a.detach()
	}
}

// end ends the watch; nothing is shown any more.
func (w *watch) end() {
	w.mu.Lock()
	a := w.current
	w.ended, w.current = true, nil
	asleep := w.asleep
	var detach func()
	if a != nil {
		detach = a.detach
	}
	w.mu.Unlock()
	if asleep {
		w.c.h.sleepers.remove(w)
	}
	if detach != nil {
		detach()
	}
}
