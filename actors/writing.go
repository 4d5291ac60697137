package actors

import (
	"cmp"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// next writes the order that waits longest, if nothing is in flight.
func (s *session) next(ctx actor.Context) {
	for s.phase == live && s.flight == nil {
		if s.leaving && s.turn == nil && !s.recollecting {
			s.depart(ctx)
			return
		}
		for _, w := range s.expire(time.Now()) {
			s.reply(ctx, w.sender, chat.ErrUnavailable)
		}
		// Milliseconds, because that is what is kept: live and replayed events must be equal.
		at := time.Now().UTC().Truncate(time.Millisecond)
		flown, refused := s.floor.next(names{bot: s.botName, newID: newMessageID, blocked: s.blocked}, at)
		switch {
		case flown != nil:
			flown.append.Ref, flown.append.Summary = s.ref, s.summary
			s.submit()
		case refused != nil:
			s.answerTo(ctx, refused)
		default:
			s.rest(ctx)
			return
		}
	}
}

func newMessageID() string { return chat.NewID(chat.MessagePrefix) }

// submit hands the flight to the committer, under the present epoch.
func (s *session) submit() {
	s.flight.append.Epoch = s.epoch
	s.flight.append.Birth = nil
	if s.birth != nil {
		s.flight.append.Birth = &chat.Birth{Bot: s.visitor.Bot, Visitor: s.visitor.ID, Page: s.visitor.Page, Locale: s.visitor.Locale, Fields: s.visitor.Fields}
	}
	engine, self := s.engine, s.self
	_, span := engine.tracer.Start(engine.tracer.Follow(engine.running, s.spanOf(s.flight)), "append",
		slog.String("conversation", s.ref.Conversation), slog.Int64("seq", s.flight.append.Head+1))
	engine.commit(s.flight.append, func(outcome chat.Outcome, err error) {
		span.End(cmp.Or(err, outcome.Err))
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
		s.engine.fenced.Add(1)
		s.giveUp(ctx, again)
	case errors.Is(m.outcome.Err, chat.ErrQuota) && !s.flight.exhausted:
		s.exhausted()
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
			return e.At.Equal(a.At) && e.Body.Type() == body.Type() && marker(e.Body) == marker(body)
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
		if body.Agent != nil {
			return body.Agent.ID
		}
		return string(body.Status)
	default:
		return messageOf(body)
	}
}

// committed acknowledges and shows what the log has now, and goes on.
func (s *session) committed(ctx actor.Context) {
	w, kept := s.flight.waiting, s.flight.append.Summary
	s.birth = nil
	if s.summary == kept {
		s.summary = nil // it is kept now
	}
	events := s.floor.committed()
	// The acknowledgement goes first: the sender's own event follows it.
	s.reply(ctx, w.sender, receiptOf(events))
	s.hush()
	for _, event := range events {
		s.deliver(ctx, event)
	}
	s.noticed(events)
	s.recall(events, w)
	s.answer()
	s.remember()
	s.next(ctx)
}

// spanOf is the span that an append is part of: whoever ordered it, or the answer that it ends.
func (s *session) spanOf(f *flight) string {
	if f.span == "" && s.call != nil {
		return s.call.span
	}
	return f.span
}

// receiptOf tells where the message is among events; the zero value: there is none.
func receiptOf(events []*Event) *chat.Receipt {
	receipt := &chat.Receipt{}
	for _, e := range events {
		if created, ok := e.Body.(chat.MessageCreated); ok {
			*receipt = chat.Receipt{Seq: e.Seq, Message: created.Message}
		}
	}
	return receipt
}

// land ends a flight that wrote nothing, with the answer to whoever sent it, and writes the next order.
func (s *session) land(ctx actor.Context, answer any) {
	w := s.flight.waiting
	s.flight = nil
	s.reply(ctx, w.sender, answer)
	if w.sender == nil {
		// One of the session's own orders was refused for good.
		s.engine.logger.Error("an order of the session was refused", slog.String("conversation", s.ref.Conversation), slog.Any("answer", answer))
		s.giveUp(ctx, again)
		return
	}
	s.next(ctx)
}
