package socket

import (
	"context"
	"math/rand/v2"
	"time"

	"parley/transport/wire"
)

// stage is how far a handler is with leaving.
type stage int32

const (
	serving stage = iota
	moving        // newcomers are served until they are told: a load balancer takes a moment to send them elsewhere
	closing       // newcomers are told at once
	left          // upgrades are refused
)

const (
	// spread is the time over which a client that was told spreads its return, beside the spread of the telling.
	spread = time.Second
	// turnedAway is that of who comes although nobody serves.
	turnedAway = 3 * time.Second
	// hurry and leisure are the longest pauses between two that are told: where no other node serves, or nobody waits
	// for an answer, the process need not wait, and with few of them nobody is flooded.
	hurry   = 20 * time.Millisecond
	leisure = 250 * time.Millisecond
	// glance is how often those who are busy are looked at anew.
	glance = 50 * time.Millisecond
)

// Leave begins to leave: from now on a conversation that moves is followed to its new place by who needs
// it there, and left alone otherwise. elsewhere tells whether other nodes serve: newcomers are then
// served here, too, until they are told as all others are; else they are told at once.
func (h *Handler) Leave(elsewhere bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.parting():
	case elsewhere:
		h.leaving.Store(int32(moving))
	default:
		h.leaving.Store(int32(closing))
	}
}

// StepAside tells all clients to connect again elsewhere as Drain does, over the given time, and whoever comes after that
// at once. When ctx ends, this node serves again.
func (h *Handler) StepAside(ctx context.Context, over time.Duration) {
	h.Leave(true)
	limited, cancel := context.WithTimeout(ctx, over)
	h.tell(limited)
	cancel()
	<-ctx.Done()
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.draining {
		h.leaving.Store(int32(serving))
		h.late = nil
	}
}

// become goes a stage further.
func (h *Handler) become(s stage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leaving.Store(int32(s))
	if s == left && len(h.conns) == 0 {
		h.allGone()
	}
}

func (h *Handler) parting() bool { return stage(h.leaving.Load()) != serving }

// Drain tells all clients to connect again elsewhere, at an even pace in random order, so that they arrive there neither
// together nor late. Those whose connection rests are told first; those who are sent an answer, or wait
// for one to a request, are told once they are not, and in any case within four fifths of the time until ctx's deadline
// (at once without one). What was asked before is answered before the connection closes. Drain returns when all
// have gone, or when ctx ends; then the rest are cut off.
func (h *Handler) Drain(ctx context.Context) {
	h.mu.Lock()
	h.draining = true
	h.mu.Unlock()
	h.Leave(false)
	defer h.inbox.stop()
	defer h.lookout.stop()
	defer h.pauses.stop()
	defer h.writers.stop()
	defer h.cut()
	h.tell(ctx)
	h.become(left)
	select {
	case <-h.gone:
	case <-ctx.Done():
	}
}

// tell tells one client after the other.
func (h *Handler) tell(ctx context.Context) {
	now := time.Now()
	end := now
	if deadline, ok := ctx.Deadline(); ok {
		end = now.Add(deadline.Sub(now) * 4 / 5)
	}
	resting, busy := sortOut(h.arrived(true))
	longest := hurry
	if len(busy) > 0 && stage(h.leaving.Load()) == moving {
		longest = leisure // those who wait for their answers are not to come behind all others
	}
	pause := pauseFor(end.Sub(now), len(resting)+len(busy), longest)
	looked, next := now, now
	for {
		if now = time.Now(); !now.Before(end) {
			h.become(closing)
			pause = 0
		}
		if late := h.arrived(false); len(late) > 0 {
			resting = append(resting, late...)
			if pause > 0 { // or all who came late would be told together at the end
				pause = pauseFor(end.Sub(now), len(resting)+len(busy), longest)
			}
		}
		if now.Sub(looked) >= glance {
			looked = now
			rested, still := sortOut(busy)
			resting, busy = append(resting, rested...), still
		}
		switch {
		case len(resting) > 0 && resting[0].busy(): // since it was looked at
			resting, busy = resting[1:], append(busy, resting[0])
			continue
		case len(resting) > 0:
			resting[0].sendAway(spread)
			resting = resting[1:]
		case len(busy) == 0:
			return
		case end.Sub(now) <= time.Duration(len(busy))*pause: // the last of them must be told by then
			busy[0].sendAway(spread)
			busy = busy[1:]
		default:
			if sleep(ctx, min(glance, max(pause, time.Millisecond))) != nil {
				return
			}
			next = time.Now()
			continue
		}
		next = next.Add(pause)
		if sleep(ctx, time.Until(next)) != nil {
			return
		}
	}
}

// pauseFor is the pause between two of n who are told within the given time.
func pauseFor(within time.Duration, n int, longest time.Duration) time.Duration {
	return min(max(within, 0)/time.Duration(max(n, 1)), longest)
}

// arrived returns those who came since it was asked last, in random order; all: everybody.
func (h *Handler) arrived(all bool) []*conn {
	h.mu.Lock()
	arrived := h.late
	h.late = nil
	if all {
		arrived = make([]*conn, 0, len(h.conns))
		for c := range h.conns {
			arrived = append(arrived, c)
		}
	}
	h.mu.Unlock()
	//nolint:gosec // an order that nobody needs to guess
	rand.Shuffle(len(arrived), func(i, j int) { arrived[i], arrived[j] = arrived[j], arrived[i] })
	return arrived
}

func sortOut(conns []*conn) (resting, busy []*conn) {
	for _, c := range conns {
		if c.busy() {
			busy = append(busy, c)
		} else {
			resting = append(resting, c)
		}
	}
	return resting, busy
}

// cut ends what is left of connections.
func (h *Handler) cut() {
	for _, c := range h.arrived(true) {
		_ = c.peer.Close() // its reader sees that, and ends it
	}
}

// sendAway tells a client to connect again, within a time over which it spreads with all others.
func (c *conn) sendAway(within time.Duration) {
	if c.told.Swap(true) {
		return
	}
	c.out.push(wire.AppendDraining(nil, within)) // no room: the close tells the most of it
	c.part(wire.CloseDraining, "this server is going away, please connect again")
}

// busy tells whether a request is under way, or an answer is shown.
func (c *conn) busy() bool {
	if c.out.closing() {
		return false
	}
	if c.orders.busy() || c.asides.busy() {
		return true
	}
	switch r := c.current().(type) {
	case *session:
		return r.watch.answering()
	case *desk:
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, w := range r.watches {
			if w.answering() {
				return true
			}
		}
	}
	return false
}

// answering tells whether an answer is being written that the client is shown.
func (w *watch) answering() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.answer != "" && !w.ended
}
