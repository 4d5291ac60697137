package socket_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/chat"
	"parley/transport/socket"
)

// looking has a handler look often at what other nodes may have lost, and counts what it found.
func looking(t *testing.T, remote bool) (*house, prometheus.Gatherer) {
	metrics := prometheus.NewRegistry()
	var e *engine
	h := setup(t, func(c *socket.Config) {
		e = c.Engine.(*engine)
		c.Positions, c.Timing.Look, c.Metrics = e, 5*time.Millisecond, metrics
	})
	e.mu.Lock()
	e.state.Remote = remote
	e.mu.Unlock()
	return h, metrics
}

func (e *engine) looked() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.looks
}

func TestTheLastEventIsShownThoughItWasLostBetweenNodes(t *testing.T) {
	t.Parallel()
	h, metrics := looking(t, true)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	b.expect("message.started")
	agent := h.desk()
	agent.watch(ref.Conversation, 1)
	agent.expect("message.snapshot")
	h.engine.lose(ref, chat.MessageCompleted{Message: "msg_a", Text: "Hello"})
	for _, who := range []*browser{b, agent} {
		if f := who.expect("message.snapshot"); f.text("text") != "Hello" {
			t.Fatalf("got %+v", f)
		}
		if f := who.expect("message.completed"); f.Seq != 2 {
			t.Fatalf("got %+v", f)
		}
	}
	if n := measured(t, metrics, "parley_socket_found_total"); n != 2 {
		t.Errorf("%v were found", n)
	}
}

func TestWhatLivesHereIsNotLookedAt(t *testing.T) {
	t.Parallel()
	h, _ := looking(t, false)
	b, ready := h.opened()
	h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Closed})
	b.expect("status.changed")
	time.Sleep(50 * time.Millisecond) // ten times as long as until a look
	if n := h.engine.looked(); n != 0 {
		t.Errorf("%d positions were asked for", n)
	}
}

func TestWhoeverSleptThroughAnnouncementsIsWokenByWhatTheyWereAbout(t *testing.T) {
	t.Parallel()
	h, _ := looking(t, false)
	b, ready := h.arrived()
	quiet, _ := h.arrived()
	h.engine.lose(h.ref(ready), chat.MessageCreated{Message: "msg_a", Text: "over REST"})
	h.inbox.miss()
	if f := b.expect("message.created"); f.Seq != 1 {
		t.Fatalf("got %+v", f)
	}
	quiet.quiet()
	eventually(t, "only the quiet one sleeps", func() bool { return h.handler.Asleep() == 1 })
}

func TestDesksAreToldThatAnythingMayHaveChanged(t *testing.T) {
	t.Parallel()
	h := setup(t)
	agent := h.desk()
	h.inbox.miss()
	if f := agent.expect("inbox.changed"); f.text("conversation") != "" || f.Data["summary"] != nil {
		t.Fatalf("got %+v", f)
	}
}
