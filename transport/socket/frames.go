package socket

import (
	"time"

	"golang.org/x/time/rate"

	"parley/transport/wire"
)

// What one connection may send: a token for each frame, and one more for each frameUnit of its size. A person's program sends a
// frame a second; one that comes back with all it had queued, or a desk that opens its conversations, sends some hundred at once.
const (
	framesPerSecond = 50
	framesAtOnce    = 300
	frameUnit       = 16 << 10 // four of which are the largest frame
	// pauseMost bounds how long a reader rests: its peer is still heard within Timing.Silence.
	pauseMost = time.Second
)

// meter is the bucket of one connection's frames; nil: they are not counted. It belongs to the reader.
type meter struct{ bucket *rate.Limiter }

func newMeter(off bool) meter {
	if off {
		return meter{}
	}
	return meter{rate.NewLimiter(framesPerSecond, framesAtOnce)}
}

// charge counts a frame of so many bytes. It returns 0 if there was room for it, and otherwise how long there will be none.
func (m meter) charge(bytes int, now time.Time) time.Duration {
	if m.bucket == nil {
		return 0
	}
	cost := min(1+bytes/frameUnit, framesAtOnce)
	if m.bucket.AllowN(now, cost) {
		return 0
	}
	missing := float64(cost) - m.bucket.TokensAt(now)
	return time.Duration(missing / framesPerSecond * float64(time.Second))
}

// refuse answers a frame that was one too many, and rests before the next one is read: what a flood costs us is bounded by the pace at
// which it is refused, and what it still wants to send waits in its own buffers.
func (c *conn) refuse(frame []byte, wait time.Duration) {
	c.h.metrics.received.WithLabelValues("too many").Inc()
	if !c.out.closing() {
		c.answer(wire.FrontID(frame[:min(len(frame), 1<<10)]), limited(wait))
	}
	c.rest(wait)
}

// rest reads nothing for a while.
func (c *conn) rest(wait time.Duration) {
	pause := time.NewTimer(min(wait, pauseMost))
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-c.ctx.Done():
	}
}
