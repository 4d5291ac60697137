package actors

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
	"parley/chat"
)

// Pauses between tries to open the log: short at first, for a connection that
// broke, and a second at most, for storage that comes back.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
	logEvery   = 30 // of the tries, in the log
)

// activate learns who this activation is, and opens its log.
func (s *session) activate(ctx actor.Context, identity string) {
	tenant, conversation, _ := strings.Cut(identity, "/")
	s.ref, s.self = chat.Ref{Tenant: tenant, Conversation: conversation}, ctx.Self()
	s.engine.sessions.Add(1)
	if _, unborn := s.engine.unborn.Load(s.ref); unborn {
		s.phase = opening
		s.engine.send(s.self, &opened{err: chat.ErrNotFound})
		return
	}
	s.open()
}

// open opens the log, off the mailbox.
func (s *session) open() {
	s.phase = opening
	s.engine.openFor(s.self, s.ref)
}

// openFor opens a log and brings it to its session.
func (e *Engine) openFor(session *actor.PID, ref chat.Ref) {
	e.opener.submit(ref, func(opening chat.Opening, err error) {
		if err != nil {
			e.send(session, &opened{err: err})
			return
		}
		go func() { // the bot may have to be loaded first
			ctx, cancel := context.WithTimeout(e.running, openTimeout)
			defer cancel()
			e.send(session, &opened{opening: opening, bot: e.botName(ctx, ref.Tenant, opening.Bot)})
		}()
	})
}

// reopen opens the log after a pause, unless nobody and nothing is left to wait for it.
func (s *session) reopen(ctx actor.Context) {
	s.phase = opening
	s.dismiss(ctx)
	if s.flight == nil && s.turn == nil && len(s.orders) == 0 && len(s.early) == 0 {
		s.giveUp(ctx, chat.ErrUnavailable)
		return
	}
	pause := min(firstPause<<min(s.tries, 10), lastPause)
	engine, ref, self := s.engine, s.ref, s.self
	//nolint:gosec // G404: only spreads the load.
	time.AfterFunc(pause/2+rand.N(pause), func() { engine.openFor(self, ref) })
}

// opened goes on with an open log. While storage is away, it is tried again as long as there
// is something to keep: an append in doubt, an answer, or somebody who waits.
func (s *session) opened(ctx actor.Context, m *opened) {
	if s.phase != opening {
		return
	}
	switch {
	case errors.Is(m.err, chat.ErrNotFound):
		s.phase, s.epoch = live, 1
		s.birth = &chat.Birth{}
		if s.flight == nil {
			s.floor = floor{state: state{status: chat.WithBot}}
		}
	case m.err != nil:
		if s.tries%logEvery == 0 {
			s.engine.logger.Warn("cannot open a conversation", slog.String("conversation", s.ref.Conversation), slog.Int("try", s.tries+1), slog.Any("error", m.err))
		}
		s.tries++
		s.reopen(ctx)
		return
	default:
		s.phase, s.epoch, s.birth = live, m.opening.Epoch, nil
		s.botName = m.bot
		s.visitor = Visitor{Ref: s.ref, Bot: m.opening.Bot, ID: m.opening.Visitor, Locale: m.opening.Locale}
		s.blocked = m.opening.Blocked
		if s.flight == nil {
			s.floor = resume(m.opening)
			s.queue()
		}
	}
	s.tries = 0
	if s.flight != nil {
		s.resolve(ctx, m)
	} else {
		s.next(ctx)
	}
	early := s.early
	s.early = nil
	for _, r := range early {
		s.request(ctx, r)
	}
}

// dismiss tells those who have waited long enough that storage is away.
func (s *session) dismiss(ctx actor.Context) {
	now := time.Now()
	s.early = slices.DeleteFunc(s.early, func(r early) bool {
		late := now.After(r.until)
		if late {
			s.reply(ctx, r.sender, chat.ErrUnavailable)
		}
		return late
	})
	for _, w := range s.expire(now) {
		s.reply(ctx, w.sender, chat.ErrUnavailable)
	}
}

// giveUp leaves after something that this activation cannot heal: whoever
// waits is told so, whoever watches comes back to a new activation.
func (s *session) giveUp(ctx actor.Context, answer any) {
	for _, r := range s.early {
		s.reply(ctx, r.sender, answer)
	}
	if s.flight != nil {
		s.reply(ctx, s.flight.sender, answer)
	}
	for _, w := range s.orders {
		s.reply(ctx, w.sender, answer)
	}
	s.early, s.flight, s.orders, s.turn = nil, nil, nil, nil
	s.hush()
	s.retire(ctx)
}

// again sends all who wait to another activation.
var again = &cluster.Again{}
