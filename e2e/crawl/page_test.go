package crawl

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/e2e/owner"
	"parley/e2e/server"
)

func TestASinglePageIsReadAgainInPlace(t *testing.T) {
	t.Parallel()
	h, s := open(t), serve(t)
	s.put("/prices", html("Prices", "A bicycle costs nine hundred euros."))
	var page source
	h.Call(http.MethodPost, "bots/"+h.bot+"/sources", map[string]any{"url": s.URL + "/prices", "plan": map[string]any{"every_hours": 1}}, &page)
	h.await(page.ID, ready)
	// says waits for an answer with these words, or without them: what has changed is known a moment later.
	says := func(what string, is bool) bool {
		t.Helper()
		for begun := time.Now(); time.Since(begun) < patience/10; time.Sleep(100 * time.Millisecond) {
			var answer struct{ Text string }
			h.Call(http.MethodPost, "bots/"+h.bot+"/answers", map[string]any{"text": "Bicycle costs in euros?"}, &answer)
			if strings.Contains(answer.Text, what) == is {
				return true
			}
		}
		return false
	}
	again := func() source {
		t.Helper()
		h.Call(http.MethodPost, h.path(page.ID, "/refresh"), nil, nil)
		return h.await(page.ID, ready)
	}
	if !says("nine hundred", true) {
		t.Error("the bot does not know the page")
	}
	again() // not modified
	s.put("/prices", status(http.StatusInternalServerError))
	if got := again(); !says("nine hundred", true) || !strings.Contains(got.Note, "still used") {
		t.Errorf("the page is away for a while: %+v", got)
	}
	s.put("/prices", html("Prices", "A bicycle costs one thousand euros."))
	if got := again(); !says("one thousand", true) || !says("nine hundred", false) || got.Note != "" {
		t.Errorf("the page has changed: %+v", got)
	}
	s.put("/prices", nil)
	h.Call(http.MethodPost, h.path(page.ID, "/refresh"), nil, nil)
	for got := h.look(page.ID); got.State != "failed"; got = h.look(page.ID) {
		time.Sleep(50 * time.Millisecond)
		if got.State == "ready" {
			t.Fatalf("the page is gone: %+v", got)
		}
	}
	if !says("one thousand", false) {
		t.Error("what is gone is still said")
	}
}

func TestQuestionsAreEditedInPlace(t *testing.T) {
	t.Parallel()
	h := open(t)
	var faq source
	h.Call(http.MethodPost, "bots/"+h.bot+"/sources", map[string]any{"faq": []map[string]string{{"question": "When do you open?", "answer": "At nine."}}}, &faq)
	h.AwaitReady(h.bot, faq.ID)
	for _, hour := range []string{"At ten.", "At eleven."} {
		h.Call(http.MethodPut, h.path(faq.ID, "/pairs"), map[string]any{"pairs": []map[string]string{{"question": "When do you open?", "answer": hour}}}, nil)
		var answer struct{ Text string }
		h.Call(http.MethodPost, "bots/"+h.bot+"/answers", map[string]any{"text": "When do you open?"}, &answer)
		if answer.Text != hour {
			t.Errorf("it says %q, want %q", answer.Text, hour)
		}
	}
}

func TestAServerReadsNothingOfItsOwnNetworkUnlessItIsTold(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.put("/", html("Inside", "Nobody outside may know this."))
	h := &house{t: t, server: server.Start(t)}
	h.Owner, h.bot = h.join("Shop")
	for _, body := range []map[string]any{
		{"site": s.URL}, {"url": s.URL + "/"}, {"site": strings.Replace(s.URL, "127.0.0.1", "localhost", 1)}, {"url": "http://169.254.169.254/latest/meta-data/"},
	} {
		var added owner.Source
		h.Call(http.MethodPost, "bots/"+h.bot+"/sources", body, &added)
		if got := h.AwaitRead(h.bot, added.ID); got.State != "failed" || !strings.Contains(got.Error, "not on the public web") {
			t.Errorf("%v: %+v", body, got)
		}
	}
	if n := s.total(); n > 0 {
		t.Errorf("it was asked %d times", n)
	}
}
