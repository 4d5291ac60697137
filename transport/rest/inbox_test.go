package rest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
)

// visit has a visitor of Mia's say who they are.
func (w *world) visit(contact chat.ContactChanged) {
	w.t.Helper()
	ref := chat.Ref{Tenant: w.mia.tokens.Tenant, Conversation: w.mia.conversation}
	found, err := w.engine.conversations.Conversation(w.t.Context(), ref)
	if err != nil {
		w.t.Fatal(err)
	}
	visitor := actors.Visitor{Ref: ref, Bot: found.Bot, ID: found.Visitor}
	if err := w.engine.append(w.t.Context(), visitor, found.Status, found.Agent, nobody, contact); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) toldInboxes(conversation string) bool {
	return w.heard.has(chat.TopicInbox + " " + w.mia.tokens.Tenant + "/" + conversation)
}

func (w *world) deafen() {
	w.heard.mu.Lock()
	defer w.heard.mu.Unlock()
	w.heard.keys = nil
}

func TestAConversationChangesHandsOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playAssignment()
}

func (w *world) playAssignment() {
	ben, vera := w.hire(w.mia, "Ben", "agent"), w.hire(w.mia, "Vera", "viewer")
	mia, at := w.mia.tokens.AccessToken, "/api/v1/conversations/{conversation}"
	byBen := ben.AccessToken
	w.deafen()
	w.play([]scenario{
		{name: "writing without having it", method: "POST", path: at + "/messages", token: byBen, body: `{"text":"Hi","client_id":"1"}`, status: 409, has: []string{`"code":"not_yours"`}},
		{name: "asking a colleague", method: "PUT", path: at + "/assignment", token: mia, body: `{"agent":"` + ben.User + `"}`, status: 200,
			has: []string{`"status":"waiting"`, `"assignee":"` + ben.User + `"`, `"waits_since":"`}, hasNot: []string{`"agent":`},
			after: func(t *testing.T, w *world, _ response) {
				if !w.toldInboxes(w.mia.conversation) {
					t.Error("open inboxes were not told")
				}
			}},
		{name: "waits in his queue", method: "GET", path: "/api/v1/conversations?queue=mine", token: byBen, status: 200, has: []string{`"id":"{conversation}"`}},
		{name: "not in hers", method: "GET", path: "/api/v1/conversations?queue=mine", token: mia, status: 200, has: []string{`"items":[]`}},
		{name: "nor with those that nobody is asked to take", method: "GET", path: "/api/v1/conversations?queue=unassigned", token: mia, status: 200, has: []string{`"items":[]`}},
		{name: "counted", method: "GET", path: "/api/v1/inbox/counts", token: byBen, status: 200, has: []string{`"mine":1,"waiting":1,"unassigned":0,"team":0,"bot":0,"closed":0,"snoozed":0,"mentions":0,"spam":0`}},
		{name: "asking nobody", method: "PUT", path: at + "/status", token: mia, body: `{"status":"waiting"}`, status: 200, has: []string{`"status":"waiting"`}, hasNot: []string{`"assignee"`}},
		{name: "taking it", method: "PUT", path: at + "/assignment", token: byBen, status: 200, has: []string{`"agent":{"id":"` + ben.User + `","name":"Ben"}`, `"assignee":"` + ben.User}},
		{name: "writing", method: "POST", path: at + "/messages", token: byBen, body: `{"text":"Hi, I am Ben","client_id":"2"}`, status: 201, has: []string{`"seq":`, `"message":"msg_`}},
		{name: "writing under too long a name", method: "POST", path: at + "/messages", token: byBen, body: `{"text":"Hi","client_id":"` + strings.Repeat("x", 65) + `"}`, status: 422},
		{name: "somebody else taking it", method: "PUT", path: at + "/assignment", token: mia, status: 409, has: []string{`"code":"taken"`}},
		{name: "somebody else putting it back", method: "PUT", path: at + "/status", token: mia, body: `{"status":"waiting"}`, status: 409, has: []string{`"code":"not_yours"`}},
		{name: "somebody else giving it away", method: "PUT", path: at + "/assignment", token: mia, body: `{"agent":"` + w.mia.tokens.User + `"}`, status: 409, has: []string{`"code":"not_yours"`}},
		{name: "handing it over", method: "PUT", path: at + "/assignment", token: byBen, body: `{"agent":"` + w.mia.tokens.User + `"}`, status: 200,
			has: []string{`"status":"agent"`, `"agent":{"id":"` + w.mia.tokens.User}},
		{name: "to somebody who may not", method: "PUT", path: at + "/assignment", token: mia, body: `{"agent":"` + vera.User + `"}`, status: 422, has: []string{`"code":"cannot_take"`}},
		{name: "to no member", method: "PUT", path: at + "/assignment", token: mia, body: `{"agent":"` + w.sam.tokens.User + `"}`, status: 404},
		{name: "to what is no id", method: "PUT", path: at + "/assignment", token: mia, body: `{"agent":"ben"}`, status: 404},
		{name: "forcing it back", method: "PUT", path: at + "/assignment", token: byBen, body: `{"force":true}`, status: 200, has: []string{`"name":"Ben"`}},
		{name: "no such status", method: "PUT", path: at + "/status", token: byBen, body: `{"status":"agent"}`, status: 422, has: []string{"body.status"}},
		{name: "to the bot", method: "PUT", path: at + "/status", token: byBen, body: `{"status":"bot"}`, status: 200, has: []string{`"status":"bot"`}, hasNot: []string{`"assignee"`, `"agent":`}},
		{name: "closing", method: "PUT", path: at + "/status", token: byBen, body: `{"status":"closed"}`, status: 200, has: []string{`"status":"closed"`}},
		{name: "closed ones", method: "GET", path: "/api/v1/conversations?queue=closed", token: byBen, status: 200, has: []string{`"id":"{conversation}"`}},
		{name: "stopping", method: "POST", path: at + "/stop", token: byBen, status: 204},
	})
}

func TestAnAgentsMessageIsKeptOnce(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	path, mia := "/api/v1/conversations/"+w.mia.conversation, w.mia.tokens.AccessToken
	w.json("PUT", path+"/assignment", mia, "", 200, nil)
	var first, again receipt
	w.json("POST", path+"/messages", mia, `{"text":"Hello","client_id":"one"}`, 201, &first)
	w.json("POST", path+"/messages", mia, `{"text":"Hello","client_id":"one"}`, 201, &again)
	if first != again || first.Seq != 5 {
		t.Errorf("first %+v, again %+v", first, again)
	}
}

func TestConversationsAreFoundOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playFinding()
}

func (w *world) playFinding() {
	w.visit(chat.ContactChanged{Name: "Eve Miller", Email: "eve@visitor.example", Phone: "+49301234567"})
	mia, at := w.mia.tokens.AccessToken, "/api/v1/conversations?"
	var c conversation
	w.json("GET", "/api/v1/conversations/"+w.mia.conversation, mia, "", 200, &c)
	before, after := c.UpdatedAt.Add(-time.Second).Format(time.RFC3339), c.UpdatedAt.Add(time.Second).Format(time.RFC3339)
	one, none := []string{`"items":[{"id":"{conversation}"`}, []string{`{"items":[],"next":""}`}
	w.play([]scenario{
		{name: "by words of a name", method: "GET", path: at + "q=miller+EVE", token: mia, status: 200, has: append(one, `"contact":{"name":"Eve Miller","email":"eve@visitor.example","phone":"+49301234567"}`)},
		{name: "by an address", method: "GET", path: at + "q=eve@visitor.example", token: mia, status: 200, has: one},
		{name: "by another name", method: "GET", path: at + "q=eve+smith", token: mia, status: 200, has: none},
		{name: "by its id, wherever it is", method: "GET", path: at + "queue=spam&q={conversation}", token: mia, status: 200, has: one},
		{name: "by its visitor's id, wherever it is", method: "GET", path: at + "queue=spam&q=" + c.Visitor, token: mia, status: 200, has: one},
		{name: "by its visitor", method: "GET", path: at + "visitor=" + c.Visitor, token: mia, status: 200, has: one},
		{name: "by nobody's id", method: "GET", path: at + "q=" + chat.NewID(chat.VisitorPrefix), token: mia, status: 200, has: none},
		{name: "in a time", method: "GET", path: at + "since=" + before + "&until=" + after, token: mia, status: 200, has: one},
		{name: "later", method: "GET", path: at + "since=" + after, token: mia, status: 200, has: none},
		{name: "earlier", method: "GET", path: at + "until=" + before, token: mia, status: 200, has: none},
		{name: "at no time", method: "GET", path: at + "since=yesterday", token: mia, status: 422, has: []string{"query.since"}},
		{name: "in no queue", method: "GET", path: at + "queue=lost", token: mia, status: 422, has: []string{"query.queue"}},
		{name: "by too many words", method: "GET", path: at + "q=a+b+c+d+e+f+g+h+i", token: mia, status: 422, has: []string{"8 words"}},
		{name: "by what nobody can see", method: "GET", path: at + "q=%00", token: mia, status: 422},
		{name: "by a book", method: "GET", path: at + "q=" + strings.Repeat("x", 201), token: mia, status: 422, has: []string{"200"}},
		{name: "the visitor", method: "GET", path: "/api/v1/visitors/" + c.Visitor, token: mia, status: 200,
			has: []string{`{"id":"` + c.Visitor + `","contact":{"name":"Eve Miller",`, `"blocked":false`, `"conversations":[{"id":"{conversation}"`}},
	})
}

func TestEachQueueIsCountedAndCanBeAskedFor(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	counted, err := json.Marshal(counts{})
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]int
	if err := json.Unmarshal(counted, &members); err != nil {
		t.Fatal(err)
	}
	for _, queue := range chat.Queues {
		if _, ok := members[string(queue)]; !ok {
			t.Errorf("%s is not counted", queue)
		}
		w.json("GET", "/api/v1/conversations?queue="+string(queue), w.mia.tokens.AccessToken, "", 200, nil)
	}
	if len(members) != len(chat.Queues) {
		t.Errorf("counts %v", members)
	}
}

// Who may only read may do just that, whatever the route.
func TestViewersOnlyReadConversationsAndAgentsTakeThem(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	ids := w.ids(w.mia, "acme")
	viewer, agent := w.hire(w.mia, "Vera", "viewer"), w.hire(w.mia, "Ben", "agent")
	reading := []string{
		"listConversations", "countInbox", "getConversation", "listEvents", "getTrace", "listActivities", "listNotes", "listReads", "markRead", "getVisitor", "listLabels", "listReplies",
	}
	taking := []string{
		"takeConversation", "releaseConversation", "setConversationStatus", "updateConversation", "sendMessage", "stopAnswer", "mailTranscript", "addNote",
		"createLabel", "putLabel", "deleteLabel", "createReply", "putReply", "deleteReply",
	}
	tried := 0
	for path, item := range newServer(Config{}).api.OpenAPI().Paths {
		for method, operation := range operationsOf(item) {
			reads, takes := slices.Contains(reading, operation), slices.Contains(taking, operation)
			if !reads && !takes {
				continue
			}
			tried++
			at := replace(path, ids)
			if got := w.do(request{method: method, path: at, body: "{}"}); got.status != 401 {
				t.Errorf("%s by nobody: %d", operation, got.status)
			}
			if got := w.do(request{method: method, path: at, token: viewer.AccessToken, body: "{}"}); (got.status == 403) != takes {
				t.Errorf("%s by a viewer: %d", operation, got.status)
			}
			if got := w.do(request{method: method, path: at, token: agent.AccessToken, body: "{}"}); got.status == 403 || got.status == 401 {
				t.Errorf("%s by an agent: %d", operation, got.status)
			}
		}
	}
	if tried != len(reading)+len(taking) {
		t.Errorf("%d of %d operations were tried", tried, len(reading)+len(taking))
	}
	if account.Viewer.May(account.Take) || !account.Agent.May(account.Take) {
		t.Error("the roles are not what this test takes them for")
	}
}
