// Package faultproxy is a network that breaks on demand: a TCP proxy whose
// connections can be delayed, stalled, cut, torn, reset and left half-open, and held
// in front of a websocket frame of a certain type.
//
// Faults apply to the connections that are open at that moment; Delay, Stall and
// Refuse hold until they are taken back. All methods are safe for concurrent use.
package faultproxy

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy passes bytes between its own address and a target.
type Proxy struct {
	listener net.Listener
	target   string
	running  sync.WaitGroup

	mu       sync.Mutex
	links    map[*link]struct{}
	barriers []*Barrier
	delay    time.Duration
	stalled  chan struct{} // closed when bytes may move again; nil: they do
	refuse   bool
	closed   bool
}

// Listen starts a proxy at address ("127.0.0.1:0" for any port) to target.
func Listen(address, target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for the proxy: %w", err)
	}
	p := &Proxy{listener: listener, target: target, links: make(map[*link]struct{})}
	p.running.Go(p.accept)
	return p, nil
}

// Addr is where clients connect, host:port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// Delay holds every chunk of bytes for d, in both directions.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Stall moves no bytes until Resume, and closes nothing: both sides see a
// connection that is open and silent, as behind a lost network.
func (p *Proxy) Stall() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled == nil {
		p.stalled = make(chan struct{})
	}
}

// Resume ends Stall.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled != nil {
		close(p.stalled)
		p.stalled = nil
	}
}

// Refuse closes new connections at once, while on.
func (p *Proxy) Refuse(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = on
}

// Cut ends all connections in order (FIN) and returns how many there were. Those
// that are half-open are beyond reach.
func (p *Proxy) Cut() int { return p.end((*link).close) }

// Reset breaks all connections (RST), like Cut.
func (p *Proxy) Reset() int { return p.end((*link).reset) }

// Tear lets only the first half of the next bytes of each connection through, in one
// direction, and resets it then. It returns how many there were.
func (p *Proxy) Tear(d Direction) int { return p.each(func(l *link) { l.torn[d].Store(true) }) }

// Freeze moves no byte of the present connections any more, in one direction or several, and
// tells nobody, not even when one side ends: they are half-open. It returns how many there were.
func (p *Proxy) Freeze(directions ...Direction) int {
	return p.each(func(l *link) {
		for _, d := range directions {
			l.frozen[d].Store(true)
		}
	})
}

// Connections is how many there are.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

// Close ends the proxy and all its connections.
func (p *Proxy) Close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	err := p.listener.Close()
	p.Resume()
	p.mu.Lock()
	for l := range p.links {
		l.close()
	}
	p.mu.Unlock()
	p.running.Wait()
	return err
}

// each does something to all connections that are not half-open.
func (p *Proxy) each(do func(*link)) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		if !l.halfOpen() {
			do(l)
			n++
		}
	}
	return n
}

// end is each, for what ends a connection.
func (p *Proxy) end(do func(*link)) int {
	return p.each(func(l *link) {
		do(l)
		delete(p.links, l)
	})
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client.(*net.TCPConn)) })
	}
}

func (p *Proxy) serve(client *net.TCPConn) {
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		_ = client.Close()
		return
	}
	l := &link{client: client, server: server.(*net.TCPConn), ended: make(chan struct{})}
	p.mu.Lock()
	welcome := !p.refuse && !p.closed
	if welcome {
		p.links[l] = struct{}{}
	}
	p.mu.Unlock()
	if welcome {
		var up sync.WaitGroup
		up.Go(func() { p.pass(l, Up) })
		p.pass(l, Down)
		up.Wait()
	}
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
	l.close()
}

// pass copies until either side ends, and passes the end on.
func (p *Proxy) pass(l *link, d Direction) {
	from, to := l.sides(d)
	buffer := make([]byte, 4<<10) // thousands of half-open connections keep theirs
	var frames splitter
	for {
		n, err := from.Read(buffer)
		pieces := [][]byte{buffer[:n]}
		if d == Down {
			pieces = frames.add(buffer[:n])
			if err != nil { // what is left will never be complete
				pieces = append(pieces, frames.rest())
			}
		}
		for _, piece := range pieces {
			if len(piece) > 0 && !p.forward(l, d, piece) {
				return
			}
		}
		switch {
		case err == nil:
		case l.halfOpen():
			_ = from.Close()
			return
		case err == io.EOF:
			_ = to.CloseWrite()
			return
		default:
			_ = to.Close()
			return
		}
	}
}

// forward passes one piece on, or drops it if faults say so. It tells whether to go on.
func (p *Proxy) forward(l *link, d Direction, piece []byte) bool {
	_, to := l.sides(d)
	p.hold(l)
	if d == Down {
		if b := p.barred(payload(piece)); b != nil {
			select {
			case <-b.release:
			case <-l.ended:
				return false
			}
		}
	}
	if l.frozen[d].Load() {
		return true
	}
	if l.torn[d].Load() {
		_, _ = to.Write(piece[:len(piece)/2])
		l.reset()
		return false
	}
	if _, err := to.Write(piece); err != nil {
		return l.halfOpen()
	}
	return true
}

// hold keeps a piece back as long as the present faults say.
func (p *Proxy) hold(l *link) {
	p.mu.Lock()
	delay, stalled := p.delay, p.stalled
	p.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	if stalled != nil {
		select {
		case <-stalled:
		case <-l.ended:
		}
	}
}
