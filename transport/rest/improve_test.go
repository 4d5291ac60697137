package rest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

// fakeAsker answers with what it was asked.
type fakeAsker struct {
	mu    sync.Mutex
	heard []improve.Ask
	err   error
}

func (f *fakeAsker) Ask(_ context.Context, tenant, bot string, ask improve.Ask) (improve.Asked, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, ask)
	cost := int64(42)
	return improve.Asked{
		Text: "You said: " + ask.Text + " [1]", By: improve.ByModel, Citations: []chat.Citation{{Mark: 1, Source: "src_site", Part: "src_page", Title: "Refunds"}},
		Hits:   []knowledge.Hit{{Passage: knowledge.Passage{ID: "psg_1", Source: "src_page", Text: "Two weeks."}, Added: "src_site", Title: "Refunds", URL: "https://shop.example/refunds", Score: 2, Confidence: .9}},
		Trace:  chat.Trace{Query: ask.Text, Threshold: .5, Model: "m", InputTokens: 10, OutputTokens: 5, CostMicros: &cost, Retrieved: time.Millisecond, FirstPiece: 2 * time.Millisecond, Ended: 3 * time.Millisecond},
		Prompt: []improve.Message{{Role: "system", Text: "You are a bot."}},
	}, f.err
}

func (f *fakeAsker) last() improve.Ask {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heard[len(f.heard)-1]
}

func TestAnAnswerIsTriedAndExplained(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	mia, path := w.mia.tokens.AccessToken, "/api/v1/bots/{bot}/preview"
	w.play([]scenario{
		{
			name: "with settings that are not saved", method: "POST", path: path, token: mia, status: 200,
			body: `{"text":"How long?","locale":"de","history":[{"role":"visitor","text":"Hi"},{"role":"business","text":"Hello"}],"settings":{"tone":"formal","threshold":0.7}}`,
			has: []string{`"text":"You said: How long? [1]"`, `"answered_by":"model"`, `"source":"src_site","part":"src_page"`, `"url":"https://shop.example/refunds"`, `"query":"How long?"`,
				`"prompt":[{"role":"system","text":"You are a bot."}]`, `"timing_ms":{"retrieved":1,"first_piece":2,"ended":3}`, `"cost_micros":42`, `"confidence":0.9`},
			after: func(t *testing.T, w *world, _ response) {
				ask := w.asked.last()
				if ask.Locale != "de" || len(ask.History) != 2 || !ask.History[0].Visitor || ask.History[1].Visitor || ask.Settings == nil || ask.Settings.Tone != "formal" || ask.Settings.Greeting == "" {
					t.Errorf("asked %+v", ask)
				}
				var b bot
				if w.json("GET", "/api/v1/bots/"+w.mia.bot, mia, "", 200, &b); b.Settings.Tone != "" {
					t.Errorf("the settings were saved: %+v", b.Settings)
				}
			},
		},
		{name: "as it is", method: "POST", path: path, token: mia, body: `{"text":"How long?"}`, status: 200, after: func(t *testing.T, w *world, _ response) {
			if ask := w.asked.last(); ask.Settings != nil || len(ask.History) > 0 {
				t.Errorf("asked %+v", ask)
			}
		}},
		{name: "nothing", method: "POST", path: path, token: mia, body: `{"text":""}`, status: 422},
		{name: "settings that cannot be", method: "POST", path: path, token: mia, body: `{"text":"x","settings":{"threshold":2}}`, status: 422, has: []string{"threshold"}},
		{name: "a role that is none", method: "POST", path: path, token: mia, body: `{"text":"x","history":[{"role":"system","text":"x"}]}`, status: 422},
		{name: "too much was said", method: "POST", path: path, token: mia, body: `{"text":"x","history":[` + strings.Repeat(`{"role":"visitor","text":"x"},`, maxTurns) + `{"role":"visitor","text":"x"}]}`, status: 422},
	})
}

func TestPreviewsCountAsAnswersDo(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits.Answers = Rate{2, time.Minute}; c.Limits.TestRuns = Rate{1, time.Hour} })
	path, mia := "/api/v1/bots/"+w.mia.bot, w.mia.tokens.AccessToken // one was asked when the business was made
	w.json("POST", path+"/preview", mia, `{"text":"x"}`, 200, nil)
	w.json("POST", path+"/preview", mia, `{"text":"x"}`, 429, nil)
	w.json("POST", path+"/test-runs", mia, ``, 422, nil)
	w.json("POST", path+"/test-runs", mia, ``, 429, nil)
}

func TestWhoMayDoWhatToImprove(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	viewer, agent := w.hire(w.mia, "Vic", "viewer").AccessToken, w.hire(w.mia, "Ann", "agent").AccessToken
	var made testQuestion
	w.json("POST", "/api/v1/bots/"+w.mia.bot+"/tests", w.mia.tokens.AccessToken, `{"text":"x","nothing":true}`, 201, &made)
	for _, c := range []struct {
		method, path, body    string
		viewer, agent, nobody int
	}{
		{"GET", "/gaps", "", 200, 200, 401},
		{"GET", "/tests", "", 200, 200, 401},
		{"GET", "/test-runs", "", 200, 200, 401},
		{"GET", "/old-answers", "", 200, 200, 401},
		{"POST", "/preview", `{"text":"x"}`, 403, 200, 401},
		{"POST", "/gaps/settle", `{"places":[],"state":"open"}`, 403, 403, 401},
		{"POST", "/fixes", `{"question":"x","answer":"x"}`, 403, 403, 401},
		{"POST", "/tests", `{"text":"x","nothing":true}`, 403, 403, 401},
		{"POST", "/tests/import", "x,,x", 403, 403, 401},
		{"PUT", "/tests/" + made.ID, `{"text":"x","nothing":true}`, 403, 403, 401},
		{"DELETE", "/tests/" + made.ID, "", 403, 403, 401},
		{"POST", "/test-runs", `{}`, 403, 403, 401},
	} {
		for token, status := range map[string]int{viewer: c.viewer, agent: c.agent, "": c.nobody} {
			if got := w.do(request{method: c.method, path: "/api/v1/bots/" + w.mia.bot + c.path, token: token, body: c.body}); got.status != status {
				t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, got.status, status, got.body)
			}
		}
	}
}

// ask is a question of Mia's visitors that was not answered well.
func (w *world) ask(m *inMemory, n int, text string, reason chat.GapReason) {
	of, done := m.improvements.of(w.mia.tokens.Tenant, w.mia.bot)
	defer done()
	ref := chat.Ref{Tenant: w.mia.tokens.Tenant, Conversation: w.mia.conversation}
	of.gaps = append(of.gaps, improve.Gap{
		Ref: ref, Seq: int64(n), Bot: w.mia.bot, Text: text, Answer: "I do not know.", Reason: reason, State: improve.Open,
		At: time.Date(2026, 5, 1, 10, n, 0, 0, time.UTC),
	})
}

func TestQuestionsThatWereNotAnsweredAreGroupedFixedAndSettled(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	mia, path := w.mia.tokens.AccessToken, "/api/v1/bots/"+w.mia.bot
	w.ask(m, 3, "refund how long", chat.Unanswered)
	w.ask(m, 4, "How long does a refund take?", chat.Disliked)
	w.ask(m, 5, "Do you ship to Norway?", chat.Unanswered)
	// A person answered the second in the same conversation.
	ref := chat.Ref{Tenant: w.mia.tokens.Tenant, Conversation: w.mia.conversation}
	m.mu.Lock()
	k := m.conversations[ref]
	for range 3 {
		k.events = append(k.events, chat.Event{Seq: int64(len(k.events) + 1), Body: chat.StatusChanged{Status: chat.Waiting}})
	}
	k.events = append(k.events, chat.Event{Seq: int64(len(k.events) + 1), Body: chat.MessageCreated{Author: chat.Author{Kind: chat.ByAgent}, Text: "It takes two weeks."}})
	m.mu.Unlock()

	var open gapGroups
	w.json("GET", path+"/gaps", mia, "", 200, &open)
	if open.Total != 3 || len(open.Groups) != 2 {
		t.Fatalf("%+v", open)
	}
	first := open.Groups[0]
	if first.Count != 2 || first.Reasons != (gapReasons{1, 1}) || first.Question != "How long does a refund take?" || first.Draft.Answer != "It takes two weeks." || len(first.Places) != 2 ||
		first.Questions[0].Seq != 4 || first.Questions[0].Reason != "disliked" || first.Questions[1].Text != "refund how long" || !first.LastAt.Equal(first.Questions[0].At) {
		t.Errorf("first %+v", first)
	}

	var made fixed
	w.json("POST", path+"/fixes", mia, fmt.Sprintf(`{"question":" How long does\na refund take? ","answer":"Two weeks.","conversation":%q,"seq":4,"places":[{"conversation":%q,"seq":3}]}`, w.mia.conversation, w.mia.conversation), 201, &made)
	if len(made.Pairs) != 1 || made.Pairs[0] != (faqAnswer{"How long does a refund take?", "Two weeks."}) || !w.heard.has("bot "+w.mia.tokens.Tenant+"/"+w.mia.bot) {
		t.Errorf("fixed %+v", made)
	}
	var again fixed
	w.json("POST", path+"/fixes", mia, `{"question":"Do you ship to Norway?","answer":"Yes."}`, 201, &again)
	if again.Source != made.Source || len(again.Pairs) != 2 {
		t.Errorf("fixed %+v", again)
	}
	if w.json("GET", path+"/gaps", mia, "", 200, &open); open.Total != 1 || open.Groups[0].Question != "Do you ship to Norway?" {
		t.Errorf("still open %+v", open)
	}
	if w.json("GET", path+"/gaps?state=answered", mia, "", 200, &open); open.Total != 2 {
		t.Errorf("answered %+v", open)
	}
	dismissed := fmt.Sprintf(`{"places":[{"conversation":%q,"seq":5},{"conversation":"cnv_none","seq":1}],"state":"dismissed"}`, w.mia.conversation)
	w.json("POST", path+"/gaps/settle", mia, dismissed, 204, nil)
	if w.json("GET", path+"/gaps", mia, "", 200, &open); open.Total != 0 || open.Groups == nil {
		t.Errorf("still open %+v", open)
	}
	w.json("POST", path+"/gaps/settle", mia, strings.Replace(dismissed, "dismissed", "open", 1), 204, nil)
	if w.json("GET", path+"/gaps", mia, "", 200, &open); open.Total != 1 {
		t.Errorf("taken back %+v", open)
	}
	w.json("POST", path+"/gaps/settle", mia, `{"places":[],"state":"forgotten"}`, 422, nil)
	w.json("POST", path+"/fixes", mia, `{"question":" ","answer":"Yes."}`, 422, nil)
	w.json("POST", path+"/fixes", mia, `{"question":"x","answer":""}`, 422, nil)
}

func TestQuestionsOfOneBotAreNotSettledAtAnother(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	mia := w.mia.tokens.AccessToken
	w.ask(m, 3, "refund how long", chat.Unanswered)
	place := fmt.Sprintf(`{"places":[{"conversation":%q,"seq":3}],"state":"dismissed"}`, w.mia.conversation)
	w.json("POST", "/api/v1/bots/"+w.sam.bot+"/gaps/settle", w.sam.tokens.AccessToken, place, 204, nil)
	var other struct{ ID string }
	w.json("POST", "/api/v1/bots", mia, `{"name":"Other"}`, 201, &other)
	w.json("POST", "/api/v1/bots/"+other.ID+"/gaps/settle", mia, place, 204, nil)
	w.json("POST", "/api/v1/bots/"+other.ID+"/fixes", mia, fmt.Sprintf(`{"question":"x","answer":"x","conversation":%q,"seq":3}`, w.mia.conversation), 404, nil)
	var open gapGroups
	if w.json("GET", "/api/v1/bots/"+w.mia.bot+"/gaps", mia, "", 200, &open); open.Total != 1 {
		t.Errorf("%+v", open)
	}
}

func TestABotIsTestedAndItsRunsCompared(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playTests()
}

func TestATestMayNameAPageOfASite(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	token, path := w.mia.tokens.AccessToken, "/api/v1/bots/"+w.mia.bot+"/tests"
	site := knowledge.Source{ID: chat.NewID(chat.SourcePrefix), Tenant: w.mia.tokens.Tenant, Bot: w.mia.bot, Kind: knowledge.KindSite}
	page := knowledge.Source{ID: chat.NewID(chat.SourcePrefix), Tenant: site.Tenant, Bot: site.Bot, Kind: knowledge.KindPage, Parent: site.ID}
	unlock := m.lock()
	m.sources = append(m.sources, site, page)
	unlock()
	var made testQuestion
	w.json("POST", path, token, fmt.Sprintf(`{"text":"Which page?","source":%q,"part":%q}`, site.ID, page.ID), 201, &made)
	if made.Source != site.ID || made.Part != page.ID {
		t.Errorf("made is %+v", made)
	}
	for _, body := range []string{
		fmt.Sprintf(`{"text":"x","phrase":"x","part":%q}`, page.ID), // of nothing
		fmt.Sprintf(`{"text":"x","source":%q,"part":%q}`, w.mia.source, page.ID),
		fmt.Sprintf(`{"text":"x","source":%q,"part":%q}`, site.ID, w.mia.source),
		fmt.Sprintf(`{"text":"x","source":%q,"part":%q}`, site.ID, w.sam.source),
		fmt.Sprintf(`{"text":"x","source":%q,"part":"1"}`, site.ID),
	} {
		w.json("POST", path, token, body, 422, nil)
	}
}

func (w *world) playTests() {
	t := w.t
	mia, path := w.mia.tokens.AccessToken, "/api/v1/bots/"+w.mia.bot
	w.json("POST", path+"/tests", mia, `{"text":"x"}`, 422, nil)
	w.json("POST", path+"/tests", mia, `{"text":"x","source":"`+w.sam.source+`"}`, 422, nil)
	w.json("POST", path+"/tests", mia, `{"text":"x","source":"1"}`, 422, nil)
	var made testQuestion
	w.json("POST", path+"/tests", mia, `{"text":"How long?","phrase":"you said: how long?"}`, 201, &made)
	var imported importedTests
	w.json("POST", path+"/tests/import", mia, "question;source;phrase\nhow long;;you said\nWhat is it?;Secrets of Acme;\n", 201, &imported)
	if imported.Added != 1 || imported.Changed != 1 || len(imported.Items) != 2 || imported.Items[0].ID != made.ID || imported.Items[0].Phrase != "you said" || imported.Items[1].Source != w.mia.source {
		t.Errorf("%+v", imported)
	}
	w.json("POST", path+"/tests/import", mia, "question;source\nWhat is it?;Secrets of Rival\n", 422, nil)

	run := func(body string) (shown testRun) {
		w.json("POST", path+"/test-runs", mia, body, 202, &shown)
		if shown.State != "running" || shown.Of != 2 || shown.By != w.mia.tokens.User {
			t.Errorf("begun %+v", shown)
		}
		w.json("POST", path+"/test-runs", mia, body, 409, nil)
		if err := (improve.Runner{Tests: w.tests, Asker: w.asked}).Step(t.Context(), w.mia.tokens.Tenant, w.mia.bot, shown.ID); err != nil {
			t.Fatal(err)
		}
		w.json("GET", path+"/test-runs/"+shown.ID, mia, "", 200, &shown)
		return shown
	}
	first := run("")
	if first.State != "finished" || first.Passed != 1 || len(first.Results) != 2 || !first.Results[0].Passed || first.Results[1].Why == "" || len(first.Changed) > 0 || first.ComparedWith != "" || first.EndedAt == nil {
		t.Errorf("first %+v", first)
	}
	w.json("PUT", path+"/tests/"+made.ID, mia, `{"text":"How long?","nothing":true}`, 200, nil)
	second := run(`{"settings":{"tone":"formal"}}`)
	if !second.Unsaved || second.Passed != 0 || second.ComparedWith != first.ID || len(second.Changed) != 1 || second.Changed[0] != (testChange{made.ID, "How long?", "passed", "failed"}) {
		t.Errorf("second %+v", second)
	}
	if ask := w.asked.last(); ask.Settings == nil || ask.Settings.Tone != "formal" {
		t.Errorf("asked %+v", ask)
	}
	var runs page[testRun]
	if w.json("GET", path+"/test-runs", mia, "", 200, &runs); len(runs.Items) != 2 || runs.Items[0].ID != second.ID || len(runs.Items[0].Results) > 0 {
		t.Errorf("runs %+v", runs)
	}
	w.json("DELETE", path+"/tests/"+made.ID, mia, "", 204, nil)
	w.json("DELETE", path+"/tests/"+made.ID, mia, "", 404, nil)
	w.json("PUT", path+"/tests/"+made.ID, mia, `{"text":"How long?","nothing":true}`, 404, nil)
}

func TestAnswersThatHaveBecomeOldAreListed(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	of, done := m.improvements.of(w.mia.tokens.Tenant, w.mia.bot)
	at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	of.old = []improve.Old{{Place: improve.Place{Conversation: w.mia.conversation, Seq: 3}, Source: w.mia.source, Title: "Refunds", Gone: true, At: at, Since: at.Add(time.Hour)}}
	done()
	w.play([]scenario{{
		name: "gone", method: "GET", path: "/api/v1/bots/{bot}/old-answers", token: w.mia.tokens.AccessToken, status: 200,
		has: []string{`{"conversation":"{conversation}","seq":3,"title":"Refunds","source":"{source}","gone":true,"at":"2026-05-01T10:00:00Z","since":"2026-05-01T11:00:00Z"}`},
	}})
}
