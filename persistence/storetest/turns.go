package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
	"parley/persistence/jobs"
)

var turnTests = []aloneTest{
	{"Whoever comes with one source waits for a few steps, however many sources another has queued", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		greedy, modest := newWorld(t, store), newWorld(t, store)
		for range 40 {
			greedy.queuedSource(t, "original")
		}
		var mu sync.Mutex
		var before, since int // steps of the greedy one
		came := false
		var small knowledge.Source
		done := make(chan struct{})
		stop := startWorkers(t, store, jobs.Workers{Concurrency: 1, ReadSource: func(ctx context.Context, tenant, id string) error {
			mu.Lock()
			defer mu.Unlock()
			if tenant == modest.tenant.ID {
				close(done)
			} else if before++; came {
				since++
			}
			if before == 5 && !came {
				came = true
				small = modest.queuedSource(t, "original")
			}
			return greedy.readPage(ctx, tenant, id, 3)
		}})
		defer stop()
		receive(t, done)
		mu.Lock()
		defer mu.Unlock()
		if since > 4 {
			t.Errorf("%s waited for %d steps", small.ID, since)
		}
	}},
	{"All of a tenant's sources are read, each in its turn", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		sources := make(map[string]bool)
		for range 6 {
			sources[w.queuedSource(t, "original").ID] = true
		}
		var mu sync.Mutex
		var order []string
		defer startWorkers(t, store, jobs.Workers{Concurrency: 1, ReadSource: func(ctx context.Context, tenant, id string) error {
			mu.Lock()
			order = append(order, id)
			mu.Unlock()
			return w.readPage(ctx, tenant, id, 2)
		}})()
		w.awaitReady(t, len(sources))
		mu.Lock()
		defer mu.Unlock()
		if len(order) != 12 {
			t.Errorf("it took %d steps", len(order))
		}
		for _, id := range order[:6] { // nobody has a second step before all had a first one
			delete(sources, id)
		}
		if len(sources) > 1 { // two have a job at a time: one may be ahead by a step
			t.Errorf("%d sources waited for others' second steps: %q", len(sources), order)
		}
		eventually(t, "no turn is left", func() bool { return len(d.Dump(t)["turns"]) == 0 })
	}},
	{"A source that fails does not hold up the others of its tenant", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		failing := map[string]bool{w.queuedSource(t, "a").ID: true, w.queuedSource(t, "b").ID: true, w.queuedSource(t, "c").ID: true}
		w.queuedSource(t, "d")
		defer startWorkers(t, store, jobs.Workers{ReadSource: func(ctx context.Context, tenant, id string) error {
			if failing[id] {
				return errors.New("the network is down")
			}
			return w.readPage(ctx, tenant, id, 1)
		}})()
		w.awaitReady(t, 1)
	}},
	{"A tenant that nobody serves is served", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		for range 3 {
			w.queuedSource(t, "original")
		}
		d.Exec(t, "DELETE FROM river_job")
		d.Exec(t, "UPDATE turns SET stage = 'waiting'") // as no transaction leaves it
		defer startWorkers(t, store, jobs.Workers{ReadSource: func(ctx context.Context, tenant, id string) error { return w.readPage(ctx, tenant, id, 1) }})()
		w.awaitReady(t, 3)
	}},
	{"A source that came without a turn is read", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		w.queue(t, w.newSource(t), "original")
		for _, statement := range []string{"DELETE FROM river_job", "DELETE FROM turns", "UPDATE sources SET updated_at = created_at"} {
			d.Exec(t, statement)
		}
		defer startWorkers(t, store, jobs.Workers{ReadSource: func(ctx context.Context, tenant, id string) error { return w.readPage(ctx, tenant, id, 1) }})()
		w.awaitReady(t, 1)
	}},
	{"A job that was enqueued by the version before is done", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		source := w.queuedSource(t, "original")
		d.Exec(t, "DELETE FROM turns")
		d.Exec(t, `UPDATE river_job SET kind = 'read_source', queue = 'default', args = $1`,
			`{"tenant": "`+w.tenant.ID+`", "source": "`+source.ID+`"}`)
		defer startWorkers(t, store, jobs.Workers{ReadSource: func(ctx context.Context, tenant, id string) error { return w.readPage(ctx, tenant, id, 2) }})()
		w.awaitReady(t, 1)
	}},
	{"Passages get their vectors, step by step", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		source := w.readySource(t, "Copper.", "Iron.", "Brass.")
		site := w.site(t)
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{w.page(site, "One", "Tin.", "Zinc.")}})
		broken := w.queuedSource(t, "broken")
		broken.State = knowledge.Broken
		must(t, w.SaveStep(t.Context(), broken, 0, nil, knowledge.Limits{}))
		begun, err := store.BeginEmbedding(t.Context(), model, 10)
		must(t, err)
		again, err := store.BeginEmbedding(t.Context(), model, 10)
		must(t, err)
		if begun != 2 || again != 0 {
			t.Errorf("%d were begun, then %d", begun, again)
		}
		defer startWorkers(t, store, jobs.Workers{
			ReadSource: func(context.Context, string, string) error { return nil },
			EmbedSource: func(ctx context.Context, tenant, id string) error {
				found, missing, err := store.Missing(ctx, tenant, id, model, 2)
				if err != nil || len(missing) == 0 {
					return err
				}
				vectors := make(map[knowledge.Digest][]float32)
				for _, p := range missing {
					vectors[knowledge.DigestOf(found.Title, p)] = []float32{1, 2, 3}
				}
				return store.KeepVectors(ctx, tenant, id, model, vectors, len(missing) < 2)
			},
		})()
		eventually(t, "all passages have a vector", func() bool {
			return w.current(t, source).Embedded == 3 && w.current(t, site).Embedded == 2
		})
		eventually(t, "nothing is left to do", func() bool {
			return !slices.ContainsFunc(d.Dump(t)["turns"], func(row string) bool { return strings.Contains(row, "embed") })
		})
		if begun, err = store.BeginEmbedding(t.Context(), model, 10); err != nil || begun != 0 {
			t.Errorf("%d were begun in the end, %v", begun, err)
		}
		if begun, err = store.BeginEmbedding(t.Context(), "another/3", 10); err != nil || begun != 2 {
			t.Errorf("for another model %d were begun, %v", begun, err)
		}
	}},
	{"A step that waits of its own accord is not taken for lost", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		source := newWorld(t, store).readySource(t, "Copper.")
		_, err := store.BeginEmbedding(t.Context(), model, 10)
		must(t, err)
		defer startWorkers(t, store, jobs.Workers{EmbedSource: func(context.Context, string, string) error { return busy{} }})()
		until := fmt.Sprint(time.Now().UTC().Add(busy{}.RetryAfter()).Year())
		eventually(t, "its turn says until when it waits", func() bool {
			return slices.ContainsFunc(d.Dump(t)["turns"], func(row string) bool { return strings.Contains(row, source.ID) && strings.Contains(row, until) })
		})
	}},
	{"A run is gone on with until it has ended, and when its job got lost", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		run := w.run(t, 1)
		d.Exec(t, "DELETE FROM river_job")
		d.Exec(t, "DELETE FROM turns")
		defer startWorkers(t, store, jobs.Workers{
			ReadSource: func(context.Context, string, string) error { return nil },
			RunTests: func(ctx context.Context, tenant, bot, id string) error {
				run, err := store.Run(ctx, tenant, bot, id)
				if err != nil {
					return err
				}
				from := run.Done
				run.Results = append(run.Results, improve.Result{Question: w.question("Do nails rust?", 1), Answer: "No."})
				if run.Done++; run.Done == run.Of {
					run.State = improve.Finished
				}
				return store.SaveRun(ctx, tenant, bot, run, from)
			},
		})()
		eventually(t, "the run has ended", func() bool {
			found, err := store.Run(t.Context(), w.tenant.ID, w.bot.ID, run.ID)
			must(t, err)
			return found.State == improve.Finished && len(found.Results) == 2
		})
	}},
	{"A run that cannot be gone on with is given up", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		run := w.run(t, 1)
		d.Exec(t, "UPDATE river_job SET attempt = $1", jobs.Attempts-1)
		givenUp := make(chan string, 1)
		defer startWorkers(t, store, jobs.Workers{
			ReadSource: func(context.Context, string, string) error { return nil },
			RunTests:   func(context.Context, string, string, string) error { return errors.New("the model is away") },
			GiveUpRun: func(_ context.Context, tenant, bot, id string) error {
				givenUp <- tenant + bot + id
				return nil
			},
		})()
		if got := receive(t, givenUp); got != w.tenant.ID+w.bot.ID+run.ID {
			t.Errorf("got %s", got)
		}
	}},
	{"What is due is looked for at the start", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		looked := make(chan struct{}, 1)
		defer startWorkers(t, store, jobs.Workers{
			ReadSource: func(context.Context, string, string) error { return nil },
			Due:        func(context.Context) error { looked <- struct{}{}; return nil },
		})()
		receive(t, looked)
	}},
	{"A page that cannot be read again stays what it was", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		site := w.site(t)
		site.State, site.ReadAt = knowledge.Ready, moment(30)
		must(t, store.Sites().SaveRound(t.Context(), knowledge.Round{Site: site}))
		_, err := store.NextRound(t.Context(), w.tenant.ID, w.bot.ID, site.ID)
		must(t, err)
		d.Exec(t, "UPDATE river_job SET attempt = $1", jobs.Attempts-1)
		defer startJobs(t, store, func(context.Context, string, string) error { return chat.ErrUnavailable })()
		eventually(t, "the site is given up", func() bool {
			found := w.current(t, site)
			return found.State == knowledge.Ready && found.Note != "" && found.Error == ""
		})
	}},
}

// busy is an endpoint that wants to be left alone for a century.
type busy struct{}

func (busy) Error() string             { return "busy" }
func (busy) RetryAfter() time.Duration { return 100 * 365 * 24 * time.Hour }

// readPage does a step of reading a source that has so many pages.
func (w *world) readPage(ctx context.Context, tenant, id string, pages int) error {
	source, err := w.SourceOf(ctx, tenant, id)
	if err != nil || source.State != knowledge.Queued && source.State != knowledge.Reading {
		return err
	}
	from := source.PagesRead
	source.Pages, source.PagesRead, source.Passages, source.State = pages, from+1, from+1, knowledge.Reading
	if source.PagesRead == pages {
		source.State = knowledge.Ready
	}
	return w.SaveStep(ctx, source, from, passages(source, from, "page"), knowledge.Limits{})
}

// awaitReady waits until so many of the tenant's sources are ready.
func (w *world) awaitReady(t testing.TB, sources int) {
	t.Helper()
	eventually(t, "the sources are ready", func() bool {
		ready, err := w.ReadyVersions(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		return len(ready) == sources
	})
}
