package actors

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
	"parley/llm"
)

// call is what writes an answer.
type call struct {
	message string
	cancel  context.CancelFunc
	span    string // carried (chat.Tracer)
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
	open := s.begin()
	if open == nil {
		return
	}
	ctx, cancel := s.engine.turnContext()
	asked := open.question.message
	from := s.provenanceOf(asked)
	s.turn.source, s.turn.line = from.source, from.line
	ctx, span := s.engine.tracer.Start(s.engine.tracer.Follow(ctx, from.span), "answer",
		slog.String("bot", s.visitor.Bot), slog.String("message", open.message))
	s.call = &call{message: open.message, cancel: cancel, span: s.engine.tracer.Carry(ctx)}
	s.engine.answering.Add(1)
	memory := s.state.memory
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
		outcome.message, outcome.usage = message, settle(outcome.trace, from.source)
		span.End(outcome.err)
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

// hush ends the call of an answer that nobody is to hear any more. Its answer counts as being
// written until its end is in the log.
func (s *session) hush() {
	if s.call == nil || s.speaks(s.call.message) {
		return
	}
	s.call.cancel()
	if s.turn == nil || s.turn.message != s.call.message {
		s.call = nil
		s.engine.answering.Add(-1)
	}
}

func (s *session) stop(ctx actor.Context, m *stop, r early) {
	s.know(m.Visitor)
	if s.floor.stop(m.Message, waiting{sender: r.sender, until: r.until}) {
		s.hush()
		s.next(ctx)
		return
	}
	s.reply(ctx, r.sender, &chat.Receipt{})
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
	if s.speaks(m.message) {
		s.deliver(ctx, s.say(m.pieces.take()))
	}
}

// answered ends the open answer, unless somebody silenced it before.
func (s *session) answered(ctx actor.Context, m *answered) {
	if !s.speaks(m.message) {
		return
	}
	if m.err != nil {
		s.engine.logger.Warn("an answer failed", slog.String("conversation", s.ref.Conversation), slog.Any("error", m.err))
	}
	s.conclude(m)
	s.hush()
	s.next(ctx)
}
