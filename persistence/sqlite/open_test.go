package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/persistence/postgres"
	"parley/persistence/seal"
)

func testOptions(t *testing.T) postgres.Options {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return postgres.Options{Master: master}
}

// openFile opens a database without a store above it.
func openFile(t *testing.T) *database {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "a folder? with 100% odd # names")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	d := &database{lock: lock}
	if err := d.open(t.Context(), filepath.Join(dir, fileName), slog.Default()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := os.Stat(filepath.Join(dir, fileName)); err != nil {
		t.Fatalf("the file is elsewhere: %v", err)
	}
	return d
}

func TestACommitIsOnDiskWhenItReturns(t *testing.T) {
	t.Parallel()
	d := openFile(t)
	for pragma, expected := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "10000",
	} {
		var value string
		if err := d.writer.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&value); err != nil || value != expected {
			t.Errorf("%s is %s, %v", pragma, value, err)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	d := openFile(t)
	if _, err := d.Reader().Exec(t.Context(), "CREATE TABLE t (a TEXT)"); err == nil {
		t.Error("they can")
	}
}

func TestAFolderIsOpenOnceAtATime(t *testing.T) {
	t.Parallel()
	dir, options := t.TempDir(), testOptions(t)
	store, err := Open(t.Context(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, options); err == nil || !strings.Contains(err.Error(), "another process has the folder") {
		t.Errorf("got %v", err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	store, err = Open(t.Context(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
}

func TestALockGoesWithItsProcess(t *testing.T) {
	t.Parallel()
	dir, options := t.TempDir(), testOptions(t)
	// The test binary runs this very test again, which holds the folder there.
	if held := os.Getenv("HOLD_FOLDER"); held != "" {
		if _, err := Open(t.Context(), held, options); err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("held\n")
		select {}
	}
	other := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestALockGoesWithItsProcess$")
	other.Env = append(os.Environ(), "HOLD_FOLDER="+dir)
	output, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Read(make([]byte, 5)); err != nil {
		t.Fatalf("the other process did not open it: %v", err)
	}
	if _, err := Open(t.Context(), dir, options); err == nil {
		t.Fatal("both processes have it open")
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	other.Wait()
	store, err := Open(t.Context(), dir, options)
	if err != nil {
		t.Fatal(err)
	}
	store.Close()
}

func TestAFolderThatCannotBeUsedIsNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), file, testOptions(t)); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, fileName), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), broken, testOptions(t)); err == nil || !strings.Contains(err.Error(), broken) {
		t.Errorf("got %v", err)
	}
	lock, err := lockFolder(broken)
	if err != nil {
		t.Fatalf("a folder that could not be opened stays locked: %v", err)
	}
	unlockFolder(lock)
}

func TestValuesComeBackAsTheyWentIn(t *testing.T) {
	t.Parallel()
	d := openFile(t)
	ctx, writer := t.Context(), d.Writer()
	if _, err := writer.Exec(ctx, "CREATE TABLE t (id TEXT PRIMARY KEY, at TIMESTAMPTZ, n BIGINT, yes BOOLEAN, bytes BYTEA, word TEXT)"); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 2, 8, 0, 1, 20_000_000, time.FixedZone("NZDT", 13*3600))
	word := "12" // a number to a column of another affinity
	if _, err := writer.Exec(ctx, "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6)", "1e3", at, int64(1)<<62, true, []byte("0\x00\xff"), &word); err != nil {
		t.Fatal(err)
	}
	var (
		id      string
		readAt  time.Time
		n       int64
		yes     bool
		bytes   []byte
		wordOut *string
	)
	// $2 before $1: arguments are found by number, not by place.
	row := writer.QueryRow(ctx, "SELECT id, at, n, yes, bytes, word FROM t WHERE at = $2 AND id = $1", "1e3", at)
	if err := row.Scan(&id, &readAt, &n, &yes, &bytes, &wordOut); err != nil {
		t.Fatal(err)
	}
	if id != "1e3" || !readAt.Equal(at) || readAt.Location() != time.UTC || n != 1<<62 || !yes || string(bytes) != "0\x00\xff" || *wordOut != "12" {
		t.Errorf("got %q %v %d %v %q %q", id, readAt, n, yes, bytes, *wordOut)
	}
	if _, err := writer.Exec(ctx, "INSERT INTO t VALUES ($1, $2, $3, $4, $5, $6)", "nothing", (*time.Time)(nil), nil, false, []byte(nil), (*string)(nil)); err != nil {
		t.Fatal(err)
	}
	row = d.Reader().QueryRow(ctx, "SELECT id FROM t WHERE at IS NULL AND n IS NULL AND NOT yes AND bytes IS NULL AND word IS NULL")
	if err := row.Scan(&id); err != nil || id != "nothing" {
		t.Errorf("got %q, %v", id, err)
	}
}

func TestErrorsAreThoseOfPostgres(t *testing.T) {
	t.Parallel()
	d := openFile(t)
	ctx, writer := t.Context(), d.Writer()
	for _, statement := range []string{"CREATE TABLE a (id TEXT PRIMARY KEY, u TEXT UNIQUE NOT NULL)", "CREATE TABLE b (a TEXT REFERENCES a (id))", "INSERT INTO a VALUES ('1', '1')"} {
		if _, err := writer.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	for statement, expected := range map[string]pgconn.PgError{
		"INSERT INTO a VALUES ('1', '2')":  {Code: "23505", TableName: "a"},
		"INSERT INTO a VALUES ('2', '1')":  {Code: "23505", TableName: "a"},
		"INSERT INTO a VALUES ('2', NULL)": {Code: "23502", TableName: "a"},
		"UPDATE a SET u = NULL":            {Code: "23502", TableName: "a"},
		"INSERT INTO b VALUES ('3')":       {Code: "23503"}, // it does not say which
	} {
		check := func(err error) {
			t.Helper()
			if said := new(pgconn.PgError); !errors.As(err, &said) || said.Code != expected.Code || said.TableName != expected.TableName {
				t.Errorf("%s: got %v", statement, err)
			}
		}
		_, err := writer.Exec(ctx, statement)
		check(err)
		var id string
		check(writer.QueryRow(ctx, statement+" RETURNING 1").Scan(&id))
	}
	var id string
	if err := d.Reader().QueryRow(ctx, "SELECT id FROM a WHERE id = 'x'").Scan(&id); !errors.Is(err, pgx.ErrNoRows) {
		t.Errorf("no row: got %v", err)
	}
}

func TestABatchIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	d := openFile(t)
	if _, err := d.Writer().Exec(t.Context(), "CREATE TABLE t (a TEXT PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	insert := func(values ...string) *pgx.Batch {
		var batch pgx.Batch
		for _, value := range values {
			batch.Queue("INSERT INTO t VALUES ($1) ON CONFLICT DO NOTHING RETURNING a", value)
		}
		return &batch
	}
	failing := insert("1", "2")
	failing.Queue("INSERT INTO t VALUES ('1')")
	failing.Queue("INSERT INTO t VALUES ('3')")
	for name, read := range map[string]func(pgx.BatchResults){
		"nobody reads": nil,
		"one reads some": func(results pgx.BatchResults) {
			var a string
			if err := results.QueryRow().Scan(&a); err != nil || a != "1" {
				t.Errorf("got %q, %v", a, err)
			}
		},
	} {
		var said *pgconn.PgError
		if err := d.Together(t.Context(), failing, read); !errors.As(err, &said) || said.Code != "23505" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	var got []string
	// A row that is not there is no error of the batch.
	err := d.Together(t.Context(), insert("1", "1", "2"), func(results pgx.BatchResults) {
		for range 2 {
			var a string
			err := results.QueryRow().Scan(&a)
			got = append(got, fmt.Sprintf("%v %s", err, a))
		}
	})
	if err != nil || !slices.Equal(got, []string{"<nil> 1", "no rows in result set "}) {
		t.Errorf("got %q, %v", got, err)
	}
	var n int
	if err := d.Reader().QueryRow(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil || n != 2 {
		t.Errorf("there are %d rows, %v", n, err)
	}
}

func TestATransactionIsWholeOrNothingAndOutlivesItsCaller(t *testing.T) {
	t.Parallel()
	d := openFile(t)
	if _, err := d.Writer().Exec(t.Context(), "CREATE TABLE t (a TEXT)"); err != nil {
		t.Fatal(err)
	}
	count := func() (n int) {
		if err := d.Reader().QueryRow(t.Context(), "SELECT count(*) FROM t").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for round := range 2 { // the second one finds its statement prepared
		ctx, cancel := context.WithCancel(t.Context())
		tx, err := d.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(ctx, "INSERT INTO t VALUES ($1)", "rolled back"); err != nil {
			t.Fatal(err)
		}
		tx.Rollback(ctx)
		tx, err = d.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := tx.Exec(ctx, "INSERT INTO t VALUES ($1)", "kept"); err != nil {
			t.Errorf("the caller went away: %v", err)
		}
		if n := count(); n != round {
			t.Errorf("readers see %d rows before the commit", n)
		}
		if err := tx.Commit(ctx); err != nil {
			t.Fatal(err)
		}
		tx.Rollback(ctx)
		if n := count(); n != round+1 {
			t.Errorf("there are %d rows", n)
		}
	}
	waiting, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Rollback(t.Context())
	impatient, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := d.Begin(impatient); !errors.Is(err, context.DeadlineExceeded) || !d.Away(err) {
		t.Errorf("whoever waits longer than they may gets %v", err)
	}
}
