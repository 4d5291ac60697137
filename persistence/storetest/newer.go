package storetest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Newer copies the migrations of a folder and adds one, as the next version of the program may bring it: each
// table gets a column that rows of older programs leave empty, there is a new table, and a new index of one that is in use.
// It returns the folder of the copy.
func Newer(t testing.TB, migrations string) string {
	t.Helper()
	return withMigrations(t, migrations, func(tables []string) map[string]string {
		var columns strings.Builder
		for _, table := range tables {
			fmt.Fprintf(&columns, "ALTER TABLE %s ADD COLUMN of_next_version TEXT;\n", table)
		}
		return map[string]string{
			"90001_next.sql": "-- +goose Up\n" + columns.String() + "CREATE TABLE next_version (id TEXT PRIMARY KEY, tenant TEXT NOT NULL REFERENCES tenants (id));\n",
			"90002_next_index.sql": "-- +goose NO TRANSACTION\n-- +goose Up\nDROP INDEX CONCURRENTLY IF EXISTS events_of_next_version;\n" +
				"CREATE INDEX CONCURRENTLY events_of_next_version ON events (at);\n",
		}
	})
}

// TooNew copies the migrations of a folder and adds one that takes away what this program uses.
func TooNew(t testing.TB, migrations string) string {
	t.Helper()
	return withMigrations(t, migrations, func([]string) map[string]string {
		return map[string]string{
			"90001_next.sql":     "-- +goose Up\nCREATE TABLE next_version (id TEXT PRIMARY KEY);\n",
			"90002_contract.sql": "-- +goose Up\nDROP TABLE traces;\nUPDATE schema_floor SET version = 90001 WHERE id = 1;\n",
		}
	})
}

func withMigrations(t testing.TB, migrations string, more func(tables []string) map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	paths, err := filepath.Glob(filepath.Join(migrations, "*.sql"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("found %d migrations, %v", len(paths), err)
	}
	var tables []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(filepath.Base(path), string(text))
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for _, found := range regexp.MustCompile(`(?m)^(CREATE|DROP) TABLE (?:IF EXISTS )?(\w+)`).FindAllStringSubmatch(up, -1) {
			tables = slices.DeleteFunc(tables, func(table string) bool { return table == found[2] })
			if found[1] == "CREATE" {
				tables = append(tables, found[2])
			}
		}
	}
	for name, text := range more(tables) {
		write(name, text)
	}
	return dir
}
