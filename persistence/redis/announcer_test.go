package redis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/ulule/limiter/v3"

	"parley/chat"
	"parley/persistence/testbed"
)

// ear is a listener that remembers.
type ear struct {
	mu     sync.Mutex
	keys   []string
	missed atomic.Int64
}

func (e *ear) listener() chat.Listener {
	return chat.Listener{
		Heard: func(key string) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.keys = append(e.keys, key)
		},
		Missed: func() { e.missed.Add(1) },
	}
}

func (e *ear) heard(key string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.keys, key)
}

func (e *ear) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.keys)
}

func subscribe(t *testing.T, c *Client, topic string) *ear {
	t.Helper()
	e := &ear{}
	if err := c.Subscribe(t.Context(), topic, e.listener()); err != nil {
		t.Fatal(err)
	}
	return e
}

// again tells whether a subscriber hears what is announced now.
func again(t *testing.T, c *Client, e *ear) bool {
	t.Helper()
	key := fmt.Sprint("again ", time.Now())
	announce(t, c, "x", key)
	time.Sleep(20 * time.Millisecond)
	return e.heard(key)
}

func announce(t *testing.T, c *Client, topic, key string) {
	t.Helper()
	insist(t, "announce "+key, func() error { return c.Announce(t.Context(), topic, key) })
}

// settle leaves the clients time to compare twice what they heard with what was
// announced. What must not happen can only be waited for.
func settle() { time.Sleep(2*pulse + missedPause) }

func TestWhenNothingIsLostNothingIsMissed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		// A machine that stands still for seconds makes a subscription give its connection up.
		var missed int64
		for range 3 {
			if missed = missedOfAll(t, url); missed == 0 {
				return
			}
		}
		t.Errorf("missed %d times what was not lost", missed)
	})
}

// missedOfAll announces to several subscribers, who come in the middle of it.
func missedOfAll(t *testing.T, url string) (missed int64) {
	t.Helper()
	a, _ := open(t, url)
	b := a
	if url != "" {
		b, _ = open(t, url)
	}
	announce(t, a, "x", "before anybody listens")
	var ears []*ear
	stop := make(chan struct{})
	var busy sync.WaitGroup
	busy.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond / 10):
				announce(t, b, "x", "noise")
			}
		}
	})
	for _, c := range []*Client{a, b, a, b} {
		ears = append(ears, subscribe(t, c, "x"))
	}
	close(stop)
	busy.Wait()
	for i := range 500 {
		announce(t, a, "x", strconv.Itoa(i))
		announce(t, b, "y", "of another topic")
	}
	for _, e := range ears {
		eventually(t, "the last one arrives", func() bool { return e.heard("499") || e.missed.Load() > 0 })
	}
	settle()
	for _, e := range ears {
		missed += e.missed.Load()
	}
	return missed
}

func TestWhatIsAnnouncedWhileAConnectionIsAwayIsMissed(t *testing.T) {
	t.Parallel()
	url := testbed.Redis(t)
	a, _ := open(t, url)
	e := subscribe(t, a, "x")
	announce(t, a, "x", "first")
	for round := int64(1); round <= 3; round++ {
		// At once, so that nobody is connected again.
		if _, err := a.rdb.TxPipelined(t.Context(), func(all redis.Pipeliner) error {
			all.Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub")
			announceScript.Eval(t.Context(), all, []string{counter("x")}, channel("x"), "lost")
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		eventually(t, "it is missed", func() bool { return e.missed.Load() == round })
		t.Logf("noticed after %v", time.Since(start).Round(time.Millisecond))
		eventually(t, "it hears again", func() bool { return again(t, a, e) })
	}
	settle()
	if got := e.missed.Load(); got != 3 || e.heard("lost") {
		t.Errorf("missed %d times in 3 losses", got)
	}
}

func TestALostLastAnnouncementIsNoticed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, _ := open(t, url)
		e, other := subscribe(t, a, "x"), subscribe(t, a, "y")
		announce(t, a, "x", "first")
		announce(t, a, "y", "first")
		// Counted and published to nobody: as if the connection had lost it.
		if err := a.rdb.Incr(t.Context(), counter("x")).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is missed", func() bool { return e.missed.Load() == 1 })
		settle()
		if got, of := e.missed.Load(), other.missed.Load(); got != 1 || of != 0 {
			t.Errorf("missed %d times, and %d times of the other topic", got, of)
		}
	})
}

func TestASubscriptionOutlivesARedisThatHangs(t *testing.T) {
	t.Parallel()
	a, _ := open(t, testbed.Redis(t))
	e := subscribe(t, a, "x")
	// Longer than a subscription waits for an answer.
	if err := a.rdb.Do(t.Context(), "CLIENT", "PAUSE", (silence + 2*pulse).Milliseconds(), "ALL").Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the outage is noticed", func() bool { return !a.Up() })
	eventually(t, "its end is", func() bool { return e.missed.Load() > 0 })
	eventually(t, "it hears again", func() bool { return again(t, a, e) })
}

func TestLosingTheCountIsNoticed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, _ := open(t, url)
		e := subscribe(t, a, "x")
		for i := range 5 {
			announce(t, a, "x", strconv.Itoa(i))
		}
		if err := a.rdb.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is missed", func() bool { return e.missed.Load() == 1 })
		announce(t, a, "x", "next")
		eventually(t, "it hears again", func() bool { return e.heard("next") })
		settle()
		if got := e.missed.Load(); got != 1 {
			t.Errorf("missed %d times in one loss", got)
		}
		// A clock that was set back when the data was lost: fewer than were heard.
		if err := a.rdb.Set(t.Context(), counter("x"), 7, 0).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is missed", func() bool { return e.missed.Load() == 2 })
		announce(t, a, "x", "again")
		eventually(t, "it hears again", func() bool { return e.heard("again") })
		settle()
		if got := e.missed.Load(); got != 2 {
			t.Errorf("missed %d times in two losses", got)
		}
	})
}

func TestAnOutageIsMissedByAllAndSoIsWhatOneFailedToAnnounce(t *testing.T) {
	t.Parallel()
	server := testbed.RedisServer(t)
	a, _ := open(t, server.URL())
	b, _ := open(t, server.URL())
	ea, eb := subscribe(t, a, "x"), subscribe(t, b, "x")
	server.Kill(t)
	eventually(t, "it is noticed", func() bool { return !a.Up() && !b.Up() })
	if err := a.Announce(t.Context(), "x", "lost"); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("announcing while Redis is away: %v", err)
	}
	server.Start(t)
	eventually(t, "both missed it", func() bool { return ea.missed.Load() > 0 && eb.missed.Load() > 0 })
	settle()
	for _, e := range []*ear{ea, eb} {
		if got := e.missed.Load(); got > 3 { // the outage, the count, what a owed
			t.Errorf("missed %d times in one outage", got)
		}
	}

	// What a fails to announce is missed by b, who sees Redis all the time.
	before := eb.missed.Load()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.Announce(ended, "x", "never sent"); !errors.Is(err, context.Canceled) {
		t.Errorf("announcing with an ended context: %v", err)
	}
	eventually(t, "b missed it", func() bool { return eb.missed.Load() == before+1 })
}

func TestAListenerThatIsTooSlowMissesSomethingAndHoldsUpNobody(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, _ := open(t, url)
		blocked, free := make(chan struct{}), subscribe(t, a, "x")
		var slow, missed atomic.Int64
		if err := a.Subscribe(t.Context(), "x", chat.Listener{
			Heard: func(string) {
				<-blocked
				slow.Add(1)
			},
			Missed: func() { missed.Add(1) },
		}); err != nil {
			t.Fatal(err)
		}
		const n = backlog + 500
		for i := range n {
			announce(t, a, "x", strconv.Itoa(i))
			if i%100 == 99 {
				eventually(t, "the other listener hears all", func() bool { return free.count() == i+1 })
			}
		}
		settle()
		if missed.Load() != 0 {
			t.Error("a listener is called while it is called")
		}
		close(blocked)
		eventually(t, "it is told", func() bool { return missed.Load() > 0 })
		eventually(t, "it hears what waited", func() bool { return slow.Load() >= backlog })
		settle()
		if m, s := missed.Load(), slow.Load(); m > 2 || s == n {
			t.Errorf("it heard %d of %d and missed something %d times", s, n, m)
		}
		if got := free.missed.Load(); got != 0 {
			t.Errorf("the other listener missed something %d times", got)
		}
	})
}

func TestMissedComesAtMostTwiceASecond(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, _ := open(t, url)
		e := subscribe(t, a, "x")
		start := time.Now()
		for i := 0; time.Since(start) < 2*pulse; i++ { // each of them after a gap
			if err := a.rdb.Incr(t.Context(), counter("x")).Err(); err != nil {
				t.Fatal(err)
			}
			announce(t, a, "x", strconv.Itoa(i))
		}
		settle()
		took := time.Since(start)
		if got, most := e.missed.Load(), int64(took/missedPause)+1; got < 2 || got > most {
			t.Errorf("missed %d times in %v, want 2 to %d", got, took, most)
		}
	})
}

func TestChangesOfTheRollAreAnnounced(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a := cluster(t, url, years, "a")[0]
		e := subscribe(t, a.Client, chat.TopicNode)
		a.beat(false) // nothing new
		b := newNode(t, a.Client, years, "b")
		b.beat(true)
		b.beat(false)
		b.self.Draining = true
		b.beat(false)
		b.mustLeave()
		c := newNode(t, a.Client, ttl, "c")
		c.beat(true)
		eventually(t, "c dies", func() bool { return a.beat(false) == "a" })
		announce(t, a.Client, chat.TopicNode, "end")
		eventually(t, "all is heard", func() bool { return e.heard("end") })
		if want := []string{"b", "b", "b", "c", "c", "end"}; !slices.Equal(e.keys, want) {
			t.Errorf("announced: %q, want %q", e.keys, want)
		}
	})
}

func TestANodeAloneAllowsItsShareOfALimit(t *testing.T) {
	t.Parallel()
	server := testbed.RedisServer(t)
	c, _ := open(t, server.URL())
	limits := c.Limits("test")
	allowed := func(key string, limit int64) (n int64) {
		t.Helper()
		for ; n <= limit; n++ {
			got, err := limits.Get(t.Context(), key, limiter.Rate{Limit: limit, Period: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			if got.Reached {
				break
			}
		}
		return n
	}
	c.SetNodes(3)
	if got := allowed("together", 10); got != 10 {
		t.Errorf("with Redis there, %d pass, want 10", got)
	}
	server.Stop(t)
	eventually(t, "it is noticed", func() bool { return !c.Up() })
	for _, test := range []struct {
		nodes       int
		limit, want int64
	}{{3, 10, 4}, {3, 9, 3}, {3, 1, 1}, {1, 10, 10}, {0, 10, 10}} {
		c.SetNodes(test.nodes)
		if got := allowed(fmt.Sprint(test), test.limit); got != test.want {
			t.Errorf("of %d nodes, one alone lets %d pass of %d, want %d", test.nodes, got, test.limit, test.want)
		}
	}
}
