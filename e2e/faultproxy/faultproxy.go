// Package faultproxy is a network that breaks on demand: a TCP proxy whose
// connections can be delayed, stalled, cut and reset.
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

	mu      sync.Mutex
	links   map[*link]struct{}
	delay   time.Duration
	stalled chan struct{} // closed when bytes may move again; nil: they do
	refuse  bool
	closed  bool
}

// link is a client's connection and the one to the target behind it.
type link struct{ client, server *net.TCPConn }

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

// Cut ends all connections in order (FIN) and returns how many there were.
func (p *Proxy) Cut() int { return p.end(func(*net.TCPConn) {}) }

// Reset breaks all connections (RST) and returns how many there were.
func (p *Proxy) Reset() int {
	return p.end(func(c *net.TCPConn) { _ = c.SetLinger(0) })
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
	p.Cut()
	p.running.Wait()
	return err
}

func (p *Proxy) end(prepare func(*net.TCPConn)) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.links)
	for l := range p.links {
		for _, side := range []*net.TCPConn{l.client, l.server} {
			prepare(side)
			_ = side.Close()
		}
		delete(p.links, l)
	}
	return n
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
	l := &link{client, server.(*net.TCPConn)}
	p.mu.Lock()
	welcome := !p.refuse && !p.closed
	if welcome {
		p.links[l] = struct{}{}
	}
	p.mu.Unlock()
	if welcome {
		var up sync.WaitGroup
		up.Go(func() { p.pass(l.server, l.client) })
		p.pass(l.client, l.server)
		up.Wait()
	}
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
	_, _ = client.Close(), server.Close()
}

// pass copies until either side ends, and passes the end on.
func (p *Proxy) pass(to, from *net.TCPConn) {
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			p.hold()
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err == io.EOF {
			_ = to.CloseWrite()
			return
		}
		if err != nil {
			_ = to.Close()
			return
		}
	}
}

// hold keeps a chunk back as long as the present faults say.
func (p *Proxy) hold() {
	p.mu.Lock()
	delay, stalled := p.delay, p.stalled
	p.mu.Unlock()
	if delay > 0 {
		time.Sleep(delay)
	}
	if stalled != nil {
		<-stalled
	}
}
