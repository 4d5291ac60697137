package rest

import (
	"strconv"
	"strings"
	"testing"

	"parley/chat"
	"parley/transport/wire"
)

func TestNotesAreForColleaguesAlone(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playNotes()
}

func (w *world) playNotes() {
	ben := w.hire(w.mia, "Ben", "agent")
	mia, at := w.mia.tokens.AccessToken, "/api/v1/conversations/{conversation}"
	wish := `{"text":" Ben, is this a refund? ","mentions":["` + ben.User + `","` + ben.User + `"],"client_id":"n1"}`
	var first, again wire.Note
	path := "/api/v1/conversations/" + w.mia.conversation
	w.deafen()
	w.json("POST", path+"/notes", mia, wish, 201, &first)
	if first.Text != "Ben, is this a refund?" || first.Author.ID != w.mia.tokens.User || first.Author.Name != "Acme" || first.Seq != 3 || len(first.Mentions) != 1 {
		w.t.Errorf("note %+v", first)
	}
	if !w.engine.heard("noted "+w.mia.conversation+" Ben, is this a refund?") || !w.toldInboxes(w.mia.conversation) {
		w.t.Error("colleagues were not told")
	}
	w.deafen()
	w.json("POST", path+"/notes", mia, strings.Replace(wish, "refund", "question", 1), 201, &again)
	if again.ID != first.ID || again.Text != first.Text || w.toldInboxes(w.mia.conversation) || w.engine.heard("noted "+w.mia.conversation+" Ben, is this a question?") {
		w.t.Errorf("repeated: %+v, told again", again)
	}
	w.play([]scenario{
		{name: "all", method: "GET", path: at + "/notes", token: ben.AccessToken, status: 200, has: []string{`{"items":[{"id":"` + first.ID + `","seq":3,"at":"`, `"mentions":["` + ben.User + `"],"client_id":"n1"}],"next":""}`}},
		{name: "is no event", method: "GET", path: at + "/events", token: mia, status: 200, hasNot: []string{"refund"}},
		{name: "is in the queue of whom it mentions", method: "GET", path: "/api/v1/conversations?queue=mentions", token: ben.AccessToken, status: 200, has: []string{`"id":"{conversation}"`}},
		{name: "and in nobody else's", method: "GET", path: "/api/v1/conversations?queue=mentions", token: mia, status: 200, has: []string{`"items":[]`}},
		{name: "no text", method: "POST", path: at + "/notes", token: mia, body: `{"text":" "}`, status: 422, has: []string{"text"}},
		{name: "a long text", method: "POST", path: at + "/notes", token: mia, body: `{"text":"` + strings.Repeat("x", 4001) + `"}`, status: 422, has: []string{"4000"}},
		{name: "too many mentions", method: "POST", path: at + "/notes", token: mia, body: `{"text":"x","mentions":[` + manyUsers(21) + `]}`, status: 422, has: []string{"mentions"}},
		{name: "of no member", method: "POST", path: at + "/notes", token: mia, body: `{"text":"x","mentions":["` + w.sam.tokens.User + `"]}`, status: 404},
		{name: "of no id", method: "POST", path: at + "/notes", token: mia, body: `{"text":"x","mentions":["ben"]}`, status: 404},
		{name: "without names", method: "POST", path: at + "/notes", token: mia, body: `{"text":"First"}`, status: 201, has: []string{`"mentions":[]`}},
		{name: "twice without a name are two", method: "POST", path: at + "/notes", token: mia, body: `{"text":"First"}`, status: 201},
		{name: "three", method: "GET", path: at + "/notes", token: mia, status: 200, after: func(t *testing.T, _ *world, got response) {
			if n := strings.Count(got.body, `"id":"not_`); n != 3 {
				t.Errorf("%d notes in %s", n, got.body)
			}
		}},

		{name: "reading", method: "PUT", path: at + "/read", token: ben.AccessToken, body: `{"seq":2}`, status: 204},
		{name: "reading what is not there yet", method: "PUT", path: at + "/read", token: mia, body: `{"seq":99}`, status: 204},
		{name: "reading backwards", method: "PUT", path: at + "/read", token: mia, body: `{"seq":1}`, status: 204},
		{name: "reading below nothing", method: "PUT", path: at + "/read", token: mia, body: `{"seq":-1}`, status: 422},
		{name: "marks", method: "GET", path: at + "/reads", token: ben.AccessToken, status: 200, has: []string{`{"visitor":0,"agents":{`, `"` + ben.User + `":2`, `"` + w.mia.tokens.User + `":3`}},
		{name: "his own", method: "GET", path: at, token: ben.AccessToken, status: 200, has: []string{`"read":2`}},
		{name: "his own in a list", method: "GET", path: "/api/v1/conversations", token: ben.AccessToken, status: 200, has: []string{`"read":2`}},
		{name: "her own", method: "GET", path: "/api/v1/conversations?q={conversation}", token: mia, status: 200, has: []string{`"read":3`}},
		{name: "has read the note that mentions him", method: "GET", path: "/api/v1/conversations?queue=mentions", token: ben.AccessToken, status: 200, has: []string{`"items":[]`}},
	})
}

func manyUsers(n int) string {
	quoted := make([]string, n)
	for i := range quoted {
		quoted[i] = strconv.Quote(chat.NewID(chat.UserPrefix))
	}
	return strings.Join(quoted, ",")
}

func TestATranscriptIsMailedToAnAddressThatIsKnown(t *testing.T) {
	t.Parallel()
	w, m := setup(t, func(c *Config) { c.Limits.Transcripts = Rate{3, 1 << 40} })
	mia, at := w.mia.tokens.AccessToken, "/api/v1/conversations/{conversation}/transcript"
	w.play([]scenario{
		{name: "to nobody", method: "POST", path: at, token: mia, status: 422, has: []string{`"code":"email_required"`}},
		{name: "to no address", method: "POST", path: at, token: mia, body: `{"email":"Ben <ben@acme.example>"}`, status: 422, has: []string{`"code":"email_invalid"`}},
		{name: "to an address", method: "POST", path: at, token: mia, body: `{"email":"ben@ACME.example"}`, status: 202},
	})
	w.visit(chat.ContactChanged{Email: "eve@visitor.example"})
	w.play([]scenario{
		{name: "to the visitor", method: "POST", path: at, token: mia, status: 202},
		{name: "to the visitor with an empty body", method: "POST", path: at, token: mia, body: `{}`, status: 202},
		{name: "too often", method: "POST", path: at, token: mia, status: 429, has: []string{`"code":"rate_limited"`}},
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.desk.mails) != 3 {
		t.Fatalf("planned %+v", m.desk.mails)
	}
	for i, to := range []string{"ben@acme.example", "", ""} {
		mail := m.desk.mails[i]
		if mail.To != to || mail.Kind != chat.MailTranscript || mail.User != "" || mail.Conversation != w.mia.conversation || mail.Tenant != w.mia.tokens.Tenant ||
			!chat.ValidID(chat.MailPrefix, mail.ID) || mail.Due.IsZero() {
			t.Errorf("planned %+v", mail)
		}
	}
}

func TestOnlyPeopleAreShownAsReaders(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	ref := chat.Ref{Tenant: w.mia.tokens.Tenant, Conversation: w.mia.conversation}
	for reader, seq := range map[string]int64{"": 2, "mail": 3} {
		if err := m.MarkRead(t.Context(), ref, reader, seq); err != nil {
			t.Fatal(err)
		}
	}
	var shown reads
	w.json("GET", "/api/v1/conversations/"+w.mia.conversation+"/reads", w.mia.tokens.AccessToken, "", 200, &shown)
	if shown.Visitor != 2 || len(shown.Agents) != 0 {
		t.Errorf("read %+v", shown)
	}
}
