package socket_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"parley/actors"
	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

func TestAMovedConversationIsFollowedWithoutTheClientNoticing(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	h.engine.stream(ref, "Hel")
	b.expect("message.started")
	b.expect("message.delta")
	h.engine.show(ref, &actors.Moved{})
	h.engine.stream(ref, "lo ")                                                  // seen by nobody
	h.engine.lose(ref, chat.MessageCreated{Message: "msg_b", Text: "meanwhile"}) // neither
	if f := b.expect("message.created"); f.Seq != 2 {
		t.Fatalf("got %+v", f)
	}
	if f := b.expect("message.snapshot"); f.text("text") != "Hello " {
		t.Fatalf("got %+v", f)
	}
	h.engine.stream(ref, "you")
	if f := b.expect("message.delta"); f.number("index") != 6 {
		t.Fatalf("got %+v", f)
	}
}

func TestAGapInSeqIsFilledFromTheLog(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	h.engine.lose(ref, chat.StatusChanged{Status: chat.WithBot})
	h.engine.say(ref, chat.StatusChanged{Status: chat.Closed})
	for seq := int64(1); seq <= 3; seq++ {
		if f := b.expect("status.changed"); f.Seq != seq {
			t.Fatalf("got %+v, want %d", f, seq)
		}
	}
}

func TestAGapInAnAnswerIsFilledByASnapshot(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	h.engine.stream(ref, "Hel")
	b.expect("message.started")
	b.expect("message.delta")
	h.engine.show(ref, &actors.Delta{Message: "msg_a", Index: 9, Text: "!"})
	if f := b.expect("message.snapshot"); f.text("text") != "Hel" {
		t.Fatalf("got %+v", f)
	}
}

func TestWhatWasSeenTwiceIsShownOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	h.engine.stream(ref, "Hel", "lo ")
	h.engine.show(ref, &actors.Delta{Message: "msg_a", Index: 3, Text: "lo "})
	h.engine.show(ref, &actors.Delta{Message: "msg_a", Index: 3, Text: "lo you"})
	h.engine.show(ref, &actors.Event{Event: chat.Event{Seq: 1, At: time.Now(), Body: chat.MessageStarted{Message: "msg_a"}}})
	b.expect("message.started")
	for text := ""; text != "Hello you"; {
		f := b.expect("message.delta")
		if f.number("index") != len(text) {
			t.Fatalf("got %+v behind %q", f, text)
		}
		text += f.text("text")
	}
	b.send(`{"type":"ping"}`)
	b.expect("pong") // and nothing else came
}

// flood streams an answer of n MB.
func flood(h *house, ref chat.Ref, n int) string {
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	piece := strings.Repeat("x", 4<<10)
	for range n * 256 {
		h.engine.stream(ref, piece)
	}
	return strings.Repeat(piece, n*256)
}

func TestASlowReaderLosesDeltasButNeverEventsAndNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	slow, ready := h.opened()
	ref := h.ref(ready)
	// More than the buffers of both sides of a loopback connection hold.
	whole := flood(h, ref, 16)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting}) // an event between
	h.engine.stream(ref, "the ", "end")
	whole += "the end"

	got, seq, snapshots := "", int64(0), 0
	for got != whole {
		f, err := slow.read()
		if websocket.CloseStatus(err) == websocket.StatusCode(wire.CloseTooSlow) { // a snapshot that waits may leave no room for the event
			slow = h.resume(ready.text("token"), fmt.Sprintf(`,"after":%d`, seq))
			slow.expect("session.ready")
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		switch f.Type {
		case "message.delta":
			if f.number("index") != len(got) {
				t.Fatalf("delta at %d, have %d", f.number("index"), len(got))
			}
			got += f.text("text")
		case "message.snapshot":
			snapshots++
			got = f.text("text")
		default:
			if seq++; f.Seq != seq {
				t.Fatalf("got %+v, want seq %d", f, seq)
			}
		}
	}
	if seq != 2 || snapshots == 0 {
		t.Errorf("%d events and %d snapshots came", seq, snapshots)
	}
}

func TestAReaderWhoseEventsOutgrowItsQueueIsSentAwayToResume(t *testing.T) {
	t.Parallel()
	h := setup(t)
	slow, ready := h.opened()
	ref := h.ref(ready)
	text := strings.Repeat("x", 8<<10)
	for range 2000 {
		h.engine.say(ref, chat.MessageCreated{Message: "msg", Author: chat.Author{Kind: chat.ByVisitor}, Text: text})
	}
	slow.expectClose(wire.CloseTooSlow)

	b := h.resume(ready.text("token"), `,"after":10`)
	b.expect("session.ready")
	for seq := int64(11); seq <= 2000; seq++ {
		if f := b.expect("message.created"); f.Seq != seq {
			t.Fatalf("got %d, want %d", f.Seq, seq)
		}
	}
}

func TestALongPastIsShownAtTheReadersPaceBeforeWhatHappensNow(t *testing.T) {
	t.Parallel()
	h := setup(t)
	first, ready := h.opened()
	ref := h.ref(ready)
	text := strings.Repeat("x", 64<<10)
	for range 150 { // one page, many times the queue's bound
		h.engine.say(ref, chat.MessageCreated{Message: "msg", Author: chat.Author{Kind: chat.ByVisitor}, Text: text})
	}
	first.expectClose(wire.CloseTooSlow)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	h.engine.stream(ref, "so far")

	b := h.resume(ready.text("token"), `,"after":0`)
	b.expect("session.ready")
	for seq := int64(1); seq <= 150; seq++ {
		if f := b.expect("message.created"); f.Seq != seq {
			t.Fatalf("got %d, want %d", f.Seq, seq)
		}
	}
	b.expect("message.started")
	if f := b.expect("message.snapshot"); f.text("text") != "so far" {
		t.Fatalf("got %+v", f)
	}
}

func TestAPeerThatDoesNotReadAtAllIsLetGo(t *testing.T) {
	t.Parallel()
	metrics := prometheus.NewRegistry()
	h := setup(t, func(c *socket.Config) { c.Timing.Write, c.Metrics = 50*time.Millisecond, metrics })
	_, ready := h.opened()
	if n := connections(t, metrics); n != 1 {
		t.Fatalf("there are %v connections", n)
	}
	flood(h, h.ref(ready), 16)
	eventually(t, "the connection is let go", func() bool { return connections(t, metrics) == 0 })
}

func TestAPeerThatIsSilentlyGoneIsLetGoThoughAWriteWaitsForIt(t *testing.T) {
	t.Parallel()
	metrics := prometheus.NewRegistry()
	h := setup(t, func(c *socket.Config) {
		c.Timing.Write, c.Timing.Ping, c.Timing.Silence, c.Metrics = time.Hour, 200*time.Millisecond, 400*time.Millisecond, metrics
	})
	h.tighten()
	_, ready := h.opened()
	flood(h, h.ref(ready), 16)
	eventually(t, "the connection is let go", func() bool { return connections(t, metrics) == 0 })
}

func connections(t *testing.T, metrics prometheus.Gatherer) float64 {
	t.Helper()
	return measured(t, metrics, "parley_socket_connections")
}

// measured returns the value of a gauge or counter, of all its labels together.
func measured(t *testing.T, metrics prometheus.Gatherer, name string) float64 {
	t.Helper()
	families, err := metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() == name {
			sum := 0.0
			for _, metric := range family.GetMetric() {
				sum += metric.GetGauge().GetValue() + metric.GetCounter().GetValue() // the one that it is
			}
			return sum
		}
	}
	t.Fatalf("%s is not collected", name)
	return 0
}

func TestConnectionsAreCountedByWhoOpenedThem(t *testing.T) {
	t.Parallel()
	metrics := prometheus.NewRegistry()
	h := setup(t, func(c *socket.Config) { c.Metrics = metrics })
	count := func(kind string) (n float64) {
		families, err := metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, family := range families {
			for _, metric := range family.GetMetric() {
				for _, label := range metric.GetLabel() {
					if family.GetName() == "parley_socket_connections" && label.GetValue() == kind {
						n += metric.GetGauge().GetValue()
					}
				}
			}
		}
		return n
	}
	b := h.visit()
	eventually(t, "one is opening", func() bool { return count("opening") == 1 })
	b.ws.CloseNow()
	eventually(t, "it is gone", func() bool { return count("opening") == 0 })
	visitor, _ := h.opened()
	if count("visitor") != 1 || count("opening") != 0 {
		t.Errorf("%v visitors, %v opening", count("visitor"), count("opening"))
	}
	visitor.ws.CloseNow()
	eventually(t, "the visitor is gone", func() bool { return count("visitor") == 0 && count("opening") == 0 })
}
