package socket_test

import (
	"fmt"
	"testing"

	"parley/chat"
	"parley/transport/socket"
)

func TestWhoMayOpenTheDesk(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for name, test := range map[string]struct {
		from   dial
		ticket string
		code   string // empty: welcome
	}{
		"a member's token":            {dial{bearer: "Bearer ada"}, "", ""},
		"a viewer's token":            {dial{bearer: "Bearer viewer"}, "", ""},
		"a ticket":                    {dial{}, "ada", ""},
		"the cookie on our own pages": {dial{origin: "https://parley.example", cookie: "parley=ada"}, "", ""},
		"the cookie on another page":  {dial{origin: shop, cookie: "parley=ada"}, "", "unauthorized"},
		"the cookie of a program":     {dial{cookie: "parley=ada"}, "", "unauthorized"},
		"a bad cookie":                {dial{origin: "https://parley.example", cookie: "parley=no"}, "", "unauthorized"},
		"a bad token":                 {dial{bearer: "Bearer no"}, "", "unauthorized"},
		"a member no more":            {dial{bearer: "Bearer gone"}, "", "unauthorized"},
		"a bad ticket":                {dial{bearer: "Bearer ada"}, "no", "unauthorized"},
		"nobody":                      {dial{}, "", "unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			b := h.dial(test.from)
			b.send(`{"id":"1","type":"desk.open","data":{"ticket":"` + test.ticket + `"}}`)
			if test.code != "" {
				b.expectError("1", test.code)
				return
			}
			if f := b.expect("desk.ready"); f.text("role") == "" || f.text("name") == "" {
				t.Fatalf("got %+v", f)
			}
		})
	}
}

func TestAnAgentSeesWhatTheVisitorSees(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	b.send(send("2", "c-1", "Hi"))
	b.expect("ack")
	b.expect("message.created")
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageStarted{Message: "msg_a", Attempt: 1})
	h.engine.stream(ref, "Hel")

	agent := h.desk()
	agent.send(`{"id":"2","type":"conversation.watch","data":{"conversation":"` + ref.Conversation + `","after":1}}`)
	if f := agent.expect("ack"); f.Ref != "2" || f.number("seq") != 2 || f.text("conversation") != ref.Conversation || f.Data["recovered"] != true {
		t.Fatalf("got %+v", f)
	}
	h.engine.stream(ref, "lo")
	for _, want := range []string{"message.started", "message.snapshot", "message.delta"} {
		if f := agent.expect(want); f.Conversation != ref.Conversation {
			t.Fatalf("got %+v", f)
		}
	}
	agent.send(`{"id":"3","type":"conversation.unwatch","data":{"conversation":"` + ref.Conversation + `"}}`)
	agent.expect("ack")
	h.engine.say(ref, chat.MessageCompleted{Message: "msg_a", Text: "Hello"})
	agent.send(`{"id":"4","type":"ping"}`)
	agent.expect("pong")
}

func TestAnAgentTakesSpeaksAndGivesBack(t *testing.T) {
	t.Parallel()
	h := setup(t)
	visitor, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting, Position: 1})
	visitor.expect("status.changed")

	agent := h.desk()
	agent.send(`{"id":"2","type":"conversation.watch","data":{"conversation":"` + ref.Conversation + `"}}`)
	agent.expect("ack")
	agent.expect("status.changed")
	agent.send(`{"id":"3","type":"conversation.take","data":{"conversation":"` + ref.Conversation + `","force":true}}`)
	agent.expect("status.changed")
	agent.expect("ack")
	if f := visitor.expect("status.changed"); fmt.Sprint(f.Data["agent"]) != "map[name:Ada]" {
		t.Fatalf("got %+v", f)
	}
	agent.send(`{"id":"4","type":"message.send","data":{"client_id":"a-1","text":"Hello","conversation":"` + ref.Conversation + `"}}`)
	if f := agent.expect("ack"); f.Ref != "4" {
		t.Fatalf("got %+v", f)
	}
	agent.expect("message.created")
	if f := visitor.expect("message.created"); fmt.Sprint(f.Data["author"]) != "map[kind:agent name:Ada]" {
		t.Fatalf("got %+v", f)
	}
	agent.send(`{"id":"5","type":"conversation.release","data":{}}`) // the only one that is watched
	agent.expect("status.changed")
	agent.expect("ack")
	for _, call := range []string{"take Ada true", "post agent Ada Hello", "release Ada"} {
		if !h.engine.did(call) {
			t.Errorf("no %q among %q", call, h.engine.calls)
		}
	}
	for _, request := range []string{`"typing"`, `"read"`, `"message.stop"`, `"conversation.close"`} {
		agent.send(`{"id":"6","type":` + request + `}`)
		agent.expect("ack")
	}
	if !h.engine.did("watch Ada") {
		t.Error("the agent watches as a visitor")
	}
}

func TestADeskReachesNoOtherBusinessAndNoViewerActs(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	stranger := h.dial(dial{bearer: "Bearer stranger"})
	stranger.send(`{"id":"1","type":"desk.open"}`)
	stranger.expect("desk.ready")
	for _, conversation := range []string{ref.Conversation, chat.NewID(chat.ConversationPrefix), "cnv_1"} {
		for _, request := range []string{
			"conversation.watch", "conversation.take", "conversation.assign", "conversation.requeue", "conversation.release", "conversation.close",
			"message.stop", "read", "note.add", "typing",
		} {
			stranger.send(`{"id":"2","type":"` + request + `","data":{"conversation":"` + conversation + `","seq":1,"client_id":"c","text":"Hi","agent":"` + members["stranger"].User + `"}}`)
			if request == "typing" && conversation != ref.Conversation {
				stranger.expect("ack") // one sign of typing a second is looked at
				continue
			}
			stranger.expectError("2", "not_found")
		}
		stranger.send(`{"id":"3","type":"message.send","data":{"client_id":"c","text":"Hi","conversation":"` + conversation + `"}}`)
		stranger.expectError("3", "not_found")
	}
	stranger.send(`{"id":"4","type":"conversation.take"}`)
	stranger.expectError("4", "conversation_required")
	for _, request := range []string{"handoff.request", "handoff.cancel", "transcript.request", "contact.set", "message.feedback", "message.retry"} {
		stranger.send(`{"id":"5","type":"` + request + `"}`)
		stranger.expectError("5", "wrong_role")
	}
	if notes, read := h.office.notes, h.office.mentions; len(notes)+len(read) > 0 {
		t.Errorf("%v, %v were kept", notes, read)
	}

	viewer := h.dial(dial{bearer: "Bearer viewer"})
	viewer.send(`{"id":"1","type":"desk.open"}`)
	viewer.expect("desk.ready")
	for _, request := range []string{"conversation.take", "conversation.assign", "conversation.requeue", "conversation.release", "note.add", "presence.set"} {
		viewer.send(`{"id":"2","type":"` + request + `","data":{"conversation":"` + ref.Conversation + `","available":true}}`)
		viewer.expectError("2", "forbidden")
	}
	viewer.send(`{"id":"3","type":"conversation.watch","data":{"conversation":"` + ref.Conversation + `"}}`)
	viewer.expect("ack")
}

func TestADeskWatchesABoundedNumber(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.Watched = 1 })
	agent := h.desk()
	var ids []string
	for range 2 {
		_, ready := h.opened()
		h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Waiting})
		ids = append(ids, ready.text("conversation"))
	}
	watch := func(id string) {
		agent.send(`{"id":"2","type":"conversation.watch","data":{"conversation":"` + id + `","after":1}}`)
	}
	watch(ids[0])
	agent.expect("ack")
	watch(ids[0]) // again, in place of the first
	agent.expect("ack")
	watch(ids[1])
	agent.expectError("2", "too_many_watched")
}
