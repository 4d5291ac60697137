package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/chat"
	"parley/knowledge"
)

var siteTests = []test{
	{"A site is read in steps, and its pages are known while it is read", func(t *testing.T, w *world) {
		site := w.site(t)
		before := w.knowledgeVersion(t)
		start, other := address("", 0), address("a", 1)
		page := w.page(site, "Start", "Nails of all sizes.", "Of copper, too.")
		start.State, start.Page, start.Check = knowledge.Kept, page.Source.ID, knowledge.Check{ETag: `"1"`, LastModified: "yesterday", Text: []byte{1}, Links: []byte{2, 3}}
		site.State, site.Pages, site.PagesRead = knowledge.Reading, 2, 1
		site.Crawl.Found, site.Crawl.Kept, site.Crawl.Trail = 2, 1, []byte("trail")
		must(t, w.Sites().SaveRound(t.Context(), knowledge.Round{
			Site: site, Found: []knowledge.Address{other}, Done: []knowledge.Address{start}, Pages: []knowledge.Page{page},
		}))
		found, err := w.Source(t.Context(), w.tenant.ID, w.bot.ID, site.ID)
		must(t, err)
		site.Passages, site.Size = 2, 99
		if diff := cmp.Diff(site, found, cmpopts.IgnoreFields(site, "UpdatedAt", "ChangedAt")); diff != "" {
			t.Error(diff)
		}
		w.knows(t, before+1, map[string]bool{page.Source.ID: true})
		if waiting := w.waiting(t, site); !slices.Equal(waiting, []string{other.URL}) {
			t.Errorf("%q are waiting", waiting)
		}
		stored, err := w.Known(t.Context(), w.tenant.ID, site.ID, []string{"https://nowhere.example", start.URL})
		must(t, err)
		if diff := cmp.Diff([]knowledge.Address{start}, stored); diff != "" {
			t.Error(diff)
		}
		pages, err := w.PassagesOf(t.Context(), w.tenant.ID, w.bot.ID, []string{page.Source.ID})
		must(t, err)
		if len(pages) != 1 || pages[0].Source.Parent != site.ID || pages[0].Source.URL != page.Source.URL || pages[0].Source.State != knowledge.Ready {
			t.Fatalf("got %+v", pages)
		}
		if diff := cmp.Diff(page.Passages, pages[0].Passages); diff != "" {
			t.Error(diff)
		}
	}},
	{"Pages are found by their id, and not listed among what the owner added", func(t *testing.T, w *world) {
		site := w.site(t)
		page := w.page(site, "Start", "Nails.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{page}})
		for _, id := range []string{site.ID, page.Source.ID} {
			if _, err := w.Source(t.Context(), w.tenant.ID, w.bot.ID, id); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		listed, next, err := w.Sources(t.Context(), w.tenant.ID, w.bot.ID, "", 1)
		must(t, err)
		if len(listed) != 1 || listed[0].ID != site.ID || next != "" {
			t.Errorf("listed are %v, then %q", listed, next)
		}
	}},
	{"A page that is read again is replaced, and one that is gone is forgotten", func(t *testing.T, w *world) {
		site := w.site(t)
		one, two := w.page(site, "One", "Copper nails.", "Iron nails."), w.page(site, "Two", "Screws.")
		first, second := address("one", 1), address("two", 1)
		first.Page, second.Page, first.State, second.State = one.Source.ID, two.Source.ID, knowledge.Kept, knowledge.Kept
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{one, two}, Done: []knowledge.Address{first, second}})
		version := w.knowledgeVersion(t)
		one.Source.Title, one.Passages = "One, again", passages(one.Source, 0, "Brass nails.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{one}, Gone: []string{two.Source.ID}})
		w.knows(t, version+1, map[string]bool{one.Source.ID: true})
		_, stored, err := w.SourcePassages(t.Context(), w.tenant.ID, one.Source.ID)
		must(t, err)
		if diff := cmp.Diff(one.Passages, stored); diff != "" {
			t.Error(diff)
		}
		_, err = w.SourceOf(t.Context(), w.tenant.ID, two.Source.ID)
		want(t, err, chat.ErrNotFound)
		if found, err := w.SourceOf(t.Context(), w.tenant.ID, site.ID); err != nil || found.Passages != 1 {
			t.Errorf("the site has %d passages, %v", found.Passages, err)
		}
		known, err := w.Known(t.Context(), w.tenant.ID, site.ID, []string{second.URL})
		if err != nil || len(known) != 1 || known[0].Page != "" {
			t.Errorf("its address is %+v, %v", known, err)
		}
	}},
	{"A step that brings nothing new leaves the bot's version", func(t *testing.T, w *world) {
		site := w.site(t)
		version := w.knowledgeVersion(t)
		w.step(t, &site, knowledge.Round{Found: []knowledge.Address{address("a", 1)}})
		w.knows(t, version, nil)
	}},
	{"A step that another has done is fenced and changes nothing", func(t *testing.T, w *world) {
		site := w.site(t)
		site.State, site.PagesRead = knowledge.Reading, 1
		must(t, w.Sites().SaveRound(t.Context(), knowledge.Round{Site: site}))
		page := w.page(site, "Start", "Nails.")
		late := knowledge.Round{Site: site, From: 0, Pages: []knowledge.Page{page}, Found: []knowledge.Address{address("a", 1)}}
		want(t, w.Sites().SaveRound(t.Context(), late), chat.ErrFenced)
		late.From, late.Site.Crawl.Round = 1, 2
		want(t, w.Sites().SaveRound(t.Context(), late), chat.ErrFenced)
		site.State = knowledge.Ready
		must(t, w.Sites().SaveRound(t.Context(), knowledge.Round{Site: site, From: 1}))
		late.Site.Crawl.Round = 1
		want(t, w.Sites().SaveRound(t.Context(), late), chat.ErrFenced)
		must(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, site.ID))
		want(t, w.Sites().SaveRound(t.Context(), late), chat.ErrFenced)
		_, err := w.SourceOf(t.Context(), w.tenant.ID, page.Source.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"A page belongs to one site", func(t *testing.T, w *world) {
		site, other := w.site(t), w.site(t)
		page := w.page(site, "Start", "Nails.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{page}})
		file := w.readySource(t, "A file.")
		for _, id := range []string{page.Source.ID, file.ID} {
			taken := w.page(other, "Taken", "over")
			taken.Source.ID = id
			want(t, w.Sites().SaveRound(t.Context(), knowledge.Round{Site: other, Pages: []knowledge.Page{taken}}), chat.ErrNotFound)
		}
		w.step(t, &other, knowledge.Round{Gone: []string{page.Source.ID, file.ID}})
		for _, id := range []string{page.Source.ID, file.ID} {
			_, err := w.SourceOf(t.Context(), w.tenant.ID, id)
			must(t, err)
		}
	}},
	{"Deleting a site deletes its pages", func(t *testing.T, w *world) {
		site := w.site(t)
		page := w.page(site, "Start", "Nails.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{page}, Found: []knowledge.Address{address("a", 1)}})
		version := w.knowledgeVersion(t)
		must(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, site.ID))
		_, err := w.SourceOf(t.Context(), w.tenant.ID, page.Source.ID)
		want(t, err, chat.ErrNotFound)
		w.knows(t, version+1, nil)
		if waiting := w.waiting(t, site); waiting != nil {
			t.Errorf("%q are waiting", waiting)
		}
	}},
	{"Addresses wait nearest first, then in the order in which they were found", func(t *testing.T, w *world) {
		site := w.site(t)
		far, near, nearer := address("far", 3), address("near", 2), address("nearer", 1)
		w.step(t, &site, knowledge.Round{Found: []knowledge.Address{far, near}})
		again := address("far", 1) // known in this round: it stays as it is
		second := address("second", 2)
		w.step(t, &site, knowledge.Round{Found: []knowledge.Address{second, nearer, again}})
		if diff := cmp.Diff([]string{nearer.URL, near.URL, second.URL, far.URL}, w.waiting(t, site)); diff != "" {
			t.Error(diff)
		}
		near.State = knowledge.Unchanged
		nearer.State, nearer.Why = knowledge.Left, "It is a copy."
		w.step(t, &site, knowledge.Round{Done: []knowledge.Address{near, nearer}})
		if diff := cmp.Diff([]string{second.URL, far.URL}, w.waiting(t, site)); diff != "" {
			t.Error(diff)
		}
	}},
	{"The next round knows what the one before found, and tells what it has not found again", func(t *testing.T, w *world) {
		site := w.site(t)
		kept, stale, failed := address("kept", 1), address("stale", 1), address("failed", 1)
		kept.State, kept.Page, kept.Check = knowledge.Kept, chat.NewID(chat.SourcePrefix), knowledge.Check{ETag: "1", Text: []byte("same")}
		stale.State, stale.Page = knowledge.Kept, chat.NewID(chat.SourcePrefix)
		failed.State, failed.Why = knowledge.Failed, "It answers with an error."
		w.step(t, &site, knowledge.Round{Done: []knowledge.Address{kept, stale, failed}, Found: []knowledge.Address{address("never", 2)}})
		site.State, site.ReadAt, site.Crawl.Trail, site.Crawl.Kept = knowledge.Ready, moment(30), []byte("trail"), 2
		must(t, w.Sites().SaveRound(t.Context(), knowledge.Round{Site: site, From: site.PagesRead}))

		next, err := w.NextRound(t.Context(), w.tenant.ID, w.bot.ID, site.ID)
		must(t, err)
		if next.State != knowledge.Queued || next.PagesRead != 0 || cmp.Diff(next.Crawl, knowledge.Crawl{Round: 2, Trail: []byte("trail")}) != "" || !next.ReadAt.Equal(moment(30)) {
			t.Errorf("got %+v", next)
		}
		again, err := w.NextRound(t.Context(), w.tenant.ID, w.bot.ID, site.ID)
		must(t, err)
		if diff := cmp.Diff(next, again, cmpopts.IgnoreFields(next, "UpdatedAt")); diff != "" {
			t.Errorf("it is being read already, and yet it changed: %s", diff)
		}
		if waiting := w.waiting(t, next); waiting != nil {
			t.Errorf("%q are waiting", waiting)
		}
		w.step(t, &next, knowledge.Round{Found: []knowledge.Address{address("kept", 1), address("failed", 1)}})
		waiting, err := w.Sites().Waiting(t.Context(), w.tenant.ID, site.ID, 10)
		must(t, err)
		kept.State, kept.Round, failed.State, failed.Round, failed.Why = knowledge.Waiting, 2, knowledge.Waiting, 2, ""
		if diff := cmp.Diff([]knowledge.Address{kept, failed}, waiting); diff != "" {
			t.Error(diff)
		}
		found, err := w.Stale(t.Context(), w.tenant.ID, site.ID, 2, 10)
		must(t, err)
		if len(found) != 1 || found[0].URL != stale.URL || found[0].Page != stale.Page {
			t.Errorf("got %+v", found)
		}
	}},
	{"Addresses are listed in pages, by state", func(t *testing.T, w *world) {
		site := w.site(t)
		var all, left []string
		var done []knowledge.Address
		for i := range 7 {
			a := address(fmt.Sprint(i), 1)
			if a.State, a.Why = knowledge.Kept, "ignored"; i%2 == 0 {
				a.State, a.Why = knowledge.Left, "robots.txt says so."
				left = append(left, a.URL)
			}
			all, done = append(all, a.URL), append(done, a)
		}
		w.step(t, &site, knowledge.Round{Done: done})
		for state, expected := range map[knowledge.AddressState][]string{"": all, knowledge.Left: left, knowledge.Failed: nil} {
			var got []string
			for cursor, more := "", true; more; more = cursor != "" {
				page, next, err := w.Addresses(t.Context(), w.tenant.ID, w.bot.ID, site.ID, state, cursor, 3)
				must(t, err)
				for _, a := range page {
					got = append(got, a.URL)
					if state == knowledge.Left && a.Why != "robots.txt says so." {
						t.Errorf("%s was left because %q", a.URL, a.Why)
					}
				}
				cursor = next
			}
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Errorf("%s: %s", state, diff)
			}
		}
		_, _, err := w.Addresses(t.Context(), w.tenant.ID, chat.NewID(chat.BotPrefix), site.ID, "", "", 3)
		want(t, err, chat.ErrNotFound)
		if _, _, err := w.Addresses(t.Context(), w.tenant.ID, w.bot.ID, site.ID, "", "made up", 3); code(err) != "bad_cursor" {
			t.Errorf("got %v", err)
		}
	}},
	{"The same text is found on another page of the site, and nowhere else", func(t *testing.T, w *world) {
		site, other := w.site(t), w.site(t)
		a := address("a", 1)
		a.State, a.Page, a.Check.Text = knowledge.Kept, chat.NewID(chat.SourcePrefix), []byte("digest")
		w.step(t, &site, knowledge.Round{Done: []knowledge.Address{a}})
		for _, c := range []struct{ site, page, text, found string }{
			{site.ID, "src_other", "digest", a.Page}, {site.ID, a.Page, "digest", ""}, {site.ID, "src_other", "another", ""}, {other.ID, "src_other", "digest", ""},
		} {
			if found, err := w.SameText(t.Context(), w.tenant.ID, c.site, c.page, []byte(c.text)); err != nil || found != c.found {
				t.Errorf("%+v: got %q, %v", c, found, err)
			}
		}
	}},
	{"A plan says when a site is read again, and a step does not change it", func(t *testing.T, w *world) {
		site := w.site(t)
		plan := knowledge.Plan{Pages: 50, Within: "/docs/", Exclude: []string{"/docs/old/"}, Every: 24 * time.Hour}
		planned, err := w.SetPlan(t.Context(), w.tenant.ID, w.bot.ID, site.ID, plan)
		must(t, err)
		if diff := cmp.Diff(plan, planned.Plan); diff != "" || !planned.NextRead.IsZero() {
			t.Error(diff, planned.NextRead)
		}
		site.State, site.ReadAt, site.Title = knowledge.Ready, moment(30), "Another"
		must(t, w.Sites().SaveRound(t.Context(), knowledge.Round{Site: site}))
		found, err := w.Source(t.Context(), w.tenant.ID, w.bot.ID, site.ID)
		must(t, err)
		if diff := cmp.Diff(plan, found.Plan); diff != "" || !found.NextRead.Equal(moment(30).Add(24*time.Hour)) || found.Title != "The nails" {
			t.Error(diff, found.NextRead, found.Title)
		}
		found, err = w.SetPlan(t.Context(), w.tenant.ID, w.bot.ID, site.ID, knowledge.Plan{})
		if err != nil || !found.NextRead.IsZero() {
			t.Errorf("by hand only: it is due at %s, %v", found.NextRead, err)
		}
		file := w.readySource(t, "A file.")
		for name, change := range map[string]func() error{
			"SetPlan":   func() error { _, err := w.SetPlan(t.Context(), w.tenant.ID, w.bot.ID, file.ID, plan); return err },
			"NextRound": func() error { _, err := w.NextRound(t.Context(), w.tenant.ID, w.bot.ID, file.ID); return err },
		} {
			if err := change(); code(err) != "not_on_the_web" {
				t.Errorf("%s of a file: %v", name, err)
			}
		}
	}},
}

var dueTests = []aloneTest{
	{"What is due is read again, of all tenants, once", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		one, two := newWorld(t, store), newWorld(t, store)
		read := func(w *world, state knowledge.State, every, ago time.Duration) knowledge.Source {
			site := w.site(t)
			_, err := w.SetPlan(t.Context(), w.tenant.ID, w.bot.ID, site.ID, knowledge.Plan{Every: every})
			must(t, err)
			site.State, site.ReadAt = state, time.Now().Add(-ago)
			must(t, w.Sites().SaveRound(t.Context(), knowledge.Round{Site: site}))
			return site
		}
		due := []knowledge.Source{
			read(one, knowledge.Ready, 24*time.Hour, 25*time.Hour), read(two, knowledge.Broken, 48*time.Hour, 50*time.Hour),
			read(two, knowledge.Ready, 24*time.Hour, 26*time.Hour),
		}
		read(one, knowledge.Ready, 24*time.Hour, 23*time.Hour)
		read(one, knowledge.Ready, 0, 1000*time.Hour)
		read(one, knowledge.Reading, 24*time.Hour, 25*time.Hour)
		begun := 0
		for range 3 {
			n, err := store.Sites().Due(t.Context(), time.Now(), 2)
			must(t, err)
			begun += n
		}
		if begun != len(due) {
			t.Errorf("%d were begun", begun)
		}
		for _, site := range due {
			found, err := store.SourceOf(t.Context(), site.Tenant, site.ID)
			if err != nil || found.State != knowledge.Queued || found.Crawl.Round != 2 {
				t.Errorf("got %+v, %v", found, err)
			}
		}
	}},
}

// site returns a site whose first round has begun.
func (w *world) site(t testing.TB) knowledge.Source {
	t.Helper()
	site := knowledge.Source{
		ID: chat.NewID(chat.SourcePrefix), Tenant: w.tenant.ID, Bot: w.bot.ID, Kind: knowledge.KindSite, Title: "The nails", URL: "https://nails.example/",
		CreatedAt: moment(5), Crawl: knowledge.Crawl{Round: 1},
	}
	must(t, w.CreateSource(t.Context(), site, knowledge.Limits{}))
	must(t, w.Submit(t.Context(), site))
	site.State = knowledge.Queued
	return site
}

// page is one of a site that has been read.
func (w *world) page(site knowledge.Source, title string, texts ...string) knowledge.Page {
	source := knowledge.Source{
		ID: chat.NewID(chat.SourcePrefix), Tenant: site.Tenant, Bot: site.Bot, Kind: knowledge.KindPage, Parent: site.ID, Title: title,
		URL: site.URL + title, MediaType: "text/html", Size: 99, Language: "en", Pages: 1, PagesRead: 1, ReadAt: moment(20),
	}
	return knowledge.Page{Source: source, Passages: passages(source, 0, texts...)}
}

// address is one of a site that nothing is known of.
func address(path string, depth int) knowledge.Address {
	return knowledge.Address{URL: "https://nails.example/" + path, State: knowledge.Waiting, Depth: depth, Round: 1}
}

// step saves a step that looked at one address.
func (w *world) step(t testing.TB, site *knowledge.Source, round knowledge.Round) {
	t.Helper()
	round.From = site.PagesRead
	site.State, site.PagesRead = knowledge.Reading, site.PagesRead+1
	round.Site = *site
	must(t, w.Sites().SaveRound(t.Context(), round))
}

func (w *world) waiting(t testing.TB, site knowledge.Source) (urls []string) {
	t.Helper()
	waiting, err := w.Sites().Waiting(t.Context(), w.tenant.ID, site.ID, 100)
	must(t, err)
	for _, a := range waiting {
		urls = append(urls, a.URL)
	}
	return urls
}

func (w *world) knowledgeVersion(t testing.TB) int64 {
	t.Helper()
	version, err := w.KnowledgeVersion(t.Context(), w.tenant.ID, w.bot.ID)
	must(t, err)
	return version
}
