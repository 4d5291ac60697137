package faultproxy

import (
	"bytes"
	"slices"
	"sync"
)

// Barrier stops what the server sends, on one connection, in front of a frame.
type Barrier struct {
	types   []string
	proxy   *Proxy
	taken   bool // by a connection; the proxy's mu
	reached chan string
	release chan struct{}
	once    sync.Once
}

// Before raises a barrier in front of the next frame from the server, on
// whichever connection it comes, that is of one of these types of parley.v1
// ("message.snapshot"). What comes behind it waits too. It works on websockets without
// compression, and holds until Release or the end of the connection.
func (p *Proxy) Before(types ...string) *Barrier {
	b := &Barrier{types: types, proxy: p, reached: make(chan string, 1), release: make(chan struct{})}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.barriers = append(p.barriers, b)
	return b
}

// Reached yields the type of the frame that waits at the barrier, once.
func (b *Barrier) Reached() <-chan string { return b.reached }

// Release takes the barrier away, whether it was reached or not.
func (b *Barrier) Release() {
	b.once.Do(func() { close(b.release) })
	b.proxy.mu.Lock()
	defer b.proxy.mu.Unlock()
	b.proxy.barriers = slices.DeleteFunc(b.proxy.barriers, func(other *Barrier) bool { return other == b })
}

// barred returns the barrier that a frame comes to, nil if it may pass.
func (p *Proxy) barred(frame []byte) *Barrier {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.barriers {
		for _, kind := range b.types {
			// A quote in a text is escaped, so this stands in no text.
			if !b.taken && bytes.Contains(frame, []byte(`"type":"`+kind+`"`)) {
				b.taken = true
				b.reached <- kind
				return b
			}
		}
	}
	return nil
}
