package actors

import (
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

const (
	idleAfter = time.Minute     // without watchers and work a session leaves memory, if Config says nothing
	lingerFor = 2 * time.Second // a retired session answers Again to stragglers
)

// rest asks again later whether the session is still needed.
func (s *session) rest(ctx actor.Context) {
	if s.phase != live || s.busy() {
		return
	}
	if s.leaving {
		s.depart(ctx)
		return
	}
	if len(s.watchers) > 0 {
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
	return s.flight != nil || len(s.orders) > 0 || s.turn != nil || s.recollecting
}

func (s *session) idle(ctx actor.Context, m *idle) {
	if s.phase == live && len(s.watchers) == 0 && !s.busy() && s.activity == m.since {
		s.retire(ctx)
	}
}

// vacate leaves this node: now, when another has the conversation or may have it, or as soon as nothing is under
// way. What waits for its turn is sent on, and who watches attaches anew.
func (s *session) vacate(ctx actor.Context, now bool) {
	switch {
	case s.phase == retired:
	case now:
		s.giveUp(ctx, again)
	default:
		s.leaving = true
		s.next(ctx)
	}
}

// depart leaves between two turns: what waits is written elsewhere, and what nobody has answered is answered there.
func (s *session) depart(ctx actor.Context) {
	unanswered := s.state.unfinished()
	s.giveUp(ctx, again)
	if unanswered {
		s.engine.wakeElsewhere(s.ref)
	}
}

// retire leaves the directory and stops after a while: requests that are
// already under way find somebody who sends them on.
func (s *session) retire(ctx actor.Context) {
	s.phase = retired
	s.engine.sessions.Add(-1)
	if len(s.watchers) > 0 {
		s.engine.moved.Add(1)
	}
	s.deliver(ctx, &Moved{})
	s.watchers = nil
	s.linger(ctx)
}

// linger takes the session out of the directory, and ends it when stragglers have come.
func (s *session) linger(ctx actor.Context) {
	engine, self := s.engine, ctx.Self()
	engine.node.Retire(self)
	time.AfterFunc(lingerFor, func() { engine.node.System().Root.Stop(self) })
}

// stopping leaves a shell: others may hold the actor's address for long.
func (s *session) stopping(ctx actor.Context) {
	s.deliver(ctx, &Moved{})
	s.turn = nil
	s.hush()
	if s.phase != retired && s.self != nil {
		s.engine.sessions.Add(-1)
	}
	*s = session{engine: s.engine, phase: retired}
}

// broken ends an activation that panicked, which the library has begin anew without knowing who it is (unplaced): what waits in its mailbox is
// sent on. The next one begins from the log.
func (s *session) broken(ctx actor.Context) {
	s.engine.logger.Error("a conversation panicked; it opens anew", slog.String("conversation", s.ref.Conversation))
	s.stopping(ctx)
	s.linger(ctx)
}
