package actors

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// A session that another activation has replaced learns of it when it writes. One that only shows would never: who watches
// it would see nothing new. So nodes of a cluster compare the epochs of what they hold with SQL, now and then.
const (
	recheckEvery   = 10 * time.Second
	recheckPage    = 500
	recheckTimeout = 5 * time.Second
)

func (e *Engine) recheck(ctx context.Context) {
	ticker := time.NewTicker(recheckEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if e.shared() {
			e.recheckOnce(ctx)
		}
	}
}

func (e *Engine) recheckOnce(ctx context.Context) {
	for page := range slices.Chunk(e.node.Here(sessionKind), recheckPage) {
		refs := make([]chat.Ref, len(page))
		for i, identity := range page {
			refs[i].Tenant, refs[i].Conversation, _ = strings.Cut(identity, "/")
		}
		limited, cancel := context.WithTimeout(ctx, recheckTimeout)
		positions, err := e.positions.Positions(limited, refs)
		cancel()
		if err != nil {
			e.logger.Debug("cannot see whether other nodes have what this one has", slog.Any("error", err))
			return
		}
		for ref, position := range positions {
			e.node.TellHere(sessionKind, ref.String(), &rechecked{position.Epoch})
		}
	}
}

// doubts tells whether this activation may have been replaced, so that it must not answer from what it remembers: the
// other nodes may have given this one up, or who attaches has seen what it does not know. What a visitor says needs no
// such care: it is written, and SQL decides.
func (s *session) doubts(message any) bool {
	if s.phase != live || !s.engine.shared() {
		return false
	}
	if s.behind(message) {
		return true
	}
	switch m := message.(type) {
	case *write:
		if said, ok := m.Order.(*post); ok && said.Author.Kind == chat.ByVisitor {
			return false
		}
	case *show, *block:
		return false // nobody hears of it
	}
	return !s.engine.node.Certain()
}

// behind tells whether who attaches has seen more than this activation knows.
func (s *session) behind(message any) bool {
	m, attaches := message.(*attach)
	return attaches && m.Visitor.Seen > s.state.head
}

// verify looks off the mailbox where the log is, and then goes on with what sender has asked, or
// leaves that to the activation that has the log.
func (s *session) verify(sender *actor.PID, then func(actor.Context)) {
	engine, self, ref := s.engine, s.self, s.ref
	go func() {
		ctx, cancel := context.WithTimeout(engine.running, recheckTimeout)
		defer cancel()
		positions, err := engine.positions.Positions(ctx, []chat.Ref{ref})
		engine.send(self, &verified{positions[ref].Epoch, err, sender, then})
	}()
}

func (s *session) verified(ctx actor.Context, m *verified) {
	if m.err != nil {
		s.reply(ctx, m.sender, chat.ErrUnavailable)
		return
	}
	replaced := s.replaced(m.epoch)
	s.rechecked(ctx, m.epoch)
	if replaced || s.phase == retired {
		s.reply(ctx, m.sender, again)
		return
	}
	m.then(ctx)
}

// answerTo answers an order that writes nothing. Where other nodes could have written since, SQL is asked before:
// such answers are few, and a person would be told what is not true any more.
func (s *session) answerTo(ctx actor.Context, r *refusal) {
	if r.sender == nil || !s.engine.shared() {
		s.reply(ctx, r.sender, r.answer)
		return
	}
	s.verify(r.sender, func(ctx actor.Context) { s.reply(ctx, r.sender, r.answer) })
}

// shared tells whether other nodes may write to the same logs, also some that are not on the roll now.
func (e *Engine) shared() bool { return e.positions != nil && !e.node.Alone() }

// replaced tells whether another activation has opened the log, by the epoch that SQL has.
func (s *session) replaced(epoch int64) bool {
	return s.phase == live && (epoch > s.epoch || s.birth != nil && s.flight == nil && epoch > 0)
}

// rechecked leaves to another activation what that has opened since. An append in flight finds out by itself.
func (s *session) rechecked(ctx actor.Context, epoch int64) {
	if s.replaced(epoch) && s.flight == nil {
		s.giveUp(ctx, again)
	}
}
