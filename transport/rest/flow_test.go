package rest

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"parley/account"
	"parley/actors"
	"parley/llm/extractive"
	"parley/transport/wire"
)

// setupEngine returns a world over the store and the engine that the program itself uses.
func setupEngine(t *testing.T) *world {
	t.Helper()
	store, reader, library := openSQLite(t)
	heard := &announcements{}
	engine, err := actors.Start(actors.Config{
		Log: store, Idles: store, Desks: store, Orphans: store, Reads: store, Bots: store, Knowledge: library, Announcer: heard,
		Extractive: extractive.Provider{}, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		engine.Stop(ctx)
	})
	accounts, err := account.NewService(account.Config{
		Store: store, Sessions: store, Members: store, Invitations: store, Revocations: store, Announcer: heard, Key: testKey, PublicURL: "http://parley.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	w := setupOver(t, store, reader, library, func(c *Config) { c.Engine, c.Announcer, c.Accounts = engine, heard, accounts })
	w.heard = heard
	return w
}

// logOf returns the types of a conversation's events.
func (w *world) logOf(conversation, token string) []string {
	w.t.Helper()
	var log struct{ Items []struct{ Type string } }
	w.json("GET", "/api/v1/conversations/"+conversation+"/events", token, "", 200, &log)
	types := make([]string, len(log.Items))
	for i, e := range log.Items {
		types[i] = e.Type
	}
	return types
}

// One engine serves both: the actor library cannot be started twice in a process without a race.
func TestOverTheEngineAndTheStoreOfTheProgram(t *testing.T) {
	t.Parallel()
	w := setupEngine(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T, *world)
	}{
		{"two agents work a conversation together", workTogether},
		{"what somebody has who is removed waits for the others", freeOfRemoved},
		{"who is blocked gets no answer any more, in whatever conversation, and hears why", refuseBlocked},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, w) })
	}
}

func workTogether(t *testing.T, w *world) {
	ben, mia := w.hire(w.mia, "Ben", "agent").AccessToken, w.mia.tokens.AccessToken
	path := "/api/v1/conversations/" + w.mia.conversation
	var who me
	w.json("GET", "/api/v1/me", ben, "", 200, &who)

	var c conversation
	w.json("PUT", path+"/assignment", mia, `{"agent":"`+who.User.ID+`"}`, 200, &c)
	if c.Status != "waiting" || c.Assignee != who.User.ID || c.WaitsSince == nil {
		t.Fatalf("assigned: %+v", c)
	}
	var n counts
	if w.json("GET", "/api/v1/inbox/counts", ben, "", 200, &n); n != (counts{Mine: 1, Waiting: 1}) {
		t.Errorf("Ben's counts: %+v", n)
	}
	c = conversation{}
	w.json("PUT", path+"/status", mia, `{"status":"waiting"}`, 200, &c)
	if c.Status != "waiting" || c.Assignee != "" {
		t.Errorf("back in the line: %+v", c)
	}
	w.json("POST", path+"/messages", ben, `{"text":"Hello","client_id":"1"}`, 409, nil)
	w.json("PUT", path+"/assignment", ben, "", 200, nil)
	var first, again receipt
	w.json("POST", path+"/messages", ben, `{"text":"Hello, I am Ben.","client_id":"1"}`, 201, &first)
	w.json("POST", path+"/messages", ben, `{"text":"Hello, I am Ben.","client_id":"1"}`, 201, &again)
	if first != again {
		t.Errorf("sent %+v, again %+v", first, again)
	}
	if got := w.do(request{method: "POST", path: path + "/messages", token: ben, body: `{"text":" "}`}); got.status != 422 {
		t.Errorf("nothing was sent: %d %s", got.status, got.body)
	}

	var kept wire.Note
	w.json("POST", path+"/notes", ben, `{"text":"Mia knows this one.","mentions":["`+w.mia.tokens.User+`"]}`, 201, &kept)
	if kept.Seq != first.Seq {
		t.Errorf("note %+v", kept)
	}
	if w.json("GET", "/api/v1/inbox/counts", mia, "", 200, &n); n != (counts{Team: 1, Mentions: 1}) {
		t.Errorf("Mia's counts: %+v", n)
	}
	w.json("PUT", path+"/assignment", mia, "", 409, nil)
	c = conversation{}
	w.json("PUT", path+"/assignment", ben, `{"agent":"`+w.mia.tokens.User+`"}`, 200, &c)
	if c.Status != "agent" || c.Agent == nil || c.Agent.ID != w.mia.tokens.User || c.Assignee != w.mia.tokens.User {
		t.Errorf("handed over: %+v", c)
	}
	w.json("POST", path+"/messages", ben, `{"text":"And one more thing","client_id":"2"}`, 409, nil)
	w.json("PUT", path+"/read", mia, `{"seq":999}`, 204, nil)
	if w.json("GET", "/api/v1/inbox/counts", mia, "", 200, &n); n != (counts{Mine: 1, Team: 1}) {
		t.Errorf("Mia's counts after reading: %+v", n)
	}
	w.json("POST", path+"/messages", mia, `{"text":"Mia here.","client_id":"3"}`, 201, nil)
	w.json("POST", path+"/stop", mia, "", 204, nil)
	w.json("PATCH", path, mia, `{"snoozed_until":"`+time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`"}`, 200, nil)
	if w.json("GET", "/api/v1/inbox/counts", mia, "", 200, &n); n != (counts{Snoozed: 1}) {
		t.Errorf("Mia's counts while it is snoozed: %+v", n)
	}
	c = conversation{}
	w.json("PUT", path+"/status", mia, `{"status":"bot"}`, 200, &c)
	if c.Status != "bot" || c.Agent != nil || c.Assignee != "" || c.SnoozedUntil != nil || c.Read == 0 {
		t.Errorf("with the bot: %+v", c)
	}
	w.json("PUT", path+"/status", ben, `{"status":"closed"}`, 200, nil)

	want := []string{
		"message.created", "message.started", "message.completed", "status.changed", "status.changed", "message.created", "status.changed", "message.created", "status.changed", "status.changed",
	}
	if got := w.logOf(w.mia.conversation, mia); !slices.Equal(got, want) {
		t.Errorf("log %v", got)
	}
	var done page[activity]
	w.json("GET", path+"/activities", mia, "", 200, &done)
	kinds := make([]string, len(done.Items))
	for i, a := range done.Items {
		kinds[i] = a.Kind
	}
	if !slices.Equal(kinds, []string{"assigned", "assigned", "snoozed"}) {
		t.Errorf("activities %+v", done.Items)
	}
}

func freeOfRemoved(t *testing.T, w *world) {
	mia, path := w.mia.tokens.AccessToken, "/api/v1/conversations/"+w.mia.conversation
	zoe := w.hire(w.mia, "Zoe", "agent")
	for _, step := range []struct {
		name         string
		before       func()
		method, body string // of what is done to the member
		status       int
	}{
		{"has it, and only looks from then on", func() { w.json("PUT", path+"/assignment", zoe.AccessToken, "", 200, nil) }, "PATCH", `{"role":"viewer"}`, 200},
		{"is an agent again", func() {}, "PATCH", `{"role":"agent"}`, 200},
		{"is asked to take it, and is removed", func() { w.json("PUT", path+"/assignment", mia, `{"agent":"`+zoe.User+`"}`, 200, nil) }, "DELETE", "", 204},
	} {
		step.before()
		if got := w.do(request{method: step.method, path: "/api/v1/members/" + zoe.User, token: mia, body: step.body}); got.status != step.status {
			t.Fatalf("Zoe %s: %d %s", step.name, got.status, got.body)
		}
		for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
			var c conversation
			w.json("GET", path, mia, "", 200, &c)
			if c.Status == "waiting" && c.Assignee == "" && c.Agent == nil {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("Zoe %s: %+v", step.name, c)
			}
		}
	}
	w.json("PUT", path+"/assignment", mia, "", 200, nil)
	w.json("PUT", path+"/status", mia, `{"status":"bot"}`, 200, nil)
}

func refuseBlocked(_ *testing.T, w *world) {
	mia := w.mia.tokens.AccessToken
	ask := `{"text":"Are you there?","conversation":"` + w.mia.conversation + `"}`
	path := "/api/v1/conversations/" + w.mia.conversation
	w.json("PATCH", path, mia, `{"blocked":true}`, 200, nil)
	w.play([]scenario{
		{name: "blocked", method: "POST", path: "/api/v1/bots/{bot}/answers", token: mia, body: ask, status: 403, has: []string{`"code":"blocked"`}},
	})
	w.json("PATCH", path, mia, `{"blocked":false}`, 200, nil)
	w.json("POST", "/api/v1/bots/"+w.mia.bot+"/answers", mia, ask, 200, nil)
}
