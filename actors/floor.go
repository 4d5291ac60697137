package actors

import (
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// floor is who speaks in a conversation and what is about to be written to its log:
// the part of a session that decides. It does nothing outside of itself, and each of its
// methods is one step, so that floor_test.go can try the steps in every order. The
// session shows, sends and calls what the steps return.
//
// What keeps the bot silent once a person takes the conversation: the answer is
// muted in the step that hears of it, before anything is written; the append in flight
// is ordered before; then one append ends the answer and changes the status.
type floor struct {
	state  state
	orders []waiting // what waits to be written, in order
	flight *flight   // the append whose outcome is awaited
	turn   *turn     // the answer that is being written by this activation
}

// turn is the answer that is being written.
type turn struct {
	message string
	text    strings.Builder
	trace   *chat.Trace // as far as it is known
	source  chat.Source // of its question
	line    string      // and of the API key that asked it
	muted   bool        // nothing more is shown of it
}

// waiting is an order with whoever wants to hear of it, nil for the session's own.
type waiting struct {
	order     order
	sender    *actor.PID
	until     time.Time   // when the sender stops to wait
	span      string      // that it is part of, carried (chat.Tracer); empty when nobody traces
	source    chat.Source // of a question
	line      string      // of the API key whose question it is, or whose answer it ends
	usage     *chat.Usage
	trace     *chat.Trace
	gaps      []chat.Gap
	exhausted bool // the store said that no answers are left
}

// flight is the append whose outcome is awaited.
type flight struct {
	waiting
	append chat.Append
}

// wish lets an order wait for its turn. One by which the bot loses the conversation silences
// it now, not when the order is written.
func (f *floor) wish(w waiting) {
	if reason := ousts(w.order); reason != "" {
		w = f.silence(reason, w)
	}
	f.orders = append(f.orders, w)
}

// ousts tells for which reason an answer ends when an order takes the conversation from the bot; "" if it does not.
func ousts(o order) chat.Reason {
	switch o := o.(type) {
	case *take:
		return chat.Takeover
	case *hand, *requeue:
		return chat.Stopped
	case *move:
		if o.To != chat.WithBot {
			return chat.Stopped
		}
	}
	return ""
}

// silence mutes the answer that is being written, and has w's order, nil for none, follow the
// one that records its end. Without such an answer w stays as it is.
func (f *floor) silence(reason chat.Reason, w waiting) waiting {
	if f.turn == nil || f.turn.muted {
		return w
	}
	f.turn.muted = true
	w.line = f.turn.line
	w.order = &halt{message: f.turn.message, shown: f.turn.text.String(), reason: reason, then: w.order}
	w.trace, w.usage = f.turn.trace, settle(f.turn.trace, f.turn.source)
	return w
}

// stop ends the answer of that message, "" for whichever it is. False: it is not being written.
func (f *floor) stop(message string, w waiting) bool {
	if f.turn == nil || message != "" && message != f.turn.message {
		return false
	}
	w = f.silence(chat.Stopped, w)
	if w.order == nil {
		return false
	}
	f.orders = append(f.orders, w)
	return true
}

// speaks tells whether what comes of an answer is shown.
func (f *floor) speaks(message string) bool {
	return f.turn != nil && f.turn.message == message && !f.turn.muted
}

// say adds to the answer that speaks.
func (f *floor) say(text string) *Delta {
	index := f.turn.text.Len()
	f.turn.text.WriteString(text)
	return &Delta{Message: f.turn.message, Index: index, Text: text}
}

// conclude ends the answer that speaks: nothing more is shown of it than was.
func (f *floor) conclude(m *answered) {
	f.turn.muted = true
	var ending chat.Body = chat.MessageCompleted{Message: m.message, Text: f.turn.text.String(), Citations: m.citations, Offer: m.offer, Cached: m.cached}
	var gaps []chat.Gap
	switch {
	case m.err != nil:
		ending = chat.MessageInterrupted{Message: m.message, Text: f.turn.text.String(), Reason: chat.Failed}
	case m.unanswered:
		gaps = []chat.Gap{{Reason: chat.Unanswered}}
	}
	f.orders = append(f.orders, waiting{order: &finish{ending}, line: f.turn.line, usage: m.usage, trace: m.trace, gaps: gaps})
}

// begin tells which answer is to be written now, nil for none: the log has its start, and nobody writes it.
// One whose start was being written when somebody took the conversation is silenced before its first word.
func (f *floor) begin() *answer {
	if f.state.open == nil || f.turn != nil {
		return nil
	}
	f.turn = &turn{message: f.state.open.message}
	for i, w := range f.orders {
		if reason := ousts(w.order); reason != "" {
			f.orders[i] = f.silence(reason, w)
			return nil
		}
	}
	return f.state.open
}

// refusal is an order that was not written, and why; an *chat.Receipt for one that adds nothing.
type refusal struct {
	waiting
	answer any
}

// next plans the order that waits longest. With a flight it is to be sent on its way, with a refusal the
// next one may be planned; with neither there is nothing to do, or an append is in flight already.
func (f *floor) next(names names, at time.Time) (*flight, *refusal) {
	if f.flight != nil {
		return nil, nil
	}
	if len(f.orders) == 0 {
		if f.state.open != nil || len(f.state.queue) == 0 || f.state.status != chat.WithBot {
			return nil, nil
		}
		f.orders = append(f.orders, waiting{order: begin{}})
	}
	w := f.orders[0]
	f.orders = f.orders[1:]
	names.exhausted = w.exhausted
	bodies, err := w.order.plan(f.state, names)
	switch {
	case err != nil:
		return nil, &refusal{w, err}
	case len(bodies) == 0:
		return nil, &refusal{w, &chat.Receipt{}}
	}
	after := f.state
	after.memory = memory{} // what is remembered does not matter to the append
	for i, body := range bodies {
		after = after.apply(chat.Event{Seq: f.state.head + 1 + int64(i), Body: body})
	}
	f.flight = &flight{waiting: w, append: chat.Append{
		Head: f.state.head, At: at, Bodies: bodies,
		Status: after.status, Agent: after.agent, Unfinished: after.unfinished(), Usage: w.usage, Trace: w.trace, Line: w.line,
		Gaps: append(w.gaps, f.state.disliked(bodies)...),
	}}
	return f.flight, nil
}

// committed makes the flight's events true, and ends it. A visitor who asked for a person while the bot
// was writing has been heard now, and the bot is silenced.
func (f *floor) committed() []*Event {
	w, a := f.flight.waiting, f.flight.append
	f.flight = nil
	events := make([]*Event, len(a.Bodies))
	for i, body := range a.Bodies {
		event := chat.Event{Seq: a.Head + 1 + int64(i), At: a.At, Body: body}
		f.state = f.state.apply(event)
		if f.turn != nil && messageOf(body) == f.turn.message {
			f.turn = nil
		}
		events[i] = &Event{Event: event}
	}
	if asking, ok := w.order.(*post); ok && asking.Transfer && f.state.status == chat.WithBot {
		f.wish(waiting{order: &move{To: chat.Waiting, Place: asking.Place}})
	}
	return events
}

// exhausted plans the flight again, without an answer: what was said is kept all the same.
func (f *floor) exhausted() {
	w := f.flight.waiting
	w.exhausted = true
	f.flight = nil
	f.orders = append([]waiting{w}, f.orders...)
}

// expire lets those orders go whose senders have stopped to wait, and returns them. What they wanted is
// not done later: they know, and will ask again. But an answer that was silenced
// stays so, and its end is written whoever hears of it.
func (f *floor) expire(now time.Time) (expired []waiting) {
	kept := f.orders[:0]
	for _, w := range f.orders {
		if w.sender != nil && now.After(w.until) {
			expired = append(expired, w)
			w.sender = nil
			cut, silenced := w.order.(*halt)
			if !silenced {
				continue
			}
			w.order = &halt{message: cut.message, shown: cut.shown, reason: chat.Stopped}
		}
		kept = append(kept, w)
	}
	f.orders = kept
	return expired
}

// resume begins from what an activation was given. An answer whose process died is abandoned.
func resume(opening chat.Opening) floor {
	f := floor{state: restore(opening)}
	if f.state.open != nil {
		f.orders = append(f.orders, waiting{order: &abandon{f.state.open.message}})
	}
	return f
}
