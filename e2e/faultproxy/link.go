package faultproxy

import (
	"net"
	"sync"
	"sync/atomic"
)

// Direction is where bytes go.
type Direction int

// The directions.
const (
	Up   Direction = iota // from a client to the server
	Down                  // from the server to a client
)

// link is a client's connection and the one to the target behind it.
type link struct {
	client, server *net.TCPConn
	frozen, torn   [2]atomic.Bool // by Direction
	once           sync.Once
	ended          chan struct{} // closed with the connections
}

// sides returns the connections that bytes come from and go to.
func (l *link) sides(d Direction) (from, to *net.TCPConn) {
	if d == Up {
		return l.client, l.server
	}
	return l.server, l.client
}

// halfOpen tells whether one side must not hear of the other's end.
func (l *link) halfOpen() bool { return l.frozen[Up].Load() || l.frozen[Down].Load() }

func (l *link) close() {
	l.once.Do(func() { close(l.ended) })
	_, _ = l.client.Close(), l.server.Close() // one of them may have been closed before
}

func (l *link) reset() {
	_, _ = l.client.SetLinger(0), l.server.SetLinger(0)
	l.close()
}
