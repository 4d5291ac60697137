package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
)

// patience is how long a test waits for a job.
const patience = 30 * time.Second

var jobTests = []aloneTest{
	{"A submitted source is read at once, step by step", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		steps := make(chan knowledge.Source, 10)
		defer startJobs(t, store, func(ctx context.Context, tenant, id string) error {
			source, err := store.SourceOf(ctx, tenant, id)
			if err != nil {
				return err
			}
			from := source.PagesRead
			source.Pages, source.PagesRead, source.State = 3, from+1, knowledge.Reading
			if source.PagesRead == source.Pages {
				source.State = knowledge.Ready
			}
			err = store.SaveStep(ctx, source, from, passages(source, from, "page"), knowledge.Limits{})
			steps <- source
			return err
		})()
		begin := time.Now()
		source := w.queuedSource(t, "original")
		for page := 1; page <= 3; page++ {
			if got := receive(t, steps); got.ID != source.ID || got.PagesRead != page {
				t.Fatalf("step %d was %+v", page, got)
			}
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("three steps took %s", took)
		}
		found, read, err := store.SourcePassages(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		if found.State != knowledge.Ready || len(read) != 3 {
			t.Errorf("got %+v with %d passages", found, len(read))
		}
	}},
	{"A submission that is refused enqueues nothing", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		source := w.queuedSource(t, "original")
		want(t, store.Submit(t.Context(), source), chat.ErrNotFound)
		source.State = knowledge.Reading
		want(t, store.SaveStep(t.Context(), source, 5, nil, knowledge.Limits{}), chat.ErrFenced)
		if n := len(d.Dump(t)["river_job"]); n != 1 {
			t.Errorf("there are %d jobs", n)
		}
	}},
	{"A job that a shutdown interrupts goes on at the next start", func(t *testing.T, d Database) {
		store := d.Open(t)
		w := newWorld(t, store)
		running := make(chan string)
		stop := startJobs(t, store, func(ctx context.Context, _, source string) error {
			running <- source
			<-ctx.Done()
			return ctx.Err()
		})
		source := w.queuedSource(t, "original")
		if got := receive(t, running); got != source.ID {
			t.Fatalf("got %s", got)
		}
		stop()
		must(t, store.Close())

		store = d.Open(t)
		defer store.Close()
		again := make(chan string, 1)
		defer startJobs(t, store, func(_ context.Context, _, source string) error {
			again <- source
			return nil
		})()
		if got := receive(t, again); got != source.ID {
			t.Errorf("got %s", got)
		}
	}},
	{"A job whose process was killed is done by another", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		source := newWorld(t, store).queuedSource(t, "original")
		// What a process leaves that was killed two minutes ago.
		d.Exec(t, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = $1", longAgo())
		again := make(chan string, 1)
		defer startJobs(t, store, func(_ context.Context, _, source string) error {
			again <- source
			return nil
		})()
		if got := receive(t, again); got != source.ID {
			t.Errorf("got %s", got)
		}
	}},
	{"A source whose last attempt fails says so", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		source := newWorld(t, store).queuedSource(t, "original")
		d.Exec(t, "UPDATE river_job SET attempt = $1", jobs.Attempts-1)
		broken, err := failingJobs(t, store, errors.New("the network is down"))
		must(t, err)
		if broken.ID != source.ID || broken.State != knowledge.Broken || broken.Error == "" {
			t.Errorf("got %+v", broken)
		}
	}},
	{"A source whose last attempt panics says so", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		source := w.queuedSource(t, "original")
		d.Exec(t, "UPDATE river_job SET attempt = $1", jobs.Attempts-1)
		defer startJobs(t, store, func(context.Context, string, string) error { panic("out of range") })()
		w.awaitBroken(t, source.ID)
	}},
	{"A source whose last attempt was killed says so", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		source := w.queuedSource(t, "original")
		d.Exec(t, "UPDATE river_job SET state = 'available', attempt = $1", jobs.Attempts)
		defer startJobs(t, store, func(context.Context, string, string) error {
			t.Error("it was read once more")
			return nil
		})()
		w.awaitBroken(t, source.ID)
	}},
	{"An upload that never ended is swept at start, and one that goes on is not", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		abandoned := w.newSource(t) // weeks ago
		recent := knowledge.Source{ID: chat.NewID(chat.SourcePrefix), Tenant: w.tenant.ID, Bot: w.bot.ID, Kind: knowledge.KindFile}
		must(t, store.CreateSource(t.Context(), recent, knowledge.Limits{}))
		ended := w.signIn(t)
		d.Exec(t, "UPDATE sessions SET expires_at = $1", longAgo())
		defer startJobs(t, store, func(context.Context, string, string) error { return nil })()
		eventually(t, "the abandoned upload is gone", func() bool {
			_, err := store.SourceOf(t.Context(), w.tenant.ID, abandoned.ID)
			_, gone := store.Session(t.Context(), ended.ID)
			return errors.Is(err, chat.ErrNotFound) && errors.Is(gone, chat.ErrNotFound)
		})
		_, err := store.SourceOf(t.Context(), w.tenant.ID, recent.ID)
		must(t, err)
	}},
	{"A source whose job got lost is read all the same", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		source := newWorld(t, store).queuedSource(t, "original")
		d.Exec(t, "DELETE FROM river_job")
		d.Exec(t, "UPDATE turns SET since = $1", hourAgo())
		read := make(chan string, 1)
		defer startJobs(t, store, func(_ context.Context, _, source string) error {
			read <- source
			return nil
		})()
		if got := receive(t, read); got != source.ID {
			t.Errorf("got %s", got)
		}
	}},
}

// QueuedSource returns a source of a new tenant that waits to be read.
func QueuedSource(t testing.TB, store Store) knowledge.Source {
	t.Helper()
	return newWorld(t, store).queuedSource(t, "original")
}

// startJobs starts workers that read sources, and returns what stops them.
func startJobs(t testing.TB, store Store, read func(ctx context.Context, tenant, source string) error) (stop func()) {
	t.Helper()
	return startWorkers(t, store, jobs.Workers{ReadSource: read})
}

func startWorkers(t testing.TB, store Store, workers jobs.Workers) (stop func()) {
	t.Helper()
	end, err := store.StartJobs(t.Context(), workers)
	if err != nil {
		t.Fatalf("start jobs: %v", err)
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := end(ctx); err != nil {
			t.Errorf("stop jobs: %v", err)
		}
	}
}

// failingJobs runs workers that fail with an error until one job did, and
// returns its source as it then is.
func failingJobs(t testing.TB, store Store, failure error) (knowledge.Source, error) {
	t.Helper()
	type job struct{ tenant, source string }
	failed := make(chan job, 10)
	stop := startJobs(t, store, func(_ context.Context, tenant, source string) error {
		failed <- job{tenant, source}
		return failure
	})
	j := receive(t, failed)
	stop() // waits for what follows from the failure
	return store.SourceOf(t.Context(), j.tenant, j.source)
}

func (w *world) awaitBroken(t testing.TB, source string) {
	t.Helper()
	eventually(t, "the source is broken", func() bool {
		found, err := w.SourceOf(t.Context(), w.tenant.ID, source)
		must(t, err)
		return found.State == knowledge.Broken && found.Error != ""
	})
}

// hourAgo is before anything that is not lost was heard of.
func hourAgo() time.Time { return time.Now().UTC().Add(-time.Hour).Truncate(time.Millisecond) }

// longAgo is when a job began that counts as lost.
func longAgo() time.Time { return time.Now().UTC().Add(-2 * time.Minute).Truncate(time.Millisecond) }

func receive[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing happened")
		panic("unreachable")
	}
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("it did not happen that %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
