package socket

import (
	"slices"
	"time"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// showAside passes on what is beside the log. What only agents are to see stops here, whoever
// delivered it to a visitor's watch. The caller holds mu.
func (w *watch) showAside(output actors.Output) {
	switch o := output.(type) {
	case *actors.Typing:
		if !w.own(o.Author) {
			w.c.out.push(wire.AppendTyping(nil, w.scope, o.Author, o.Text)) // no room: it is worth nothing later
		}
	case *actors.Read:
		if !w.own(o.Author) {
			w.c.send(wire.AppendRead(nil, w.scope, o.Author, o.Seq))
		}
	case *actors.Placed:
		w.c.send(wire.AppendQueueChanged(nil, w.scope, o.Place))
	case *actors.Here:
		if w.atDesk() && !same(*o, w.known.here) {
			w.known.here = *o
			w.c.send(wire.AppendHereChanged(nil, w.scope, here(*o)))
		}
	case *actors.Noted:
		if w.atDesk() {
			w.c.send(wire.AppendNoteAdded(nil, o.Note))
		}
	case *actors.Barred:
		switch {
		case w.atDesk():
			w.known.blocked = o.Blocked
			w.c.send(wire.AppendVisitorBlocked(nil, w.scope, o.Blocked))
		case o.Blocked:
			w.c.send(wire.AppendError(nil, "", chat.ErrBlocked))
			w.c.bar()
		}
	}
}

// own tells whether an author is the client itself, perhaps in another window.
func (w *watch) own(author chat.Author) bool {
	return author.Kind == w.self.Kind && author.ID == w.self.ID
}

// known is what an agent was shown beside the log.
type known struct {
	here    actors.Here
	blocked bool
}

// showState shows what has changed beside the log while nobody was attached. The caller holds mu.
func (w *watch) showState(state actors.Attached) {
	if place := queue(state); place != nil {
		w.c.send(wire.AppendQueueChanged(nil, w.scope, *place))
	}
	if !w.atDesk() {
		return
	}
	w.showAside(&state.Here)
	if state.Blocked != w.known.blocked {
		w.showAside(&actors.Barred{Blocked: state.Blocked})
	}
}

// clocks is how far the clocks of two nodes may be apart.
const clocks = time.Minute

// showNotesSince shows an agent the notes that may have been missed, and some that were not:
// the client knows them by their ids.
func (w *watch) showNotesSince(since time.Time) {
	if !w.atDesk() || w.c.out.closing() {
		return
	}
	ctx, cancel := w.c.within()
	defer cancel()
	notes, err := w.c.h.config.Notes.Notes(ctx, w.visitor.Ref)
	if err != nil {
		w.c.h.log.Warn("read notes anew", "conversation", w.visitor.Ref, "error", err)
		return
	}
	for _, note := range notes {
		if note.At.After(since) {
			w.c.send(wire.AppendNoteAdded(nil, note))
		}
	}
}

func same(a, b actors.Here) bool {
	return a.Visitor == b.Visitor && a.Page == b.Page && slices.Equal(a.Agents, b.Agents)
}

func here(h actors.Here) wire.Here {
	return wire.Here{Visitor: h.Visitor, Page: h.Page, Agents: h.Agents}
}

// reads returns how far the client has read, of what it was shown, and whether that is further than before.
func (w *watch) reads(seq int64) (int64, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	seq = min(seq, w.last)
	if seq <= w.read {
		return seq, false
	}
	w.read = seq
	return seq, true
}
