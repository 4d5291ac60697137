package rest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/chat"
	"parley/transport/wire"
)

func TestConversationsOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playConversations()
}

func (w *world) playConversations() {
	mia := w.mia.tokens.AccessToken
	const at = "/api/v1/conversations"
	w.play([]scenario{
		{name: "list", method: "GET", path: at, token: mia, status: 200, has: []string{`"items":[{"id":"{conversation}","bot":"{bot}","visitor":"vis_`, `"status":"bot"`, `"seq":3`, `"preview":"You asked: Hello Acme"`, `"next":""`}, hasNot: []string{"Rival", `"spent"`}},
		{name: "list of a bot", method: "GET", path: at + "?bot={bot}&status=bot", token: mia, status: 200, has: []string{`"id":"{conversation}"`}},
		{name: "list of none", method: "GET", path: at + "?status=closed", token: mia, status: 200, has: []string{`{"items":[],"next":""}`}},
		{name: "list of no status", method: "GET", path: at + "?status=asleep", token: mia, status: 422, has: []string{"query.status"}},
		{name: "list of another's bot", method: "GET", path: at + "?bot=" + w.sam.bot, token: mia, status: 404},
		{name: "list of too many", method: "GET", path: at + "?limit=201", token: mia, status: 422},
		{name: "list of minus one", method: "GET", path: at + "?limit=-1", token: mia, status: 422},
		{name: "get", method: "GET", path: at + "/{conversation}", token: mia, status: 200, has: []string{`{"id":"{conversation}"`, `"spent":{"answers":0,"cached":0,"tokens":{"input":0,"output":0},"cost_micros":0,"unpriced":0}`}},
		{name: "events", method: "GET", path: at + "/{conversation}/events", token: mia, status: 200,
			has: []string{`{"items":[{"seq":1,"at":"`, `"type":"message.created","data":{"message":"msg_`, `"author":{"kind":"visitor"},"text":"Hello Acme"`, `"seq":2`, `"type":"message.completed"`, `"next":""`}},
		{name: "events behind", method: "GET", path: at + "/{conversation}/events?after=2", token: mia, status: 200, has: []string{`"seq":3`}, hasNot: []string{`"seq":2`}},
		{name: "events behind the end", method: "GET", path: at + "/{conversation}/events?after=99", token: mia, status: 200, has: []string{`{"items":[],"next":""}`}},
		{name: "a page of events", method: "GET", path: at + "/{conversation}/events?limit=2", token: mia, status: 200, has: []string{`"next":"2"`}, hasNot: []string{`"seq":3`}},
		{name: "events after a word", method: "GET", path: at + "/{conversation}/events?after=x", token: mia, status: 422},
		{name: "trace", method: "GET", path: at + "/{conversation}/events/3/trace", token: mia, status: 200,
			has: []string{`"query":"hello acme","threshold":0.5,"passages":[{"passage":"psg_1","source":"src_1","title":"Prices","text":"Ten euros","page":2,"score":2.5,"confidence":0.8}],"bot_version":4`, `"provider":"openai","model":"gpt"`, `"calls":2,"cost_usd":0.00125,"retrieved_ms":1.5,"first_ms":2`, `"failed":true`}, hasNot: []string{"sk-1"}},
		{name: "trace of a question", method: "GET", path: at + "/{conversation}/events/1/trace", token: mia, status: 404},
		{name: "trace of no number", method: "GET", path: at + "/{conversation}/events/three/trace", token: mia, status: 404},
		{name: "take", method: "PUT", path: at + "/{conversation}/assignment", token: mia, body: `{}`, status: 200, has: []string{`"status":"agent"`, `"agent":{"id":"usr_`, `"name":"Acme"`}},
		{name: "take without a body", method: "PUT", path: at + "/{conversation}/assignment", token: mia, status: 200, has: []string{`"status":"agent"`}},
		{name: "list of agents", method: "GET", path: at + "?status=agent", token: mia, status: 200, has: []string{`"id":"{conversation}"`}},
		{name: "give back", method: "DELETE", path: at + "/{conversation}/assignment", token: mia, status: 204},
		{name: "is given back", method: "GET", path: at + "/{conversation}", token: mia, status: 200, has: []string{`"status":"bot"`}, hasNot: []string{`"agent":`}},
	})
}

func TestWhoComesSecondGetsAConflictUnlessTheyForceIt(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	path := "/api/v1/conversations/" + w.mia.conversation + "/assignment"
	m.mu.Lock()
	m.conversations[chat.Ref{Tenant: w.mia.tokens.Tenant, Conversation: w.mia.conversation}].summary.Agent = &chat.Author{Kind: chat.ByAgent, ID: "usr_other", Name: "Ben"}
	m.mu.Unlock()
	w.play([]scenario{
		{name: "second", method: "PUT", path: path, token: w.mia.tokens.AccessToken, body: `{}`, status: 409, has: []string{`"code":"taken"`}},
		{name: "forced", method: "PUT", path: path, token: w.mia.tokens.AccessToken, body: `{"force":true}`, status: 200, has: []string{`"name":"Acme"`}},
	})
}

// Every durable event that package wire can write fits what the specification says of it.
func TestTheSpecificationDescribesTheEventsThatAreSent(t *testing.T) {
	t.Parallel()
	w := newServer(Config{})
	registry := w.api.OpenAPI().Components.Schemas
	schema := event{}.Schema(registry)
	author := chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ben"}
	bodies := []chat.Body{
		chat.MessageCreated{Message: "msg_1", Author: chat.Author{Kind: chat.ByVisitor}, Text: "Hi", ClientID: "one"},
		chat.MessageCreated{Message: "msg_1", Author: author, Text: ""},
		chat.MessageStarted{Message: "msg_2", Author: chat.Author{Kind: chat.ByBot, Name: "Support"}, Question: "msg_1", Attempt: 1},
		chat.MessageCompleted{Message: "msg_2", Text: "Hello", Offer: "handoff", Citations: []chat.Citation{{Mark: 1, Source: "src_1", Title: "Prices", URL: "https://acme.example", Quote: "Ten", Page: 2}}},
		chat.MessageCompleted{Message: "msg_2"},
		chat.MessageInterrupted{Message: "msg_2", Reason: chat.NodeLost},
		chat.StatusChanged{Status: chat.WithAgent, Agent: &author},
		chat.StatusChanged{Status: chat.Waiting, Position: 2},
		chat.ContactChanged{Name: "Mia", Email: "mia@acme.example", Phone: "1"},
		chat.FeedbackGiven{Message: "msg_2", Helpful: true, Comment: "Good"},
		chat.EventErased{Target: 3, Message: "msg_1"},
	}
	for _, kind := range eventTypes {
		switch kind.name {
		case chat.TypeEventErased:
		case chat.TypeStatusChanged, chat.TypeContactChanged: // they are of no message
			bodies = append(bodies, chat.Erased{Was: kind.name})
		default:
			bodies = append(bodies, chat.Erased{Was: kind.name, Message: "msg_1"})
		}
	}
	described := map[chat.Type]bool{}
	for _, body := range bodies {
		described[body.Type()] = true
		var value any
		if err := json.Unmarshal(wire.Event(chat.Event{Seq: 1, At: time.Now(), Body: body}), &value); err != nil {
			t.Fatal(err)
		}
		result := &huma.ValidateResult{}
		huma.Validate(registry, schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, value, result)
		for _, err := range result.Errors {
			t.Errorf("%T: %v", body, err)
		}
		checkMembers(t, registry, body, value.(map[string]any)["data"].(map[string]any))
	}
	for _, kind := range eventTypes {
		if !described[kind.name] {
			t.Errorf("no event of type %s was tried", kind.name)
		}
	}
}

// checkMembers asserts that the description knows each member of an event's data.
func checkMembers(t *testing.T, registry huma.Registry, body chat.Body, data map[string]any) {
	t.Helper()
	named := registry.Map()["Event"].Discriminator.Mapping[string(body.Type())]
	of := registry.SchemaFromRef(named).Properties["data"]
	if of.Ref != "" {
		of = registry.SchemaFromRef(of.Ref)
	}
	for name := range data {
		if of.Properties[name] == nil {
			t.Errorf("%s: the specification does not know %s", body.Type(), name)
		}
	}
}

func TestEveryEventOfALongConversationIsReached(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	for i := range 5 {
		w.json("POST", "/api/v1/bots/"+w.mia.bot+"/answers", w.mia.tokens.AccessToken, fmt.Sprintf(`{"text":"Question %d","conversation":"%s"}`, i, w.mia.conversation), 200, nil)
	}
	var seqs []int64
	for after := "0"; after != ""; {
		var log struct {
			Items []struct{ Seq int64 }
			Next  string
		}
		w.json("GET", "/api/v1/conversations/"+w.mia.conversation+"/events?limit=6&after="+after, w.mia.tokens.AccessToken, "", 200, &log)
		for _, e := range log.Items {
			seqs = append(seqs, e.Seq)
		}
		after = log.Next
	}
	if len(seqs) != 18 || seqs[0] != 1 || seqs[17] != 18 {
		t.Errorf("seqs %v", seqs)
	}
	if !strings.HasPrefix(w.mia.conversation, "cnv_") {
		t.Errorf("conversation %q", w.mia.conversation)
	}
}
