package actors

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
	"parley/chat"
)

// session is one live conversation: the only writer of its log under its epoch.
// It decides nothing of its own: plans turn orders into events, the state is
// their fold. One append is in flight at a time; orders wait behind it.
type session struct {
	engine *Engine
	self   *actor.PID
	ref    chat.Ref
	phase  phase
	tries  int // of opening the log

	epoch   int64
	birth   *chat.Birth // what the first append needs; nil once the conversation has rows
	visitor Visitor
	botName string
	state   state

	early    []early   // what came before the log was open
	orders   []waiting // what waits to be written, in order
	flight   *flight   // the append whose outcome is awaited
	turn     *turn     // the answer that is being written by this activation
	watchers []*actor.PID
	activity int64 // counts what came from outside, to tell whether the session is idle
}

type phase int

const (
	opening phase = iota // the log is being opened, for the first time or after a doubt
	live
	retired // out of the directory, about to stop
)

// early is a message that came too early to be handled.
type early struct {
	message any
	sender  *actor.PID
}

// waiting is an order with whoever wants to hear of it, nil for the session's own.
type waiting struct {
	order     order
	sender    *actor.PID
	usage     *chat.Usage
	trace     *chat.Trace
	exhausted bool // the store said that no answers are left
}

// flight is the append whose outcome is awaited.
type flight struct {
	waiting
	append chat.Append
}

// turn is the answer that is being written.
type turn struct {
	message string
	text    strings.Builder
	trace   *chat.Trace // as far as it is known
	muted   bool        // nothing more is shown of it
	cancel  context.CancelFunc
}

const (
	maxEarly     = 200              // messages kept while the log is being opened
	idleAfter    = time.Minute      // without watchers and work a session leaves memory, if Config says nothing
	lingerFor    = 2 * time.Second  // a retired session answers Again to stragglers
	openTimeout  = 10 * time.Second // of one try to open the log
	maxOpenTries = 8                // with backoff: about 25 s
)

// Receive hands each message to the one line that knows it.
func (s *session) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *cluster.Placed:
		s.place(ctx, m.Identity)
	case *opened:
		s.opened(ctx, m)
	case *written:
		s.written(ctx, m)
	case *found:
		s.found(m)
	case *delta:
		s.delta(ctx, m)
	case *answered:
		s.answered(ctx, m)
	case *idle:
		s.idle(ctx, m)
	case *detach:
		s.detach(ctx, m.watcher)
	case *actor.Stopping:
		s.stopping(ctx)
	case *attach, *write, *stop, *show, *wake:
		s.request(ctx, early{m, ctx.Sender()})
	}
}

// request handles what came from outside, once the log is open.
func (s *session) request(ctx actor.Context, r early) {
	switch {
	case s.phase == retired:
		reply(ctx, r.sender, &cluster.Again{})
		return
	case s.phase == opening && s.flight == nil:
		if len(s.early) >= maxEarly {
			reply(ctx, r.sender, chat.ErrUnavailable)
			return
		}
		s.early = append(s.early, r)
		return
	}
	s.activity++
	switch m := r.message.(type) {
	case *attach:
		s.attach(ctx, m, r.sender)
	case *write:
		s.write(ctx, m, r.sender)
	case *stop:
		s.stop(ctx, m, r.sender)
	case *show:
		s.know(m.visitor)
		s.deliver(ctx, m.typing)
	case *wake:
		reply(ctx, r.sender, &chat.Receipt{})
		s.rest(ctx)
	}
}

// place learns who this activation is, and opens its log.
func (s *session) place(ctx actor.Context, identity string) {
	tenant, conversation, _ := strings.Cut(identity, "/")
	s.ref, s.self = chat.Ref{Tenant: tenant, Conversation: conversation}, ctx.Self()
	s.engine.sessions.Add(1)
	s.open(0)
}

// open opens the log after a pause, off the mailbox.
func (s *session) open(after time.Duration) {
	s.phase = opening
	engine, ref, self := s.engine, s.ref, s.self
	time.AfterFunc(after, func() {
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		result := &opened{}
		outcomes, err := engine.log.Open(ctx, []chat.Ref{ref})
		if err == nil {
			result.opening, err = outcomes[0].Opening, outcomes[0].Err
		}
		if result.err = err; err == nil {
			result.bot = engine.botName(ctx, ref.Tenant, result.opening.Bot)
		}
		engine.send(self, result)
	})
}

func (s *session) opened(ctx actor.Context, m *opened) {
	switch {
	case errors.Is(m.err, chat.ErrNotFound):
		s.phase, s.epoch = live, 1
		s.state = state{status: chat.WithBot}
		s.birth = &chat.Birth{}
	case m.err != nil:
		s.tries++
		s.engine.logger.Warn("cannot open a conversation", slog.String("conversation", s.ref.Conversation), slog.Int("try", s.tries), slog.Any("error", m.err))
		if s.tries >= maxOpenTries {
			s.giveUp(ctx, chat.ErrUnavailable)
			return
		}
		s.open(100 * time.Millisecond << min(s.tries, 6))
		return
	default:
		s.phase, s.epoch, s.birth, s.botName = live, m.opening.Epoch, nil, m.bot
		s.visitor = Visitor{Ref: s.ref, Bot: m.opening.Bot, ID: m.opening.Visitor, Locale: m.opening.Locale}
	}
	s.tries = 0
	if s.flight != nil {
		s.resolve(ctx, m)
		return
	}
	if m.err == nil {
		s.state = restore(m.opening)
	}
	if s.state.open != nil { // its process died
		s.orders = append(s.orders, waiting{order: &abandon{s.state.open.message}})
	}
	s.next(ctx)
	early := s.early
	s.early = nil
	for _, r := range early {
		s.request(ctx, r)
	}
}

// know keeps who the visitor is, for the conversation's rows, and under which
// name the bot speaks now.
func (s *session) know(visitor Visitor) {
	if s.visitor.Bot == "" {
		s.visitor = visitor
	}
	if visitor.botName != "" {
		s.botName = visitor.botName
	}
}

func (s *session) attach(ctx actor.Context, m *attach, sender *actor.PID) {
	s.know(m.visitor)
	if !slices.ContainsFunc(s.watchers, m.watcher.Equal) {
		s.watchers = append(s.watchers, m.watcher)
	}
	now := &attached{head: s.state.head, status: s.state.status, agent: s.state.agent}
	if s.turn != nil {
		now.open = &Snapshot{Message: s.turn.message, Text: s.turn.text.String()}
	}
	reply(ctx, sender, now)
}

func (s *session) detach(ctx actor.Context, watcher *actor.PID) {
	s.watchers = slices.DeleteFunc(s.watchers, watcher.Equal)
	s.rest(ctx)
}

// write lets an order wait for its turn. A person who takes the conversation
// silences the bot now, not when the order is written.
func (s *session) write(ctx actor.Context, m *write, sender *actor.PID) {
	s.know(m.visitor)
	order := m.order
	switch wish := order.(type) {
	case *take:
		order = s.silence(chat.Takeover, wish)
	case *move:
		if wish.to != chat.WithBot { // to a person, or to the end
			order = s.silence(chat.Stopped, wish)
		}
	}
	s.orders = append(s.orders, waiting{order: order, sender: sender, trace: s.traceOf(order)})
	s.next(ctx)
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

func (s *session) stop(ctx actor.Context, m *stop, sender *actor.PID) {
	s.know(m.visitor)
	if s.turn != nil && (m.message == "" || m.message == s.turn.message) {
		if order := s.silence(chat.Stopped, nil); order != nil {
			s.orders = append(s.orders, waiting{order: order, sender: sender, trace: s.traceOf(order)})
			s.next(ctx)
			return
		}
	}
	reply(ctx, sender, &chat.Receipt{})
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
	s.orders = append(s.orders, waiting{order: &finish{ending}, usage: m.usage, trace: m.trace})
	s.next(ctx)
}

// deliver shows something to all who watch, in order.
func (s *session) deliver(ctx actor.Context, output Output) {
	for _, watcher := range s.watchers {
		ctx.Send(watcher, output)
	}
}

// rest asks again later whether the session is still needed.
func (s *session) rest(ctx actor.Context) {
	if s.phase != live || len(s.watchers) > 0 || s.busy() {
		return
	}
	engine, self, since := s.engine, ctx.Self(), s.activity
	after := s.engine.idleAfter
	if s.state.head == 0 {
		after = 0 // nothing was said: there is nothing to remember
	}
	time.AfterFunc(after, func() { engine.send(self, &idle{since}) })
}

func (s *session) busy() bool {
	return s.flight != nil || len(s.orders) > 0 || s.turn != nil
}

func (s *session) idle(ctx actor.Context, m *idle) {
	if s.phase == live && len(s.watchers) == 0 && !s.busy() && s.activity == m.since {
		s.retire(ctx)
	}
}

// giveUp leaves after something that this activation cannot heal: whoever
// waits is told so, whoever watches comes back to a new activation.
func (s *session) giveUp(ctx actor.Context, answer any) {
	for _, r := range s.early {
		reply(ctx, r.sender, answer)
	}
	if s.flight != nil {
		reply(ctx, s.flight.sender, answer)
	}
	for _, w := range s.orders {
		reply(ctx, w.sender, answer)
	}
	s.early, s.flight, s.orders = nil, nil, nil
	s.endTurn()
	s.retire(ctx)
}

// retire leaves the directory and stops after a while: requests that are
// already under way find somebody who sends them on.
func (s *session) retire(ctx actor.Context) {
	s.phase = retired
	s.deliver(ctx, &Moved{})
	s.watchers = nil
	s.engine.node.Retire(ctx.Self())
	engine, self := s.engine, ctx.Self()
	time.AfterFunc(lingerFor, func() { engine.node.System().Root.Stop(self) })
}

func (s *session) stopping(ctx actor.Context) {
	s.deliver(ctx, &Moved{})
	s.watchers = nil
	s.endTurn()
	s.engine.sessions.Add(-1)
}

func (s *session) endTurn() {
	if s.turn != nil {
		s.turn.muted = true
		s.turn.cancel()
		s.turn = nil
		s.engine.answering.Add(-1)
	}
}

func reply(ctx actor.Context, to *actor.PID, answer any) {
	if to != nil {
		ctx.Send(to, answer)
	}
}
