package socket_test

import (
	"testing"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

func TestABlockedVisitorIsToldAndSentAway(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	h.engine.show(h.ref(ready), &actors.Barred{Blocked: true})
	b.expectError("", "blocked")
	if reason := b.expectClose(wire.CloseBlocked); reason == "" {
		t.Error("no reason was given")
	}
}

func TestABlockedVisitorCannotOpen(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	h.engine.say(h.ref(ready), chat.MessageCreated{Message: "msg_a", Text: "secret"})
	h.engine.block()
	b := h.resume(ready.text("token"), "")
	b.expectError("1", "blocked")
	b.expectClose(wire.CloseBlocked)
}

func TestABlockedVisitorCannotBegin(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.arrived()
	h.engine.block()
	b.send(send("2", "c-1", "Hi"))
	b.expectError("2", "blocked")
	b.expectClose(wire.CloseBlocked)
	if got := h.engine.called("post"); len(got) > 0 {
		t.Errorf("calls: %q", got)
	}
}

func TestWhoIsBlockedWhileTheConversationMovesIsSentAway(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	h.engine.block()
	h.engine.show(h.ref(ready), &actors.Moved{})
	b.expectError("", "blocked")
	b.expectClose(wire.CloseBlocked)
}

func TestAnAgentWatchesABlockedVisitorsConversation(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Waiting})
	h.engine.block()
	ada := h.desk()
	if f := ada.watch(ready.text("conversation"), 1); f.Data["blocked"] != true {
		t.Fatalf("got %+v", f)
	}
	h.engine.show(h.ref(ready), &actors.Barred{})
	if f := ada.expect("visitor.blocked"); f.Data["blocked"] != false {
		t.Fatalf("got %+v", f)
	}
}

// block has whoever attaches hear that the visitor is.
func (e *engine) block() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.Blocked = true
}
