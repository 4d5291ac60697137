package socket_test

import (
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"parley/actors"
	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

// refusing has the engine refuse to be attached to; nil: not any more.
func (e *engine) refusing(with error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refuse = with
}

// shut has whoever attaches wait until the returned function is called.
func (e *engine) shut() (open func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	gate := make(chan struct{})
	e.gate = gate
	return func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.gate = nil
		close(gate)
	}
}

func (e *engine) atTheGate() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.knocking
}

func TestSocketsStayWhileTheirConversationsCannotBeFollowed(t *testing.T) {
	t.Parallel()
	metrics := prometheus.NewRegistry()
	h := setup(t, func(c *socket.Config) { c.Metrics = metrics })
	visitor, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.WithBot})
	visitor.expect("status.changed")
	agent := h.desk()
	agent.watch(ref.Conversation, 1)
	h.engine.refusing(chat.ErrUnavailable)
	before := h.engine.attached()
	h.engine.show(ref, &actors.Moved{})
	h.engine.lose(ref, chat.MessageCreated{Message: "msg_a", Text: "meanwhile"})
	eventually(t, "both have tried several times", func() bool { return h.engine.attached() >= before+8 })
	if n := measured(t, metrics, "parley_socket_apart"); n != 2 {
		t.Errorf("%v conversations are said to wait", n)
	}
	visitor.quiet()
	agent.quiet()
	h.engine.refusing(nil)
	for _, b := range []*browser{visitor, agent} {
		if f := b.expect("message.created"); f.Seq != 2 {
			t.Fatalf("got %+v", f)
		}
	}
	eventually(t, "none waits", func() bool { return measured(t, metrics, "parley_socket_apart") == 0 })
}

func TestAConversationThatIsNoMoreSendsItsClientAway(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	h.engine.refusing(chat.ErrNotFound)
	h.engine.show(h.ref(ready), &actors.Moved{})
	b.expectClose(wire.CloseMoved)
}

func TestAWatchThatIsMovedTwiceAttachesOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	open := h.engine.shut()
	h.engine.show(ref, &actors.Moved{})
	h.engine.show(ref, &actors.Moved{})
	eventually(t, "it attaches", func() bool { return h.engine.atTheGate() == 1 })
	open()
	eventually(t, "it is attached", func() bool { return h.engine.watching() == 1 })
	h.engine.say(ref, chat.StatusChanged{Status: chat.Closed})
	b.expect("status.changed")
	b.quiet()
	if n := h.engine.attached(); n != 2 { // the first of all is one
		t.Errorf("attached %d times", n)
	}
}

func TestASessionThatMovesWhileItIsAttachedToIsFollowed(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.mu.Lock()
	h.engine.greeting = &actors.Moved{} // delivered before Attach returns
	h.engine.mu.Unlock()
	h.engine.show(ref, &actors.Moved{})
	eventually(t, "it was moved again, and is attached", func() bool { return h.engine.attached() == 3 && h.engine.watching() == 1 })
	h.engine.say(ref, chat.StatusChanged{Status: chat.Closed})
	b.expect("status.changed")
	b.quiet()
}

func TestAMessageThatIsPostedWhileItsConversationMovesIsAcknowledgedThenShownOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.WithBot})
	b.expect("status.changed")
	open := h.engine.shut()
	h.engine.show(ref, &actors.Moved{})
	eventually(t, "it attaches", func() bool { return h.engine.atTheGate() == 1 })
	b.send(send("2", "c-1", "Hi"))
	if f := b.expect("ack"); f.Ref != "2" || f.number("seq") != 2 {
		t.Fatalf("got %+v", f)
	}
	open()
	if f := b.expect("message.created"); f.Seq != 2 || f.text("client_id") != "c-1" {
		t.Fatalf("got %+v", f)
	}
	b.quiet()
}

func TestThousandsThatMoveTogetherAttachAFewAtATime(t *testing.T) {
	t.Parallel()
	const many, few = 300, 128
	h := setup(t, func(c *socket.Config) { c.Limits.Off = true })
	type visit struct {
		b   *browser
		ref chat.Ref
	}
	visits := make([]visit, many)
	for i := range visits {
		b, ready := h.opened()
		visits[i] = visit{b, h.ref(ready)}
	}
	open := h.engine.shut()
	for _, v := range visits {
		h.engine.show(v.ref, &actors.Moved{})
		h.engine.lose(v.ref, chat.MessageCreated{Message: "msg_a", Text: "meanwhile"})
	}
	eventually(t, "as many attach as may", func() bool { return h.engine.atTheGate() >= few })
	visits[0].b.send(`{"type":"ping"}`) // nobody else waits
	if n := h.engine.atTheGate(); n > few {
		t.Errorf("%d attach at a time", n)
	}
	visits[0].b.expect("pong")
	open()
	for _, v := range visits {
		if f := v.b.expect("message.created"); f.Seq != 1 {
			t.Fatalf("got %+v", f)
		}
	}
}

func TestWhoIsOnDutyIsShownAsTheDesksNewPlaceTellsIt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ada := h.desk()
	bo, _ := h.deskOf("bo")
	// A desk that began anew knows one node's agents first, and then all.
	h.engine.tell(h.bot.Tenant, "", &actors.Roster{Agents: []actors.Colleague{{ID: members["ada"].User, Name: "Ada", Available: true}}})
	h.engine.tell(h.bot.Tenant, "", &actors.Roster{Agents: []actors.Colleague{
		{ID: members["ada"].User, Name: "Ada", Available: true}, {ID: members["bo"].User, Name: "Bo", Available: true}}})
	for _, b := range []*browser{ada, bo} {
		for {
			if agents, _ := b.expect("presence.changed").Data["agents"].([]any); len(agents) == 2 {
				break
			}
		}
	}
}
