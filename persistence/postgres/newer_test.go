package postgres_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"parley/persistence/postgres"
	"parley/persistence/storetest"
	"parley/persistence/testbed"
)

const migrations = "migrations"

// newer is a database that the next version of the program migrated while this one had it open.
type newer struct {
	database
	migrations string
	once       *sync.Once
}

func (n newer) Open(t testing.TB) storetest.Store {
	t.Helper()
	store := n.database.Open(t)
	n.once.Do(func() {
		if err := postgres.MigrateTo(t.Context(), n.url, n.options, os.DirFS(n.migrations)); err != nil {
			t.Fatal(err)
		}
	})
	return store
}

func TestADatabaseOfTheNextVersionKeepsWhatEveryStorePromises(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Database {
		return newer{database{testbed.Postgres(t, testbed.NoSync), options(t)}, storetest.Newer(t, migrations), new(sync.Once)}
	})
}

func TestThatADatabaseIsNewerIsLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	d.options.Logger = slog.New(slog.NewTextHandler(&log, nil))
	d.Open(t).Close()
	before := log.String()
	if err := postgres.MigrateTo(t.Context(), d.url, d.options, os.DirFS(storetest.Newer(t, migrations))); err != nil {
		t.Fatal(err)
	}
	log.Reset()
	d.Open(t).Close()
	if strings.Contains(before, "newer") || strings.Count(log.String(), "newer") != 1 || !strings.Contains(log.String(), "database=90002") {
		t.Errorf("it said %q, and then %q", before, log.String())
	}
}

func TestADatabaseThatLostWhatAProgramNeedsIsRefusedInWords(t *testing.T) {
	t.Parallel()
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	if err := postgres.MigrateTo(t.Context(), d.url, d.options, os.DirFS(storetest.TooNew(t, migrations))); err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), d.url, d.options)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	schema, err := store.Schema(t.Context())
	if err != nil || schema.Database != 90002 || schema.Floor != 90001 || schema.Program >= 90001 {
		t.Errorf("got %+v, %v", schema, err)
	}
	err = store.Migrate(t.Context())
	if tooNew := (postgres.TooNew{}); !errors.As(err, &tooNew) || tooNew.Schema != schema {
		t.Fatalf("got %v", err)
	}
	for _, word := range []string{"migration 90002", "migration 90001", fmt.Sprintf("after %d", schema.Program), "newer version"} {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

// The migrations have an index that is built concurrently: it would wait for whoever waits inside of Postgres.
func TestNodesThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	dir := os.DirFS(storetest.Newer(t, migrations))
	var nodes sync.WaitGroup
	for range 4 {
		nodes.Go(func() {
			if err := postgres.MigrateTo(t.Context(), d.url, d.options, dir); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	if twice := rowsOf(t, conn, "SELECT version_id FROM schema_migrations GROUP BY 1 HAVING COUNT(*) > 1", wholeRow); len(twice) > 0 {
		t.Errorf("applied more than once: %v", twice)
	}
	if unusable := rowsOf(t, conn, "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid", firstColumn); len(unusable) > 0 {
		t.Errorf("cannot be used: %v", unusable)
	}
}

// A migration that waits for a table lets those go ahead who come after it, and gets it in the end.
func TestAMigrationDoesNotHoldUpWhoeverUsesATable(t *testing.T) {
	t.Parallel()
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	store := d.Open(t)
	defer store.Close()
	reader := d.connect(t)
	defer reader.Close(t.Context())
	if _, err := reader.Exec(t.Context(), "BEGIN; SELECT * FROM tenants"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		done <- postgres.MigrateTo(t.Context(), d.url, d.options, os.DirFS(storetest.Newer(t, migrations)))
	}()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	waiting := "SELECT 'yes' FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE tenants%'"
	await(t, func() bool { return len(rowsOf(t, conn, waiting, firstColumn)) > 0 })
	registered(t, store) // after two seconds
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	if _, err := reader.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
