package knowledge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/knowledge/fetch"
)

// host is a website in memory. It counts what it is asked for.
type host struct {
	mu    sync.Mutex
	pages map[string]served // by path and query
	asked []string
	down  bool
}

// served is what the host answers. A page is markup unless it has another type.
type served struct {
	body, kind     string
	status         int // 0: 200
	to, tag, robot string
}

func (h *host) Get(_ context.Context, wanted fetch.Request) (fetch.Page, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	path := strings.TrimPrefix(wanted.URL, "https://acme.example")
	h.asked = append(h.asked, path)
	p, there := h.pages[path]
	page := fetch.Page{URL: wanted.URL, Name: "page.html", ContentType: "text/html", Status: 200, ETag: p.tag, Robots: p.robot, Body: []byte(p.body)}
	switch {
	case h.down:
		return fetch.Page{}, fetch.ErrUnreachable
	case !there:
		p.status = 404
	case p.to != "":
		page.Status, page.Location = 301, p.to
		return page, nil
	case p.tag != "" && p.tag == wanted.ETag:
		page.Status, page.NotModified, page.Body = 304, true, nil
		return page, nil
	}
	if p.kind != "" {
		page.Name = "x." + p.kind
	}
	if p.status != 0 {
		page.Status = p.status
		return page, chat.Fail(chat.Invalid, "url_status", fmt.Sprintf("The page answered %d.", p.status))
	}
	return page, nil
}

// visits returns what was asked for since the last time, sorted.
func (h *host) visits() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	asked := h.asked
	h.asked = nil
	slices.Sort(asked)
	return asked
}

// says is a page about something, with links.
func says(about string, links ...string) served {
	return says200("<title>"+about+"</title><h1>"+about+"</h1><p>All that there is to know about "+about+" is written here.</p>", links...)
}

func says200(body string, links ...string) served {
	for _, l := range links {
		body += `<p><a href="` + l + `">more</a></p>`
	}
	return served{body: body}
}

func setupSite(t *testing.T, pages map[string]served, plan Plan, options ...ReaderOption) (*Reader, *memory, *host, Source) {
	t.Helper()
	h := &host{pages: pages}
	r, m := setup(t, append([]ReaderOption{WithWeb(h)}, options...)...)
	s, err := r.ReceiveSite(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/", Plan: plan})
	if err != nil {
		t.Fatal(err)
	}
	s, _ = m.read(t, r, s)
	return r, m, h, s
}

// again reads the site once more.
func (m *memory) again(t *testing.T, r *Reader, s Source) Source {
	t.Helper()
	if _, err := r.Refresh(t.Context(), s.Tenant, s.Bot, s.ID); err != nil {
		t.Fatal(err)
	}
	s, _ = m.read(t, r, s)
	return s
}

// states returns what became of the site's addresses, by their path.
func (m *memory) states(site string) map[string]AddressState {
	all := map[string]AddressState{}
	for url, a := range m.addresses[site] {
		all[strings.TrimPrefix(url, "https://acme.example")] = a.State
	}
	return all
}

// titles returns those of the site's pages that the bot knows, sorted.
func (m *memory) titles(site string) []string {
	var all []string
	for s := range maps.Values(m.sources) {
		if s.Parent == site && s.State == Ready {
			all = append(all, s.Title)
		}
	}
	slices.Sort(all)
	return all
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestASiteIsReadOncePageByPage(t *testing.T) {
	t.Parallel()
	_, m, h, s := setupSite(t, map[string]served{
		"/robots.txt":   {body: "User-agent: *\nDisallow: /secret\nSitemap: /map.xml", kind: "txt"},
		"/map.xml":      {body: "<urlset><url><loc>https://acme.example/alone</loc></url></urlset>", kind: "xml"},
		"/":             says("Acme", "/prices", "/prices#top", "/secret/plans", "https://other.example/", "/old", "/logo.png", "/print?utm_source=x", "mailto:a@b"),
		"/prices":       says("Prices", "/", "/deep/returns"),
		"/deep/returns": says("Returns", "/prices", "/gone", "/hidden", "/copy", "/soft", "/ring", "/notes"),
		"/alone":        says("Alone"),
		"/old":          {to: "/new"},
		"/new":          says("New"),
		"/ring":         {to: "/ring2"},
		"/ring2":        {to: "/ring"},
		"/print":        says200("<link rel=canonical href=/prices><p>All that there is to know about Prices, to print.</p>"),
		"/hidden":       says200("<meta name=robots content=noindex><p>Hidden words.</p>", "/behind"),
		"/behind":       says("Behind"),
		"/copy":         says("Returns", "/prices", "/gone", "/hidden", "/copy", "/soft", "/ring", "/notes"),
		"/soft":         says200("<title>Page not found - Acme</title><h1>Page not found</h1><p>Try the search."),
		"/notes":        {body: "Plain words of a text.", kind: "txt"},
	}, Plan{})
	same(t, "pages", m.titles(s.ID), []string{"Acme", "Alone", "Behind", "New", "Prices", "Returns", "acme.example/notes"})
	if s.State != Ready || s.Title != "Acme" || s.Note != "" || s.ReadAt.IsZero() || s.Passages != 7 {
		t.Errorf("site %+v", s)
	}
	same(t, "addresses", m.states(s.ID), map[string]AddressState{
		"/map.xml": Left, "/": Kept, "/prices": Kept, "/deep/returns": Kept, "/alone": Kept, "/old": Left, "/new": Kept, "/ring": Left, "/ring2": Left,
		"/print": Left, "/hidden": Left, "/behind": Kept, "/copy": Left, "/soft": Failed, "/notes": Kept, "/gone": Failed, "/secret/plans": Left, "/logo.png": Left,
	})
	c := s.Crawl
	if c.Found != 18 || c.Kept != 7 || c.Left != 9 || c.Failed != 2 || s.Pages != 18 || s.PagesRead != 18 {
		t.Errorf("counts %+v", c)
	}
	asked := h.visits()
	if twice := slices.Compact(slices.Clone(asked)); len(twice) != len(asked) {
		t.Errorf("asked twice: %v", asked)
	}
	if slices.Contains(asked, "/secret/plans") || slices.Contains(asked, "/logo.png") {
		t.Errorf("asked for what is not to be read: %v", asked)
	}
	for url, a := range m.addresses[s.ID] {
		if (a.State == Left || a.State == Failed) && a.Why == "" {
			t.Errorf("%s is %s and nobody says why", url, a.State)
		}
	}
}

func TestOnlyWhatHasChangedIsReadAgain(t *testing.T) {
	t.Parallel()
	pages := map[string]served{
		"/robots.txt": {kind: "txt", body: "User-agent: *"},
		"/":           {tag: `"1"`, body: says("Acme", "/prices", "/returns", "/jobs").body},
		"/prices":     {tag: `"1"`, body: says("Prices", "/fees").body},
		"/fees":       {tag: `"1"`, body: says("Fees").body},
		"/returns":    {body: says("Returns").body + "<p>30 days.</p><h2>Costs</h2><p>Nothing at all.</p>"},
		"/jobs":       says("Jobs"),
	}
	r, m, h, s := setupSite(t, pages, Plan{})
	ids := map[string]string{}
	for _, a := range m.addresses[s.ID] {
		for _, p := range m.passages[a.Page] {
			ids[p.Text] = p.ID
		}
	}
	before := m.versions["tnt_1/bot_1"]
	h.visits()

	// Nothing has changed: nothing is stored.
	s = m.again(t, r, s)
	if c := s.Crawl; c.Round != 2 || c.Unchanged != 5 || c.Kept != 0 || m.versions["tnt_1/bot_1"] != before {
		t.Errorf("after a round without changes: %+v", c)
	}
	// One has changed, one has gone, one is new, and one is only known from a page that is "not modified".
	h.pages["/returns"] = served{body: says("Returns", "/new").body + "<p>45 days.</p><h2>Costs</h2><p>Nothing at all.</p>"}
	h.pages["/new"] = says("News")
	delete(h.pages, "/jobs")
	h.visits()
	s = m.again(t, r, s)
	same(t, "pages", m.titles(s.ID), []string{"Acme", "Fees", "News", "Prices", "Returns"})
	if c := s.Crawl; c.Kept != 2 || c.Unchanged != 3 || c.Vanished != 1 {
		t.Errorf("after a round with changes: %+v", c)
	}
	page := m.addresses[s.ID]["https://acme.example/returns"].Page
	for _, p := range m.passages[page] {
		if was := ids[p.Text]; strings.Contains(p.Text, "Nothing at all") != (was == p.ID) {
			t.Errorf("%q is %s and was %s", p.Text, p.ID, was)
		}
	}
	same(t, "vanished", m.states(s.ID)["/jobs"], Vanished)

	// What nothing leads to any more is forgotten, even if it is still there.
	h.pages["/prices"] = served{tag: `"2"`, body: says("Prices").body}
	s = m.again(t, r, s)
	same(t, "pages", m.titles(s.ID), []string{"Acme", "News", "Prices", "Returns"})
	same(t, "not linked", m.states(s.ID)["/fees"], Vanished)
}

func TestASiteThatIsDownKeepsAllThatWasKnownOfIt(t *testing.T) {
	t.Parallel()
	pages := map[string]served{"/robots.txt": {kind: "txt"}, "/": says("Acme", "/a", "/b"), "/a": says("A"), "/b": says("B")}
	r, m, h, s := setupSite(t, pages, Plan{Every: 24 * time.Hour})
	all := []string{"A", "Acme", "B"}
	for name, breaks := range map[string]func(){
		"no answer":          func() { h.down = true },
		"faults":             func() { h.pages = map[string]served{"/robots.txt": {status: 404}, "/": {status: 503}} },
		"robots.txt fails":   func() { h.pages = map[string]served{"/robots.txt": {status: 500}, "/": says("Acme")} },
		"nothing there":      func() { h.pages = map[string]served{} },
		"the pages are away": func() { h.pages = map[string]served{"/": pages["/"], "/a": {status: 500}, "/b": {status: 502}} },
	} {
		h.down, h.pages = false, pages
		breaks()
		s = m.again(t, r, s)
		same(t, name, m.titles(s.ID), all)
		if s.State != Ready || s.NextRead.IsZero() || name != "the pages are away" && !strings.Contains(s.Note, "still used") {
			t.Errorf("%s: %+v", name, s)
		}
	}
	h.down, h.pages = false, pages
	if s = m.again(t, r, s); s.Note != "" || s.Crawl.Unchanged != 3 {
		t.Errorf("back again: %+v", s)
	}
}

func TestASiteThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pages map[string]served
		words string
	}{
		"nothing there":    {map[string]served{}, "answered 404"},
		"forbidden":        {map[string]served{"/robots.txt": {body: "User-agent: *\nDisallow: /", kind: "txt"}, "/": says("Acme")}, "robots.txt does not allow"},
		"behind a sign-in": {map[string]served{"/": {status: 401}}, "does not let everybody read it"},
		"no text":          {map[string]served{"/": {body: "<script>app()</script><div id=app></div>"}}, "No text was found"},
		"robots.txt fails": {map[string]served{"/robots.txt": {status: 503}, "/": says("Acme")}, "robots.txt"},
		"leads away":       {map[string]served{"/": {to: "https://acme.example/loop"}, "/loop": {to: "/"}}, "leads"},
	} {
		_, _, _, s := setupSite(t, c.pages, Plan{})
		if s.State != Broken || !strings.Contains(s.Error, c.words) {
			t.Errorf("%s: %s %q", name, s.State, s.Error)
		}
	}
}

func TestGeneratedPagesEnd(t *testing.T) {
	t.Parallel()
	h := &endless{}
	r, m := setup(t, WithWeb(h))
	s, err := r.ReceiveSite(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/", Plan: Plan{Pages: 20}})
	if err != nil {
		t.Fatal(err)
	}
	s, _ = m.read(t, r, s)
	if s.State != Ready || len(m.titles(s.ID)) != 20 || h.asked > 30 || !strings.Contains(s.Note, "more pages than the 20") {
		t.Errorf("%d pages of %d requests: %+v", len(m.titles(s.ID)), h.asked, s)
	}
	if c := s.Crawl; c.Kept+c.Left+c.Failed != s.Pages || s.Pages > 700 {
		t.Errorf("counts %+v", c)
	}
}

func TestTenThousandGeneratedLinksKeepNoPageOut(t *testing.T) {
	t.Parallel()
	pages := map[string]served{"/map.txt": {}}
	var calendar, shelf, listed []string
	for i := range 5_000 {
		calendar = append(calendar, fmt.Sprintf("/day/%d", i))
		shelf = append(shelf, fmt.Sprintf("/shelf?from=%d&sort=name", i))
		pages[calendar[i]] = says(fmt.Sprint("Day ", i), fmt.Sprintf("/day/%d", i+1))
		pages[shelf[i]] = says(fmt.Sprint("Shelf ", i), "/shelf?from=0&sort=name#top")
	}
	for i := range 120 {
		at := fmt.Sprintf("/help/%c%c", 'a'+i/26, 'a'+i%26)
		listed = append(listed, "https://acme.example"+at)
		pages[at] = says("Help "+at, "/", at)
	}
	pages["/robots.txt"] = served{body: "Sitemap: https://acme.example/map.txt", kind: "txt"}
	pages["/map.txt"] = served{body: strings.Join(listed, "\n"), kind: "txt"}
	pages["/contact"] = says("Contact")
	pages["/"] = says("Acme", append(append(calendar, shelf...), "/contact")...)
	_, m, h, s := setupSite(t, pages, Plan{})
	read := m.titles(s.ID)
	kinds := map[string]int{}
	for _, title := range read {
		first, _, _ := strings.Cut(title, " ")
		kinds[first]++
	}
	same(t, "pages that were read", kinds, map[string]int{"Acme": 1, "Contact": 1, "Help": 120, "Day": 500, "Shelf": 200})
	asked := h.visits()
	if once := slices.Compact(slices.Clone(asked)); len(once) != len(asked) || len(asked) != len(read)+2 {
		t.Errorf("%d requests for %d pages, to %d addresses", len(asked), len(read), len(once))
	}
	if s.State != Ready || s.Crawl.Kept != len(read) {
		t.Errorf("%+v", s)
	}
}

func TestWhatIsDueIsReadAgainByItself(t *testing.T) {
	t.Parallel()
	pages := map[string]served{"/": says("Acme", "/prices"), "/prices": says("Prices")}
	r, m, h, s := setupSite(t, pages, Plan{Every: 24 * time.Hour})
	if got := s.NextRead.Sub(s.ReadAt); got != 24*time.Hour {
		t.Fatalf("it is read again after %v", got)
	}
	pages["/prices"] = says("Prices of 2027")
	h.visits()
	for _, after := range []time.Duration{0, 23 * time.Hour} {
		if begun, err := m.Due(t.Context(), s.ReadAt.Add(after), 10); begun != 0 || err != nil {
			t.Errorf("after %v: %d are due, %v", after, begun, err)
		}
	}
	if begun, err := m.Due(t.Context(), s.NextRead, 10); begun != 1 || err != nil {
		t.Fatalf("%d are due, %v", begun, err)
	}
	next, _ := m.read(t, r, m.sources[s.ID])
	same(t, "what is known", m.titles(s.ID), []string{"Acme", "Prices of 2027"})
	if next.Crawl.Round != 2 || !next.NextRead.After(s.NextRead.Add(-time.Hour)) || len(h.visits()) == 0 {
		t.Errorf("%+v", next)
	}
	// A site that is down is tried again sooner, and keeps what is known of it.
	h.down = true
	if begun, err := m.Due(t.Context(), next.NextRead, 10); begun != 1 || err != nil {
		t.Fatalf("%d are due, %v", begun, err)
	}
	down, _ := m.read(t, r, m.sources[s.ID])
	if down.State != Ready || down.Note == "" || time.Until(down.NextRead) > retryAfter || len(m.titles(s.ID)) != 2 {
		t.Errorf("%+v", down)
	}
}

// endless has a page at each address, with 2,000 links to others.
type endless struct{ asked int }

func (e *endless) Get(_ context.Context, wanted fetch.Request) (fetch.Page, error) {
	if strings.HasSuffix(wanted.URL, ".txt") || strings.HasSuffix(wanted.URL, ".xml") {
		return fetch.Page{Status: 404}, errors.Join(fetch.ErrUnreachable)
	}
	e.asked++
	var links strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&links, "<a href=/p%d/%d>x</a>", e.asked, i)
	}
	return fetch.Page{Status: 200, Name: "x.html", Body: []byte(says(fmt.Sprint("Page ", e.asked)).body + "<nav>" + links.String() + "</nav>")}, nil
}

func TestAKilledStepIsRepeatedAndChangesNothingTwice(t *testing.T) {
	t.Parallel()
	pages := map[string]served{"/": says("Acme", "/1", "/2", "/3", "/4")}
	for i := 1; i < 5; i++ {
		pages[fmt.Sprint("/", i)] = says(fmt.Sprint("Page ", i), fmt.Sprint("/", i, "/more"))
		pages[fmt.Sprint("/", i, "/more")] = says(fmt.Sprint("More of ", i))
	}
	h := &host{pages: pages}
	r, m := setup(t, WithWeb(h))
	s, err := r.ReceiveSite(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/"})
	if err != nil {
		t.Fatal(err)
	}
	for len(m.queue) > 0 {
		m.queue = m.queue[1:]
		m.failNext = chat.ErrUnavailable
		if err := r.Read(t.Context(), s.Tenant, s.ID); !errors.Is(err, chat.ErrUnavailable) {
			t.Fatalf("a step that was not saved returned %v", err)
		}
		if err := r.Read(t.Context(), s.Tenant, s.ID); err != nil {
			t.Fatal(err)
		}
		// A stale step of another node is told that it is late.
		if err := m.SaveRound(t.Context(), Round{Site: m.sources[s.ID], From: -1}); !errors.Is(err, chat.ErrFenced) {
			t.Errorf("a stale step was saved: %v", err)
		}
	}
	if got := m.titles(s.ID); len(got) != 9 || len(slices.Compact(got)) != 9 {
		t.Errorf("pages %v", got)
	}
}

func TestASiteIsWhereItsAddressLeads(t *testing.T) {
	t.Parallel()
	h := &host{pages: map[string]served{
		"http://acme.example/help": {to: "https://acme.example/help"},
		"/help":                    {to: "/help/en/"},
		"/help/en/":                says("Help", "/help/en/a", "/shop"),
		"/help/en/a":               says("A"),
		"/shop":                    says("Shop"),
	}}
	r, m := setup(t, WithWeb(h))
	s, err := r.ReceiveSite(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "http://acme.example/help", Plan: Plan{Within: "/help"}})
	if err != nil {
		t.Fatal(err)
	}
	s, _ = m.read(t, r, s)
	same(t, "pages", m.titles(s.ID), []string{"A", "Help"})
	same(t, "address", s.URL, "https://acme.example/help")
}

func TestASinglePageIsReadAgainInPlace(t *testing.T) {
	t.Parallel()
	h := &host{pages: map[string]served{"/p": {tag: `"1"`, body: says("Prices").body + "<p>Nine euros.</p>"}}}
	r, m := setup(t, WithWeb(h))
	s, err := r.ReceiveURL(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: "https://acme.example/p", Plan: Plan{Every: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	s, was := m.read(t, r, s)
	if s.State != Ready || !s.NextRead.Equal(s.ReadAt.Add(time.Hour)) || s.Language != "en" {
		t.Fatalf("%+v", s)
	}
	version := m.versions["tnt_1/bot_1"]
	if s = m.again(t, r, s); s.State != Ready || m.versions["tnt_1/bot_1"] != version {
		t.Errorf("unchanged: %+v", s)
	}
	h.down = true
	if s = m.again(t, r, s); s.State != Ready || !strings.Contains(s.Note, "still used") || len(m.passages[s.ID]) != len(was) {
		t.Errorf("down: %+v", s)
	}
	h.down = false
	h.pages["/p"] = served{tag: `"2"`, body: says("Prices").body + "<p>Ten euros.</p>"}
	s = m.again(t, r, s)
	if now := m.passages[s.ID]; s.State != Ready || s.Note != "" || len(now) != 1 || !strings.Contains(now[0].Text, "Ten") || m.versions["tnt_1/bot_1"] == version {
		t.Errorf("changed: %+v", s)
	}
	delete(h.pages, "/p")
	if s = m.again(t, r, s); s.State != Broken || len(m.passages[s.ID]) != 0 || s.Passages != 0 || !strings.Contains(s.Error, "404") {
		t.Errorf("gone: %+v", s)
	}
}

func TestAPlanIsChecked(t *testing.T) {
	t.Parallel()
	for _, plan := range []Plan{
		{Pages: -1}, {Pages: 10_001}, {Every: time.Hour}, {Every: -1}, {Every: 10_000 * time.Hour}, {Within: "help"}, {Within: "/a?b"}, {Exclude: []string{""}},
		{Exclude: slices.Repeat([]string{"/a"}, 51)},
	} {
		if err := CheckPlan(KindSite, plan); err == nil {
			t.Errorf("%+v is taken", plan)
		}
	}
	if err := CheckPlan(KindSite, Plan{Pages: 10_000, Within: "/help/", Exclude: []string{"/help/old"}, Every: 24 * time.Hour}); err != nil {
		t.Error(err)
	}
	if CheckPlan(KindURL, Plan{Every: time.Hour}) != nil || CheckPlan(KindURL, Plan{Pages: 2}) == nil || CheckPlan(KindFile, Plan{}) == nil {
		t.Error("plans of other kinds")
	}
}
