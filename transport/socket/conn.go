package socket

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"parley/account"
	"parley/chat"
	"parley/transport/wire"
)

// conn is one websocket. Its reader decodes and hands requests to one of two
// lanes; answers and what is watched go through its outbox.
type conn struct {
	h       *Handler
	ws      *websocket.Conn
	peer    *peer           // below ws
	meter   meter           // of its frames; the reader's
	ctx     context.Context // ends with the connection, which outlives its HTTP request
	cancel  context.CancelFunc
	id      string // of the request that opened it, for the log
	address string
	ip      netip.Addr

	// Who connected, as the upgrade request told.
	origin string // empty: not a browser
	ourOwn bool   // a page of ours
	bearer string
	line   string            // of the API key that a program came with (account.Identity.Line); opens set it
	signed *account.Identity // by the dashboard's cookie

	out    outbox
	orders lane         // requests, in order
	asides lane         // what overtakes them
	heard  atomic.Int64 // when a frame came last, in Unix nanoseconds
	pulse  *time.Timer
	born   time.Time

	told    atomic.Bool  // that this node drains
	opening atomic.Int32 // opens that wait or are under way
	greeted bool         // the reader's: an open was sent, whatever became of it

	mu      sync.Mutex
	role    role
	posting posting
}

// role is what a connection became by opening: a *session or a *desk.
type role interface{ leave() }

func newConn(h *Handler, ws *websocket.Conn, p *peer, r *http.Request, address string) *conn {
	c := &conn{
		h: h, ws: ws, peer: p, born: time.Now(), address: address, meter: newMeter(h.config.Limits.Off),
		origin: r.Header.Get("Origin"), ourOwn: h.ourOwn(r), ip: h.config.IP(r), bearer: bearer(r), signed: h.signedIn(r),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.out.bound = h.config.Limits.QueueBytes
	c.out.wake = func() { h.writers.start(c) }
	c.heard.Store(time.Now().UnixNano())
	ws.SetReadLimit(-1) // readFrame has its own, which does not cost the connection
	// It starts only once it is where beat finds it.
	c.pulse = time.AfterFunc(time.Hour, c.beat)
	c.pulse.Reset(min(h.config.Timing.Open, h.config.Timing.Ping))
	return c
}

// shut ends the connection once all that waits is written.
func (c *conn) shut(code wire.CloseCode, reason string) { c.out.finish(code, wire.Reason(reason)) }

// part ends the connection in order: nothing more is taken, what was taken is answered, and then it closes. It returns at once.
func (c *conn) part(code wire.CloseCode, reason string) {
	var lanes atomic.Int32
	lanes.Store(2)
	done := func() {
		if lanes.Add(-1) == 0 {
			c.shut(code, reason)
		}
	}
	c.orders.close(done)
	c.asides.close(done)
}

// overflow ends the connection of a peer that does not read.
func (c *conn) overflow() {
	c.out.abandon(wire.CloseTooSlow, "too much is waiting for you, please connect again")
}

// end lets go of everything, once the reader saw the connection's end.
func (c *conn) end() {
	c.pulse.Stop()
	c.cancel()
	c.out.discard()
	c.become(nil)
	_ = c.peer.Close() // a closing handshake that is under way would be waited for
	_ = c.ws.CloseNow()
	c.h.exit(c)
}

// become changes what the connection is; what it was before is left. A
// connection that has ended becomes nothing.
func (c *conn) become(next role) {
	c.mu.Lock()
	last := c.role
	ended := c.ctx.Err() != nil && next != nil
	if c.role = next; ended {
		c.role = nil
	}
	c.h.metrics.count(last, -1)
	c.h.metrics.count(c.role, 1)
	c.mu.Unlock()
	if last != nil {
		last.leave()
	}
	if ended {
		next.leave()
	}
}

func (c *conn) current() role {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.role
}

// parting is how long a peer that says nothing may take over the closing handshake.
const parting = time.Second

// beat runs when something may be due for a connection that is silent.
func (c *conn) beat() {
	timing := c.h.config.Timing
	idle := time.Since(time.Unix(0, c.heard.Load()))
	opened := c.opening.Load() > 0 || c.current() != nil
	next := timing.Ping - idle
	if !opened {
		next = min(next, timing.Open-time.Since(c.born))
	}
	switch {
	case !opened && time.Since(c.born) >= timing.Open:
		c.shut(wire.CloseSilent, "no session was opened")
		next = parting
	case idle >= timing.Silence:
		if c.out.abandon(wire.CloseSilent, "nothing was heard from you") {
			_ = c.peer.Close() // its writer waits for somebody who is gone
		}
		next = parting
	case idle >= timing.Ping:
		c.out.push(wire.AppendPing(nil))
		next = min(timing.Ping, timing.Silence-idle)
	}
	if c.ctx.Err() == nil {
		c.pulse.Reset(max(next, time.Millisecond))
	}
}

// within is the context of one request's work.
func (c *conn) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.ctx, c.h.config.Timing.Request)
}

// answer says what became of a request. One without an id hears of failures only.
func (c *conn) answer(id string, err error) {
	if err == nil {
		if id != "" {
			c.send(wire.AppendAck(nil, id))
		}
		return
	}
	c.send(wire.AppendError(nil, id, c.explain(err)))
	if _, atDesk := c.current().(*desk); errors.Is(err, chat.ErrBlocked) && !atDesk {
		c.bar()
	}
}

// explain returns what the peer is told of an error, and logs what is our own fault.
func (c *conn) explain(err error) *chat.Error {
	e := chat.AsError(err)
	if errors.Is(err, context.DeadlineExceeded) {
		e = chat.ErrUnavailable
	}
	c.h.metrics.errors.WithLabelValues(e.Code).Inc()
	if e.Kind == chat.Limited {
		c.countRefusal()
	}
	if e.Kind == chat.Internal && c.ctx.Err() == nil {
		c.h.log.Error("socket request failed", "request", c.id, "error", err)
	}
	return e
}

// send queues a frame that must not be lost.
func (c *conn) send(frame []byte) {
	if !c.out.push(frame) {
		c.overflow()
	}
}

// renew queues a frame that must not be lost, unless a later one tells as much of its subject.
func (c *conn) renew(subject string, frame []byte) {
	if !c.out.renew(subject, frame) {
		c.overflow()
	}
}

// bar ends the connection of a visitor whom the business has blocked.
func (c *conn) bar() {
	c.shut(wire.CloseBlocked, chat.ErrBlocked.Message)
}
