package redis

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ulule/limiter/v3"
	"github.com/ulule/limiter/v3/drivers/store/memory"
	shared "github.com/ulule/limiter/v3/drivers/store/redis"
)

// limiterTimeout is how long a request may wait to be counted.
const limiterTimeout = 250 * time.Millisecond

// Limits counts requests for all nodes together.
//
// It does not fail closed, on purpose: while Redis is away, or slower than limiterTimeout, each
// node counts for itself, in memory and from zero, and allows its share of each limit:
// an n-th of it, rounded up, for the n nodes of Client.SetNodes. Limits protect the platform from
// floods; they are not what its correctness or anyone's bill rests on
// (quotas are counted in SQL). Turning visitors away because the counter is
// broken would do to a business what the flood was meant to do.
//
// Windows are fixed: at the edge of one, twice the limit may pass in a moment.
type Limits struct {
	client *Client
	prefix string
	alone  func() limiter.Store

	loading sync.Mutex
	shared  atomic.Pointer[limiter.Store] // nil until Redis was there once: making it loads its scripts
}

// Limits returns a store for limiters. The prefix of its keys tells the
// limits of one kind from those of another.
func (c *Client) Limits(prefix string) *Limits {
	prefix = "parley:limit:" + prefix
	l := &Limits{client: c, prefix: prefix, alone: sync.OnceValue(func() limiter.Store {
		return memory.NewStoreWithOptions(limiter.StoreOptions{Prefix: prefix, CleanUpInterval: time.Minute})
	})}
	if c.Up() {
		l.inRedis() // now, so that no request waits for it
	}
	return l
}

var _ limiter.Store = (*Limits)(nil)

// Get counts one request and tells what is left.
func (l *Limits) Get(ctx context.Context, key string, rate limiter.Rate) (limiter.Context, error) {
	return l.Increment(ctx, key, 1, rate)
}

// Increment counts several requests at once and tells what is left.
func (l *Limits) Increment(ctx context.Context, key string, count int64, rate limiter.Rate) (limiter.Context, error) {
	return l.count(ctx, rate, func(ctx context.Context, s limiter.Store, rate limiter.Rate) (limiter.Context, error) {
		return s.Increment(ctx, key, count, rate)
	})
}

// Peek tells what is left without counting.
func (l *Limits) Peek(ctx context.Context, key string, rate limiter.Rate) (limiter.Context, error) {
	return l.count(ctx, rate, func(ctx context.Context, s limiter.Store, rate limiter.Rate) (limiter.Context, error) {
		return s.Peek(ctx, key, rate)
	})
}

// Reset forgets what was counted.
func (l *Limits) Reset(ctx context.Context, key string, rate limiter.Rate) (limiter.Context, error) {
	return l.count(ctx, rate, func(ctx context.Context, s limiter.Store, rate limiter.Rate) (limiter.Context, error) {
		return s.Reset(ctx, key, rate)
	})
}

// count asks Redis, or this node's memory where Redis cannot be asked.
func (l *Limits) count(ctx context.Context, rate limiter.Rate,
	ask func(context.Context, limiter.Store, limiter.Rate) (limiter.Context, error),
) (limiter.Context, error) {
	if l.client.Up() {
		within, cancel := context.WithTimeout(ctx, limiterTimeout)
		defer cancel()
		if s := l.inRedis(); s != nil {
			if result, err := ask(within, s, rate); err == nil {
				return result, nil
			}
		}
	}
	nodes := l.client.nodes.Load()
	rate.Limit = max(1, (rate.Limit+nodes-1)/nodes)
	return ask(ctx, l.alone(), rate)
}

// inRedis is nil until the scripts are in Redis. One request at a time tries to
// bring them there; the others do not wait for it.
func (l *Limits) inRedis() limiter.Store {
	if s := l.shared.Load(); s != nil {
		return *s
	}
	if !l.loading.TryLock() {
		return nil
	}
	defer l.loading.Unlock()
	s, err := shared.NewStoreWithOptions(l.client.rdb, limiter.StoreOptions{Prefix: l.prefix})
	if err != nil {
		l.client.log.Debug("load the limiter's scripts", "error", err)
		return nil
	}
	l.shared.Store(&s)
	return s
}
