package socket

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/coder/websocket"

	"parley/transport/wire"
)

// buffers are lent to frames while they are read or written.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, 1<<10)
	return &b
}}

// framesPerStack is how many frames one reader takes before it goes on in a
// fresh goroutine: decoding leaves 8 KB of stack behind, waiting needs 4 KB
// (PERFORMANCE.md).
const framesPerStack = 64

// read is the reader. It ends with the connection.
func (c *conn) read(frames int) {
	for range frames {
		if !c.readFrame() {
			c.end()
			return
		}
	}
	go c.read(framesPerStack)
}

// readFrame reads and dispatches one frame. False: the connection has ended.
func (c *conn) readFrame() bool {
	kind, frame, err := c.ws.Reader(context.Background())
	if err != nil {
		return false
	}
	c.hear()
	if kind != websocket.MessageText {
		c.shut(wire.CloseProtocol, "frames are JSON text, this one was binary")
		return c.skip(frame) == nil
	}
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	limit := c.h.config.Limits.FrameBytes
	switch err := fill(buffer, frame, limit, c.hear); {
	case err == nil:
		if wait := c.meter.charge(len(*buffer), time.Now()); wait > 0 {
			c.refuse(*buffer, wait)
			return true
		}
		c.receive(*buffer)
		return true
	case !errors.Is(err, errTooLarge):
		return false
	}
	id := wire.FrontID((*buffer)[:min(len(*buffer), 1<<10)])
	// The whole of it must be read before the next frame can be; within reason.
	rest := &io.LimitedReader{R: frame, N: int64(c.h.config.Limits.SkipBytes - limit)}
	if err := c.skip(rest); err != nil {
		return false
	}
	if rest.N == 0 {
		c.shut(wire.CloseProtocol, "a frame was far too large")
		return c.skip(frame) == nil
	}
	c.h.metrics.received.WithLabelValues("too large").Inc()
	c.answer(id, wire.ErrTooLarge)
	if wait := c.meter.charge(c.h.config.Limits.SkipBytes-int(rest.N), time.Now()); wait > 0 {
		c.rest(wait)
	}
	return true
}

func (c *conn) hear() { c.heard.Store(time.Now().UnixNano()) }

var errTooLarge = errors.New("frame too large")

// fill reads all of r, or as much as the limit allows and errTooLarge.
func fill(buffer *[]byte, r io.Reader, limit int, progress func()) error {
	b := (*buffer)[:0]
	defer func() { *buffer = b }()
	for {
		if len(b) > limit {
			return errTooLarge
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):min(cap(b), limit+1)])
		b = b[:len(b)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		progress()
	}
}

// skip reads what nobody wants, so that the connection can go on or be closed in order.
func (c *conn) skip(r io.Reader) error {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	for {
		_, err := r.Read((*buffer)[:cap(*buffer)])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		c.hear()
	}
}
