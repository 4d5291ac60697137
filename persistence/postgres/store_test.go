package postgres_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/storetest"
	"parley/persistence/testbed"
)

func TestPostgresKeepsWhatEveryStorePromises(t *testing.T) {
	storetest.Run(t, func(t testing.TB) storetest.Database {
		return database{testbed.Postgres(t, testbed.NoSync), options(t)} // the disk is not what is tested
	})
}

func TestWhatRunsAgainAndAgainReadsAnIndex(t *testing.T) {
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	d.Open(t).Close()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	// The tables are empty; this is how large ones are read.
	if _, err := conn.Exec(t.Context(), "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan"); err != nil {
		t.Fatal(err)
	}
	storetest.Plans(t, func(t *testing.T, statement string, args []any) string {
		return strings.Join(rowsOf(t, conn, "EXPLAIN "+statement, firstColumn, args...), "\n")
	})
}

func BenchmarkAppend(b *testing.B) { storetest.BenchmarkAppend(b, durable) }
func BenchmarkOpen(b *testing.B)   { storetest.BenchmarkOpen(b, durable) }

// durable is a database as a user would run it.
func durable(t testing.TB) storetest.Database {
	return database{testbed.Postgres(t), options(t)}
}

// database is one under test.
type database struct {
	url     string
	options postgres.Options
}

func options(t testing.TB) postgres.Options {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)}
}

func (d database) Open(t testing.TB) storetest.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), d.url, d.options)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// connect makes a connection of the test's own.
func (d database) connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func (d database) Exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (d database) Dump(t testing.TB) map[string][]string {
	t.Helper()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	dump := make(map[string][]string)
	for _, table := range rowsOf(t, conn, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", firstColumn) {
		dump[table] = rowsOf(t, conn, "SELECT * FROM "+table+" ORDER BY 1, 2", wholeRow)
	}
	return dump
}

func firstColumn(values []any) string { return values[0].(string) }
func wholeRow(values []any) string    { return fmt.Sprintf("%q", values) }

func rowsOf(t testing.TB, conn *pgx.Conn, query string, format func([]any) string, args ...any) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, format(values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Raw is the dump of all tables: the files of a cluster belong to many tests.
func (d database) Raw(t testing.TB) []byte {
	t.Helper()
	return fmt.Append(nil, d.Dump(t))
}
