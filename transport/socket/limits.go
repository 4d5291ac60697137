package socket

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// share is the part of a limit that one of several nodes gives, as a cost: what costs two where one node serves costs one more for
// each other node. All nodes together then never give twice the limit, and whoever comes to one of three alone
// has half of it. Nothing is asked of another node for it.
type share func() (cost int)

// whole is the cost of what does not depend on other nodes.
const whole = 2

func shareOf(nodes func() int) share {
	if nodes == nil {
		return func() int { return whole }
	}
	return func() int { return whole - 1 + max(nodes(), 1) }
}

// pace limits how often each of many keys may do something in a period. It
// forgets a key once its period is over.
type pace struct {
	times  int
	period time.Duration
	share  share

	mu    sync.Mutex
	keys  map[string]*rate.Limiter
	swept time.Time
}

func newPace(times int, period time.Duration, share share) *pace {
	return &pace{times: times, period: period, share: share, keys: make(map[string]*rate.Limiter)}
}

// wait returns 0 if the key may, and otherwise when to come back.
func (p *pace) wait(key string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(now)
	limiter := p.keys[key]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(float64(whole*p.times)/p.period.Seconds()), whole*p.times)
		p.keys[key] = limiter
	}
	cost := min(p.share(), whole*p.times)
	if limiter.AllowN(now, cost) {
		return 0
	}
	missing := float64(cost) - limiter.TokensAt(now)
	return time.Duration(missing / float64(limiter.Limit()) * float64(time.Second))
}

// sweep forgets keys that have their whole allowance back: a new limiter is the same.
func (p *pace) sweep(now time.Time) {
	if now.Sub(p.swept) < time.Minute {
		return
	}
	p.swept = now
	for key, limiter := range p.keys {
		if limiter.TokensAt(now) >= float64(whole*p.times) {
			delete(p.keys, key)
		}
	}
}

// limited is what is said to whoever has to wait.
func limited(wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	e := *errFlood
	e.RetryAfter = wait
	return &e
}

// throttle lets something through now and then.
type throttle struct{ last atomic.Int64 }

// may tells whether the last time was long enough ago, and counts this one if so.
func (t *throttle) may(now time.Time, pause time.Duration) bool {
	last := t.last.Load()
	return now.UnixNano()-last >= int64(pause) && t.last.CompareAndSwap(last, now.UnixNano())
}

// crowd counts connections of each address.
type crowd struct {
	most  int
	share share

	mu   sync.Mutex
	here map[string]int
}

func newCrowd(most int, share share) *crowd {
	return &crowd{most: most, share: share, here: make(map[string]int)}
}

func (c *crowd) enter(address string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[address] >= max(whole*c.most/c.share(), 1) {
		return false
	}
	c.here[address]++
	return true
}

func (c *crowd) leave(address string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[address]--; c.here[address] <= 0 {
		delete(c.here, address)
	}
}
