package backup_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/persistence/backup"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
	"parley/persistence/testbed"
)

// database is a place for a Parley, of either kind.
type database struct {
	name   string
	open   func(ctx context.Context, options postgres.Options) (*postgres.Store, error)
	backup func(ctx context.Context, to io.Writer, master *seal.Master) (backup.Summary, error)
	driver string // of the test's own connections
	source string
	tables string // a query of their names
	own    *sql.DB
}

const program = "test"

func newSQLite(t testing.TB) *database {
	dir := t.TempDir()
	return &database{
		name: "sqlite",
		open: func(ctx context.Context, options postgres.Options) (*postgres.Store, error) {
			return sqlite.Open(ctx, dir, options)
		},
		backup: func(ctx context.Context, to io.Writer, master *seal.Master) (backup.Summary, error) {
			return sqlite.Backup(ctx, dir, to, master, program)
		},
		driver: "sqlite", source: "file:" + filepath.Join(dir, "parley.db") + "?_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)",
		tables: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
	}
}

func newPostgres(t testing.TB) *database {
	url := testbed.Postgres(t, testbed.NoSync)
	return &database{
		name: "postgres",
		open: func(ctx context.Context, options postgres.Options) (*postgres.Store, error) {
			return postgres.Open(ctx, url, options)
		},
		backup: func(ctx context.Context, to io.Writer, master *seal.Master) (backup.Summary, error) {
			return postgres.Backup(ctx, url, to, master, program)
		},
		driver: "pgx", source: url,
		tables: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
	}
}

// kinds are both, for tests that run on each.
var kinds = map[string]func(testing.TB) *database{"sqlite": newSQLite, "postgres": newPostgres}

// handle is the test's own way into the database.
func (d *database) handle(t testing.TB) *sql.DB {
	t.Helper()
	if d.own == nil {
		var err error
		if d.own, err = sql.Open(d.driver, d.source); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.own.Close() })
	}
	return d.own
}

func newMaster(t testing.TB) *seal.Master {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return master
}

func options(master *seal.Master) postgres.Options {
	return postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)}
}

// migrated has a store that is open until the end of the test, as under a server.
func (d *database) migrated(t testing.TB, master *seal.Master) *postgres.Store {
	t.Helper()
	store, err := d.open(t.Context(), options(master))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// restore reads a backup into the database.
func (d *database) restore(t testing.TB, from io.Reader, master *seal.Master, rehearsal bool) (backup.Summary, error) {
	t.Helper()
	store, err := d.open(t.Context(), options(master))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	return store.Restore(t.Context(), from, rehearsal)
}

// column is one of the catalogue.
type column struct {
	name, kind string
	null       bool
}

func (d *database) columns(t testing.TB, table string) (all []column) {
	t.Helper()
	query := "SELECT name, lower(type), \"notnull\" = 0 AND pk = 0 FROM pragma_table_info($1) ORDER BY name"
	if d.name == "postgres" {
		query = "SELECT column_name, data_type, is_nullable = 'YES' FROM information_schema.columns WHERE table_name = $1 ORDER BY column_name"
	}
	rows, err := d.handle(t).QueryContext(t.Context(), query, table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.kind, &c.null); err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func (d *database) allTables(t testing.TB) (names []string) {
	t.Helper()
	rows, err := d.handle(t).QueryContext(t.Context(), d.tables)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// kept are the tables that a backup must have.
func (d *database) kept(t testing.TB) []string {
	return slices.DeleteFunc(d.allTables(t), func(name string) bool { return backup.LeftOut[name] != "" })
}

// texts are what a text may be. Each row appends its number, so that all differ.
var texts = []string{"", `\N`, "null", "a\tb\nc\r", "zwölf 🦔", `"quoted" 'twice' \x00`, " and spaces ", "<b>&amp;"}

// fill gives each table rows that differ, and that refer to each other: row n of every table has the same texts.
func (d *database) fill(t testing.TB, rows int) {
	t.Helper()
	handle := d.handle(t)
	var waiting []string
	for left := d.kept(t); len(left) > 0; left = waiting {
		waiting = nil
		for _, table := range left {
			if table == "platform_keys" { // Migrate has filled it
				continue
			}
			if table == revocationVersion {
				d.exec(t, "UPDATE "+table+" SET version = 7")
				continue
			}
			if err := d.fillTable(t, handle, table, rows); err != nil {
				waiting = append(waiting, table) // what it refers to is not there yet
				if len(waiting) == len(left) {
					t.Fatalf("fill %s: %v", table, err)
				}
			}
		}
	}
}

func (d *database) fillTable(t testing.TB, handle *sql.DB, table string, rows int) error {
	t.Helper()
	columns := d.columns(t, table)
	tx, err := handle.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	for n := range rows {
		var names, places []string
		var values []any
		for i, c := range columns {
			names, places = append(names, c.name), append(places, fmt.Sprintf("$%d", i+1))
			values = append(values, d.value(t, table, c, n))
		}
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO "+table+" ("+strings.Join(names, ", ")+") VALUES ("+strings.Join(places, ", ")+")", values...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func (d *database) value(t testing.TB, table string, c column, n int) any {
	if c.null && n%3 == 0 {
		return nil
	}
	switch c.kind {
	case "text":
		if table == "sources" && c.name == "state" {
			return []string{"queued", "reading", "ready", "failed"}[n%4]
		}
		return fmt.Sprintf("%s%d", texts[n%len(texts)], n)
	case "bytea":
		if n%5 == 4 && !strings.Contains(c.name, "hash") && c.name != "term" {
			return []byte{}
		}
		return []byte{0, 0xff, '\\', byte(n), byte(n >> 8)}
	case "bigint":
		if n == 1 {
			return int64(1<<63 - 1)
		}
		return int64(n)
	case "boolean":
		return n%2 == 0
	case "timestamp with time zone":
		return moment(n)
	case "timestamptz":
		return moment(n).Format(layout)
	}
	t.Fatalf("%s.%s is of type %s: teach this test to fill it", table, c.name, c.kind)
	return nil
}

const layout = "2006-01-02T15:04:05.000Z"

func moment(n int) time.Time {
	return time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC).Add(time.Duration(n) * 1001 * time.Millisecond)
}

// dump reads all rows of the tables that a backup must have, alike for both kinds.
func (d *database) dump(t testing.TB) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	for _, table := range d.kept(t) {
		if table != revocationVersion {
			all[table] = d.rows(t, table)
		}
	}
	return all
}

// revocationVersion is the table of the one count that goes on from elsewhere after a restore.
const revocationVersion = "revocation_version"

func (d *database) rows(t testing.TB, table string) (all []string) {
	t.Helper()
	columns := d.columns(t, table)
	var names []string
	for _, c := range columns {
		names = append(names, c.name)
	}
	rows, err := d.handle(t).QueryContext(t.Context(), "SELECT "+strings.Join(names, ", ")+" FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		values, places := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			t.Fatal(err)
		}
		for i, value := range values {
			switch v := value.(type) {
			case time.Time:
				values[i] = v.UTC().Format(layout)
			case []byte: // SQLite's driver has no other empty one than nil, which is not null
				values[i] = append([]byte{}, v...)
			case int64:
				if columns[i].kind == "boolean" {
					values[i] = v != 0
				}
			}
		}
		all = append(all, fmt.Sprintf("%#v", values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

func (d *database) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := d.handle(t).ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}
