package crawl

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/e2e/owner"
	"parley/e2e/server"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// patience bounds the wait for what takes seconds on a machine with nothing else to do.
const patience = 4 * time.Minute

// house is a running server with a business that has a bot.
type house struct {
	*owner.Owner
	t      *testing.T
	server *server.Server
	bot    string
}

func open(t *testing.T) *house {
	t.Helper()
	s := server.Start(t, "PARLEY_FETCH_PRIVATE=on")
	h := &house{t: t, server: s}
	h.Owner, h.bot = h.join("Shop")
	return h
}

// join makes another business with a bot.
func (h *house) join(company string) (*owner.Owner, string) {
	o := owner.Register(h.t, h.server.URL(), owner.Registration{
		Email: "owner@" + strings.ToLower(company) + ".example", Password: "correct horse battery staple", Company: company, Name: "Owner",
	})
	return o, o.MakeBot("Bot")
}

// source is a site as its owner sees it.
type source struct {
	ID, State, Error, Note, Title string
	Pages, Passages               int
	PagesRead                     int `json:"pages_read"`
	Crawl                         struct{ Round, Found, Read, Unchanged, Left, Failed, Vanished int }
}

func (h *house) path(id, of string) string { return "bots/" + h.bot + "/sources/" + id + of }

func (h *house) add(url string, plan map[string]any) (s source) {
	h.t.Helper()
	h.Call(http.MethodPost, "bots/"+h.bot+"/sources", map[string]any{"site": url, "plan": plan}, &s)
	return s
}

func (h *house) look(id string) (s source) {
	h.t.Helper()
	h.Call(http.MethodGet, h.path(id, ""), nil, &s)
	return s
}

// await waits until a site is what it should be.
func (h *house) await(id string, is func(source) bool) source {
	h.t.Helper()
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		s := h.look(id)
		if is(s) {
			return s
		}
		if s.State == "failed" || time.Since(begun) > patience {
			h.t.Fatalf("after %v: %+v", time.Since(begun).Round(time.Second), s)
		}
	}
}

func ready(s source) bool { return s.State == "ready" }

type address struct{ URL, State, Why, Page string }

// addresses returns what became of a site's addresses, by what follows its origin.
func (h *house) addresses(id, origin string) map[string]address {
	h.t.Helper()
	all := map[string]address{}
	for cursor := ""; ; {
		var list struct {
			Items []address
			Next  string
		}
		h.Call(http.MethodGet, h.path(id, "/addresses?limit=200&cursor="+cursor), nil, &list)
		for _, a := range list.Items {
			all[strings.TrimPrefix(a.URL, origin)] = a
		}
		if cursor = list.Next; cursor == "" {
			return all
		}
	}
}

func in(all map[string]address, state string) (of []string) {
	for at, a := range all {
		if a.State == state && !strings.HasPrefix(at, "/generated/") {
			of = append(of, at)
		}
	}
	slices.Sort(of)
	return of
}

// ask asks the bot in a new conversation and returns what it says.
func (h *house) ask(text string) string {
	h.t.Helper()
	var answer struct {
		Text      string
		Citations []struct{ Source, Part, URL string }
	}
	h.Call(http.MethodPost, "bots/"+h.bot+"/answers", map[string]any{"text": text}, &answer)
	for _, c := range answer.Citations {
		if c.Source == "" || c.Part == "" || c.URL == "" {
			h.t.Errorf("a citation does not name the site and its page: %+v", c)
		}
	}
	return answer.Text
}

func TestWhatMustBeReadIsReadOnceAndNothingElse(t *testing.T) {
	t.Parallel()
	h, s := open(t), serve(t)
	manual, err := os.ReadFile("../fixtures/warranty.pdf")
	if err != nil {
		t.Fatal(err)
	}
	for at, page := range map[string]http.HandlerFunc{
		"/robots.txt": file("text/plain", []byte("User-agent: *\nDisallow: /private/\nSitemap: "+s.URL+"/maps.xml\n")),
		"/maps.xml":   file("application/xml", []byte("<sitemapindex><sitemap><loc>"+s.URL+"/map.xml.gz</loc></sitemap></sitemapindex>")),
		"/map.xml.gz": file("application/gzip", packed("<urlset><url><loc>"+s.URL+"/listed</loc></url><url><loc>"+s.URL+"/help/prices</loc></url></urlset>")),
		"/": html("Shop", "We sell bicycles of all colours.", "/help/prices?utm_source=nav", "/help/returns", "/old", "/ring/1", "/private/plans", "/logo.png", "/film.mp4",
			"/gzipped", "/print", "/secret", "/copy", "/lost", "/soft", "/broken", "/busy", "/slow", "/picture", "/manual.pdf", "/zipped", "https://elsewhere.example/", "mailto:a@b", "/trap/1"),
		"/listed":        html("Listed", "Only the sitemap leads to this page about saddles."),
		"/help/prices":   html("Prices", "A bicycle costs nine hundred euros.", "/", "/help/returns"),
		"/help/returns":  html("Returns", "Bicycles can be returned within thirty days.", "/help/prices"),
		"/old":           moved("/new"),
		"/new":           html("New", "This page about wheels has a new address."),
		"/ring/1":        moved("/ring/2"),
		"/ring/2":        moved("/ring/1"),
		"/private/plans": html("Plans", "Nobody may read the secret plans."),
		"/gzipped":       zipped("<h1>Gears</h1><p>This page about gears comes packed.</p>"),
		"/print":         markup(`<link rel="canonical" href="/help/prices">`, "Prices to print", "A bicycle costs nine hundred euros."),
		"/secret":        markup(`<meta name="robots" content="noindex">`, "Hidden", "A page that hides itself."),
		"/copy":          html("Returns", "Bicycles can be returned within thirty days.", "/help/prices"),
		"/soft":          html("Page not found – Shop", "Try the search."),
		"/broken":        status(500),
		"/picture":       file("image/png", []byte("\x89PNG\r\n\x1a\n")),
		"/manual.pdf":    file("application/pdf", manual),
		"/zipped":        file("application/octet-stream", []byte("PK\x03\x04 nothing to read")),
		"/trap/1":        html("Trap", "It begins here.", "/trap/2"),
		"/trap/2":        html("Trap two", "It goes on here.", "/generated/0"),
	} {
		s.put(at, page)
	}
	var busy atomic.Int32
	s.put("/busy", func(w http.ResponseWriter, r *http.Request) {
		if busy.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		html("Busy", "The page about brakes comes at the second try.")(w, r)
	})
	s.put("/slow", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for r.Context().Err() == nil {
			if _, err := w.Write([]byte("<p>slow")); err != nil {
				return
			}
			_ = http.NewResponseController(w).Flush()
			time.Sleep(50 * time.Millisecond)
		}
	})

	begun := time.Now()
	const most = 15
	added := h.add(s.URL, map[string]any{"pages": most})
	// Meanwhile somebody else's text is read.
	h.await(added.ID, func(s source) bool { return s.State == "reading" && s.PagesRead > 0 })
	other, bot := h.join("Rival")
	since := time.Now()
	other.AwaitReady(bot, other.AddText(bot, "Hours", "We open at nine.").ID)
	if now := h.look(added.ID); now.State != "reading" {
		t.Logf("the site was read before the other's text: %+v", now)
	}
	t.Logf("another business's text was ready %v after it was added, while the site was read", time.Since(since).Round(time.Millisecond))
	got := h.await(added.ID, ready)
	t.Logf("the site was read in %v: %+v", time.Since(begun).Round(time.Millisecond), got)

	all := h.addresses(added.ID, s.URL)
	want := map[string][]string{
		"read":   {"/", "/busy", "/gzipped", "/help/prices", "/help/returns", "/listed", "/manual.pdf", "/new", "/trap/1", "/trap/2"},
		"failed": {"/broken", "/lost", "/slow", "/soft"},
		"left":   {"/copy", "/film.mp4", "/logo.png", "/map.xml.gz", "/maps.xml", "/old", "/picture", "/print", "/private/plans", "/ring/1", "/ring/2", "/secret", "/zipped"},
	}
	for state, of := range want {
		if diff := cmp.Diff(of, in(all, state)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", state, diff)
		}
	}
	for at, a := range all {
		if (a.State == "left" || a.State == "failed") && a.Why == "" {
			t.Errorf("%s is %s, and nobody says why", at, a.State)
		}
	}
	if got.Crawl.Read != most || !strings.Contains(got.Note, "more pages than the 15") {
		t.Errorf("generated pages: %+v", got)
	}
	asked := s.visits()
	if diff := cmp.Diff([]string{"/broken 2 times", "/busy 2 times"}, twice(asked)); diff != "" {
		t.Errorf("asked for more than once (-want +got):\n%s", diff)
	}
	for _, at := range []string{"/private/plans", "/logo.png", "/film.mp4"} {
		if asked[at] > 0 {
			t.Errorf("%s was asked for", at)
		}
	}
	if len(asked) > most+20 {
		t.Errorf("%d addresses were asked for", len(asked))
	}
	if said := h.ask("Can bicycles be returned within days?"); !strings.Contains(said, "thirty") {
		t.Errorf("the bot says %q", said)
	}
	h.change(s, added.ID)
}

// change changes a page, has the site read again, and measures until the answer is another.
func (h *house) change(s *site, id string) {
	h.t.Helper()
	s.put("/help/returns", html("Returns", "Bicycles can be returned within forty days.", "/help/prices"))
	s.put("/listed", nil)
	s.visits()
	begun := time.Now()
	h.Call(http.MethodPost, h.path(id, "/refresh"), nil, nil)
	for !strings.Contains(h.ask("Can bicycles be returned within days?"), "forty") {
		if time.Since(begun) > patience {
			h.t.Fatalf("after %v the answer is still the old one", time.Since(begun))
		}
		time.Sleep(100 * time.Millisecond)
	}
	took := time.Since(begun)
	h.t.Logf("a changed page changed the answer %v after its site began to be read again (60 s at most)", took.Round(time.Millisecond))
	if took > time.Minute {
		h.t.Errorf("that is too long")
	}
	got := h.await(id, ready)
	h.t.Logf("read again: %+v", got)
	if got.Crawl.Round != 2 || got.Crawl.Vanished != 1 || got.Crawl.Unchanged < 6 {
		h.t.Errorf("the second round: %+v", got)
	}
	if a := h.addresses(id, s.URL)["/listed"]; a.State != "vanished" || a.Page != "" {
		h.t.Errorf("what is not there any more: %+v", a)
	}
}

func TestAKillInTheMiddleLosesAndRepeatsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("a step that died with its process is taken up again after a minute and a half")
	}
	t.Parallel()
	h, s := open(t), serve(t)
	const pages = 60
	var links []string
	for i := range pages {
		links = append(links, fmt.Sprintf("/page/%d", i))
		s.put(links[i], html(fmt.Sprintf("Page %d", i), fmt.Sprintf("The number of this page is %d, and no other page has it.", i)))
	}
	s.put("/", html("Start", "All pages begin here.", links...))
	added := h.add(s.URL, nil)
	h.await(added.ID, func(s source) bool { return s.Crawl.Read >= pages/3 })
	h.server.Kill()
	before := s.total()
	h.server.Run()
	got := h.await(added.ID, ready)
	if got.Crawl.Read != pages+1 || got.Passages != pages+1 || got.Crawl.Found != pages+2 {
		t.Errorf("after the kill: %+v", got)
	}
	titles := map[string]int{}
	for cursor := ""; ; {
		var list struct {
			Items []struct{ Title string }
			Next  string
		}
		h.Call(http.MethodGet, h.path(added.ID, "/passages?limit=200&cursor="+cursor), nil, &list)
		for _, p := range list.Items {
			titles[p.Title]++
		}
		if cursor = list.Next; cursor == "" {
			break
		}
	}
	if len(titles) != pages+1 || len(twice(titles)) > 0 {
		t.Errorf("%d pages, of which twice: %v", len(titles), twice(titles))
	}
	// What the killed step had asked for and not stored is asked for again, and nothing else.
	again := twice(s.visits())
	t.Logf("killed after %d requests; asked for again: %v", before, again)
	if len(again) > 20 {
		t.Errorf("%d addresses were asked for twice", len(again))
	}
}
