package rest

import (
	"strings"
	"testing"
	"time"

	"parley/chat"
)

func TestConversationsAreSortedOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playTriage()
}

func (w *world) playTriage() {
	ids := w.ids(w.mia, "acme")
	mia, at := w.mia.tokens.AccessToken, "/api/v1/conversations/{conversation}"
	tomorrow := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Second).Format(time.RFC3339)
	label := ids["{label}"]
	blocked := "blocked " + w.mia.conversation + " "
	queue := func(name string) string { return "/api/v1/conversations?queue=" + name }
	here, gone := []string{`"id":"{conversation}"`}, []string{`{"items":[],"next":""}`}
	w.deafen()
	w.play([]scenario{
		{name: "snooze", method: "PATCH", path: at, token: mia, body: `{"snoozed_until":"` + tomorrow + `"}`, status: 200, has: []string{`"snoozed_until":"` + tomorrow + `"`},
			after: func(t *testing.T, w *world, _ response) {
				if !w.toldInboxes(w.mia.conversation) {
					t.Error("open inboxes were not told")
				}
			}},
		{name: "is in no other queue", method: "GET", path: queue("bot"), token: mia, status: 200, has: gone},
		{name: "is snoozed", method: "GET", path: queue("snoozed"), token: mia, status: 200, has: here},
		{name: "nothing", method: "PATCH", path: at, token: mia, body: `{}`, status: 200, has: []string{`"snoozed_until":"` + tomorrow + `"`}},
		{name: "wake", method: "PATCH", path: at, token: mia, body: `{"snoozed_until":null}`, status: 200, hasNot: []string{"snoozed_until"}},
		{name: "snooze until yesterday", method: "PATCH", path: at, token: mia, body: `{"snoozed_until":"2020-01-01T00:00:00Z"}`, status: 422, has: []string{"snoozed_until"}},
		{name: "snooze for ever", method: "PATCH", path: at, token: mia, body: `{"snoozed_until":"2525-01-01T00:00:00Z"}`, status: 422, has: []string{"within a year"}},
		{name: "snooze until a word", method: "PATCH", path: at, token: mia, body: `{"snoozed_until":"tomorrow"}`, status: 422, has: []string{"body.snoozed_until"}},
		{name: "spam", method: "PATCH", path: at, token: mia, body: `{"spam":true}`, status: 200, has: []string{`"spam":true`}},
		{name: "is in the spam", method: "GET", path: queue("spam"), token: mia, status: 200, has: here},
		{name: "and nowhere else", method: "GET", path: queue("bot"), token: mia, status: 200, has: gone},
		{name: "no spam", method: "PATCH", path: at, token: mia, body: `{"spam":false}`, status: 200, has: []string{`"spam":false`}},
		{name: "label", method: "PATCH", path: at, token: mia, body: `{"labels":["` + label + `","` + label + `"]}`, status: 200, has: []string{`"labels":["` + label + `"]`}},
		{name: "by label", method: "GET", path: "/api/v1/conversations?label=" + label, token: mia, status: 200, has: here},
		{name: "a label that is not there changes nothing", method: "PATCH", path: at, token: mia, body: `{"spam":true,"labels":["` + chat.NewID(chat.LabelPrefix) + `"]}`, status: 404},
		{name: "kept", method: "GET", path: at, token: mia, status: 200, has: []string{`"spam":false`, `"labels":["` + label + `"]`}},
		{name: "too many labels", method: "PATCH", path: at, token: mia, body: `{"labels":["x"` + strings.Repeat(`,"x"`, 20) + `]}`, status: 422, has: []string{"20"}},
		{name: "no label", method: "PATCH", path: at, token: mia, body: `{"labels":[]}`, status: 200, has: []string{`"labels":[]`}},
		{name: "block", method: "PATCH", path: at, token: mia, body: `{"blocked":true}`, status: 200, has: []string{`"blocked":true`},
			after: func(t *testing.T, w *world, _ response) {
				if !w.engine.heard(blocked + "true") {
					t.Error("the conversation was not told")
				}
			}},
		{name: "the visitor is blocked", method: "GET", path: "/api/v1/visitors/" + ids["{visitor}"], token: mia, status: 200, has: []string{`"contact":{},"blocked":true`}},
		{name: "unblock", method: "PATCH", path: at, token: mia, body: `{"blocked":false}`, status: 200, has: []string{`"blocked":false`},
			after: func(t *testing.T, w *world, _ response) {
				if !w.engine.heard(blocked + "false") {
					t.Error("the conversation was not told")
				}
			}},
		{name: "what was done", method: "GET", path: at + "/activities", token: mia, status: 200,
			has: []string{`"by":"` + w.mia.tokens.User + `","kind":"snoozed","target":"` + tomorrow + `"`, `"kind":"unsnoozed"`, `"kind":"spam"`, `"kind":"not_spam"`, `"kind":"labelled","target":"` + label,
				`"kind":"unlabelled"`, `"kind":"blocked"`, `"kind":"unblocked"`, `"id":"act_`, `"seq":3`}},
	})
}

// A visitor may have several conversations; all of them are told, those of others are not.
func TestABlockIsToldInAllConversationsOfTheVisitor(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	second := chat.Ref{Tenant: w.mia.tokens.Tenant, Conversation: chat.NewID(chat.ConversationPrefix)}
	other := chat.Ref{Tenant: w.mia.tokens.Tenant, Conversation: chat.NewID(chat.ConversationPrefix)}
	m.mu.Lock()
	first := m.conversations[chat.Ref{Tenant: second.Tenant, Conversation: w.mia.conversation}].summary
	m.conversations[second] = &kept{summary: chat.Conversation{Ref: second, Bot: first.Bot, Visitor: first.Visitor}}
	m.conversations[other] = &kept{summary: chat.Conversation{Ref: other, Bot: first.Bot, Visitor: chat.NewID(chat.VisitorPrefix)}}
	m.mu.Unlock()
	w.json("PATCH", "/api/v1/conversations/"+w.mia.conversation, w.mia.tokens.AccessToken, `{"blocked":true}`, 200, nil)
	for id, want := range map[string]bool{w.mia.conversation: true, second.Conversation: true, other.Conversation: false} {
		if w.engine.heard("blocked "+id+" true") != want || w.toldInboxes(id) != want {
			t.Errorf("%s was told: %v", id, !want)
		}
	}
}

func TestALabelIsMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playLabels()
}

func (w *world) playLabels() {
	mia, at := w.mia.tokens.AccessToken, "/api/v1/labels"
	var made, other label
	w.json("POST", at, mia, `{"name":" Refund ","color":"#AA0000"}`, 201, &made)
	w.json("POST", at, mia, `{"name":"Bug","color":"#00aa00"}`, 201, &other)
	w.json("PATCH", "/api/v1/conversations/"+w.mia.conversation, mia, `{"labels":["`+made.ID+`"]}`, 200, nil)
	w.play([]scenario{
		{name: "all, by name", method: "GET", path: at, token: mia, status: 200,
			has: []string{`{"items":[{"id":"` + other.ID + `","name":"Bug","color":"#00aa00"},{"id":"` + made.ID + `","name":"Refund","color":"#aa0000"}],"next":""}`}},
		{name: "a name that is taken", method: "POST", path: at, token: mia, body: `{"name":"REFUND","color":"#000000"}`, status: 409, has: []string{`"code":"label_taken"`}},
		{name: "no name", method: "POST", path: at, token: mia, body: `{"name":" ","color":"#000000"}`, status: 422, has: []string{"name"}},
		{name: "a long name", method: "POST", path: at, token: mia, body: `{"name":"` + strings.Repeat("x", 41) + `","color":"#000000"}`, status: 422, has: []string{"40"}},
		{name: "no colour", method: "POST", path: at, token: mia, body: `{"name":"X","color":"red"}`, status: 422, has: []string{"color"}},
		{name: "change", method: "PUT", path: at + "/" + made.ID, token: mia, body: `{"name":"Money back","color":"#bb0000"}`, status: 200, has: []string{`"name":"Money back","color":"#bb0000"`}},
		{name: "change to another's name", method: "PUT", path: at + "/" + made.ID, token: mia, body: `{"name":"bug","color":"#bb0000"}`, status: 409},
		{name: "delete", method: "DELETE", path: at + "/" + made.ID, token: mia, status: 204},
		{name: "delete again", method: "DELETE", path: at + "/" + made.ID, token: mia, status: 404},
		{name: "change what is gone", method: "PUT", path: at + "/" + made.ID, token: mia, body: `{"name":"X","color":"#bb0000"}`, status: 404},
		{name: "conversations go without it", method: "GET", path: "/api/v1/conversations/{conversation}", token: mia, status: 200, has: []string{`"labels":[]`}},
	})
}

func TestASavedReplyIsMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playReplies()
}

func (w *world) playReplies() {
	mia, at := w.mia.tokens.AccessToken, "/api/v1/replies"
	var made, other savedReply
	w.json("POST", at, mia, `{"shortcut":"Thanks","title":"Thank you","text":"Thank you, {{visitor.name}}!\nYours, {{agent.name}}"}`, 201, &made)
	w.json("POST", at, mia, `{"shortcut":"hours","text":"We are here from 9 to 5."}`, 201, &other)
	w.play([]scenario{
		{name: "all, by shortcut", method: "GET", path: at, token: mia, status: 200,
			has: []string{`{"items":[{"id":"` + other.ID + `","shortcut":"hours","title":"hours","text":"We are here from 9 to 5."},{"id":"` + made.ID + `","shortcut":"thanks","title":"Thank you","text":"Thank you, {{visitor.name}}!\nYours, {{agent.name}}"}],"next":""}`}},
		{name: "a shortcut that is taken", method: "POST", path: at, token: mia, body: `{"shortcut":"hours","text":"x"}`, status: 409, has: []string{`"code":"shortcut_taken"`}},
		{name: "a shortcut of two words", method: "POST", path: at, token: mia, body: `{"shortcut":"our hours","text":"x"}`, status: 422, has: []string{"shortcut"}},
		{name: "a long shortcut", method: "POST", path: at, token: mia, body: `{"shortcut":"` + strings.Repeat("x", 33) + `","text":"x"}`, status: 422, has: []string{"32"}},
		{name: "no text", method: "POST", path: at, token: mia, body: `{"shortcut":"x","text":""}`, status: 422, has: []string{"text"}},
		{name: "a long text", method: "POST", path: at, token: mia, body: `{"shortcut":"x","text":"` + strings.Repeat("x", 8001) + `"}`, status: 422, has: []string{"8000"}},
		{name: "change", method: "PUT", path: at + "/" + other.ID, token: mia, body: `{"shortcut":"open","title":"Hours","text":"From 9 to 6."}`, status: 200, has: []string{`"shortcut":"open","title":"Hours","text":"From 9 to 6."`}},
		{name: "change to another's shortcut", method: "PUT", path: at + "/" + other.ID, token: mia, body: `{"shortcut":"thanks","text":"x"}`, status: 409},
		{name: "delete", method: "DELETE", path: at + "/" + other.ID, token: mia, status: 204},
		{name: "delete again", method: "DELETE", path: at + "/" + other.ID, token: mia, status: 404},
		{name: "change what is gone", method: "PUT", path: at + "/" + other.ID, token: mia, body: `{"shortcut":"x","text":"x"}`, status: 404},
	})
}
