package socket_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/actors"
	"parley/chat"
)

// besides are all outputs that are no part of the log.
func besides(ref chat.Ref) []actors.Output {
	bo := chat.Author{Kind: chat.ByAgent, ID: members["bo"].User, Name: "Bo"}
	return []actors.Output{
		&actors.Typing{Author: bo, Text: "secret of the agent"},
		&actors.Typing{Author: chat.Author{Kind: chat.ByVisitor}, Text: "secret of another window"},
		&actors.Read{Author: bo, Seq: 1},
		&actors.Read{Author: chat.Author{Kind: chat.ByVisitor}, Seq: 1},
		&actors.Placed{Place: chat.Place{Position: 2, Absence: chat.NobodyOnDuty}},
		&actors.Here{Visitor: true, Page: "https://shop.example/secret", Agents: []chat.Author{bo}},
		&actors.Noted{Note: chat.Note{ID: "not_1", Ref: ref, Author: bo, Text: "secret note", Mentions: []string{bo.ID}}},
		&actors.Barred{Blocked: false},
	}
}

// Whatever a session delivers to whom: a visitor is shown no more than this.
func TestAVisitorIsNeverShownWhatIsForAgents(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.opened()
	for _, o := range besides(h.ref(ready)) {
		h.engine.show(h.ref(ready), o)
	}
	b.send(`{"id":"end","type":"ping"}`)
	var got []string
	for {
		_, raw, err := b.ws.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), `"pong"`) {
			break
		}
		got = append(got, string(raw))
	}
	want := []string{
		`{"type":"typing","data":{"author":{"kind":"agent","name":"Bo"}}}`,
		`{"type":"read","data":{"author":{"kind":"agent","name":"Bo"},"seq":1}}`,
		`{"type":"queue.changed","data":{"position":2,"absence":"nobody"}}`,
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnAgentIsShownWhatIsBesideTheLog(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	agent := h.desk()
	agent.watch(ref.Conversation, 1)
	ada := chat.Author{Kind: chat.ByAgent, ID: members["ada"].User, Name: "Ada"}
	h.engine.show(ref, &actors.Typing{Author: ada}) // from another window of hers
	h.engine.show(ref, &actors.Read{Author: ada, Seq: 1})
	for _, o := range besides(ref) {
		h.engine.show(ref, o)
	}
	for _, want := range []string{
		`typing map[author:map[id:$bo kind:agent name:Bo] text:secret of the agent]`,
		`typing map[author:map[kind:visitor] text:secret of another window]`,
		`read map[author:map[id:$bo kind:agent name:Bo] seq:1]`,
		`read map[author:map[kind:visitor] seq:1]`,
		`queue.changed map[absence:nobody position:2]`,
		`here.changed map[agents:[map[id:$bo name:Bo]] page:https://shop.example/secret visitor:true]`,
		`note.added map[at:0001-01-01T00:00:00Z author:map[id:$bo name:Bo] id:not_1 mentions:[$bo] seq:0 text:secret note]`,
		`visitor.blocked map[blocked:false]`,
	} {
		f := agent.next()
		if got := fmt.Sprint(f.Type, " ", f.Data); got != strings.ReplaceAll(want, "$bo", members["bo"].User) || f.Conversation != ref.Conversation {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAnAgentIsToldHowThingsStandWhenTheyWatch(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	h.engine.mu.Lock()
	h.engine.room(ref).status = chat.Waiting
	h.engine.state = actors.Attached{
		Place: chat.Place{Position: 3, Absence: chat.OutsideHours, Opens: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}, Blocked: true,
		Here: actors.Here{Page: "https://shop.example/", Agents: []chat.Author{{Kind: chat.ByAgent, ID: "usr_1", Name: "Bo"}}},
	}
	h.engine.mu.Unlock()
	agent := h.desk()
	f := agent.watch(ref.Conversation, 1)
	want := `map[agents:[map[id:usr_1 name:Bo]] page:https://shop.example/ visitor:false] map[absence:hours opens_at:2026-11-23T09:00:00.000Z position:3] true`
	if got := fmt.Sprint(f.Data["here"], " ", f.Data["queue"], " ", f.Data["blocked"]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	h.engine.show(ref, &h.engine.state.Here) // they know that
	agent.quiet()
}

func TestAVisitorIsToldHowThingsStandWhenTheyOpen(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	if ready.Data["queue"] != nil || ready.Data["read"] != nil {
		t.Fatalf("got %+v", ready)
	}
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	h.engine.mu.Lock()
	h.engine.room(ref).status = chat.Waiting
	h.engine.state = actors.Attached{
		Place: chat.Place{Position: 3}, Here: actors.Here{Page: "secret"},
		Marks: map[string]int64{"": 9, "mail": 8, members["ada"].User: 4, members["bo"].User: 3},
	}
	h.engine.mu.Unlock()
	b := h.resume(ready.text("token"), `,"after":1`)
	again := b.expect("session.ready")
	raw, err := json.Marshal(again.Data)
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(again.Data["queue"]) != "map[position:3]" || again.number("read") != 4 || strings.Contains(string(raw), "secret") {
		t.Errorf("got %s", raw)
	}
}

func TestWhatAnAgentMissedBesideTheLogIsShownAfterTheMove(t *testing.T) {
	t.Parallel()
	h := setup(t)
	visitor, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	visitor.expect("status.changed")
	old := chat.Note{ID: "not_old", Ref: ref, Text: "Old", At: time.Now().Add(-time.Hour)}
	missed := chat.Note{ID: "not_new", Ref: ref, Text: "New", At: time.Now()}
	h.office.notes = []chat.Note{old, missed}
	agent := h.desk()
	agent.watch(ref.Conversation, 1)
	h.engine.mu.Lock()
	h.engine.state = actors.Attached{Blocked: false, Here: actors.Here{Visitor: true}}
	h.engine.mu.Unlock()
	h.engine.show(ref, &actors.Moved{})
	if f := agent.expect("here.changed"); f.Data["visitor"] != true {
		t.Fatalf("got %+v", f)
	}
	if f := agent.expect("note.added"); f.text("id") != "not_new" {
		t.Fatalf("got %+v", f)
	}
	eventually(t, "both are back", func() bool { return h.engine.watching() == 2 })
	agent.quiet()
	visitor.quiet()
}

func TestReadMarksAreOfWhatWasShownAndOnlyGoOn(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ready := h.arrived()
	b.send(`{"id":"2","type":"read","data":{"seq":5}}`) // nothing was said
	b.expect("ack")
	b.send(send("3", "c-1", "Hi"))
	b.expect("ack")
	b.expect("message.created")
	h.engine.say(h.ref(ready), chat.MessageCreated{Message: "msg_a", Text: "Hello", Author: chat.Author{Kind: chat.ByAgent, Name: "Bo"}})
	b.expect("message.created")
	for _, seq := range []string{"1", "1", "0", "-4", "99", "2"} {
		b.send(`{"id":"4","type":"read","data":{"seq":` + seq + `}}`)
		b.expect("ack")
	}
	if got := h.engine.called("read"); fmt.Sprint(got) != "[read visitor  1 read visitor  2]" {
		t.Errorf("got %q", got)
	}
	agent := h.desk()
	conversation := `"conversation":"` + ready.text("conversation") + `"`
	agent.send(`{"id":"1","type":"read","data":{"seq":1,` + conversation + `}}`) // without a watch
	agent.expect("ack")
	agent.watch(ready.text("conversation"), 2)
	for _, seq := range []string{"2", "2", "7"} {
		agent.send(`{"id":"2","type":"read","data":{"seq":` + seq + `,` + conversation + `}}`)
		agent.expect("ack")
	}
	if got := h.engine.called("read agent"); fmt.Sprint(got) != "[read agent Ada 1 read agent Ada 2]" {
		t.Errorf("got %q", got)
	}
	if got := h.office.mentions; len(got) != 4 || got[0] != members["ada"].User {
		t.Errorf("mentions read: %q", got)
	}
}

func TestAViewerReadsToo(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Waiting})
	viewer, _ := h.deskOf("viewer")
	viewer.send(`{"id":"2","type":"read","data":{"seq":1,"conversation":"` + ready.text("conversation") + `"}}`)
	viewer.expect("ack")
	if !h.engine.did("read agent Vic 1") {
		t.Errorf("calls: %q", h.engine.calls)
	}
}

func TestWhatIsTypedReachesTheEngineOnlyWhereTheOwnerWantsIt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\u00fc", 2000)
	for preview, want := range map[bool]string{false: "[typing visitor]", true: "[typing visitor Where is my typing visitor " + long[:2000] + "]"} {
		t.Run(fmt.Sprint("preview ", preview), func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			h.bot.Appearance.Preview = preview
			h.engine.bots[h.bot.ID] = h.bot
			b, ready := h.arrived()
			if bot, _ := ready.Data["bot"].(map[string]any); (bot["preview"] == true) != preview {
				t.Fatalf("got %+v", ready)
			}
			b.send(`{"id":"2","type":"typing","data":{"text":"Where is my"}}`)
			b.expect("ack")
			b.send(`{"id":"3","type":"typing","data":{"text":"too soon"}}`)
			b.expect("ack")
			if preview {
				eventually(t, "time goes by", func() bool {
					b.send(`{"id":"4","type":"typing","data":{"text":"` + long + `"}}`)
					b.expect("ack")
					return len(h.engine.called("typing")) > 1
				})
			}
			if got := fmt.Sprint(h.engine.called("typing")); got != want {
				t.Errorf("got %.100s, want %.100s", got, want)
			}
		})
	}
}

func TestFieldsAndPageOfEachOpenReachTheEngine(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Waiting})
	b := h.resume(ready.text("token"), `,"after":1,"page":"https://shop.example/cart","fields":{"plan":"gold","deep":{"a":1},"big":"`+strings.Repeat("x", 300)+`"}`)
	b.expect("session.ready")
	h.engine.mu.Lock()
	defer h.engine.mu.Unlock()
	if v := h.engine.room(h.ref(ready)).visitor; v.Page != "https://shop.example/cart" || fmt.Sprint(v.Fields) != "map[plan:gold]" {
		t.Errorf("got %+v", v)
	}
}

// The page of a resume link is one of ours: it shows bots that may run nowhere else.
func TestAGoodTokenIsFollowedOnOurOwnPagesForEveryBot(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	h.engine.say(h.ref(ready), chat.MessageCreated{Message: "msg_a", Text: "Hello"})
	h.bot.Domains = nil
	h.engine.mu.Lock()
	h.engine.bots[h.bot.ID] = h.bot
	clear(h.engine.snapshots)
	h.engine.mu.Unlock()
	b := h.dial(dial{origin: "https://parley.example"})
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"` + ready.text("token") + `"}}`)
	if again := b.expect("session.ready"); again.text("conversation") != ready.text("conversation") {
		t.Fatalf("got %+v", again)
	}
	b.expect("message.created")
}
