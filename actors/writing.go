package actors

import (
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// flight is the append whose outcome is awaited.
type flight struct {
	waiting
	append chat.Append
}

// next writes the order that waits longest, if nothing is in flight.
func (s *session) next(ctx actor.Context) {
	for s.phase == live && s.flight == nil {
		if len(s.orders) == 0 {
			if s.state.open == nil && len(s.state.queue) > 0 && s.state.status == chat.WithBot {
				s.orders = append(s.orders, waiting{order: begin{}})
				continue
			}
			s.rest(ctx)
			return
		}
		s.expire(ctx)
		if len(s.orders) == 0 {
			continue
		}
		w := s.orders[0]
		s.orders = s.orders[1:]
		bodies, err := w.order.plan(s.state, names{bot: s.botName, newID: newMessageID, exhausted: w.exhausted})
		switch {
		case err != nil:
			reply(ctx, w.sender, err)
		case len(bodies) == 0:
			reply(ctx, w.sender, &chat.Receipt{})
		default:
			s.fly(w, bodies)
		}
	}
}

func newMessageID() string { return chat.NewID(chat.MessagePrefix) }

// fly sends an append on its way.
func (s *session) fly(w waiting, bodies []chat.Body) {
	// Milliseconds, because that is what is kept: live and replayed events must be equal.
	at := time.Now().UTC().Truncate(time.Millisecond)
	after := s.state
	after.memory = memory{} // what is remembered does not matter to the append
	for i, body := range bodies {
		after = after.apply(chat.Event{Seq: s.state.head + 1 + int64(i), Body: body})
	}
	s.flight = &flight{waiting: w, append: chat.Append{
		Ref: s.ref, Head: s.state.head, At: at, Bodies: bodies,
		Status: after.status, Agent: after.agent, Unfinished: after.unfinished(), Usage: w.usage, Trace: w.trace, Summary: s.summary, Limit: s.engine.limit,
	}}
	s.submit()
}

// submit hands the flight to the committer, under the present epoch.
func (s *session) submit() {
	s.flight.append.Epoch = s.epoch
	s.flight.append.Birth = nil
	if s.birth != nil {
		s.flight.append.Birth = &chat.Birth{Bot: s.visitor.Bot, Visitor: s.visitor.ID, Page: s.visitor.Page, Locale: s.visitor.Locale}
	}
	engine, self := s.engine, s.self
	engine.committer.submit(s.flight.append, func(outcome chat.Outcome, err error) {
		engine.send(self, &written{outcome, err})
	})
}

// written learns what became of the flight.
func (s *session) written(ctx actor.Context, m *written) {
	if s.flight == nil || s.phase != live {
		return
	}
	switch {
	case m.err != nil:
		// It may have been committed: only the log knows.
		s.engine.logger.Warn("a commit failed", slog.String("conversation", s.ref.Conversation), slog.Any("error", m.err))
		s.reopen(ctx)
	case m.outcome.Duplicate != nil:
		s.land(ctx, m.outcome.Duplicate)
	case errors.Is(m.outcome.Err, chat.ErrFenced):
		s.giveUp(ctx, again)
	case errors.Is(m.outcome.Err, chat.ErrQuota) && !s.flight.exhausted:
		// What was said is kept all the same: the order is planned again, without an answer.
		w := s.flight.waiting
		w.exhausted = true
		s.flight = nil
		s.orders = append([]waiting{w}, s.orders...)
		s.next(ctx)
	case m.outcome.Err != nil:
		s.land(ctx, m.outcome.Err)
	default:
		s.committed(ctx)
	}
}

// resolve finds out after a doubt whether the flight was committed.
func (s *session) resolve(ctx actor.Context, m *opened) {
	a := s.flight.append
	ours := func() bool {
		recent, n := m.opening.Recent, len(a.Bodies)
		if m.opening.Head != a.Head+int64(n) || len(recent) < n {
			return false
		}
		return slices.EqualFunc(recent[len(recent)-n:], a.Bodies, func(e chat.Event, body chat.Body) bool {
			return e.Body.Type() == body.Type() && marker(e.Body) == marker(body)
		})
	}
	switch {
	case m.err != nil || m.opening.Head == a.Head:
		s.submit()
	case ours():
		s.committed(ctx)
	default:
		s.giveUp(ctx, again)
	}
}

// marker is what two bodies of one type differ in when they are not the same.
func marker(body chat.Body) string {
	switch body := body.(type) {
	case chat.MessageCreated:
		return body.Message
	case chat.MessageStarted:
		return body.Message
	case chat.StatusChanged:
		return string(body.Status)
	default:
		return messageOf(body)
	}
}

// committed makes the flight's events true: fold, show, acknowledge, go on.
func (s *session) committed(ctx actor.Context) {
	a := s.flight.append
	receipt := &chat.Receipt{}
	s.birth = nil
	if s.summary == a.Summary {
		s.summary = nil // it is kept now
	}
	// The acknowledgement goes first: the sender's own event follows it.
	for i, body := range a.Bodies {
		if created, ok := body.(chat.MessageCreated); ok {
			*receipt = chat.Receipt{Seq: a.Head + 1 + int64(i), Message: created.Message}
		}
	}
	reply(ctx, s.flight.sender, receipt)
	s.flight.sender = nil
	for i, body := range a.Bodies {
		event := chat.Event{Seq: a.Head + 1 + int64(i), At: a.At, Body: body}
		s.state = s.state.apply(event)
		if s.turn != nil && messageOf(body) == s.turn.message {
			s.endTurn()
		}
		s.deliver(ctx, &Event{Event: event})
	}
	s.engine.inbox.changed(s.ref)
	s.answer()
	s.remember()
	s.land(ctx, nil)
}

// land ends the flight and writes the next order.
func (s *session) land(ctx actor.Context, answer any) {
	w := s.flight.waiting
	s.flight = nil
	if answer != nil {
		reply(ctx, w.sender, answer)
	}
	if w.sender == nil && answer != nil {
		// One of the session's own orders was refused for good.
		s.engine.logger.Error("an order of the session was refused", slog.String("conversation", s.ref.Conversation), slog.Any("answer", answer))
		s.giveUp(ctx, again)
		return
	}
	s.next(ctx)
}
