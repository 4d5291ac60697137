package wire_test

import (
	"testing"
	"time"

	"parley/chat"
	"parley/transport/wire"
)

func TestASummaryHasAllThatAnInboxShows(t *testing.T) {
	ref := chat.Ref{Tenant: "tnt_1", Conversation: "cnv_1"}
	got := string(wire.Summary(chat.Conversation{
		Ref: ref, Bot: "bot_1", Visitor: "vis_1", Status: chat.WithAgent, Agent: &chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}, Assignee: "usr_1",
		Head: 7, Preview: "Hi <you>", Page: "https://shop.example", Locale: "en", Fields: chat.Fields{"plan": "gold"},
		Contact: chat.Contact{Name: "Eve", Email: "eve@shop.example", Phone: "1"}, Labels: []string{"lbl_1"}, Blocked: true, Spam: true,
		Waits: at.UTC(), Snoozed: at.UTC().Add(time.Hour), CreatedAt: at.UTC(), UpdatedAt: at.UTC(), Read: 5,
	}))
	want := `{"id":"cnv_1","bot":"bot_1","visitor":"vis_1","status":"agent","agent":{"id":"usr_1","name":"Ada"},"assignee":"usr_1","seq":7,` +
		`"preview":"Hi \u003cyou\u003e","page":"https://shop.example","locale":"en","contact":{"name":"Eve","email":"eve@shop.example","phone":"1"},` +
		`"fields":{"plan":"gold"},"labels":["lbl_1"],"spam":true,"blocked":true,"waits_since":"2026-11-22T08:30:05.123Z",` +
		`"snoozed_until":"2026-11-22T09:30:05.123Z","created_at":"2026-11-22T08:30:05.123Z","updated_at":"2026-11-22T08:30:05.123Z"}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	got = string(wire.Summary(chat.Conversation{Ref: ref, Status: chat.WithBot, CreatedAt: at.UTC(), UpdatedAt: at.UTC()}))
	want = `{"id":"cnv_1","bot":"","visitor":"","status":"bot","seq":0,"preview":"","contact":{},"labels":[],"spam":false,"blocked":false,` +
		`"created_at":"2026-11-22T08:30:05.123Z","updated_at":"2026-11-22T08:30:05.123Z"}`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
