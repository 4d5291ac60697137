package redis

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ulule/limiter/v3"
	"go.uber.org/goleak"

	"parley/chat"
	"parley/persistence/testbed"
)

// patience bounds what should happen soon.
const patience = 20 * time.Second

// lines is a log that tests read.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), words)
}

func open(t *testing.T, url string) (*Client, *lines) {
	t.Helper()
	log := &lines{}
	c, err := Open(t.Context(), url, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return c, log
}

// eventually polls what another process brings about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// insist repeats what Redis did not answer in time, as happens on a busy machine.
func insist(t *testing.T, what string, do func() error) {
	t.Helper()
	err := do()
	for start := time.Now(); errors.Is(err, chat.ErrUnavailable) && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrNoMember) &&
		time.Since(start) < patience; err = do() {
		time.Sleep(10 * time.Millisecond)
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
}

// TestContract runs the same suite on the Redis inside the process and on a
// real one, with two nodes where nodes can share it.
func TestContract(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		contract(t, func(t *testing.T) (*Client, *Client) {
			c, _ := open(t, "")
			return c, c
		})
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		contract(t, func(t *testing.T) (*Client, *Client) {
			url := testbed.Redis(t)
			a, _ := open(t, url)
			b, _ := open(t, url)
			return a, b
		})
	})
}

func contract(t *testing.T, nodes func(t *testing.T) (*Client, *Client)) {
	t.Run("a ticket is taken once, by one of many, until its time is over", func(t *testing.T) {
		t.Parallel()
		a, b := nodes(t)
		ticketsAreTakenOnce(t, a, b)
	})
	t.Run("an announcement reaches each subscriber of its topic in order", func(t *testing.T) {
		t.Parallel()
		a, b := nodes(t)
		const n = 200
		var all sync.WaitGroup
		for _, node := range []*Client{a, b, b} {
			all.Add(n)
			var got []string
			if err := node.Subscribe(t.Context(), chat.TopicBot, chat.Listener{Heard: func(key string) {
				got = append(got, key) // one at a time: the race detector would tell
				if want := strconv.Itoa(len(got)); key != want {
					t.Errorf("announcement %d is %q, want %q", len(got), key, want)
				}
				all.Done()
			}}); err != nil {
				t.Fatal(err)
			}
			if err := node.Subscribe(t.Context(), chat.TopicInbox, chat.Listener{Heard: func(key string) {
				t.Errorf("%q of another topic", key)
			}}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range n / 2 { // singly, and in twos
			if err := a.Announce(t.Context(), chat.TopicBot, strconv.Itoa(i+1)); err != nil {
				t.Fatal(err)
			}
		}
		for i := n / 2; i < n; i += 2 {
			if err := a.Announce(t.Context(), chat.TopicBot, strconv.Itoa(i+1), strconv.Itoa(i+2)); err != nil {
				t.Fatal(err)
			}
		}
		all.Wait()
	})

	t.Run("a subscription ends with its context", func(t *testing.T) {
		t.Parallel()
		a, b := nodes(t)
		ctx, cancel := context.WithCancel(t.Context())
		first, second := make(chan string, 10), make(chan string, 10)
		if err := errors.Join(
			b.Subscribe(ctx, "x", chat.Listener{Heard: func(key string) { first <- key }}),
			b.Subscribe(t.Context(), "x", chat.Listener{Heard: func(key string) { second <- key }}),
		); err != nil {
			t.Fatal(err)
		}
		cancel()
		eventually(t, "one subscriber is left", func() bool {
			n, err := a.rdb.PubSubNumSub(t.Context(), channel("x")).Result()
			return err == nil && n[channel("x")] == 1
		})
		if err := a.Announce(t.Context(), "x", "key"); err != nil {
			t.Fatal(err)
		}
		<-second
		if len(first) != 0 {
			t.Error("an ended subscription was called")
		}
		if err := a.Subscribe(ctx, "x", chat.Listener{}); !errors.Is(err, context.Canceled) {
			t.Errorf("subscribing with an ended context: %v", err)
		}
	})

	t.Run("nodes count together and windows end", func(t *testing.T) {
		t.Parallel()
		a, b := nodes(t)
		rate := limiter.Rate{Limit: 3, Period: 3 * time.Second}
		left := func(c limiter.Context, err error) int64 {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			if c.Reached {
				return -1
			}
			return c.Remaining
		}
		la, lb := a.Limits("test"), b.Limits("test")
		var got []int64
		for _, l := range []*Limits{la, lb, la, lb} {
			got = append(got, left(l.Get(t.Context(), "visitor", rate)))
		}
		if want := []int64{2, 1, 0, -1}; !slices.Equal(got, want) {
			t.Errorf("left: %v, want %v", got, want)
		}
		if got := left(la.Get(t.Context(), "another", rate)); got != 2 {
			t.Errorf("another visitor has %d left, want 2", got)
		}
		if got := left(a.Limits("other").Peek(t.Context(), "visitor", rate)); got != 3 {
			t.Errorf("another kind of limit has %d left, want 3", got)
		}
		eventually(t, "the window ends", func() bool { return left(lb.Peek(t.Context(), "visitor", rate)) == 3 })
		left(la.Increment(t.Context(), "visitor", 3, rate))
		left(la.Reset(t.Context(), "visitor", rate))
		if got := left(lb.Get(t.Context(), "visitor", rate)); got != 2 {
			t.Errorf("after a reset, %d left, want 2", got)
		}
	})
}

func TestARedisThatGoesAndComesIsSurvived(t *testing.T) {
	t.Parallel()
	server := testbed.RedisServer(t)
	c, log := open(t, server.URL())
	heard := make(chan string, 100)
	if err := c.Subscribe(t.Context(), "x", chat.Listener{Heard: func(key string) { heard <- key }}); err != nil {
		t.Fatal(err)
	}
	limits, rate := c.Limits("test"), limiter.Rate{Limit: 2, Period: time.Hour}
	count := func() limiter.Context {
		t.Helper()
		got, err := limits.Get(t.Context(), "visitor", rate)
		if err != nil {
			t.Fatalf("count: %v", err)
		}
		return got
	}
	count()

	server.Kill(t)
	eventually(t, "it is noticed", func() bool { return !c.Up() })
	if err := c.Announce(t.Context(), "x", "lost"); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("announcing while Redis is away: %v", err)
	}
	start := time.Now()
	if first, second, third := count(), count(), count(); first.Reached || second.Reached || !third.Reached {
		t.Errorf("alone, the node counts %+v, %+v, %+v", first, second, third)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("requests waited %v for a Redis that is away", took)
	}

	server.Start(t)
	eventually(t, "it is found again", c.Up)
	// Alone, the node lets none pass. (A busy machine may not be asked in time.)
	eventually(t, "the restarted Redis counts", func() bool { return !count().Reached })
	eventually(t, "the subscription is back", func() bool {
		if err := c.Announce(t.Context(), "x", "found"); err != nil {
			t.Fatal(err)
		}
		select {
		case key := <-heard:
			return key == "found"
		case <-time.After(50 * time.Millisecond):
			return false
		}
	})
	if away, back := log.count("redis is away"), log.count("redis is back"); away != 1 || back != 1 {
		t.Errorf("logged %d times that it went and %d times that it came, want once each", away, back)
	}
}

func TestARedisThatIsAwayAtStartIsFoundLater(t *testing.T) {
	t.Parallel()
	server := testbed.RedisServer(t)
	server.Stop(t)
	c, log := open(t, server.URL())
	if c.Up() || log.count("redis is away") != 1 {
		t.Errorf("up %t, logged %d times", c.Up(), log.count("redis is away"))
	}
	heard := make(chan string, 1000)
	if err := c.Subscribe(t.Context(), "x", chat.Listener{Heard: func(key string) { heard <- key }}); err != nil {
		t.Fatal(err)
	}
	limits, rate := c.Limits("test"), limiter.Rate{Limit: 2, Period: time.Hour}
	if _, err := limits.Get(t.Context(), "visitor", rate); err != nil {
		t.Errorf("count: %v", err)
	}
	server.Start(t)
	eventually(t, "it is found", c.Up)
	eventually(t, "the subscription begins", func() bool {
		c.Announce(t.Context(), "x", "hello")
		return len(heard) > 0
	})
	for range 2 {
		if got, err := limits.Get(t.Context(), "visitor", rate); err != nil || got.Reached {
			t.Errorf("count: %+v, %v", got, err)
		}
	}
	if n, err := c.rdb.Exists(t.Context(), "parley:limit:test:visitor").Result(); n != 1 || err != nil {
		t.Errorf("Redis counts %d keys, %v: the node still counts alone", n, err)
	}
}

func TestABadAddressIsRefusedWithoutTellingThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://u:hunter2@host", "redis://u:hunter2@host:port", "redis://u:hunter2@host/x", "hunter2", "redis://%zzhunter2"} {
		c, err := Open(t.Context(), url, slog.New(slog.DiscardHandler))
		if err == nil {
			c.Close()
			t.Errorf("%q was accepted", url)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}

func TestTheInnerRedisAsksForItsPassword(t *testing.T) {
	t.Parallel()
	c, _ := open(t, "")
	stranger, _ := open(t, "redis://"+c.rdb.Options().Addr)
	if err := stranger.Ping(t.Context()); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("without a password: %v", err)
	}
}

// Not parallel: it looks at all goroutines of the process.
func TestCloseLeavesNothingBehind(t *testing.T) {
	server := testbed.RedisServer(t)
	before := goleak.IgnoreCurrent()
	for _, url := range []string{"", server.URL()} {
		c, err := Open(t.Context(), url, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		for _, ctx := range []context.Context{ctx, context.Background()} {
			if err := c.Subscribe(ctx, "x", chat.Listener{Heard: func(string) {}}); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		if url != "" { // it is away, too, and one subscription never began
			server.Kill(t)
			eventually(t, "it is noticed", func() bool { return !c.Up() })
			if err := c.Subscribe(t.Context(), "y", chat.Listener{Heard: func(string) {}}); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		// go-redis looks once a second whether its pool was closed.
		eventually(t, "no goroutine is left", func() bool { return goleak.Find(before) == nil })
	}
}
