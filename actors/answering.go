package actors

import (
	"context"
	"log/slog"
	"slices"
	"strings"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
	"parley/llm"
)

// turn is the answer that is being written.
type turn struct {
	message string
	text    strings.Builder
	trace   *chat.Trace // as far as it is known
	muted   bool        // nothing more is shown of it
	cancel  context.CancelFunc
}

// answer begins to write the answer that was just started in the log.
func (s *session) answer() {
	open := s.state.open
	if open == nil || s.turn != nil {
		return
	}
	ctx, cancel := s.engine.turnContext()
	s.turn = &turn{message: open.message, cancel: cancel}
	s.engine.answering.Add(1)
	memory := s.state.memory
	history := memory.before(open.question.message)
	question := ask{
		tenant:   s.ref.Tenant,
		bot:      s.visitor.Bot,
		text:     open.question.text,
		locale:   s.visitor.Locale,
		summary:  memory.summary.Text,
		history:  history,
		previous: previousQuestion(history),
	}
	rebuild, due := memory.due()
	due = due && !s.recollecting
	s.recollecting = s.recollecting || due
	engine, self, ref, message := s.engine, s.self, s.ref, open.message
	go func() {
		defer cancel()
		if due { // since a restart: the bot must not have forgotten what it was told
			limited, cancel := context.WithTimeout(ctx, rebuildTimeout)
			question.summary = engine.recollect(limited, self, ref, question.bot, memory.summary, rebuild).Text
			cancel()
		}
		outcome := engine.answerer.answer(ctx, question,
			func(text string) { engine.send(self, &delta{message, text}) },
			func(trace *chat.Trace) { engine.send(self, &found{message, trace}) })
		outcome.message = message
		engine.send(self, outcome)
	}()
}

// previousQuestion is what the visitor said last before, for questions that lean on it.
func previousQuestion(history []llm.Message) string {
	for _, m := range slices.Backward(history) {
		if m.Role == llm.Visitor {
			return m.Text
		}
	}
	return ""
}

// remember begins to make the summary anew when enough has fallen out of the
// recent turns and no answer is being written.
func (s *session) remember() {
	through, due := s.state.memory.due()
	if !due || s.recollecting || s.turn != nil {
		return
	}
	s.recollecting = true
	engine, self, ref, bot, from := s.engine, s.self, s.ref, s.visitor.Bot, s.state.memory.summary
	go func() {
		ctx, cancel := context.WithTimeout(engine.running, summaryTimeout)
		defer cancel()
		engine.recollect(ctx, self, ref, bot, from, through)
	}()
}

// recollected takes a summary over; it is kept with the next append.
func (s *session) recollected(ctx actor.Context, m *recollected) {
	s.recollecting = false
	s.state.memory = s.state.memory.recollect(m.summary)
	if m.summary.Text != "" {
		s.summary = &m.summary
	}
	s.rest(ctx)
}

// traceOf is what produced the answer that an order cuts short; nil if it cuts none.
func (s *session) traceOf(order order) *chat.Trace {
	if _, cuts := order.(*halt); cuts {
		return s.turn.trace
	}
	return nil
}

// silence mutes the open answer and cancels the model's call, and returns the
// order that records it before `then`.
func (s *session) silence(reason chat.Reason, then order) order {
	if s.turn == nil || s.turn.muted {
		return then
	}
	s.turn.muted = true
	s.turn.cancel()
	return &halt{message: s.turn.message, shown: s.turn.text.String(), reason: reason, then: then}
}

func (s *session) stop(ctx actor.Context, m *stop, r early) {
	s.know(m.visitor)
	if s.turn != nil && (m.message == "" || m.message == s.turn.message) {
		if order := s.silence(chat.Stopped, nil); order != nil {
			s.order(ctx, waiting{order: order, sender: r.sender, until: r.until, trace: s.traceOf(order)})
			return
		}
	}
	reply(ctx, r.sender, &chat.Receipt{})
	s.rest(ctx)
}

// found keeps what is known of the open answer, should it be cut short.
func (s *session) found(m *found) {
	if s.turn != nil && s.turn.message == m.message {
		s.turn.trace = m.trace
	}
}

// delta shows the next piece of the open answer.
func (s *session) delta(ctx actor.Context, m *delta) {
	if s.turn == nil || s.turn.message != m.message || s.turn.muted {
		return
	}
	index := s.turn.text.Len()
	s.turn.text.WriteString(m.text)
	s.deliver(ctx, &Delta{Message: m.message, Index: index, Text: m.text})
}

// answered ends the open answer, unless somebody silenced it before.
func (s *session) answered(ctx actor.Context, m *answered) {
	if s.turn == nil || s.turn.message != m.message || s.turn.muted {
		return
	}
	s.turn.muted = true
	var ending chat.Body
	if m.err != nil {
		s.engine.logger.Warn("an answer failed", slog.String("conversation", s.ref.Conversation), slog.Any("error", m.err))
		ending = chat.MessageInterrupted{Message: m.message, Text: s.turn.text.String(), Reason: chat.Failed}
	} else {
		ending = chat.MessageCompleted{Message: m.message, Text: s.turn.text.String(), Citations: m.citations, Offer: m.offer}
	}
	s.order(ctx, waiting{order: &finish{ending}, usage: m.usage, trace: m.trace})
}

func (s *session) endTurn() {
	if s.turn != nil {
		s.turn.muted = true
		s.turn.cancel()
		s.turn = nil
		s.engine.answering.Add(-1)
	}
}
