package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"parley/e2e/client"
	"parley/e2e/faultproxy"
)

// talker sends a visitor's messages: one after the other, as they are acknowledged, or several at once.
type talker struct {
	*run
	visitor *client.Visitor
	random  *rand.Rand
	left    int
}

// burst is how many messages are sent before the answers are waited for: well below
// the twenty that may wait.
const burst = 6

// answering bounds the wait for the answers to a burst: a broken network costs some
// seconds, and many of them on a machine that has much else to do. Longer is for ever.
const answering = 3 * time.Minute

func (t *talker) talk() {
	for t.left > 0 {
		if err := t.burst(); err != nil {
			t.Error(err)
			return
		}
	}
}

func (t *talker) burst() error {
	ctx, cancel := context.WithTimeout(t.Context(), answering)
	defer cancel()
	patient := t.random.IntN(2) == 0
	for range min(t.left, 1+t.random.IntN(burst)) {
		t.left--
		t.visitor.Send(ctx, fmt.Sprintf("Wie lange läuft 保修期 👩\u200d👧 %s/%d?", t.visitor.Name(), t.left))
		if !patient {
			continue
		}
		if err := t.visitor.Reach(ctx, func(p client.Progress) bool { return p.Acknowledged }); err != nil {
			return err
		}
	}
	return t.visitor.Settled(ctx)
}

// saboteur breaks one visitor's network, again and again.
type saboteur struct {
	visitor *client.Visitor
	proxy   *faultproxy.Proxy
	random  *rand.Rand
	first   int           // the fault that it begins with
	whole   time.Duration // how long the network is whole, at most
	met     *met
	doubles sync.WaitGroup
}

// met counts how many connections met each fault.
type met struct {
	mu     sync.Mutex
	faults map[string]int
}

func (m *met) count(fault string, connections int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults[fault] += connections
}

// breakages are the ways to break it. Each returns, with the number of connections that it
// met, when the network is whole again but for what it broke for good.
var breakages = []struct {
	name string
	do   func(s *saboteur, ctx context.Context) int
}{
	{"dropped", func(s *saboteur, _ context.Context) int { return s.proxy.Cut() }},
	{"reset", func(s *saboteur, _ context.Context) int { return s.proxy.Reset() }},
	{"torn up", func(s *saboteur, _ context.Context) int { return s.proxy.Tear(faultproxy.Up) }},
	{"torn down", func(s *saboteur, _ context.Context) int { return s.proxy.Tear(faultproxy.Down) }},
	{"half-open up", func(s *saboteur, _ context.Context) int { return s.proxy.Freeze(faultproxy.Up) }},
	{"half-open down", func(s *saboteur, _ context.Context) int { return s.proxy.Freeze(faultproxy.Down) }},
	{"half-open", func(s *saboteur, _ context.Context) int { return s.proxy.Freeze(faultproxy.Up, faultproxy.Down) }},
	{"delayed", (*saboteur).delay},
	{"stalled", (*saboteur).stall},
	{"refused", (*saboteur).refuse},
	{"connected twice", (*saboteur).double},
}

// broken is how long the network is broken where that ends, at most.
const broken = 400 * time.Millisecond

// work breaks the network whenever the visitor has been there for a while, the first time at
// once, until ctx ends. It leaves it whole.
func (s *saboteur) work(ctx context.Context) {
	defer s.doubles.Wait()
	connected := func(p client.Progress) bool { return p.Connection > 0 }
	for next := s.first; s.visitor.Reach(ctx, connected) == nil; next = s.random.Int() {
		fault := breakages[next%len(breakages)]
		s.met.count(fault.name, fault.do(s, ctx))
		if s.visitor.Reach(ctx, connected) != nil || !s.pause(ctx, s.whole) {
			return
		}
	}
}

// pause waits for a while, and tells whether to go on.
func (s *saboteur) pause(ctx context.Context, atMost time.Duration) bool {
	timer := time.NewTimer(time.Duration(s.random.Int64N(int64(atMost))))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *saboteur) delay(ctx context.Context) int {
	s.proxy.Delay(time.Duration(1+s.random.IntN(40)) * time.Millisecond)
	defer s.proxy.Delay(0)
	s.pause(ctx, broken)
	return s.connected()
}

func (s *saboteur) stall(ctx context.Context) int {
	s.proxy.Stall()
	defer s.proxy.Resume()
	s.pause(ctx, broken)
	return s.connected()
}

func (s *saboteur) refuse(ctx context.Context) int {
	s.proxy.Refuse(true)
	defer s.proxy.Refuse(false)
	n := s.proxy.Reset()
	s.pause(ctx, broken)
	return n
}

func (s *saboteur) double(ctx context.Context) int {
	n := s.connected()
	s.doubles.Go(func() { s.visitor.Double(ctx) })
	return n
}

// connected is 1 while the visitor's session is open.
func (s *saboteur) connected() int { return min(1, s.visitor.Progress().Connection) }
