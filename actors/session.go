package actors

import (
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
	"parley/chat"
)

// session is one live conversation: the only writer of its log under its epoch.
// It decides nothing of its own: plans turn orders into events, the state is
// their fold. One append is in flight at a time; orders wait behind it.
//
// This file has what reaches it from outside; opening.go how it begins and what
// it does while storage is away, writing.go its appends, answering.go its turns,
// leaving.go how it goes.
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

	early        []early       // what came before the log was open
	orders       []waiting     // what waits to be written, in order
	flight       *flight       // the append whose outcome is awaited
	turn         *turn         // the answer that is being written by this activation
	recollecting bool          // a summary is being made
	summary      *chat.Summary // made and not kept yet
	watchers     []*actor.PID
	activity     int64 // counts what came from outside, to tell whether the session is idle
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
	until   time.Time
}

// waiting is an order with whoever wants to hear of it, nil for the session's own.
type waiting struct {
	order     order
	sender    *actor.PID
	until     time.Time // when the sender stops to wait
	usage     *chat.Usage
	trace     *chat.Trace
	exhausted bool // the store said that no answers are left
}

// Bounds of what waits in one session, as long as somebody waits for it.
const (
	maxEarly  = 200
	maxOrders = 64
	patience  = 10 * time.Second // then a sender is told that storage is away
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
	case *recollected:
		s.recollected(ctx, m)
	case *idle:
		s.idle(ctx, m)
	case *detach:
		s.detach(ctx, m.watcher)
	case *actor.Stopping:
		s.stopping(ctx)
	case *attach, *write, *stop, *show, *wake:
		s.request(ctx, early{m, ctx.Sender(), time.Now().Add(patience)})
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
			reply(ctx, r.sender, errCrowded)
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
		s.write(ctx, m, r)
	case *stop:
		s.stop(ctx, m, r)
	case *show:
		s.know(m.visitor)
		s.deliver(ctx, m.output)
		s.rest(ctx)
	case *wake:
		reply(ctx, r.sender, &chat.Receipt{})
		s.rest(ctx)
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

// detach ends a watch, or takes back the wish for one: its caller may have given up.
func (s *session) detach(ctx actor.Context, watcher *actor.PID) {
	s.watchers = slices.DeleteFunc(s.watchers, watcher.Equal)
	s.early = slices.DeleteFunc(s.early, func(r early) bool {
		wish, attaches := r.message.(*attach)
		return attaches && wish.watcher.Equal(watcher)
	})
	s.rest(ctx)
}

// write lets an order wait for its turn. A person who takes the conversation
// silences the bot now, not when the order is written.
func (s *session) write(ctx actor.Context, m *write, r early) {
	s.know(m.visitor)
	if len(s.orders) >= maxOrders {
		reply(ctx, r.sender, errCrowded)
		return
	}
	order := m.order
	switch wish := order.(type) {
	case *take:
		order = s.silence(chat.Takeover, wish)
	case *move:
		if wish.to != chat.WithBot { // to a person, or to the end
			order = s.silence(chat.Stopped, wish)
		}
	}
	s.order(ctx, waiting{order: order, sender: r.sender, until: r.until, trace: s.traceOf(order)})
}

func (s *session) order(ctx actor.Context, w waiting) {
	s.orders = append(s.orders, w)
	s.next(ctx)
}

// deliver shows something to all who watch, in order.
func (s *session) deliver(ctx actor.Context, output Output) {
	for _, watcher := range s.watchers {
		ctx.Send(watcher, output)
	}
}

func reply(ctx actor.Context, to *actor.PID, answer any) {
	if to != nil {
		ctx.Send(to, answer)
	}
}
