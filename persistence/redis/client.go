package redis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// How long a caller may be kept by a Redis that does not answer. A healthy one
// needs less than a millisecond; past this it counts as away.
const (
	dialTimeout    = 2 * time.Second
	commandTimeout = 2 * time.Second
	pulse          = time.Second // between looks at whether Redis is there
	search         = pulse / 4   // between looks while it is away
)

// Client is a connection to Redis, or to the one inside the process.
type Client struct {
	rdb      *redis.Client
	vital    *redis.Client // the same Redis, for what must not wait behind a flood of other calls
	embedded *embedded     // nil: a real one
	where    string
	log      *slog.Logger

	up      atomic.Bool
	outages atomic.Int64 // that were noticed
	nodes   atomic.Int64 // that share a limit while Redis is away
	watched watched
	closing context.CancelFunc
	closed  <-chan struct{}
	running sync.WaitGroup
}

// Open connects to the Redis at url (redis://, rediss:// or unix://), or starts
// one inside the process when url is empty. A Redis that is away is not an
// error: the client logs it and finds Redis when it comes. Errors are a url that
// is none, which the error does not repeat (it holds a password), and an
// inner Redis that cannot listen on the loopback interface. ctx bounds the
// first look only; end the client with Close.
func Open(ctx context.Context, url string, log *slog.Logger) (*Client, error) {
	c := &Client{log: log}
	c.nodes.Store(1)
	options, err := c.options(url)
	if err != nil {
		return nil, err
	}
	options.DialTimeout, options.ReadTimeout, options.WriteTimeout = dialTimeout, commandTimeout, commandTimeout
	options.DialerRetries, options.MaxRetries = 1, 1
	options.ContextTimeoutEnabled = true
	// Neither is known to the inner Redis, and a real one can do without.
	options.DisableIdentity = true
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	redis.SetLogger(quiet{log})

	c.rdb = redis.NewClient(options)
	again := *options
	c.vital = redis.NewClient(&again)
	alive, closing := context.WithCancel(context.Background()) // outlives ctx, ends with Close
	c.closing, c.closed = closing, alive.Done()
	c.up.Store(true) // so that being away is logged
	c.look(ctx)
	c.running.Go(func() { c.watch(alive) })
	c.running.Go(func() { c.keepCount(alive) })
	return c, nil
}

func (c *Client) options(url string) (*redis.Options, error) {
	if url == "" {
		e, err := embed()
		if err != nil {
			return nil, fmt.Errorf("start the inner Redis: %w", err)
		}
		c.embedded, c.where = e, "in-process"
		return e.options(), nil
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return nil, errors.New("not the address of a Redis: it looks like redis://user:password@host:6379/0")
	}
	c.where = options.Addr
	return options, nil
}

// String is where Redis is, for people: "in-process" or "host:port".
func (c *Client) String() string { return c.where }

// Up tells whether Redis answered when it was last looked at, a second ago at most.
func (c *Client) Up() bool { return c.up.Load() }

// Ping asks Redis whether it is there.
func (c *Client) Ping(ctx context.Context) error {
	if err := c.vital.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("ping Redis: %w", err)
	}
	return nil
}

// SetNodes tells how many nodes there are, this one included: while Redis is
// away, each of them allows its share of the limits. Until then it is one.
func (c *Client) SetNodes(n int) { c.nodes.Store(int64(max(1, n))) }

// Close ends subscriptions and connections, and the Redis inside the process.
func (c *Client) Close() error {
	c.closing()
	c.running.Wait()
	err := errors.Join(c.rdb.Close(), c.vital.Close())
	if c.embedded != nil {
		c.embedded.close()
	}
	return err
}

// watch keeps up current, which spares callers the wait for a Redis that is away.
func (c *Client) watch(ctx context.Context) {
	next := time.NewTimer(pulse)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
			c.look(ctx)
		}
		if c.Up() {
			next.Reset(pulse)
		} else {
			next.Reset(search)
		}
	}
}

func (c *Client) look(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, pulse)
	defer cancel()
	err := c.Ping(within)
	if ctx.Err() != nil {
		return // we are leaving, not Redis
	}
	switch was := c.up.Swap(err == nil); {
	case was && err != nil:
		c.outages.Add(1)
		c.log.Warn("redis is away: limits are counted by this node alone, announcements are lost until it is back",
			"redis", c.where, "error", err)
	case !was && err == nil:
		c.log.Info("redis is back", "redis", c.where)
	}
}

// quiet lets go-redis speak at debug level only: it repeats for each attempt
// what watch says once.
type quiet struct{ log *slog.Logger }

func (q quiet) Printf(ctx context.Context, format string, args ...any) {
	if q.log.Enabled(ctx, slog.LevelDebug) {
		q.log.DebugContext(ctx, fmt.Sprintf(format, args...))
	}
}
