package improve

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/e2e/client"
)

const correct = "Refunds take two weeks.\n\nYou get them the way you paid."

func TestAQuestionThatWasNotAnsweredBecomesAnAnswer(t *testing.T) {
	t.Parallel()
	onBoth(t, aQuestionThatWasNotAnsweredBecomesAnAnswer)
}

func aQuestionThatWasNotAnsweredBecomesAnAnswer(t *testing.T, h *house) {
	first := h.ask("How long does a refund take?")
	h.ask("refund how long")
	h.ask("Do you sell bicycles?")
	if first.Offer != "handoff" || len(first.Citations) > 0 {
		t.Fatalf("the bot knows it already: %+v", first)
	}

	// A person answers in one of the conversations: that is the draft.
	h.Call(http.MethodPut, "conversations/"+first.Conversation+"/assignment", map[string]any{}, nil)
	for _, text := range []string{"Hi, one moment!", "Refunds take two weeks."} {
		h.Call(http.MethodPost, "conversations/"+first.Conversation+"/messages", map[string]any{"text": text}, nil)
	}
	open := h.gaps("open")
	if open.Total != 3 || len(open.Groups) != 2 {
		t.Fatalf("open: %+v", open)
	}
	refunds := open.Groups[0]
	if refunds.Question != "How long does a refund take?" || refunds.Count != 2 || refunds.Reasons.Unanswered != 2 || refunds.Draft.Answer != "Refunds take two weeks." {
		t.Errorf("refunds: %+v", refunds)
	}

	var fixed struct{ Source string }
	h.Call(http.MethodPost, h.path("fixes"), map[string]any{"question": refunds.Draft.Question, "answer": correct, "places": refunds.Places}, &fixed)
	h.AwaitReady(h.bot, fixed.Source)
	for _, text := range []string{"How long does a refund take?", "how long do refunds take", "Hello! How long does the refund take, please?"} {
		if got := h.ask(text); got.Text != correct || len(got.Citations) != 1 || got.Citations[0].Source != fixed.Source {
			t.Errorf("%s: %+v", text, got)
		}
	}
	if got := h.ask("How long does shipping take?"); got.Text == correct {
		t.Errorf("another question is answered with it: %+v", got)
	}
	if open := h.gaps("open"); slices.ContainsFunc(open.Groups, func(g group) bool { return g.Question == refunds.Question }) {
		t.Errorf("still open: %+v", open)
	}
	if answered := h.gaps("answered"); answered.Total != 2 {
		t.Errorf("answered: %+v", answered)
	}
	// And back.
	h.Call(http.MethodPost, h.path("gaps/settle"), map[string]any{"places": refunds.Places, "state": "open"}, nil)
	if answered := h.gaps("answered"); answered.Total != 0 {
		t.Errorf("taken back, and still %+v", answered)
	}

	// What is corrected again is said at once.
	h.Call(http.MethodPost, h.path("fixes"), map[string]any{"question": "how long does a refund take", "answer": "Refunds take one week."}, &fixed)
	if got := h.ask("How long does a refund take?"); got.Text != "Refunds take one week." {
		t.Errorf("corrected again: %+v", got)
	}
}

func TestAnAnswerThatWasDislikedIsNoticed(t *testing.T) {
	t.Parallel()
	onBoth(t, anAnswerThatWasDislikedIsNoticed)
}

func anAnswerThatWasDislikedIsNoticed(t *testing.T, h *house) {
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	v := client.New(client.Options{URL: "ws://" + h.server.Address + "/api/v1/socket", Bot: h.bot, Name: "v", Bearer: func() string { return h.Token }})
	gone := make(chan error, 1)
	go func() { gone <- v.Run(ctx) }()
	defer func() { stop(); <-gone }()
	v.Send(ctx, "How much does shipping cost?")
	if err := v.Settled(ctx); err != nil {
		t.Fatal(err)
	}
	var answer client.Event
	for _, e := range v.Events() {
		if e.Type == "message.completed" {
			answer = e
		}
	}
	if len(answer.Data.Citations) == 0 {
		t.Fatalf("not answered: %+v", v.Events())
	}
	if open := h.gaps("open"); open.Total != 0 {
		t.Fatalf("open before: %+v", open)
	}
	if err := v.Ask(ctx, "message.feedback", map[string]any{"message": answer.Data.Message, "helpful": false, "comment": "In dollars?"}); err != nil {
		t.Fatal(err)
	}
	open := h.gaps("open")
	if open.Total != 1 || open.Groups[0].Question != "How much does shipping cost?" || open.Groups[0].Reasons.Disliked != 1 || open.Groups[0].Places[0] != (place{v.Conversation(), answer.Seq}) {
		t.Errorf("open: %+v", open)
	}

	// What is corrected wins over the document that says otherwise, and over the answer that was given before.
	var fixed struct{ Source string }
	h.Call(http.MethodPost, h.path("fixes"), map[string]any{"question": "How much does shipping cost?", "answer": "Six dollars.", "conversation": v.Conversation(), "seq": answer.Seq}, &fixed)
	h.AwaitReady(h.bot, fixed.Source)
	if got := h.ask("How much does shipping cost?"); got.Text != "Six dollars." || len(got.Citations) != 1 || got.Citations[0].Source != fixed.Source {
		t.Errorf("corrected: %+v", got)
	}
	if open := h.gaps("open"); open.Total != 0 {
		t.Errorf("still open: %+v", open)
	}
}

// run is a run of a bot's tests.
type run struct {
	ID               string
	State, Error     string
	Of, Done, Passed int
	Results          []struct {
		Text, Why string
		Passed    bool
	}
	Changed  []struct{ Text, Was, Is string }
	Compared string `json:"compared_with"`
}

func (h *house) run(id string) (found run) {
	h.t.Helper()
	h.Call(http.MethodGet, h.path("test-runs/"+id), nil, &found)
	return found
}

// finish waits until a run has ended.
func (h *house) finish(begun run) (ended run) {
	h.t.Helper()
	// A step that was killed is taken up after 90 seconds.
	h.within(3*patience, "the run "+begun.ID, func() bool {
		ended = h.run(begun.ID)
		return ended.State != "running"
	})
	return ended
}

func TestTestsTellWhatAChangeBroke(t *testing.T) {
	t.Parallel()
	onBoth(t, testsTellWhatAChangeBroke)
}

func testsTellWhatAChangeBroke(t *testing.T, h *house) {
	begin := func(body map[string]any) (begun run) {
		h.t.Helper()
		h.Call(http.MethodPost, h.path("test-runs"), body, &begun)
		return begun
	}
	shipping := h.AddText(h.bot, "Returns", "You may return what you bought within thirty days. Returns are free.")
	for _, test := range []map[string]any{
		{"text": "How much does shipping cost?", "phrase": "five euros"},
		{"text": "Are returns free?", "source": shipping.ID},
		{"text": "Who won the world cup of 1954?", "nothing": true},
		{"text": "Do you ship to Norway?", "phrase": "to Iceland"},
	} {
		h.Call(http.MethodPost, h.path("tests"), test, nil)
	}
	first := h.finish(begin(map[string]any{}))
	if first.State != "finished" || first.Of != 4 || first.Done != 4 || first.Passed != 3 || first.Results[3].Passed || first.Results[3].Why == "" || len(first.Changed) > 0 {
		t.Fatalf("first: %+v", first)
	}
	// Before settings are published: with these the bot dares to say nothing.
	second := h.finish(begin(map[string]any{"settings": map[string]any{"threshold": 1}}))
	if second.Compared != first.ID || second.Passed >= first.Passed || len(second.Changed) == 0 || second.Changed[0].Was != "passed" || second.Changed[0].Is != "failed" {
		t.Errorf("with other settings: %+v", second)
	}
	h.Call(http.MethodDelete, h.path("sources/"+shipping.ID), nil, nil)
	third := h.finish(begin(map[string]any{}))
	if third.Passed != 2 || third.Results[1].Passed || third.Compared != second.ID {
		t.Errorf("without a source: %+v", third)
	}
}

// Killed in the middle of a step, which is given up after 90 seconds, on SQLite; told to end, as for a new version, on Postgres.
func TestARunGoesOnWhereverItsProcessEnds(t *testing.T) {
	t.Parallel()
	t.Run("killed", func(t *testing.T) {
		h := open(t)
		aRunGoesOn(t, h, h.server.Kill)
	})
	t.Run("told to end", func(t *testing.T) {
		h := open(t, onPostgres(t))
		aRunGoesOn(t, h, func() {
			if code := h.server.Stop(); code != 0 {
				t.Errorf("ended with %d", code)
			}
		})
	})
}

func aRunGoesOn(t *testing.T, h *house, end func()) {
	table := "question,phrase\n"
	for i := range 400 {
		table += fmt.Sprintf("How much does shipping of parcel %d cost?,five euros\n", i)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.server.URL()+"/api/v1/"+h.path("tests/import"), strings.NewReader(table))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "text/csv")
	if got, err := h.Do(request); err != nil || got.Status != http.StatusCreated {
		t.Fatalf("import: %d %s, %v", got.Status, got.Body, err)
	}
	var begun run
	h.Call(http.MethodPost, h.path("test-runs"), map[string]any{}, &begun)
	h.eventually("some questions are asked", func() bool { return h.run(begun.ID).Done > 0 || h.run(begun.ID).State != "running" })
	before := h.run(begun.ID)
	end()
	h.server.Run()
	ended := h.finish(begun)
	if ended.State != "finished" || ended.Done != 400 || ended.Passed != 400 || len(ended.Results) != 400 {
		t.Errorf("%s %s, %d of %d, %d passed", ended.State, ended.Error, ended.Done, ended.Of, ended.Passed)
	}
	t.Logf("%d of %d questions were asked before the end of the process", before.Done, before.Of)
}

func TestAnAnswerWhosePageHasChangedIsFlagged(t *testing.T) {
	t.Parallel()
	onBoth(t, anAnswerWhosePageHasChangedIsFlagged)
}

func anAnswerWhosePageHasChangedIsFlagged(t *testing.T, h *house) {
	web := serve(t)
	web.write("/docs/", "Help", `<a href="/docs/warranty">Warranty</a>`)
	web.write("/docs/warranty", "Warranty", "The warranty of a lamp lasts two years.\nKeep the receipt.")
	var source struct{ ID string }
	h.Call(http.MethodPost, h.path("sources"), map[string]any{"site": web.URL + "/docs/"}, &source)
	h.AwaitReady(h.bot, source.ID)
	old := func() (found struct {
		Items []struct {
			place
			Title, Source string
			Gone          bool
			At, Since     time.Time
		}
	}) {
		h.t.Helper()
		h.Call(http.MethodGet, h.path("old-answers"), nil, &found)
		return found
	}
	answer := h.ask("How long does the warranty of a lamp last?")
	if len(answer.Citations) == 0 || answer.Citations[0].Source != source.ID || answer.Citations[0].Part == "" {
		t.Fatalf("not answered from the site: %+v", answer)
	}
	if got := old(); len(got.Items) > 0 {
		t.Fatalf("old from the beginning: %+v", got)
	}
	refresh := func() {
		h.t.Helper()
		h.Call(http.MethodPost, h.path("sources/"+source.ID+"/refresh"), nil, nil)
		h.AwaitReady(h.bot, source.ID)
	}
	refresh()
	if got := old(); len(got.Items) > 0 {
		t.Fatalf("nothing changed, and yet old: %+v", got)
	}
	web.write("/docs/warranty", "Warranty", "The warranty of a lamp lasts five years.\nKeep the receipt.")
	refresh()
	h.eventually("the answer is flagged", func() bool { return len(old().Items) == 1 })
	got := old().Items[0]
	if got.Conversation != answer.Conversation || got.Seq == 0 || got.Gone || got.Title != "Warranty" || !got.Since.After(got.At) {
		t.Errorf("%+v", got)
	}
	if again := h.ask("How long does the warranty of a lamp last?"); len(again.Citations) == 0 || len(old().Items) != 1 {
		t.Errorf("the new answer %+v, old ones %+v", again, old())
	}
	h.Call(http.MethodDelete, h.path("sources/"+source.ID), nil, nil)
	h.eventually("both cite what is gone", func() bool {
		items := old().Items
		return len(items) == 2 && items[0].Gone && items[1].Gone
	})
}
