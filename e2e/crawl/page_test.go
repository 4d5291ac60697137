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
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "127.127.127.127", "①②⑦.⓪.⓪.①"} {
		h.refuses(map[string]any{"url": strings.Replace(s.URL, "127.0.0.1", host, 1) + "/"})
	}
	h.refuses(map[string]any{"site": s.URL})
	h.refuses(map[string]any{"site": strings.Replace(s.URL, "127.0.0.1", "localhost", 1)})
	h.refuses(map[string]any{"url": metadata})
	if n := s.total(); n > 0 {
		t.Errorf("it was asked %d times", n)
	}
}

// metadata is where clouds tell machines their keys.
const metadata = "http://169.254.169.254/latest/meta-data/"

func TestNoServerReadsTheKeysOfItsCloud(t *testing.T) {
	t.Parallel()
	h, s := open(t), serve(t) // which may read its own network
	s.put("/leads-there", moved(metadata))
	s.put("/leads-on", moved("/leads-there"))
	s.put("/", html("Start", "This page names an address.", metadata, "/leads-there"))
	for _, body := range []map[string]any{{"url": metadata}, {"site": metadata}, {"url": s.URL + "/leads-there"}, {"url": s.URL + "/leads-on"}, {"site": s.URL + "/leads-there"}} {
		h.refuses(body)
	}
	added := h.add(s.URL, nil)
	h.await(added.ID, ready)
	all := h.addresses(added.ID, s.URL)
	if a := all["/leads-there"]; a.State != "left" || all["/"].State != "read" {
		t.Errorf("%+v", all)
	}
	for at := range all {
		if strings.Contains(at, "169.254") {
			t.Errorf("%s was looked at", at)
		}
	}
}

// refuses adds a source that must not be read, because of where it is.
func (h *house) refuses(body map[string]any) {
	h.t.Helper()
	var added owner.Source
	h.Call(http.MethodPost, "bots/"+h.bot+"/sources", body, &added)
	if got := h.AwaitRead(h.bot, added.ID); got.State != "failed" || !strings.Contains(got.Error, "not on the public web") {
		h.t.Errorf("%v: %+v", body, got)
	}
}
