package socket_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// drain drains the handler within some time; the returned channel is closed when it has.
func (h *house) drain(within time.Duration) <-chan struct{} {
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		ctx, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		h.handler.Drain(ctx)
	}()
	return drained
}

// farewell reads until the end of a draining node's connection, and returns what came before the word that it drains.
func (b *browser) farewell() (before []frame) {
	b.t.Helper()
	told := false
	for {
		f, err := b.read()
		var closed websocket.CloseError
		switch {
		case errors.As(err, &closed):
			if closed.Code != websocket.StatusCode(wire.CloseDraining) || !told {
				b.t.Fatalf("got %v, told before: %v", err, told)
			}
			return before
		case err != nil:
			b.t.Fatal(err)
		case f.Type == "draining":
			if told || f.number("within") < 1 {
				b.t.Fatalf("got %+v", f)
			}
			told = true
		case told && f.Type != "ack": // what was asked before is answered still
			b.t.Fatalf("got %+v after the farewell", f)
		default:
			before = append(before, f)
		}
	}
}

func TestDrainingSendsEveryoneElsewhere(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var all []*browser
	for range 5 {
		b, _ := h.opened()
		all = append(all, b)
	}
	drained := h.drain(20 * time.Second)
	for _, b := range all {
		b.farewell()
	}
	<-drained
}

func TestWhoComesWhileNobodyServesIsTold(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	h.handler.Leave(false)
	late := h.visit()
	late.farewell()
	b.quiet() // it is not told yet
	drained := h.drain(20 * time.Second)
	b.farewell()
	<-drained
	if _, response, err := websocket.Dial(context.Background(), h.server.URL, nil); err == nil || response.StatusCode != 503 {
		t.Fatalf("got %v, %v", response, err)
	}
}

func TestANodeThatSteppedAsideServesAgain(t *testing.T) {
	t.Parallel()
	h := setup(t)
	before, _ := h.opened()
	ctx, back := context.WithCancel(t.Context())
	aside := make(chan struct{})
	go func() {
		defer close(aside)
		h.handler.StepAside(ctx, time.Second)
	}()
	before.farewell()
	h.visit().farewell()
	back()
	<-aside
	after, _ := h.opened()
	after.quiet()
}

func TestWhoComesWhileOtherNodesServeIsServedUntilAllAreTold(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.handler.Leave(true)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	b.expect("message.started")
	drained := h.drain(20 * time.Second) // which waits for b's answer
	late, _ := h.opened()
	late.farewell()
	h.engine.say(ref, chat.MessageCompleted{Message: "msg_a"})
	b.expect("message.completed")
	b.farewell()
	<-drained
}

func TestWhoRestsIsToldFirstAndWhoIsAnsweredOnceTheyAre(t *testing.T) {
	t.Parallel()
	h := setup(t)
	streaming, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.WithBot})
	streaming.expect("status.changed")
	agent := h.desk()
	agent.watch(ref.Conversation, 1)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	h.engine.stream(ref, "Hel")
	for _, b := range []*browser{streaming, agent} {
		b.expect("message.started")
		b.expect("message.delta")
	}
	var resting []*browser
	for range 10 {
		b, _ := h.opened()
		resting = append(resting, b)
	}
	drained := h.drain(time.Minute)
	for _, b := range resting {
		b.farewell()
	}
	h.engine.stream(ref, "lo")
	h.engine.say(ref, chat.MessageCompleted{Message: "msg_a", Text: "Hello"})
	for _, b := range []*browser{streaming, agent} {
		if got := b.farewell(); len(got) != 2 || got[0].text("text") != "lo" || got[1].Type != "message.completed" {
			t.Errorf("got %+v before the farewell", got)
		}
	}
	<-drained
}

func TestAnAnswerThatDoesNotEndIsLeftForTheNextNodeInTime(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	h.engine.say(h.ref(ready), chat.MessageStarted{Message: "msg_a", Attempt: 1})
	drained := h.drain(500 * time.Millisecond)
	b.farewell()
	<-drained
}

func TestWhatWasAskedIsAnsweredBeforeTheClose(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	h.engine.mu.Lock()
	h.engine.hold = make(chan struct{})
	hold := h.engine.hold
	h.engine.mu.Unlock()
	b.send(send("2", "c-1", "Hi"))
	eventually(t, "the message is on its way", func() bool { return h.engine.posting() == 1 })
	h.drain(10 * time.Millisecond) // too little: it is told although its message is under way
	if f := b.expect("draining"); f.number("within") < 1 {
		t.Fatalf("got %+v", f)
	}
	close(hold)
	if f := b.next(); f.Type != "ack" || f.Ref != "2" {
		t.Fatalf("got %+v", f)
	}
}

func TestWhatIsAskedAfterTheFarewellIsNotTaken(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	h.engine.mu.Lock()
	h.engine.hold = make(chan struct{})
	hold := h.engine.hold
	h.engine.mu.Unlock()
	b.send(send("2", "c-1", "first"))
	eventually(t, "the message is on its way", func() bool { return h.engine.posting() == 1 })
	drained := h.drain(20 * time.Second)
	h.handler.SendAllAway()
	b.expect("draining")
	b.send(send("3", "c-2", "second"))
	b.send(`{"id":"4","type":"typing"}`)
	b.send(`{"id":"5","type":"ping"}`)
	b.expect("pong") // so the others were heard
	close(hold)
	if f := b.expect("ack"); f.Ref != "2" {
		t.Fatalf("got %+v", f)
	}
	b.expectClose(wire.CloseDraining)
	<-drained
	if got := h.engine.called("post"); len(got) != 1 {
		t.Errorf("was told %v", got)
	}
}

func TestAConversationThatLeavesADrainingNodeIsFollowedOnceSomethingHappensInIt(t *testing.T) {
	t.Parallel()
	for name, happen := range map[string]func(*house, chat.Ref, *browser){
		"elsewhere": func(h *house, ref chat.Ref, _ *browser) {
			h.engine.lose(ref, chat.MessageCreated{Message: "msg_b", Text: "Hi"})
			h.announce(ref.String())
		},
		"by its visitor": func(h *house, _ chat.Ref, b *browser) {
			b.send(send("2", "c-1", "Hi"))
			b.expect("ack")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			b, ready := h.opened()
			ref := h.ref(ready)
			h.engine.say(ref, chat.StatusChanged{Status: chat.Closed})
			b.expect("status.changed")
			h.handler.Leave(true)
			h.engine.show(ref, &actors.Moved{})
			eventually(t, "nobody follows it", func() bool { return h.engine.watching() == 0 && h.handler.Asleep() == 1 })
			if n := h.engine.attached(); n != 1 {
				t.Fatalf("attached %d times", n)
			}
			happen(h, ref, b)
			if f := b.expect("message.created"); f.Seq != 2 || f.text("text") != "Hi" {
				t.Fatalf("got %+v", f)
			}
			if h.engine.unborn(ref) {
				t.Error("its log was not looked for")
			}
			h.engine.say(ref, chat.StatusChanged{Status: chat.WithBot})
			b.expect("status.changed")
		})
	}
}

func TestAnAnswerThatMovesOffADrainingNodeIsFollowedAtOnce(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	b.expect("message.started")
	h.handler.Leave(true)
	h.engine.show(ref, &actors.Moved{})
	h.engine.stream(ref, "Hello")
	if f := b.expect("message.snapshot"); f.text("text") != "Hello" {
		t.Fatalf("got %+v", f)
	}
}

func TestDrainingDoesNotWaitForeverForAPeerThatIsGone(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.opened() // reads no more
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	h.handler.Drain(ctx)
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
	eventually(t, "the peer is cut off", func() bool { return h.engine.watching() == 0 })
}
