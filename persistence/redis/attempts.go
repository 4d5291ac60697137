package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/ulule/limiter/v3"

	"parley/account"
)

// Attempts counts attempts to sign in for all nodes together, as Limits does, and as Limits goes on while Redis is away.
type Attempts struct{ limits *Limits }

var _ account.Attempts = Attempts{}

// Attempts returns a counter of attempts.
func (c *Client) Attempts() Attempts { return Attempts{c.Limits("attempts")} }

// Attempt counts n more under a key, and returns when the allowance begins anew if they are more than it has.
func (a Attempts) Attempt(ctx context.Context, key string, n int64, of account.Allowance) (until time.Time, err error) {
	state, err := a.limits.Increment(ctx, key, n, rateOf(of))
	if err != nil {
		return time.Time{}, fmt.Errorf("count an attempt: %w", err)
	}
	if !state.Reached {
		return time.Time{}, nil
	}
	return time.Unix(state.Reset, 0), nil
}

// Forget begins at none again.
func (a Attempts) Forget(ctx context.Context, key string, of account.Allowance) error {
	if _, err := a.limits.Reset(ctx, key, rateOf(of)); err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}

func rateOf(of account.Allowance) limiter.Rate {
	return limiter.Rate{Limit: of.Limit, Period: of.Window}
}
