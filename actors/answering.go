package actors

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"

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

// pieces are what was written of an answer and not shown yet. They are shown
// together when the session comes to it: one by one at the pace of most models, and
// joined where a model is faster than that.
type pieces struct {
	mutex sync.Mutex
	text  []byte
}

// add tells whether the session has to be told: if not, it has been.
func (p *pieces) add(text string) (tell bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	tell = len(p.text) == 0
	p.text = append(p.text, text...)
	return tell
}

func (p *pieces) take() string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	text := string(p.text)
	p.text = p.text[:0]
	return text
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
	asked := open.question.message
	history := memory.before(asked)
	question := ask{
		tenant:   s.ref.Tenant,
		bot:      s.visitor.Bot,
		text:     open.question.text,
		locale:   s.visitor.Locale,
		summary:  memory.summary.Text,
		history:  history,
		previous: previousQuestion(history),
	}
	through, rebuild := memory.due()
	rebuild = rebuild && memory.gap() && !s.recollecting && s.remembers()
	s.recollecting = s.recollecting || rebuild
	engine, self, ref, message := s.engine, s.self, s.ref, open.message
	go func() {
		defer cancel()
		if rebuild { // the bot must not have forgotten what it was told
			limited, cancel := context.WithTimeout(ctx, rebuildTimeout)
			memory = memory.recollect(engine.recollect(limited, self, ref, question.bot, memory.summary, through))
			cancel()
			question.summary, question.history = memory.summary.Text, memory.before(asked)
		}
		written := &delta{message: message}
		outcome := engine.answerer.answer(ctx, question,
			func(text string) {
				if written.pieces.add(text) {
					engine.send(self, written)
				}
			},
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

// remembers tells whether a summary would be read: by a model, and while the conversation
// is with the bot. When it comes back from a person, the next answer makes up for it.
func (s *session) remembers() bool {
	return s.state.status == chat.WithBot && s.engine.answerer.remembers(s.ref.Tenant, s.visitor.Bot)
}

// remember begins to make the summary anew when there are more turns than a prompt
// should repeat. One that was lost is left to the next answer.
func (s *session) remember() {
	through, due := s.state.memory.due()
	if !due || s.recollecting || s.state.memory.gap() || !s.remembers() {
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

// delta shows what is new of the open answer.
func (s *session) delta(ctx actor.Context, m *delta) {
	if s.turn == nil || s.turn.message != m.message || s.turn.muted {
		return
	}
	index, text := s.turn.text.Len(), m.pieces.take()
	s.turn.text.WriteString(text)
	s.deliver(ctx, &Delta{Message: m.message, Index: index, Text: text})
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
