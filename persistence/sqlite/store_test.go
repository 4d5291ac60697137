package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/knowledge/index"
	"parley/persistence/jobs"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
	"parley/persistence/storetest"
)

func TestSQLiteKeepsWhatEveryStorePromises(t *testing.T) {
	f := folder{t.TempDir(), options(t)}
	f.Open(t).Close()
	storetest.Run(t, f.copies)
}

// The suite allows for the time after which any database gives a job up; here
// the lock on the folder tells at once that its process is gone.
func TestAJobOfAKilledProcessGoesOnAtOnce(t *testing.T) {
	f := newFolder(t)
	store := f.Open(t)
	defer store.Close()
	source := storetest.QueuedSource(t, store)
	f.Exec(t, "UPDATE river_job SET state = 'running', attempt = 1, attempted_at = $1", time.Now().UTC())
	f.Exec(t, "INSERT INTO river_leader (elected_at, expires_at, leader_id, name) VALUES ($1, $2, 'killed', 'default')",
		time.Now().UTC(), time.Now().UTC().Add(time.Hour))
	again := make(chan string, 1)
	stop, err := store.StartJobs(t.Context(), jobs.Workers{ReadSource: func(_ context.Context, _, source string) error {
		again <- source
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer stop(context.Background())
	select {
	case got := <-again:
		if got != source.ID {
			t.Errorf("got %s", got)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it did not")
	}
}

func TestWhatRunsAgainAndAgainReadsAnIndex(t *testing.T) {
	f := folder{t.TempDir(), options(t)}
	f.Open(t).Close()
	handle := f.handle(t)
	defer handle.Close()
	storetest.Plans(t, func(t *testing.T, statement string, args []any) string {
		rows, err := handle.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var plan strings.Builder
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			plan.WriteString(detail + "\n")
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return plan.String()
	})
}

func TestTheMasterKeyOfAFolderChangesWhileItIsUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	with := func(master *seal.Master) postgres.Options {
		return postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)}
	}
	storetest.Rotation(t, func(master *seal.Master) (*postgres.Store, error) {
		store, err := sqlite.Open(t.Context(), dir, with(master))
		if err != nil {
			return nil, err
		}
		if err := store.Migrate(t.Context()); err != nil {
			return nil, errors.Join(err, store.Close())
		}
		return store, nil
	}, func(master *seal.Master) (*postgres.Store, error) {
		return sqlite.OpenBeside(t.Context(), dir, with(master))
	})
}

func BenchmarkAppend(b *testing.B) { storetest.BenchmarkAppend(b, newFolder) }
func BenchmarkOpen(b *testing.B)   { storetest.BenchmarkOpen(b, newFolder) }
func BenchmarkInbox(b *testing.B)  { storetest.BenchmarkInbox(b, newFolder) }
func BenchmarkText(b *testing.B)   { storetest.BenchmarkText(b, newFolder) }
func BenchmarkLoad(b *testing.B)   { storetest.BenchmarkLoad(b, newFolder) }
func BenchmarkLedger(b *testing.B) { storetest.BenchmarkLedger(b, newFolder) }
func BenchmarkFacts(b *testing.B)  { storetest.BenchmarkFacts(b, newFolder) }

// folder is a database under test.
type folder struct {
	path    string
	options postgres.Options
}

func newFolder(t testing.TB) storetest.Database {
	return folder{t.TempDir(), options(t)}
}

func options(t testing.TB) postgres.Options {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler), Texts: index.Texts{}}
}

// copies makes another folder like this one, which nobody has open: to copy one takes a hundredth of what its migrations take.
func (f folder) copies(t testing.TB) storetest.Database {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(f.path)); err != nil {
		t.Fatal(err)
	}
	return folder{dir, f.options}
}

func (f folder) Open(t testing.TB) storetest.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), f.path, f.options)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// handle is a connection of the test's own to the file.
func (f folder) handle(t testing.TB) *sql.DB {
	t.Helper()
	handle, err := sql.Open("sqlite", "file:"+filepath.Join(f.path, "parley.db")+"?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	return handle
}

func (f folder) Exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	handle := f.handle(t)
	defer handle.Close()
	for i, arg := range args {
		if at, ok := arg.(time.Time); ok {
			args[i] = at.Format("2006-01-02 15:04:05.000") // as river writes it; ours compares alike
		}
	}
	if _, err := handle.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (f folder) Dump(t testing.TB) map[string][]string {
	t.Helper()
	handle := f.handle(t)
	defer handle.Close()
	dump := make(map[string][]string)
	for _, table := range column(t, handle, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
		dump[table] = rowsOf(t, handle, table)
	}
	return dump
}

func column(t testing.TB, handle *sql.DB, query string) []string {
	t.Helper()
	rows, err := handle.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			t.Fatal(err)
		}
		all = append(all, value)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func rowsOf(t testing.TB, handle *sql.DB, table string) []string {
	t.Helper()
	rows, err := handle.QueryContext(t.Context(), "SELECT * FROM "+table+" ORDER BY 1, 2")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%q", values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Raw reads every file of the folder, the write-ahead log included.
func (f folder) Raw(t testing.TB) []byte {
	t.Helper()
	var raw []byte
	entries, err := os.ReadDir(f.path)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(f.path, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, content...)
	}
	return raw
}
