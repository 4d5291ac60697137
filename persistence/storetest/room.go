package storetest

import (
	"context"
	"fmt"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/fetch"
)

var roomTests = []test{
	{"Of many sources that are read at once as many are known as there is room for", func(t *testing.T, w *world) {
		limits := knowledge.Limits{Passages: 7, Pages: 100}
		var sources []knowledge.Source
		for range racers {
			sources = append(sources, w.queuedSource(t, "# One\n\nCopper nails.\n\n# Two\n\nIron nails.\n"))
		}
		w.readTogether(t, limits, nil, sources)
		w.knowsWithin(t, 6, 0)
		refused := 0
		for _, source := range sources {
			if source = w.current(t, source); source.State == knowledge.Broken && source.Error == knowledge.ErrNoRoom.Message && source.Passages == 0 {
				refused++
			}
		}
		if refused != racers-3 {
			t.Errorf("%d were refused", refused)
		}
	}},
	{"Of many sites that are read at once as many pages are known as there is room for", func(t *testing.T, w *world) {
		for _, limits := range []knowledge.Limits{{Pages: 11}, {Passages: 11}, {Pages: 11, Passages: 11}} {
			w := newWorld(t, w.Store)
			var sites []knowledge.Source
			for range racers {
				sites = append(sites, w.site(t))
			}
			for range 2 { // its start, and what that leads to
				w.readTogether(t, limits, shelf{}, sites)
			}
			w.knowsWithin(t, 11, 11)
			pages := 0
			for _, site := range sites {
				site = w.current(t, site)
				if site.State == knowledge.Queued || site.Crawl.Kept != site.Passages {
					t.Errorf("the site is %+v", site)
				}
				pages += site.Crawl.Kept
			}
			if pages != 11 {
				t.Errorf("%+v: %d pages were read", limits, pages)
			}
		}
	}},
	{"Of many who add the last page at once one does", func(t *testing.T, w *world) {
		refused := atOnce(t, func() error {
			return w.CreateSource(t.Context(), knowledge.Source{
				ID: chat.NewID(chat.SourcePrefix), Tenant: w.tenant.ID, Bot: w.bot.ID, Kind: knowledge.KindURL, URL: "https://nails.example/", CreatedAt: moment(5),
			}, knowledge.Limits{Passages: 1, Pages: 1})
		}, knowledge.ErrNoPages)
		w.knowsWithin(t, 0, 1)
		if refused != racers-1 {
			t.Errorf("%d were refused", refused)
		}
	}},
	{"Of many who add a pair at once as many do as there is room for", func(t *testing.T, w *world) {
		var lists []knowledge.Source
		for range racers {
			lists = append(lists, w.current(t, w.readySource(t, "One.")))
		}
		var next atomic.Int64
		refused := atOnce(t, func() error {
			list := lists[next.Add(1)-1]
			more := list
			more.Passages, more.ChangedAt = 2, moment(40)
			return w.Replace(t.Context(), knowledge.Replacement{
				Source: more, Was: list.UpdatedAt, Passages: passages(list, 0, "One.", "Two."), Limits: knowledge.Limits{Passages: racers + 2},
			})
		}, knowledge.ErrNoRoom)
		w.knowsWithin(t, racers+2, 0)
		if refused != racers-2 {
			t.Errorf("%d were refused", refused)
		}
	}},
	{"What has no room changes nothing", func(t *testing.T, w *world) {
		site := w.site(t)
		page := w.page(site, "Start", "Nails.", "Screws.")
		start := address("", 0)
		start.State, start.Page = knowledge.Kept, page.Source.ID
		round := knowledge.Round{
			Site: site, Pages: []knowledge.Page{page}, Done: []knowledge.Address{start}, Found: []knowledge.Address{address("a", 1)}, Limits: knowledge.Limits{Passages: 1},
		}
		round.Site.State, round.Site.PagesRead = knowledge.Reading, 1
		version := w.knowledgeVersion(t)
		want(t, w.Sites().SaveRound(t.Context(), round), knowledge.ErrNoRoom)
		w.knows(t, version, nil)
		if found := w.current(t, site); found.State != knowledge.Queued || found.PagesRead != 0 || w.waiting(t, site) != nil {
			t.Errorf("the site is %+v", found)
		}
		round.Limits.Passages = 2
		must(t, w.Sites().SaveRound(t.Context(), round)) // it is the same step still
	}},
	{"What is known may grow without room, and others take none of it", func(t *testing.T, w *world) {
		newWorld(t, w.Store).readySource(t, "One.", "Two.")
		site, none := w.site(t), knowledge.Limits{Passages: 1, Pages: 1}
		page := w.page(site, "Start", "Nails.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{page}, Limits: none})
		page.Passages = passages(page.Source, 0, "Copper nails.", "Iron nails.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{page}, Limits: none})
		w.knowsWithin(t, 2, 1)
		list := w.current(t, w.readySource(t, "One.", "Two."))
		fewer := list
		fewer.Passages, fewer.ChangedAt = 1, moment(40)
		must(t, w.Replace(t.Context(), knowledge.Replacement{Source: fewer, Was: list.UpdatedAt, Passages: passages(list, 0, "One."), Limits: none}))
		w.knowsWithin(t, 3, 1)
	}},
}

// readTogether has as many readers as there are sources, as on as many nodes, each read one of them. All are told how much room there is before any
// of them goes on.
func (w *world) readTogether(t *testing.T, limits knowledge.Limits, web knowledge.Web, sources []knowledge.Source) {
	t.Helper()
	told := &together{store: w.Store, limits: limits}
	told.first.Add(len(sources))
	var group sync.WaitGroup
	for _, source := range sources {
		reader := knowledge.NewReader(w.Store, w.Store, knowledge.WithSites(w.Sites()), knowledge.WithRooms(told), knowledge.WithWeb(web), knowledge.WithPause(0))
		t.Cleanup(func() { _ = reader.Close() })
		group.Go(func() {
			if err := reader.Read(t.Context(), source.Tenant, source.ID); err != nil {
				t.Errorf("read %s: %v", source.ID, err)
			}
		})
	}
	group.Wait()
}

// together is a knowledge.Rooms that tells those who ask first when all of them have asked.
type together struct {
	store  Store
	limits knowledge.Limits
	asked  atomic.Int64
	first  sync.WaitGroup
}

func (r *together) Room(ctx context.Context, tenant string) (knowledge.Room, error) {
	used, err := r.store.Billing().Used(ctx, tenant, "")
	if r.asked.Add(1) <= racers {
		r.first.Done()
		r.first.Wait()
	}
	return r.limits.Left(int(used.Passages), int(used.Pages)), err
}

// shelf is a web of three pages.
type shelf struct{}

func (shelf) Get(_ context.Context, wanted fetch.Request) (fetch.Page, error) {
	page := fetch.Page{URL: wanted.URL, Name: "page.html", ContentType: "text/html", Status: 200}
	switch name := path.Base(wanted.URL); name {
	case "nails.example":
		page.Body = []byte(`<title>Nails</title><p>All our nails. <a href="/iron">Iron</a> <a href="/copper">Copper</a></p>`)
	case "iron", "copper":
		page.Body = fmt.Appendf(nil, "<title>%s</title><p>Nails that are made of %s.</p>", strings.ToUpper(name), name)
	default:
		page.Status = 404
		return page, chat.Fail(chat.Invalid, "url_status", "There is no such page.")
	}
	return page, nil
}

// knowsWithin wants the tenant to have so many passages and pages.
func (w *world) knowsWithin(t testing.TB, passages, pages int64) {
	t.Helper()
	used, err := w.Billing().Used(t.Context(), w.tenant.ID, "")
	must(t, err)
	if used.Passages != passages || used.Pages != pages {
		t.Errorf("there are %d passages and %d pages, want %d and %d", used.Passages, used.Pages, passages, pages)
	}
}
