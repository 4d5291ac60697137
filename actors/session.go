package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
	"parley/chat"
)

// session is one live conversation: the only writer of its log under its epoch.
// It decides nothing of its own: its floor does, plans turn orders into events, the state is
// their fold. One append is in flight at a time; orders wait behind it.
//
// This file has what reaches it from outside; opening.go how it begins and what
// it does while storage is away, writing.go its appends, answering.go its turns,
// attending.go who watches it, leaving.go how it goes.
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
	floor

	early        []early       // what came before the log was open
	call         *call         // what writes the floor's turn
	recollecting bool          // a summary is being made
	summary      *chat.Summary // made and not kept yet
	watchers     []onlooker
	here         Here                  // what agents were told last
	seen         int64                 // how far the visitor has read, as far as this activation knows
	kept         int64                 // and of that, what is kept
	place        chat.Place            // in the line, as the desk told last
	blocked      bool                  // the visitor is
	activity     int64                 // counts what came from outside, to tell whether the session is idle
	heard        heard                 // from other nodes
	asking       map[string]provenance // of questions that are not answered yet, by message
	leaving      bool                  // this node is to be left as soon as nothing is under way
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
	span    string // that it is part of, carried (chat.Tracer)
	sure    bool   // SQL says that no other activation has the log
}

// Bounds of what waits in one session, as long as somebody waits for it.
const (
	maxEarly  = 200
	maxOrders = 64
	patience  = 10 * time.Second // then a sender is told that storage is away
)

// Receive hands each message to the one line that knows it.
func (s *session) Receive(ctx actor.Context) {
	message := carried.Received(ctx)
	if s.self == nil {
		s.unplaced(ctx, message)
		return
	}
	switch m := message.(type) {
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
	case *verified:
		s.verified(ctx, m)
	case *rechecked:
		s.rechecked(ctx, m.epoch)
	case *idle:
		s.idle(ctx, m)
	case *detach:
		s.detach(ctx, m.Watcher)
	case *actor.Stopping:
		s.stopping(ctx)
	case *actor.Restarting:
		s.broken(ctx)
	case *keptMark:
		s.kept = max(s.kept, m.Seq)
	case *chat.Place:
		s.placed(ctx, *m)
	case *show, *block:
		s.request(ctx, early{message: m, until: time.Now().Add(patience)})
	case *cluster.Call:
		s.asked(ctx, m)
	case *cluster.Vacate:
		s.vacate(ctx, m.Now)
	case *cluster.Departed:
		s.departed(ctx, m.Address)
	}
}

// unplaced is what an actor does before it knows whose it is. One that began anew after a panic never learns it: what still comes to it goes
// to the next activation, and what its predecessor had under way is nobody's any more.
func (s *session) unplaced(ctx actor.Context, message any) {
	switch m := message.(type) {
	case *cluster.Placed:
		s.activate(ctx, m.Identity)
	case *cluster.Call:
		s.reply(ctx, ctx.Sender(), again)
	}
}

// asked takes a call that somebody waits for the answer of.
func (s *session) asked(ctx actor.Context, call *cluster.Call) {
	sender := ctx.Sender()
	if _, writes := call.Message.(*write); writes && sender != nil && sender.Address != ctx.Self().Address && s.heard.again(ctx, call) {
		return // all else may be asked twice
	}
	until := time.Now().Add(patience)
	if !call.Until.IsZero() && call.Until.Before(until) {
		until = call.Until
	}
	s.request(ctx, early{message: call.Message, sender: sender, until: until, span: call.Trace})
}

// request handles what came from outside, once the log is open.
func (s *session) request(ctx actor.Context, r early) {
	switch {
	case s.phase == retired:
		s.reply(ctx, r.sender, again)
		return
	case s.phase == opening && (s.flight == nil || s.behind(r.message)):
		if len(s.early) >= maxEarly {
			s.reply(ctx, r.sender, errCrowded)
			return
		}
		s.early = append(s.early, r)
		return
	}
	if !r.sure && s.doubts(r.message) {
		r.sure = true
		s.verify(r.sender, func(ctx actor.Context) { s.request(ctx, r) })
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
		s.know(m.Visitor)
		s.show(ctx, m.Output)
		s.rest(ctx)
	case *read:
		s.read(ctx, m, r.sender)
	case *block:
		s.block(ctx, m)
	case *forget:
		s.forget(ctx, m, r.sender)
	case *wake:
		s.reply(ctx, r.sender, &chat.Receipt{})
		s.rest(ctx)
	}
}

// know keeps who the visitor is, for the conversation's rows, and under which
// name the bot speaks now.
func (s *session) know(visitor Visitor) {
	if s.visitor.Bot == "" {
		s.visitor = visitor
	}
	if visitor.BotName != "" {
		s.botName = visitor.BotName
	}
}

// write lets an order wait for its turn.
func (s *session) write(ctx actor.Context, m *write, r early) {
	s.know(m.Visitor)
	if len(s.orders) >= maxOrders {
		s.reply(ctx, r.sender, errCrowded)
		return
	}
	s.wish(waiting{order: m.Order, sender: r.sender, until: r.until, span: r.span, source: m.Visitor.Source, line: m.Visitor.Line})
	s.hush()
	s.next(ctx)
}

// reply answers whoever sent something, or nobody.
func (s *session) reply(ctx actor.Context, to *actor.PID, answer any) {
	reply(ctx, s.heard.to(to, answer), answer)
}

func reply(ctx actor.Context, to *actor.PID, answer any) {
	if to != nil {
		ctx.Send(to, answer)
	}
}
