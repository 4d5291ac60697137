// Package pace limits what one of many may do: how often (Pace, token buckets with a burst), and how much at a time
// (Crowd). Both count in the memory of one node and ask nobody, so that what comes with each frame and each request costs no
// round trip; a Share makes the nodes' parts add up. Limits that must be exact over all nodes are counted in Redis
// (persistence/redis, Limits). Memory is bounded whatever keys are made up. All methods are safe for concurrent use.
package pace

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Share is the part of a limit that one of several nodes gives, as a cost: what costs two where one node serves costs one more for
// each other node. All nodes together then never give twice the limit, and whoever comes to one of three alone
// has half of it. Nothing is asked of another node for it.
type Share func() (cost int)

// whole is the cost of what does not depend on other nodes.
const whole = 2

// ShareOf is the share of one of so many nodes. Nil: there is one.
func ShareOf(nodes func() int) Share {
	if nodes == nil {
		return func() int { return whole }
	}
	return func() int { return whole - 1 + max(nodes(), 1) }
}

// Keys bounds how many keys a Pace remembers: some 20 MB. Over it one that happens to be there is forgotten, and has
// its whole allowance again: a flood of made-up keys costs no more memory, and shuts nobody out.
const Keys = 1 << 17

// Pace limits how often each of many keys may do something in a period; all of it may be at once. It forgets a key once it
// has its whole allowance back.
type Pace struct {
	times  int
	period time.Duration
	share  Share

	mu    sync.Mutex
	keys  map[string]*rate.Limiter
	swept time.Time
}

// New returns a pace of so many times in a period. A nil Share is the whole.
func New(times int, period time.Duration, share Share) *Pace {
	if share == nil {
		share = ShareOf(nil)
	}
	return &Pace{times: times, period: period, share: share, keys: make(map[string]*rate.Limiter)}
}

// Wait returns 0 if the key may, and otherwise when to come back.
func (p *Pace) Wait(key string, now time.Time) time.Duration { return p.WaitN(key, 1, now) }

// WaitN is Wait for something that counts so many times. More than the whole allowance counts as that.
func (p *Pace) WaitN(key string, times int, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	limiter := p.of(key, now)
	cost := min(times*p.share(), whole*p.times)
	if limiter.AllowN(now, cost) {
		return 0
	}
	missing := float64(cost) - limiter.TokensAt(now)
	return time.Duration(missing / float64(limiter.Limit()) * float64(time.Second))
}

// Left returns how long the key would wait, without counting.
func (p *Pace) Left(key string, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	limiter := p.keys[key]
	if limiter == nil {
		return 0
	}
	missing := float64(min(p.share(), whole*p.times)) - limiter.TokensAt(now)
	return max(0, time.Duration(missing/float64(limiter.Limit())*float64(time.Second)))
}

// of is a key's bucket. The caller holds the mutex.
func (p *Pace) of(key string, now time.Time) *rate.Limiter {
	p.sweep(now)
	limiter := p.keys[key]
	if limiter != nil {
		return limiter
	}
	if len(p.keys) >= Keys {
		for any := range p.keys {
			delete(p.keys, any)
			break
		}
	}
	limiter = rate.NewLimiter(rate.Limit(float64(whole*p.times)/p.period.Seconds()), whole*p.times)
	p.keys[key] = limiter
	return limiter
}

// sweep forgets keys that have their whole allowance back: a new bucket is the same.
func (p *Pace) sweep(now time.Time) {
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
