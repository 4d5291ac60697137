package socket_test

import (
	"context"
	"errors"
	"testing"

	"parley/chat"
	"parley/transport/socket"
)

func (e *engine) attached() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.attaches
}

// unborn tells whether whoever attached last said that nothing was said yet.
func (e *engine) unborn(ref chat.Ref) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.room(ref).visitor.Unborn
}

func (h *house) announce(key string) {
	if err := h.inbox.Announce(context.Background(), chat.TopicInbox, key); err != nil {
		h.t.Fatal(err)
	}
}

func TestNobodyWatchesAConversationInWhichNothingWasSaid(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.arrived()
	b.send(`{"id":"2","type":"read","data":{"seq":0}}`)
	b.expect("ack")
	if n := h.engine.attached(); n != 0 {
		t.Fatalf("attached %d times before anything happened", n)
	}
	b.send(send("3", "c-1", "Hi"))
	if ack := b.expect("ack"); ack.Ref != "3" {
		t.Fatalf("got %+v", ack)
	}
	if f := b.expect("message.created"); f.Seq != 1 {
		t.Fatalf("got %+v", f)
	}
	if n := h.engine.attached(); n != 1 || !h.engine.unborn(h.ref(ready)) {
		t.Errorf("attached %d times, or its log was looked for", n)
	}
}

func TestTheFirstMessageIsShownInEveryTabThatWaits(t *testing.T) {
	t.Parallel()
	h := setup(t)
	first, ready := h.arrived()
	tabs := []*browser{first}
	for range 2 {
		tab := h.resume(ready.text("token"), `,"after":0`)
		if again := tab.expect("session.ready"); again.text("conversation") != ready.text("conversation") {
			t.Fatalf("got %+v", again)
		}
		tabs = append(tabs, tab)
	}
	eventually(t, "all tabs let go", func() bool { return h.engine.watching() == 0 && h.handler.Asleep() == 3 })
	tabs[1].send(send("2", "c-1", "Hi"))
	tabs[1].expect("ack")
	for _, tab := range tabs {
		if f := tab.expect("message.created"); f.Seq != 1 || f.text("text") != "Hi" {
			t.Fatalf("got %+v", f)
		}
	}
	h.engine.say(h.ref(ready), chat.MessageStarted{Message: "msg_a", Attempt: 1})
	for _, tab := range tabs {
		tab.expect("message.started")
	}
	if n := h.handler.Asleep(); n != 0 {
		t.Errorf("%d are still waited for", n)
	}
}

func TestAConversationThatBeginsElsewhereIsFollowed(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.arrived()
	ref := h.ref(ready)
	h.announce(chat.NewID(chat.TenantPrefix) + "/" + ref.Conversation) // somebody else's
	h.announce(ref.Tenant + "/" + chat.NewID(chat.ConversationPrefix))
	if h.handler.Asleep() != 1 {
		t.Fatal("it does not wait any more")
	}
	h.engine.lose(ref, chat.MessageCreated{Message: "msg_a", Text: "over REST"})
	h.announce(ref.String())
	if f := b.expect("message.created"); f.Seq != 1 {
		t.Fatalf("got %+v", f)
	}
	if n := h.engine.attached(); n != 1 || h.engine.unborn(ref) {
		t.Errorf("attached %d times, or its log was not looked for", n)
	}
}

func TestAFirstMessageWhileStorageIsAwayMayBeRepeated(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.arrived()
	h.engine.mu.Lock()
	h.engine.refuse = chat.ErrUnavailable
	h.engine.mu.Unlock()
	b.send(send("2", "c-1", "Hi"))
	b.expectError("2", "unavailable")
	h.engine.mu.Lock()
	h.engine.refuse = nil
	h.engine.mu.Unlock()
	b.send(send("3", "c-1", "Hi"))
	b.expect("ack")
	b.expect("message.created")
}

func TestWhoLeavesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := setup(t)
	a, ready := h.arrived()
	b := h.resume(ready.text("token"), "")
	b.expect("session.ready")
	eventually(t, "both wait", func() bool { return h.handler.Asleep() == 2 })
	_ = a.ws.CloseNow()
	eventually(t, "one is left", func() bool { return h.handler.Asleep() == 1 })
	b.send(`{"id":"2","type":"session.open","data":{"bot":"` + h.bot.ID + `","conversation":"new","token":"` + ready.text("token") + `"}}`)
	b.expect("session.ready")
	_ = b.ws.CloseNow()
	eventually(t, "none is left", func() bool { return h.handler.Asleep() == 0 })
}

// deaf cannot be subscribed to.
type deaf struct{ chat.Announcer }

func (deaf) Subscribe(context.Context, string, chat.Listener) error { return errors.New("away") }

func TestWhoCannotHearOfABeginningWatchesFromTheStart(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Announcer = deaf{} })
	b, ready := h.arrived()
	h.engine.say(h.ref(ready), chat.MessageCreated{Message: "msg_a", Text: "elsewhere"})
	b.expect("message.created")
}
