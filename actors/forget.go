package actors

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// What was erased must not come back from what is in memory: from a session's turns and summary, from an answer that is being
// written, from answers that are kept to be given again.

// Deleted is the epoch of conversations that have no rows any more.
const Deleted = math.MaxInt64

// forget has an activation from before an epoch leave, with all that it remembers. The reply is *chat.Receipt.
type forget struct{ Epoch int64 }

// Forget has whoever has a conversation in memory from before an epoch let go of it, on whatever node. What they would write is
// fenced by SQL before. It returns when they have.
func (e *Engine) Forget(ctx context.Context, ref chat.Ref, epoch int64) error {
	_, err := e.request(ctx, ref, &forget{epoch})
	return err
}

// ForgetAnswers removes answers that are kept to be given again, by what their traces say they are kept under. ErrUnavailable: they may be
// there still.
func (e *Engine) ForgetAnswers(ctx context.Context, keys []string) error {
	if e.answerer.cache == nil || len(keys) == 0 {
		return nil
	}
	return e.answerer.cache.cache.Forget(ctx, keys)
}

// forget leaves if what is remembered is from before the epoch. What watches it comes back to an activation that reads the log.
func (s *session) forget(ctx actor.Context, m *forget, sender *actor.PID) {
	if s.epoch >= m.Epoch || s.state.head == 0 && s.flight == nil {
		s.reply(ctx, sender, &chat.Receipt{})
		s.rest(ctx)
		return
	}
	if s.turn != nil && s.turn.trace != nil {
		s.engine.forgetSoon(s.turn.trace.Kept)
	}
	s.reply(ctx, sender, &chat.Receipt{})
	s.giveUp(ctx, again)
}

// forgetSoon forgets the answer that was being written, should it be kept already. Nobody waits for it.
func (e *Engine) forgetSoon(key string) {
	if key == "" || e.running.Err() != nil {
		return
	}
	e.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(e.running, forgetTimeout)
		defer cancel()
		if err := e.ForgetAnswers(ctx, []string{key}); err != nil {
			e.logger.Warn("an answer may be given again although its conversation was erased", slog.Any("error", err))
		}
	})
}

const forgetTimeout = 5 * time.Second
