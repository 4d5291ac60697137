package faultproxy_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/e2e/faultproxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// setup returns a proxy in front of a server that repeats lines.
func setup(t *testing.T) *faultproxy.Proxy {
	t.Helper()
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	p, err := faultproxy.Listen("127.0.0.1:0", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Close()
		_ = server.Close()
	})
	return p
}

type client struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, p *faultproxy.Proxy) *client {
	t.Helper()
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t, conn, bufio.NewReader(conn)}
}

func (c *client) say(line string) {
	c.t.Helper()
	if _, err := fmt.Fprintln(c.conn, line); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) hear(patience time.Duration) (string, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(patience))
	line, err := c.in.ReadString('\n')
	return strings.TrimSpace(line), err
}

func (c *client) talk() {
	c.t.Helper()
	c.say("hello")
	if got, err := c.hear(5 * time.Second); err != nil || got != "hello" {
		c.t.Fatalf("got %q, %v", got, err)
	}
}

func TestACutIsSeenAsTheEnd(t *testing.T) {
	p := setup(t)
	c := dial(t, p)
	c.talk()
	if n := p.Cut(); n != 1 {
		t.Errorf("cut %d", n)
	}
	if _, err := c.hear(5 * time.Second); err != io.EOF {
		t.Errorf("got %v", err)
	}
	dial(t, p).talk() // new ones work
}

func TestAResetIsSeenAsAnError(t *testing.T) {
	p := setup(t)
	c := dial(t, p)
	c.talk()
	p.Reset()
	if _, err := c.hear(5 * time.Second); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v", err)
	}
}

func TestAStalledConnectionIsOpenAndSilent(t *testing.T) {
	p := setup(t)
	c := dial(t, p)
	c.talk()
	p.Stall()
	c.say("held")
	if got, err := c.hear(50 * time.Millisecond); !isTimeout(err) {
		t.Fatalf("got %q, %v", got, err)
	}
	p.Resume()
	if got, err := c.hear(5 * time.Second); err != nil || got != "held" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestADelayIsFelt(t *testing.T) {
	p := setup(t)
	c := dial(t, p)
	p.Delay(30 * time.Millisecond)
	start := time.Now()
	c.talk()
	if took := time.Since(start); took < 60*time.Millisecond { // there and back
		t.Errorf("took %v", took)
	}
}

func TestControlOverHTTP(t *testing.T) {
	p := setup(t)
	control := httptest.NewServer(p.Control())
	defer control.Close()
	post := func(path string, want int) string {
		t.Helper()
		response, err := control.Client().Post(control.URL+path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode != want {
			t.Fatalf("%s: got %d %s", path, response.StatusCode, body)
		}
		return strings.TrimSpace(string(body))
	}
	dial(t, p).talk()
	if got := post("/cut", http.StatusOK); got != `{"connections":1}` {
		t.Errorf("got %s", got)
	}
	post("/refuse", http.StatusOK)
	if _, err := dial(t, p).hear(5 * time.Second); err == nil {
		t.Error("it was let in")
	}
	post("/accept", http.StatusOK)
	post("/stall", http.StatusOK)
	post("/resume", http.StatusOK)
	post("/delay?for=1ms", http.StatusOK)
	post("/delay?for=soon", http.StatusBadRequest)
	dial(t, p).talk()
}

func isTimeout(err error) bool {
	var e net.Error
	return errors.As(err, &e) && e.Timeout()
}
