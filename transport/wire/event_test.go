package wire_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/chat"
	"parley/transport/wire"
)

var update = flag.Bool("update", false, "write the golden frames anew")

var at = time.Date(2026, 11, 22, 9, 30, 5, 123_000_000, time.FixedZone("CET", 3600))

var ada = chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}

var note = chat.Note{
	ID: "not_1", Ref: chat.Ref{Tenant: "tnt_1", Conversation: "cnv_1"}, Seq: 45, At: at, Author: ada,
	Text: "Ask @Bo \"first\"", Mentions: []string{"usr_2"}, ClientID: "n-1",
}

// durable and passing list each frame that a server sends by the name of its
// file in testdata/server. The TypeScript side reads the same files.
var durable = map[string][]byte{
	"message.created.visitor": event(45, chat.MessageCreated{
		Message: "msg_1", Author: chat.Author{Kind: chat.ByVisitor}, Text: "Hi \"you\"\n<b>né</b>", ClientID: "c-1"}),
	"message.created.agent": event(46, chat.MessageCreated{
		Message: "msg_2", Author: chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}, Text: "Hello", ClientID: "c-2"}),
	"message.started": event(47, chat.MessageStarted{
		Message: "msg_3", Author: chat.Author{Kind: chat.ByBot, Name: "Shop"}, Question: "msg_1", Attempt: 1}),
	"message.completed": event(48, chat.MessageCompleted{Message: "msg_3", Text: "Seven days [1].", Citations: []chat.Citation{
		{Mark: 1, Source: "src_1", Title: "Returns", URL: "https://shop.example/returns", Page: 3, Quote: "Within seven days"},
		{Source: "src_2", Title: "Terms"}}}),
	"message.completed.offer": event(49, chat.MessageCompleted{Message: "msg_3", Text: "I do not know.", Offer: "handoff"}),
	"message.interrupted": event(50, chat.MessageInterrupted{
		Message: "msg_3", Text: "Seven", Reason: chat.Stopped}),
	"message.interrupted.node_lost": event(51, chat.MessageInterrupted{Message: "msg_3", Reason: chat.NodeLost}),
	"status.changed.waiting":        event(52, chat.StatusChanged{Status: chat.Waiting, Position: 2}),
	"status.changed.away":           event(52, chat.StatusChanged{Status: chat.Waiting, Position: 3, Absence: chat.OutsideHours, Opens: at}),
	"status.changed.agent": event(53, chat.StatusChanged{
		Status: chat.WithAgent, Agent: &chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}}),
	"contact.changed": event(54, chat.ContactChanged{Name: "Eve", Email: "eve@shop.example"}),
	"feedback.given":  event(55, chat.FeedbackGiven{Message: "msg_3", Helpful: false, Comment: "No"}),
	"event.erased":    event(56, chat.EventErased{Target: 45, Message: "msg_1"}),
	"erased":          event(45, chat.Erased{Was: chat.TypeMessageCreated, Message: "msg_1"}),
	"watched":         wire.AppendWatched(nil, "cnv_1", chat.Event{Seq: 52, At: at, Body: chat.StatusChanged{Status: chat.Closed}}),
}

var passing = map[string][]byte{
	"session.ready": wire.AppendReady(nil, "1", wire.Ready{Token: "t", Conversation: "cnv_1", Seq: 44, Recovered: true, Status: chat.WithBot,
		Bot: wire.Greeting{Name: "Shop", Greeting: "Hello!", Suggestions: []string{"Returns?", "Hours?"},
			HandOff: true, Appearance: chat.Appearance{Accent: "#3455db", Theme: "auto", Position: "left", Title: "Help"}}}),
	"session.ready.agent": wire.AppendReady(nil, "1", wire.Ready{Token: "t", Conversation: "cnv_1", Status: chat.WithAgent,
		Agent: &chat.Author{Kind: chat.ByAgent, Name: "Ada"}, Bot: wire.Greeting{Name: "Shop"}}),
	"session.ready.waiting": wire.AppendReady(nil, "1", wire.Ready{Token: "t", Conversation: "cnv_1", Seq: 44, Recovered: true, Status: chat.Waiting,
		Queue: &chat.Place{Position: 2, Absence: chat.OutsideHours, Opens: at}, Read: 41, Bot: wire.Greeting{Name: "Shop", Preview: true}}),
	"desk.ready": wire.AppendDeskReady(nil, "1", wire.DeskReady{Name: "Ada", Role: "agent", User: "usr_1", Available: true,
		Agents: []wire.Colleague{{ID: "usr_1", Name: "Ada", Available: true}, {ID: "usr_2", Name: "Bo"}}}),
	"presence.changed": wire.AppendPresenceChanged(nil, []wire.Colleague{{ID: "usr_2", Name: "Bo", Available: true}}),
	"presence.nobody":  wire.AppendPresenceChanged(nil, nil),
	"ack.watch": wire.AppendWatching(nil, "2", wire.Watching{
		Ready: wire.Ready{Conversation: "cnv_1", Seq: 44, Recovered: true, Status: chat.Waiting, Queue: &chat.Place{Position: 1, Absence: chat.NobodyOnDuty}},
		Here:  wire.Here{Visitor: true, Page: "https://shop.example/cart", Agents: []chat.Author{{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}}}}),
	"ack.watch.blocked": wire.AppendWatching(nil, "2", wire.Watching{Ready: wire.Ready{Conversation: "cnv_1", Seq: 44, Status: chat.Closed}, Blocked: true}),
	"here.changed":      wire.AppendHereChanged(nil, "cnv_1", wire.Here{Agents: []chat.Author{{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}, {Kind: chat.ByAgent, ID: "usr_2", Name: "Bo"}}}),
	"visitor.blocked":   wire.AppendVisitorBlocked(nil, "cnv_1", true),
	"note.added":        wire.AppendNoteAdded(nil, note),
	"ack.note":          wire.AppendNoted(nil, "4", note),
	"mention.added":     wire.AppendMentionAdded(nil, note),
	"queue.changed":     wire.AppendQueueChanged(nil, "", chat.Place{Position: 3, Absence: chat.NobodyOnDuty}),
	"queue.watched":     wire.AppendQueueChanged(nil, "cnv_1", chat.Place{Position: 1, Absence: chat.OutsideHours, Opens: at}),
	"read":              wire.AppendRead(nil, "", ada, 45),
	"read.watched":      wire.AppendRead(nil, "cnv_1", ada, 45),
	"read.visitor":      wire.AppendRead(nil, "cnv_1", chat.Author{Kind: chat.ByVisitor}, 46),
	"error.blocked":     wire.AppendError(nil, "5", chat.ErrBlocked),
	"ack.message":       wire.AppendReceipt(nil, "2", chat.Receipt{Seq: 45, Message: "msg_1"}),
	"ack":               wire.AppendAck(nil, "3"),
	"error.limited":     wire.AppendError(nil, "9", &chat.Error{Kind: chat.Limited, Code: "rate_limited", Message: "Slower, please.", RetryAfter: 29500 * time.Millisecond}),
	"error":             wire.AppendError(nil, "", wire.ErrBadFrame),
	"message.delta":     wire.AppendDelta(nil, "", "msg_3", 5, " é"),
	"delta.watched":     wire.AppendDelta(nil, "cnv_1", "msg_3", 0, "Sev"),
	"snapshot":          wire.AppendSnapshot(nil, "", "msg_3", "Seven é"),
	"typing":            wire.AppendTyping(nil, "", ada, "never shown to visitors"),
	"typing.watched":    wire.AppendTyping(nil, "cnv_1", chat.Author{Kind: chat.ByVisitor}, "Where is my"),
	"inbox.changed": wire.AppendInboxChanged(nil, "cnv_1", wire.Summary(chat.Conversation{
		Ref: chat.Ref{Tenant: "tnt_1", Conversation: "cnv_1"}, Bot: "bot_1", Visitor: "vis_1", Status: chat.Waiting, Head: 44, Preview: "Where is my <order>?",
		Page: "https://shop.example/cart", Locale: "en", Fields: chat.Fields{"plan": "gold"}, CreatedAt: at.UTC(), UpdatedAt: at.UTC(),
		Contact: chat.Contact{Name: "Eve", Email: "eve@shop.example"}, Assignee: "usr_1", Waits: at.UTC(), Labels: []string{"lbl_1"}, Read: 7})),
	"inbox.changed.any":    wire.AppendInboxChanged(nil, "", nil),
	"inbox.changed.unread": wire.AppendInboxChanged(nil, "cnv_1", nil),
	"draining":             wire.AppendDraining(nil, 2*time.Second),
	"ping":                 wire.AppendPing(nil),
	"pong":                 wire.AppendPong(nil, ""),
	"pong.with.ref":        wire.AppendPong(nil, "7"),
	"delta.controls":       wire.AppendDelta(nil, "", "msg_3", 0, "tab\there \\ \x01 \u2028 😀"),
}

func event(seq int64, body chat.Body) []byte {
	return wire.AppendEvent(nil, chat.Event{Seq: seq, At: at, Body: body})
}

func golden() map[string][]byte {
	all := maps.Clone(passing)
	maps.Copy(all, durable)
	return all
}

func TestServerFramesAreAsTheGoldenOnes(t *testing.T) {
	for name, frame := range golden() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join("testdata", "server", name+".json")
			if *update {
				if err := os.WriteFile(path, append(frame, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(frame)); diff != "" {
				t.Error(diff)
			}
			if !json.Valid(frame) {
				t.Error("this is not JSON")
			}
		})
	}
}

func TestEachGoldenFrameHasItsEncoder(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "server", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	all := golden()
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".json"); all[name] == nil {
			t.Errorf("%s is written by nothing here", file)
		}
	}
}

func TestOnlyDurableEventsCarrySeqAndAt(t *testing.T) {
	for name, frame := range golden() {
		var f struct {
			Seq *int64
			At  *time.Time
		}
		if err := json.Unmarshal(frame, &f); err != nil {
			t.Fatal(err)
		}
		_, want := durable[name]
		if (f.Seq != nil) != want || (f.At != nil) != want {
			t.Errorf("%s: seq %v, at %v", name, f.Seq, f.At)
		}
		if want && !f.At.Equal(at) {
			t.Errorf("%s: at %v, want %v", name, f.At, at)
		}
	}
}

func TestEveryTextSurvivesTheWayThroughJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		frame := wire.AppendDelta(nil, "", "msg_1", len(text), text)
		if !utf8.Valid(frame) {
			t.Fatal("the frame is not UTF-8")
		}
		var got struct {
			Data struct {
				Index int
				Text  string
			}
		}
		if err := json.Unmarshal(frame, &got); err != nil {
			t.Fatal(err)
		}
		if want := strings.ToValidUTF8(text, "\ufffd"); utf8.ValidString(text) && got.Data.Text != want {
			t.Fatalf("got %q, want %q", got.Data.Text, want)
		}
		if got.Data.Index != len(text) {
			t.Fatalf("index %d, want %d", got.Data.Index, len(text))
		}
	})
}

func TestAppendingKeepsWhatWasThere(t *testing.T) {
	got := wire.AppendPing([]byte("before "))
	if !bytes.Equal(got, []byte(`before {"type":"ping"}`)) {
		t.Errorf("got %s", got)
	}
}

func TestACloseReasonFitsItsFrameAndIsCutBetweenCharacters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		got := wire.Reason(text)
		if len(got) > 123 || !utf8.ValidString(got) || !strings.HasPrefix(text, got) {
			t.Fatalf("%q became %q", text, got)
		}
		if len(text) <= 123 && got != text {
			t.Fatalf("%q was cut without need", text)
		}
	})
}

func TestCodesBelow4500MeanReconnect(t *testing.T) {
	for code, want := range map[wire.CloseCode]bool{
		wire.CloseTooSlow: true, wire.CloseDraining: true, wire.CloseMoved: true, wire.CloseSilent: true,
		wire.CloseOrigin: false, wire.CloseBot: false, wire.CloseSuspended: false, wire.CloseProtocol: false, wire.CloseBlocked: false,
	} {
		if code.Reconnect() != want {
			t.Errorf("%d: reconnect %v", code, !want)
		}
	}
}
