package redis

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"parley/persistence/testbed"
)

// hole stands between a client and Redis. It can swallow all that goes through
// connections that are subscribed, without closing them, as a network does.
type hole struct {
	url     string
	swallow atomic.Bool
}

func newHole(t *testing.T) *hole {
	t.Helper()
	u, err := url.Parse(testbed.Redis(t))
	if err != nil {
		t.Fatal(err)
	}
	server := u.Host
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u.Host = l.Addr().String()
	h := &hole{url: u.String()}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { h.pass(t, client, server) })
		}
	})
	// After the clients have closed, which cleans up earlier.
	t.Cleanup(func() {
		l.Close()
		open.Wait()
	})
	return h
}

func (h *hole) pass(t *testing.T, client net.Conn, server string) {
	defer client.Close()
	redis, err := net.Dial("tcp", server)
	if err != nil {
		t.Error(err)
		return
	}
	defer redis.Close()
	var subscribed atomic.Bool
	go io.Copy(writer(func(p []byte) {
		if !subscribed.Load() || !h.swallow.Load() {
			client.Write(p)
		}
	}), redis)
	io.Copy(writer(func(p []byte) {
		if bytes.Contains(p, []byte("subscribe")) {
			subscribed.Store(!h.swallow.Load()) // those that come later work
		}
		redis.Write(p)
	}), client)
}

type writer func(p []byte)

func (w writer) Write(p []byte) (int, error) {
	w(p)
	return len(p), nil
}

func TestAConnectionThatSwallowsAnnouncementsIsNoticedAndReplaced(t *testing.T) {
	t.Parallel()
	h := newHole(t)
	c, _ := open(t, h.url)
	e := subscribe(t, c, "x")
	announce(t, c, "x", "first")
	eventually(t, "it hears", func() bool { return e.heard("first") })
	h.swallow.Store(true)
	announce(t, c, "x", "lost")
	eventually(t, "it is missed", func() bool { return e.missed.Load() > 0 })
	eventually(t, "it hears again", func() bool { return again(t, c, e) })
	if e.heard("lost") {
		t.Error("it was not lost")
	}
}
