package socket_test

import (
	"bytes"
	"context"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"parley/chat"
	"parley/transport/socket"
)

// audience is a conversation with a visitor and agents who all read as it comes.
type audience struct {
	h   *house
	ref chat.Ref
	all []*browser // the visitor is the first
}

func gather(h *house, agents int) *audience {
	visitor, ready := h.opened()
	a := &audience{h: h, ref: h.ref(ready), all: []*browser{visitor}}
	h.engine.say(a.ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	visitor.expect("message.started")
	for range agents {
		a.all = append(a.all, a.join())
	}
	return a
}

// join adds an agent, who reads up to now.
func (a *audience) join() *browser {
	agent := a.h.desk()
	agent.send(`{"id":"2","type":"conversation.watch","data":{"conversation":"` + a.ref.Conversation + `"}}`)
	agent.expect("ack")
	agent.expect("message.started")
	agent.expect("message.snapshot")
	return agent
}

// frames lets each read, and returns their next frames once all have one.
func (a *audience) frames() [][]byte {
	a.h.t.Helper()
	type read struct {
		who   int
		frame []byte
		err   error
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	reads := make(chan read, len(a.all))
	for who, b := range a.all {
		go func() {
			_, frame, err := b.ws.Read(ctx)
			reads <- read{who, frame, err}
		}()
	}
	frames := make([][]byte, len(a.all))
	for range a.all {
		r := <-reads
		if r.err != nil {
			a.h.t.Fatalf("reader %d: %v", r.who, r.err)
		}
		frames[r.who] = r.frame
	}
	return frames
}

// expectTheSame reads one frame each: the agents' are the visitor's, but for the conversation that they name.
func (a *audience) expectTheSame() {
	a.h.t.Helper()
	frames := a.frames()
	named := []byte(`"conversation":"` + a.ref.Conversation + `",`)
	for who, frame := range frames[1:] {
		if !bytes.Equal(frame, frames[1]) {
			a.h.t.Fatalf("agent %d got %s, the first one %s", who+1, frame, frames[1])
		}
	}
	if plain := bytes.Replace(frames[1], named, nil, 1); len(plain) == len(frames[1]) || !bytes.Equal(plain, frames[0]) {
		a.h.t.Fatalf("agents got %s, the visitor %s", frames[1], frames[0])
	}
}

func TestAVisitorAndFiftyAgentsGetTheSameBytesWhileOneMoreReadsNothing(t *testing.T) {
	t.Parallel()
	const queue = 64 << 10
	metrics := prometheus.NewRegistry()
	h := setup(t, func(c *socket.Config) {
		// Whoever waited for the stuck one would wait longer than this test has patience.
		c.Limits.QueueBytes, c.Timing.Write, c.Timing.Ping, c.Timing.Silence, c.Metrics = queue, time.Hour, time.Hour, 2*time.Hour, metrics
	})
	h.tighten()
	a := gather(h, 50)
	stuck := a.join()

	piece := strings.Repeat("\u00fc \"quoted\"\n", 200)
	whole, most := "", 0
	for len(whole) < 1<<20 {
		h.engine.stream(a.ref, piece)
		whole += piece
		a.expectTheSame()
		most = max(most, h.handler.MostWaiting())
	}
	if most > queue || most < queue/2 {
		t.Errorf("%d bytes waited for the stuck reader, of %d", most, queue)
	}
	if n := measured(t, metrics, "parley_socket_lagged_total"); n != 1 {
		t.Errorf("%v readers lost deltas", n)
	}

	// It reads at last, and is healed.
	got, snapshots := "", 0
	for got != whole {
		switch f := stuck.next(); f.Type {
		case "message.delta":
			if f.number("index") != len(got) {
				t.Fatalf("delta at %d, have %d", f.number("index"), len(got))
			}
			got += f.text("text")
		case "message.snapshot":
			snapshots++
			got = f.text("text")
		default:
			t.Fatalf("got %+v", f)
		}
	}
	if snapshots == 0 {
		t.Error("no deltas were dropped")
	}
	a.all = append(a.all, stuck)
	h.engine.say(a.ref, chat.MessageCompleted{Message: "msg_a", Text: whole, Citations: []chat.Citation{{Source: "src_a", Title: "A"}}})
	a.expectTheSame()
}

func TestTabsOfOneVisitorGetTheSameBytes(t *testing.T) {
	t.Parallel()
	h := setup(t)
	first, ready := h.opened()
	a := &audience{h: h, ref: h.ref(ready), all: []*browser{first}}
	h.engine.say(a.ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	first.expect("message.started")
	for range 9 {
		tab := h.resume(ready.text("token"), `,"after":1`)
		tab.expect("session.ready")
		tab.expect("message.snapshot")
		a.all = append(a.all, tab)
	}
	for _, happens := range []func(){
		func() { h.engine.stream(a.ref, "Hél") },
		func() { h.engine.stream(a.ref, "lo") },
		func() { h.engine.say(a.ref, chat.MessageCompleted{Message: "msg_a", Text: "Héllo"}) },
		func() { h.engine.say(a.ref, chat.StatusChanged{Status: chat.Waiting}) },
	} {
		happens()
		frames := a.frames()
		for tab, frame := range frames {
			if !bytes.Equal(frame, frames[0]) {
				t.Fatalf("tab %d got %s, the first one %s", tab, frame, frames[0])
			}
		}
	}
}

// tighten puts a server with small send buffers in front of the handler, so that
// a reader that does not read is felt soon.
func (h *house) tighten() {
	h.server.Close()
	h.server = httptest.NewUnstartedServer(h.handler)
	h.server.Config.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		if err := conn.(*net.TCPConn).SetWriteBuffer(16 << 10); err != nil {
			h.t.Errorf("make the send buffer small: %v", err)
		}
		return ctx
	}
	h.server.Start()
}

// One delta to a visitor and 50 agents over real sockets, until all have read it;
// the clients' own work is counted too.
func BenchmarkDeltaOverSockets(b *testing.B) {
	h := setup(b)
	a := gather(h, 50)
	piece := "A piece of an answer, \"as\" a model gives it.\n"
	ctx := context.Background()
	read := make(chan error, len(a.all))
	for _, reader := range a.all {
		go func(ws *websocket.Conn) {
			for range b.N {
				_, _, err := ws.Read(ctx)
				read <- err
			}
		}(reader.ws)
	}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		h.engine.stream(a.ref, piece)
		for range a.all {
			if err := <-read; err != nil {
				b.Fatal(err)
			}
		}
	}
}
