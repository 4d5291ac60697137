package socket

import (
	"context"
	"sync"

	"parley/transport/wire"
)

// outbox holds what waits to be written to one connection, bounded in bytes.
// Pieces of an answer that wait behind each other are joined into one delta,
// so a writer that wakes late writes less, and nothing waits for a timer.
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

// item is one of: a whole frame, text of an answer that may still grow, the
// end of the connection.
type item struct {
	frame []byte
	piece *piece
	end   *ending
}

type piece struct {
	scope   string
	message string
	index   int
	text    []byte
}

type ending struct {
	code   wire.CloseCode
	reason string
}

func (i item) size() int {
	if i.piece != nil {
		return len(i.piece.text)
	}
	return len(i.frame)
}

// push queues a frame, or tells that there is no room.
func (o *outbox) push(frame []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return true
	}
	if o.bytes+len(frame) > o.bound && o.bytes > 0 {
		return false
	}
	o.add(item{frame: frame})
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
func (o *outbox) delta(scope, message string, index int, text string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return true
	}
	if o.bytes+len(text) > o.bound {
		return false
	}
	if last := len(o.items) - 1; last >= o.next {
		if p := o.items[last].piece; p != nil && p.message == message && p.index+len(p.text) == index {
			p.text = append(p.text, text...)
			o.bytes += len(text)
			return true
		}
	}
	o.add(item{piece: &piece{scope: scope, message: message, index: index, text: []byte(text)}})
	return true
}

// dropDeltas forgets the waiting pieces of a conversation's answers.
func (o *outbox) dropDeltas(scope string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	kept := o.items[:o.next]
	for _, it := range o.items[o.next:] {
		if it.piece != nil && it.piece.scope == scope {
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

// abandon ends the connection instead of all that waits.
func (o *outbox) abandon(code wire.CloseCode, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.sealed {
		return
	}
	o.sealed = true
	o.forget()
	o.add(item{end: &ending{code, reason}})
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

// take hands the writer what comes next. Without more, the writer has ended.
func (o *outbox) take() (item, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.next == len(o.items) {
		o.forget()
		o.writing = false
		o.release()
		return item{}, false
	}
	it := o.items[o.next]
	o.items[o.next] = item{}
	o.next++
	o.bytes -= it.size()
	return it, true
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
	o.items = append(o.items, it)
	o.bytes += it.size()
	if !o.writing {
		o.writing = true
		o.wake()
	}
}

// kept is how many places for items an idle connection holds on to.
const kept = 8

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
