package socket

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// pace limits how often each of many keys may do something in a period. It
// forgets a key once its period is over.
type pace struct {
	times  int
	period time.Duration

	mu    sync.Mutex
	keys  map[string]*rate.Limiter
	swept time.Time
}

func newPace(times int, period time.Duration) *pace {
	return &pace{times: times, period: period, keys: make(map[string]*rate.Limiter)}
}

// wait returns 0 if the key may, and otherwise when to come back.
func (p *pace) wait(key string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sweep(now)
	limiter := p.keys[key]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(float64(p.times)/p.period.Seconds()), p.times)
		p.keys[key] = limiter
	}
	if limiter.AllowN(now, 1) {
		return 0
	}
	missing := 1 - limiter.TokensAt(now)
	return time.Duration(missing / float64(limiter.Limit()) * float64(time.Second))
}

// sweep forgets keys that have their whole allowance back: a new limiter is the same.
func (p *pace) sweep(now time.Time) {
	if now.Sub(p.swept) < time.Minute {
		return
	}
	p.swept = now
	for key, limiter := range p.keys {
		if limiter.TokensAt(now) >= float64(p.times) {
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
	most int

	mu   sync.Mutex
	here map[string]int
}

func newCrowd(most int) *crowd { return &crowd{most: most, here: make(map[string]int)} }

func (c *crowd) enter(address string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.here[address] >= c.most {
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
