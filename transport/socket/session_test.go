package socket_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/socket"
)

func TestAFirstVisitGoesAsTheContractSays(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	bot, _ := ready.Data["bot"].(map[string]any)
	if ready.Ref != "1" || ready.text("status") != "bot" || ready.Data["recovered"] != true || ready.number("seq") != 0 ||
		bot["name"] != "Shop" || bot["greeting"] != "Hello!" || fmt.Sprint(bot["suggestions"]) != "[Returns?]" {
		t.Fatalf("got %+v", ready)
	}
	claims, err := h.visitors.Check(ready.text("token"))
	if err != nil || claims.Conversation != ready.text("conversation") || claims.Bot != h.bot.ID || claims.Tenant != h.bot.Tenant {
		t.Fatalf("the token is for %+v, %v", claims, err)
	}

	b.send(send("2", "c-1", "Hi"))
	ack, created := b.expect("ack"), b.expect("message.created")
	if ack.Ref != "2" || ack.number("seq") != 1 || created.Seq != 1 || ack.text("message") != created.text("message") || created.text("client_id") != "c-1" {
		t.Fatalf("got %+v, %+v", ack, created)
	}
	h.engine.say(h.ref(ready), chat.MessageStarted{Message: "msg_a", Author: chat.Author{Kind: chat.ByBot, Name: "Shop"}, Question: created.text("message"), Attempt: 1})
	if started := b.expect("message.started"); started.Seq != 2 || started.text("question") != created.text("message") || started.number("attempt") != 1 {
		t.Fatalf("got %+v", started)
	}
	h.engine.stream(h.ref(ready), "Hel")
	if d := b.expect("message.delta"); d.number("index") != 0 || d.text("text") != "Hel" || d.Seq != 0 || d.At != "" {
		t.Fatalf("got %+v", d)
	}
	h.engine.stream(h.ref(ready), "lo é")
	if d := b.expect("message.delta"); d.number("index") != 3 || d.text("text") != "lo é" {
		t.Fatalf("got %+v", d)
	}
	h.engine.say(h.ref(ready), chat.MessageCompleted{Message: "msg_a", Text: "Hello é"})
	if done := b.expect("message.completed"); done.Seq != 3 || done.text("text") != "Hello é" {
		t.Fatalf("got %+v", done)
	}
}

func TestAResumeInMidAnswerGoesOnAtTheNextToken(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	b.send(send("2", "c-1", "Hi"))
	b.expect("ack")
	b.expect("message.created")
	_ = b.ws.CloseNow()
	h.engine.say(h.ref(ready), chat.MessageStarted{Message: "msg_a", Attempt: 1})
	h.engine.stream(h.ref(ready), "Hel", "lo ")

	b = h.resume(ready.text("token"), `,"after":1`)
	if r := b.expect("session.ready"); r.number("seq") != 2 || r.Data["recovered"] != true || r.text("conversation") != ready.text("conversation") {
		t.Fatalf("got %+v", r)
	}
	if started := b.expect("message.started"); started.Seq != 2 {
		t.Fatalf("got %+v", started)
	}
	if s := b.expect("message.snapshot"); s.text("message") != "msg_a" || s.text("text") != "Hello " {
		t.Fatalf("got %+v", s)
	}
	h.engine.stream(h.ref(ready), "you")
	if d := b.expect("message.delta"); d.number("index") != 6 || d.text("text") != "you" {
		t.Fatalf("got %+v", d)
	}
}

func TestAClientGetsWhatItMissed(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	const events = 450 // three pages
	for n := range events {
		h.engine.say(h.ref(ready), chat.MessageCreated{Message: fmt.Sprint("msg_", n+1), Author: chat.Author{Kind: chat.ByVisitor}, Text: "Hi"})
	}
	for name, test := range map[string]struct {
		more      string
		recovered bool
		first     int64
	}{
		"nothing is held":                  {``, true, 1},
		"after 0 is nothing":               {`,"after":0`, true, 1},
		"some of it":                       {`,"after":440`, true, 441},
		"all of it":                        {`,"after":450`, true, 451},
		"more than there is":               {`,"after":451`, false, 1},
		"its own conversation by name":     {`,"after":440,"conversation":"` + ready.text("conversation") + `"`, true, 441},
		"unknown fields change nothing":    {`,"after":449,"future":{"a":[1]}`, true, 450},
		"a very long page and odd locale":  {`,"after":449,"locale":"e n","page":"` + strings.Repeat("x", 4000) + `"`, true, 450},
		"another conversation, and events": {`,"after":3,"conversation":"new"`, false, 451},
	} {
		t.Run(name, func(t *testing.T) {
			b := h.resume(ready.text("token"), test.more)
			again := b.expect("session.ready")
			if again.Data["recovered"] != test.recovered {
				t.Fatalf("got %+v", again)
			}
			for seq := test.first; seq <= events; seq++ {
				if f := b.expect("message.created"); f.Seq != seq {
					t.Fatalf("got %d, want %d", f.Seq, seq)
				}
			}
			b.send(`{"id":"p","type":"ping"}`) // nothing else was sent before its answer
			b.expect("pong")
		})
	}
}

func TestWhatHappensWhileThePastIsShownComesBehindIt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	ref := h.ref(ready)
	for range 5000 {
		h.engine.say(ref, chat.MessageCreated{Message: "msg", Author: chat.Author{Kind: chat.ByVisitor}, Text: strings.Repeat("long ", 100)})
	}
	b := h.resume(ready.text("token"), ``)
	b.expect("session.ready")
	for range 100 {
		h.engine.say(ref, chat.MessageCreated{Message: "msg", Author: chat.Author{Kind: chat.ByVisitor}, Text: "meanwhile"})
	}
	for seq := int64(1); seq <= 5100; seq++ {
		if f := b.expect("message.created"); f.Seq != seq {
			t.Fatalf("got %d, want %d", f.Seq, seq)
		}
	}
}

func TestABadTokenIsSaidAndTheVisitorCanGoOn(t *testing.T) {
	t.Parallel()
	h := setup(t)
	other := h.visitors.Mint(account.VisitorClaims{Tenant: h.bot.Tenant, Bot: chat.NewID(chat.BotPrefix), Visitor: "vis_1", Conversation: "cnv_1"})
	for name, token := range map[string]string{"made up": "v1.a.b.c.d.e", "of another bot": other} {
		t.Run(name, func(t *testing.T) {
			b := h.resume(token, ``)
			b.send(send("2", "c-1", "sent in hope")) // behind an open that fails
			b.expectError("1", "token_invalid")
			b.expectError("2", "not_open")
			b.send(`{"id":"3","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
			b.expect("session.ready")
			b.send(send("4", "c-1", "Hi"))
			b.expect("ack")
		})
	}
}

func TestAVisitorChangesConversationsButOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, others := h.opened()
	h.engine.say(h.ref(others), chat.MessageCreated{Message: "msg_x", Author: chat.Author{Kind: chat.ByVisitor}, Text: "private"})

	b, first := h.opened()
	b.send(send("2", "c-1", "Hi"))
	b.expect("ack")
	b.expect("message.created")
	b.send(`{"id":"3","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"` + first.text("token") + `","conversation":"new"}}`)
	second := b.expect("session.ready")
	if second.text("conversation") == first.text("conversation") || second.text("token") == first.text("token") {
		t.Fatalf("got %+v", second)
	}
	h.engine.say(h.ref(first), chat.StatusChanged{Status: chat.Closed}) // is watched no more
	b.send(`{"id":"4","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"` + second.text("token") + `","after":1,"conversation":"` + first.text("conversation") + `"}}`)
	// after was about the second conversation, so all of the first follows.
	if back := b.expect("session.ready"); back.Ref != "4" || back.text("conversation") != first.text("conversation") || back.Data["recovered"] != false {
		t.Fatalf("got %+v", back)
	}
	b.expect("message.created")
	b.expect("status.changed")

	for id, conversation := range map[string]string{"5": others.text("conversation"), "6": "cnv_1", "7": chat.NewID(chat.ConversationPrefix)} {
		b.send(`{"id":"` + id + `","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"` + first.text("token") + `","conversation":"` + conversation + `"}}`)
		b.expectError(id, "not_found")
	}
}

func TestAFailedOpenOnAnOpenConnectionChangesNothing(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	b.send(`{"id":"2","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"no"}}`)
	b.expectError("2", "token_invalid")
	h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Waiting, Position: 1})
	b.expect("status.changed")
}

func TestSendingAgainAddsNothing(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	b.send(send("2", "c-1", "Hi"))
	first := b.expect("ack")
	b.expect("message.created")
	b.send(send("3", "c-1", "Hi"))
	again := b.expect("ack")
	if again.Ref != "3" || again.number("seq") != first.number("seq") || again.text("message") != first.text("message") {
		t.Fatalf("got %+v, then %+v", first, again)
	}
}

func TestAMessageNeedsAClientID(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	b.send(`{"id":"2","type":"message.send","data":{"text":"Hi"}}`)
	b.expectError("2", "client_id_required")
	b.send(send("3", strings.Repeat("x", 129), "Hi"))
	b.expectError("3", "client_id_invalid")
	b.send(send("4", `a\u0000b`, "Hi"))
	b.expectError("4", "client_id_invalid")
}

func TestAWaitingMessageHoldsUpNeitherPingNorStop(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	h.engine.hold = make(chan struct{})
	b.send(send("2", "c-1", "first"))
	b.send(send("3", "c-2", "second"))
	b.send(`{"id":"4","type":"ping"}`)
	if f := b.expect("pong"); f.Ref != "4" {
		t.Fatalf("got %+v", f)
	}
	b.send(`{"id":"5","type":"message.stop","data":{"message":"msg_a"}}`)
	if f := b.expect("ack"); f.Ref != "5" || !h.engine.did("stop msg_a") {
		t.Fatalf("got %+v", f)
	}
	close(h.engine.hold)
	for _, want := range []string{"2", "", "3", ""} {
		if f := b.next(); f.Ref != want {
			t.Fatalf("got %+v, want the answer to %q", f, want)
		}
	}
}

func TestEachRequestOfAVisitorReachesTheEngine(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	message := chat.NewID(chat.MessagePrefix)
	for request, call := range map[string]string{
		`"message.stop","data":{}`:                                                               "stop ",
		`"message.retry","data":{"message":"` + message + `"}`:                                   "retry " + message,
		`"message.feedback","data":{"message":"` + message + `","helpful":false,"comment":"No"}`: "feedback false No",
		`"message.feedback","data":{"message":"` + message + `","rating":"up"}`:                  "feedback true ",
		`"handoff.request"`: "person",
		`"handoff.cancel"`:  "cancel",
		`"contact.set","data":{"name":"Eve","email":"eve@shop.example"}`: "contact Eve eve@shop.example ",
		`"conversation.close"`: "close",
		`"typing"`:             "typing visitor",
	} {
		b.send(`{"id":"9","type":` + request + `}`)
		if f := b.expect("ack"); f.Ref != "9" || !h.engine.did(call) {
			t.Errorf("%s: got %+v, calls %q", request, f, h.engine.calls)
		}
	}
	for request, code := range map[string]string{
		`"message.feedback","data":{"message":"` + message + `"}`:  "feedback_invalid",
		`"message.feedback","data":{"helpful":true}`:               "feedback_invalid",
		`"message.feedback","data":{"message":"m","helpful":true}`: "not_found",
		`"contact.set","data":{}`:                                  "contact_invalid",
		`"contact.set","data":{"name":7}`:                          "bad_frame",
		`"conversation.take","data":{}`:                            "wrong_role",
		`"conversation.assign","data":{}`:                          "wrong_role",
		`"conversation.requeue","data":{}`:                         "wrong_role",
		`"note.add","data":{}`:                                     "wrong_role",
		`"presence.set","data":{"available":true}`:                 "wrong_role",
		`"read","data":{"seq":"4"}`:                                "bad_frame",
		`"typing","data":{"text":4}`:                               "bad_frame",
		`"contact.set","data":{"email":"eve"}`:                     "email_invalid",
		`"transcript.request","data":{"email":"eve"}`:              "email_invalid",
		`"transcript.request","data":{"email":"eve@shop.example"}`: "nothing_said",
		`"message.explode"`:                                        "unknown_type",
	} {
		b.send(`{"id":"11","type":` + request + `}`)
		b.expectError("11", code)
	}
}

func TestARequestWithoutAnIDIsNotAnswered(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	b.send(`{"type":"handoff.request"}`)
	b.send(`{"type":"message.send","data":{"client_id":"c","text":"Hi"}}`)
	b.expect("message.created")
	b.send(`{"type":"message.send","data":{"text":"Hi"}}`)
	b.expectError("", "client_id_required")
}

func TestAVisitorOverTheirLimitIsToldWhenToComeBack(t *testing.T) {
	t.Parallel()
	for _, off := range []bool{false, true} {
		t.Run(fmt.Sprint("off ", off), func(t *testing.T) {
			h := setup(t, func(c *socket.Config) { c.Limits = socket.Limits{MessagesPerMinute: 3, Off: off} })
			b, ready := h.opened()
			for n := range 3 {
				b.send(send("2", fmt.Sprint("c-", n), "Hi"))
				b.expect("ack")
				b.expect("message.created")
			}
			b = h.resume(ready.text("token"), `,"after":3`) // the limit is the visitor's, not the connection's
			b.expect("session.ready")
			b.send(send("3", "c-9", "Hi"))
			if off {
				b.expect("ack")
				return
			}
			f := b.expect("error")
			if after := f.number("retry_after"); f.text("code") != "rate_limited" || after < 1 || after > 20 {
				t.Fatalf("got %+v", f)
			}
		})
	}
}

func TestAnOpenWhileStorageIsAwayMayBeRepeated(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	h.engine.mu.Lock()
	h.engine.refuse = chat.ErrUnavailable
	h.engine.mu.Unlock()
	b := h.resume(ready.text("token"), "")
	b.expectError("1", "unavailable")
	h.engine.mu.Lock()
	h.engine.refuse = nil
	h.engine.mu.Unlock()
	b.send(`{"id":"2","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"` + ready.text("token") + `"}}`)
	b.expect("session.ready")
}

func TestTypingIsShownToOthersOnly(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	b.send(`{"id":"2","type":"typing"}`)
	b.expect("ack")
	h.engine.show(h.ref(ready), &actors.Typing{Author: chat.Author{Kind: chat.ByAgent, ID: "usr_ada", Name: "Ada"}})
	f := b.expect("typing")
	if author, _ := f.Data["author"].(map[string]any); author["name"] != "Ada" {
		t.Fatalf("got %+v", f)
	}
}
