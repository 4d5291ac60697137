package faultproxy_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/e2e/faultproxy"
)

// chatter is a proxy in front of a server of websockets that repeats what it is told,
// and a client there.
func chatter(t *testing.T) (*faultproxy.Proxy, *websocket.Conn) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer ws.CloseNow()
		for {
			kind, text, err := ws.Read(r.Context())
			if err != nil || ws.Write(r.Context(), kind, text) != nil {
				return
			}
		}
	}))
	p, err := faultproxy.Listen("127.0.0.1:0", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Close()
		server.CloseClientConnections()
		server.Close()
	})
	return p, join(t, p)
}

func join(t *testing.T, p *faultproxy.Proxy) *websocket.Conn {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), "ws://"+p.Addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}

func say(t *testing.T, ws *websocket.Conn, text string) {
	t.Helper()
	if err := ws.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func hear(ws *websocket.Conn, patience time.Duration) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, text, err := ws.Read(ctx)
	return string(text), err
}

const (
	delta = `{"type":"message.delta","data":{"text":"\"type\":\"message.completed\""}}`
	ended = `{"seq":3,"type":"message.completed"}`
)

func TestABarrierHoldsWhatComesFromAFrameOn(t *testing.T) {
	p, ws := chatter(t)
	barrier := p.Before("message.snapshot", "message.completed")
	for _, text := range []string{delta, ended, delta} {
		say(t, ws, text)
	}
	if got, err := hear(ws, 5*time.Second); err != nil || got != delta {
		t.Fatalf("got %q, %v", got, err)
	}
	if kind := <-barrier.Reached(); kind != "message.completed" {
		t.Errorf("a %s came to the barrier", kind)
	}
	other := join(t, p) // a barrier stops one connection
	say(t, other, ended)
	if got, err := hear(other, 5*time.Second); err != nil || got != ended {
		t.Fatalf("got %q, %v", got, err)
	}
	barrier.Release()
	for _, want := range []string{ended, delta} {
		if got, err := hear(ws, 5*time.Second); err != nil || got != want {
			t.Fatalf("got %q, %v", got, err)
		}
	}
}

func TestAConnectionIsCutAtABarrier(t *testing.T) {
	p, ws := chatter(t)
	barrier := p.Before("message.completed")
	say(t, ws, ended)
	<-barrier.Reached()
	p.Cut()
	if got, err := hear(ws, 5*time.Second); err == nil {
		t.Errorf("got %q through the barrier", got)
	}
	barrier.Release()
}

func TestABarrierThatWasTakenAwayStopsNothing(t *testing.T) {
	p, ws := chatter(t)
	p.Before("message.completed").Release()
	say(t, ws, ended)
	if got, err := hear(ws, 5*time.Second); err != nil || got != ended {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestHalfOfAFrameArrivesOfATornConnection(t *testing.T) {
	p, ws := chatter(t)
	p.Tear(faultproxy.Down)
	say(t, ws, delta)
	if got, err := hear(ws, 5*time.Second); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestAHalfOpenConnectionIsSilentAndTellsNobody(t *testing.T) {
	for name, directions := range map[string][]faultproxy.Direction{
		"up": {faultproxy.Up}, "down": {faultproxy.Down}, "both": {faultproxy.Up, faultproxy.Down},
	} {
		t.Run(name, func(t *testing.T) {
			p := setup(t)
			c := dial(t, p)
			c.talk()
			if n := p.Freeze(directions...); n != 1 {
				t.Errorf("%d connections are frozen", n)
			}
			c.say("into the void")
			if got, err := c.hear(50 * time.Millisecond); !isTimeout(err) {
				t.Fatalf("got %q, %v", got, err)
			}
			if n := p.Cut(); n != 0 {
				t.Errorf("%d connections that nothing reaches were cut", n)
			}
			if got, err := c.hear(50 * time.Millisecond); !isTimeout(err) {
				t.Fatalf("got %q, %v", got, err)
			}
			_ = c.conn.Close()
			dial(t, p).talk() // new ones work
			if n := p.Connections(); n != 2 {
				t.Errorf("%d connections are left, want the silent one and the new one", n)
			}
		})
	}
}
