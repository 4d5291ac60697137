package knowledge

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"parley/chat"
)

// lodging is room as a plan leaves it: what is known already takes of it.
type lodging struct {
	m        *memory
	passages int
	pages    int
	err      error
	since    func() // happens once, after somebody was told
}

func (l *lodging) Room(context.Context, string) (Room, error) {
	if l.err != nil {
		return Room{}, l.err
	}
	l.m.mu.Lock()
	room := Room{l.passages, l.pages, Limits{l.passages, l.pages}}
	for s := range maps.Values(l.m.sources) {
		if s.Kind != KindSite {
			room.Passages -= s.Passages
		}
		if s.Kind == KindURL || s.Parent != "" {
			room.Pages--
		}
	}
	l.m.mu.Unlock()
	if since := l.since; since != nil {
		l.since = nil
		since()
	}
	return Room{max(0, room.Passages), max(0, room.Pages), room.Of}, nil
}

// setupRoom returns a reader of tenants who may have so much.
func setupRoom(t *testing.T, passages, pages int, options ...ReaderOption) (*Reader, *memory, *lodging) {
	t.Helper()
	l := &lodging{passages: passages, pages: pages}
	r, m := setup(t, append([]ReaderOption{WithRooms(l)}, options...)...)
	l.m = m
	return r, m, l
}

func TestAnUploadThatDoesNotFitIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	r, m, l := setupRoom(t, 3, 0)
	text := strings.Repeat("# A heading\n\nA paragraph that says something of its own.\n\n", 400)
	s, err := r.ReceiveText(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", Title: "Terms"}, text)
	if err != nil {
		t.Fatal(err)
	}
	s, known := m.read(t, r, s)
	if s.State != Broken || s.Error != ErrNoRoom.Message || s.Passages != 0 || len(known) != 0 {
		t.Errorf("source %+v with %d passages", s, len(known))
	}
	small, err := r.ReceiveText(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", Title: "Hours"}, "We are open from nine to five.")
	if err != nil {
		t.Fatal(err)
	}
	if small, known = m.read(t, r, small); small.State != Ready || len(known) != 1 {
		t.Errorf("what fits: %+v with %d passages", small, len(known))
	}
	l.err = chat.ErrUnavailable
	if _, err := r.ReceiveText(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", Title: "Later"}, "Later."); err != nil {
		t.Fatal(err)
	}
	if err := m.readAll(t.Context(), r); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("nobody knows how much room there is: %v", err)
	}
}

func TestASiteHasThePagesThatFit(t *testing.T) {
	t.Parallel()
	h := &host{pages: map[string]served{
		"/": says("Acme", "/a", "/b", "/c", "/d"), "/a": says("A", "/e"), "/b": says("B"), "/c": says("C"), "/d": says("D"), "/e": says("E"),
	}}
	r, m, l := setupRoom(t, 100, 3, WithWeb(h))
	s, err := r.ReceiveSite(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/"})
	if err != nil {
		t.Fatal(err)
	}
	s, _ = m.read(t, r, s)
	if known := m.titles(s.ID); s.State != Ready || s.Note != noRoomSite || len(known) != 3 || !slices.Contains(known, "Acme") {
		t.Errorf("%v are known of %+v", known, s)
	}
	for url, a := range m.addresses[s.ID] {
		if a.State == Left && strings.Count(url, "/") == 3 && a.Why != noRoom && a.Why != noSitemap {
			t.Errorf("%s is left: %s", url, a.Why)
		}
	}
	// What is not looked at takes nobody's time.
	if asked := h.visits(); len(asked) > 6 {
		t.Errorf("asked for %v", asked)
	}

	l.pages = 100
	s = m.again(t, r, s)
	if known := m.titles(s.ID); s.Note != "" || len(known) != 6 {
		t.Errorf("with more room %v are known of %+v", known, s)
	}

	// Less room than there was takes nothing away, and what has changed is read.
	l.pages = 1
	h.pages["/a"] = says200("<title>A</title><p>Something else altogether.", "/e")
	s = m.again(t, r, s)
	if known := m.titles(s.ID); s.State != Ready || s.Note != "" || len(known) != 6 || s.Crawl.Kept != 1 {
		t.Errorf("with less room %v are known of %+v", known, s)
	}
}

func TestAPageWithMoreThanFitsIsRefusedTheFirstTimeOnly(t *testing.T) {
	t.Parallel()
	h := &host{pages: map[string]served{"/": says("Acme")}}
	r, m, l := setupRoom(t, 0, 5, WithWeb(h))
	s, err := r.ReceiveURL(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/"})
	if err != nil {
		t.Fatal(err)
	}
	if s, _ = m.read(t, r, s); s.State != Broken || s.Error != ErrNoRoom.Message {
		t.Errorf("source %+v", s)
	}
	l.passages = 1
	if s = m.again(t, r, s); s.State != Ready {
		t.Errorf("with room %+v", s)
	}
	l.passages = 0
	h.pages["/"] = says("Acme of today")
	if s = m.again(t, r, s); s.State != Ready || s.Note != "" {
		t.Errorf("what is known is read again: %+v", s)
	}
}

func TestASiteLeavesOutWhatHasNoRoomByTheTimeItIsSaved(t *testing.T) {
	t.Parallel()
	for name, taken := range map[string]Source{
		"pages":    {ID: "src_other", Tenant: "tnt_1", Bot: "bot_2", Kind: KindPage, Parent: "src_site", State: Ready, Passages: 1},
		"passages": {ID: "src_other", Tenant: "tnt_1", Bot: "bot_2", Kind: KindFile, State: Ready, Passages: 18},
	} {
		h := &host{pages: map[string]served{
			"/": says("Acme", "/a", "/b", "/c"), "/a": says("A"), "/b": says("B"), "/c": says("C"),
		}}
		r, m, l := setupRoom(t, 20, 3, WithWeb(h))
		l.since = func() { m.sources[taken.ID] = taken }
		s, err := r.ReceiveSite(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/"})
		if err != nil {
			t.Fatal(err)
		}
		s, _ = m.read(t, r, s)
		if known := m.titles(s.ID); s.State != Ready || s.Note != noRoomSite || len(known) != 2 || s.Crawl.Kept != 2 || s.Passages != 2 {
			t.Errorf("%s: %v are known of %+v", name, known, s)
		}
		for url, a := range m.addresses[s.ID] {
			if a.State == Left && a.Why != noSitemap && (a.Why != noRoom || a.Page != "" || a.Check.Text != nil) {
				t.Errorf("%s: %s is left: %+v", name, url, a)
			}
		}
		delete(m.sources, taken.ID)
		l.pages = 4
		if s = m.again(t, r, s); s.Note != "" || len(m.titles(s.ID)) != 4 {
			t.Errorf("%s: with more room %v are known of %+v", name, m.titles(s.ID), s)
		}
	}
}

func TestWhatHasNoRoomByTheTimeItIsSavedIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	taken := Source{ID: "src_other", Tenant: "tnt_1", Bot: "bot_2", Kind: KindFile, State: Ready, Passages: 1}
	h := &host{pages: map[string]served{"/": says("Acme")}}
	r, m, l := setupRoom(t, 1, 5, WithWeb(h))
	take := func() {
		l.since = func() { m.sources[taken.ID] = taken }
	}
	text, err := r.ReceiveText(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", Title: "Hours"}, "We are open from nine to five.")
	if err != nil {
		t.Fatal(err)
	}
	take()
	if text, _ = m.read(t, r, text); text.State != Broken || text.Error != ErrNoRoom.Message || text.Passages != 0 || len(m.passages[text.ID]) != 0 {
		t.Errorf("a text: %+v", text)
	}
	delete(m.sources, taken.ID)
	page, err := r.ReceiveURL(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/"})
	if err != nil {
		t.Fatal(err)
	}
	take()
	if page, _ = m.read(t, r, page); page.State != Broken || page.Error != ErrNoRoom.Message || len(m.passages[page.ID]) != 0 {
		t.Errorf("a page: %+v", page)
	}
	delete(m.sources, taken.ID)
	faq, err := r.ReceiveFAQ(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1"}, []Pair{{Question: "When?", Answer: "At nine."}})
	if err != nil {
		t.Fatal(err)
	}
	faq, _ = m.read(t, r, faq)
	take()
	l.passages = 2
	two := []Pair{{Question: "When?", Answer: "At nine."}, {Question: "Where?", Answer: "Here."}}
	if _, err := r.ReplacePairs(t.Context(), faq, two); !errors.Is(err, ErrNoRoom) || len(m.passages[faq.ID]) != 1 {
		t.Errorf("a pair more: %v, %v", err, m.passages[faq.ID])
	}
}

func TestAPageForWhichThereIsNoPlaceIsNotAdded(t *testing.T) {
	t.Parallel()
	r, m, l := setupRoom(t, 5, 1)
	for i, wanted := range []error{nil, ErrNoPages} {
		_, err := r.ReceiveURL(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/"})
		if !errors.Is(err, wanted) || len(m.sources) != 1 {
			t.Errorf("page %d: %v, there are %d", i, err, len(m.sources))
		}
	}
	l.err = chat.ErrUnavailable
	if _, err := r.ReceiveURL(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/"}); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("nobody knows how much room there is: %v", err)
	}
}

func TestPairsMayBecomeFewerWhereThereIsNoRoom(t *testing.T) {
	t.Parallel()
	r, m, l := setupRoom(t, 2, 0)
	pairs := []Pair{{Question: "When?", Answer: "At nine."}, {Question: "Where?", Answer: "Here."}, {Question: "Who?", Answer: "Us."}}
	s, err := r.ReceiveFAQ(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1"}, pairs[:2])
	if err != nil {
		t.Fatal(err)
	}
	s, _ = m.read(t, r, s)
	if _, err := r.ReplacePairs(t.Context(), s, pairs); !errors.Is(err, ErrNoRoom) {
		t.Errorf("one more: %v", err)
	}
	l.passages = 0
	if s, err = r.ReplacePairs(t.Context(), s, pairs[:1]); err != nil || s.Passages != 1 {
		t.Errorf("one less: %+v, %v", s, err)
	}
}
