package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"parley/chat"
)

// allowancesOf are those of a configuration.
func allowancesOf(config Config) chat.Allowances {
	if config.Allowances == nil {
		return boundless{}
	}
	return config.Allowances
}

// boundless lets everybody use as much as they like.
type boundless struct{}

func (boundless) Allowance(context.Context, string) (chat.Allowance, error) {
	return chat.Allowance{}, nil
}

// serves refuses what a visitor asks of a tenant whose chats rest. What was asked before that is settled by commit.
func (e *Engine) serves(ctx context.Context, tenant string) error {
	now, err := e.allowances.Allowance(ctx, tenant)
	var known *chat.Error
	switch {
	case errors.As(err, &known):
		return err
	case err != nil:
		return chat.ErrUnavailable.Because(err)
	case now.Paused:
		return chat.ErrPaused
	}
	return nil
}

// commit hands an append to the committer. One that starts an answer goes under what its tenant may use at this time: should that
// have to be read first, nobody else waits for it. While it cannot be read, the append fares as if the log could not.
func (e *Engine) commit(entry chat.Append, done func(chat.Outcome, error)) {
	if !charged(entry) {
		e.committer.submit(entry, done)
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(e.running, openTimeout)
		defer cancel()
		now, err := e.allowances.Allowance(ctx, entry.Tenant)
		switch {
		case errors.Is(err, chat.ErrNotFound): // the business is gone, and will not come back
			done(chat.Outcome{Err: err}, nil)
		case err != nil:
			done(chat.Outcome{}, fmt.Errorf("ask what the business may use: %w", err))
		case now.Paused:
			done(chat.Outcome{Err: chat.ErrQuota}, nil)
		default:
			entry.Limit, entry.Period = now.Answers, now.Period
			e.committer.submit(entry, done)
		}
	}()
}

// charged tells whether an append starts an answer that counts.
func charged(entry chat.Append) bool {
	return slices.ContainsFunc(entry.Bodies, func(body chat.Body) bool {
		started, ok := body.(chat.MessageStarted)
		return ok && started.Attempt == 1
	})
}
