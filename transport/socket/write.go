package socket

import (
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"
)

// writers are the goroutines that write: each writes what waits for one
// connection, and then waits a while for another. A connection that has nothing to
// say has none; one that is stuck keeps its own, for a write's patience at most.
type writers struct {
	work    chan *conn // without a buffer: only whoever waits takes it
	waiting atomic.Int32
	ended   chan struct{}
	stop    func() // ends those that wait; others end with their work
}

// maxWaiting bounds how many writers wait for work. A fresh goroutine
// for each piece of an answer spent a tenth of its time on growing its stack.
const maxWaiting = 64

func newWriters() *writers {
	ended := make(chan struct{})
	return &writers{work: make(chan *conn), ended: ended, stop: sync.OnceFunc(func() { close(ended) })}
}

// start has a connection's outbox written. It does not block.
func (w *writers) start(c *conn) {
	select {
	case w.work <- c:
	default:
		go w.run(c)
	}
}

func (w *writers) run(c *conn) {
	frames, scratch := make([]byte, 0, 1<<10), make([]byte, 0, 1<<10)
	for {
		c.write(&frames, &scratch)
		if w.waiting.Add(1) > maxWaiting || cap(frames) > most || cap(scratch) > most {
			w.waiting.Add(-1)
			return
		}
		select {
		case c = <-w.work:
			w.waiting.Add(-1)
		case <-w.ended:
			return
		}
	}
}

const (
	// together is how many bytes of frames are gathered for one write, but for the last of them.
	together = 16 << 10
	// most is the largest buffer that is kept for the next connection.
	most = 64 << 10
)

// write writes all that waits: what is there already goes out together, and
// nothing waits for more to come.
func (c *conn) write(frames, scratch *[]byte) {
	for {
		*frames = (*frames)[:0]
		end, some := c.gather(frames, scratch)
		if len(*frames) > 0 {
			if err := c.peer.writeFrames(*frames); err != nil {
				c.out.discard()
				_ = c.ws.CloseNow() // the reader sees it and ends the connection
			}
		}
		if end != nil {
			c.h.metrics.closing(end.code)
			_ = c.ws.Close(websocket.StatusCode(end.code), end.reason) // gone already is as good
		}
		if !some && c.out.rest() {
			return
		}
	}
}

// gather takes what waits, as much as is written at a time or up to the connection's end.
func (c *conn) gather(frames, scratch *[]byte) (end *ending, some bool) {
	for len(*frames) < together {
		it, more := c.out.take()
		if !more {
			break
		}
		some = true
		if it.end != nil {
			return it.end, true
		}
		*frames = appendFrame(*frames, it.encode(scratch))
	}
	return nil, some
}
