package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/chat"
	"parley/persistence/jobs"
	"parley/persistence/postgres"
	"parley/persistence/storetest"
	"parley/persistence/testbed"
)

// All connections have prepared the statement: one says so, and the others are not asked.
func TestAColumnOfAnotherTypeFailsOneStatementAndNotOneOfEachConnection(t *testing.T) {
	t.Parallel()
	const connections = 4
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	d.Open(t).Close()
	store, err := postgres.Open(t.Context(), fmt.Sprintf("%s&pool_max_conns=%d", d.url, connections), d.options)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	tenant := registered(t, store)
	bot := chat.Bot{ID: chat.NewID(chat.BotPrefix), Tenant: tenant, Name: "Nail finder", Version: 1}
	if err := store.CreateBot(t.Context(), bot); err != nil {
		t.Fatal(err)
	}
	conn, observer := d.connect(t), d.connect(t) // within a transaction, what others do stands still
	defer conn.Close(t.Context())
	defer observer.Close(t.Context())
	exec := func(statement string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	// together asks on all connections at a time, by making each wait, and returns how many failed.
	together := func() (failed int) {
		exec("BEGIN")
		exec("LOCK TABLE bots")
		errs := make(chan error, connections)
		for range connections {
			go func() {
				_, err := store.BotTenant(t.Context(), bot.ID)
				errs <- err
			}()
		}
		waiting := "SELECT 'yes' FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
		await(t, func() bool { return len(rowsOf(t, observer, waiting, firstColumn)) == connections })
		exec("COMMIT")
		for range connections {
			if err := <-errs; err != nil {
				t.Log(err)
				failed++
			}
		}
		return failed
	}
	if failed := together(); failed > 0 {
		t.Fatalf("%d of %d failed before", failed, connections)
	}
	exec("ALTER TABLE bots ALTER COLUMN tenant TYPE VARCHAR")
	if _, err := store.BotTenant(t.Context(), bot.ID); !errors.Is(err, chat.ErrUnavailable) {
		t.Fatalf("the first got %v", err)
	}
	if failed := together(); failed > 0 {
		t.Errorf("%d of %d failed after the first", failed, connections)
	}
}

// After a failover, connections to the old server may live on, which may only be read.
func TestConnectionsToAServerThatMayOnlyBeReadAreGivenUp(t *testing.T) {
	t.Parallel()
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	d.Open(t).Close()
	readOnly := func(setting string) {
		conn := d.connect(t)
		defer conn.Close(t.Context())
		name := conn.Config().Database
		for _, statement := range []string{"SET default_transaction_read_only = off", "ALTER DATABASE " + name + " SET default_transaction_read_only = " + setting} {
			if _, err := conn.Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	readOnly("on") // for those who connect from now on
	store, err := postgres.Open(t.Context(), d.url, d.options)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	lead := func() error {
		_, err := store.Lead(t.Context(), "sweep", "nod_a", time.Hour)
		return err
	}
	if err := lead(); !errors.Is(err, chat.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
	readOnly("off")
	tries := 1
	await(t, func() bool { tries++; return lead() == nil })
	if tries > 3 {
		t.Errorf("it took %d tries", tries)
	}
}

func TestJobsGoOnWhenPostgresIsBack(t *testing.T) {
	t.Parallel()
	server := testbed.PostgresServer(t, testbed.NoSync)
	store := database{server.URL(), options(t)}.Open(t)
	defer store.Close()
	var mu sync.Mutex
	read := make(map[string]bool)
	stop, err := store.StartJobs(t.Context(), jobs.Workers{ReadSource: func(_ context.Context, _, source string) error {
		mu.Lock()
		defer mu.Unlock()
		read[source] = true
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(context.Background())
	for _, restart := range []func(testing.TB){nil, server.Stop, server.Kill} {
		if restart != nil {
			restart(t)
			server.Start(t)
			await(t, func() bool { return store.Ping(t.Context()) == nil })
		}
		source := storetest.QueuedSource(t, store)
		begun := time.Now()
		await(t, func() bool {
			mu.Lock()
			defer mu.Unlock()
			return read[source.ID]
		})
		t.Logf("read after %v", time.Since(begun).Round(time.Millisecond))
	}
}
