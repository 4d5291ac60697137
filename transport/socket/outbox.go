package socket

import (
	"context"
	"sync"

	"parley/actors"
	"parley/transport/wire"
)

// outbox holds what waits to be written to one connection, bounded in bytes of memory.
// Pieces of an answer that wait behind each other are joined into one delta,
// so a writer that wakes late writes less, and nothing waits for a timer. What
// did not wait is written in the bytes that all who watch share.
type outbox struct {
	bound int
	wake  func() // starts the writer; called with mu held

	mu      sync.Mutex
	items   []item
	next    int // items before it were taken
	bytes   int
	writing bool
	sealed  bool          // nothing more is accepted
	empty   chan struct{} // closed when nothing waits any more; nil while nobody asks
}

// item is one of: a whole frame, a piece of an answer that may still grow, the
// end of the connection.
type item struct {
	frame []byte        // shared with others: it must not be changed
	delta *actors.Delta // where the piece begins, and all of it while joined is nil
	scope string        // the delta's; a frame's subject, of which a later frame takes its place, if it has one
	end   *ending

	joined []byte // the delta's text and what came behind it; this item's own
}

type ending struct {
	code   wire.CloseCode
	reason string
}

// place is what an item takes beside its text, about: 80 bytes, in a row of which
// half may be empty, and the headers of what it points at. Without it many small
// items would be far more than the bound.
const place = 192

func (i *item) size() int { return place + len(i.frame) + i.length() }

// length is that of a piece.
func (i *item) length() int {
	switch {
	case i.joined != nil:
		return len(i.joined)
	case i.delta != nil:
		return len(i.delta.Text)
	}
	return 0
}

// join makes a piece longer by a delta, and tells whether that goes on where it ends.
func (i *item) join(d *actors.Delta) bool {
	if i.delta == nil || i.delta.Message != d.Message || i.delta.Index+i.length() != d.Index {
		return false
	}
	if i.joined == nil {
		i.joined = append(make([]byte, 0, 2*(len(i.delta.Text)+len(d.Text))), i.delta.Text...)
	}
	i.joined = append(i.joined, d.Text...)
	return true
}

// push queues a frame, or tells that there is no room.
func (o *outbox) push(frame []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return true
	}
	if o.bytes+place+len(frame) > o.bound && o.bytes > 0 {
		return false
	}
	o.add(item{frame: frame})
	return true
}

// renew queues a frame that tells all of its subject, in place of one that waits, or
// tells that there is no room.
func (o *outbox) renew(subject string, frame []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return true
	}
	for i := len(o.items) - 1; i >= o.next; i-- {
		waiting := &o.items[i]
		if waiting.frame == nil || waiting.scope != subject {
			continue
		}
		if o.bytes+len(frame)-len(waiting.frame) > o.bound {
			return false
		}
		o.bytes += len(frame) - len(waiting.frame)
		waiting.frame = frame
		return true
	}
	if o.bytes+place+len(frame) > o.bound && o.bytes > 0 {
		return false
	}
	o.add(item{frame: frame, scope: subject})
	return true
}

// replay queues a frame whatever waits already: for whoever waits for an empty
// outbox now and then.
func (o *outbox) replay(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.sealed {
		o.add(item{frame: frame})
	}
}

// delta queues a piece of an answer, joined with what waits of it, or tells that there is no room.
func (o *outbox) delta(scope string, d *actors.Delta) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return true
	}
	if o.bytes+place+len(d.Text) > o.bound {
		return false
	}
	if last := len(o.items) - 1; last >= o.next && o.items[last].join(d) {
		o.bytes += len(d.Text)
		return true
	}
	o.add(item{delta: d, scope: scope})
	return true
}

// dropDeltas forgets the waiting pieces of a conversation's answers.
func (o *outbox) dropDeltas(scope string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := o.items[:o.next]
	for _, it := range o.items[o.next:] {
		if it.delta != nil && it.scope == scope {
			o.bytes -= it.size()
			continue
		}
		kept = append(kept, it)
	}
	clear(o.items[len(kept):])
	o.items = kept
}

// finish ends the connection behind all that waits.
func (o *outbox) finish(code wire.CloseCode, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return
	}
	o.sealed = true
	o.add(item{end: &ending{code, reason}})
}

// abandon ends the connection instead of all that waits, and tells whether
// something is being written just now.
func (o *outbox) abandon(code wire.CloseCode, reason string) (writing bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	writing = o.writing
	if o.sealed {
		return writing
	}
	o.sealed = true
	o.forget()
	o.add(item{end: &ending{code, reason}})
	return writing
}

// closing tells whether the end is queued or has come.
func (o *outbox) closing() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.sealed
}

// discard is for a connection that is gone.
func (o *outbox) discard() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sealed = true
	o.forget()
	o.release()
}

// take hands the writer what comes next, if anything waits.
func (o *outbox) take() (item, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.next == len(o.items) {
		return item{}, false
	}
	it := o.items[o.next]
	o.items[o.next] = item{}
	o.next++
	o.bytes -= it.size()
	return it, true
}

// rest lets the writer end, if nothing waits. Whatever it took must be written.
func (o *outbox) rest() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.next < len(o.items) {
		return false
	}
	o.forget()
	o.writing = false
	o.release()
	return true
}

// drained waits until all was written, or the connection is gone.
func (o *outbox) drained(ctx context.Context) error {
	o.mu.Lock()
	if !o.writing {
		o.mu.Unlock()
		return nil
	}
	if o.empty == nil {
		o.empty = make(chan struct{})
	}
	empty := o.empty
	o.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *outbox) add(it item) {
	// A reader that is always a little behind must not leave an ever longer row of empty places.
	if o.next >= kept && 2*o.next >= len(o.items) {
		left := copy(o.items, o.items[o.next:])
		clear(o.items[left:])
		o.items, o.next = o.items[:left], 0
	}
	o.items = append(o.items, it)
	o.bytes += it.size()
	if !o.writing {
		o.writing = true
		o.wake()
	}
}

// kept is how many places for items an idle connection holds on to.
const kept = 4

func (o *outbox) forget() {
	clear(o.items)
	o.items, o.next, o.bytes = o.items[:0], 0, 0
	if cap(o.items) > kept {
		o.items = nil
	}
}

func (o *outbox) release() {
	if o.empty != nil {
		close(o.empty)
		o.empty = nil
	}
}
