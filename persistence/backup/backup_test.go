package backup_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/persistence/backup"
	"parley/persistence/seal"
)

// taken is a backup of a filled database that is in use.
func taken(t testing.TB, d *database, master *seal.Master, rows int) ([]byte, backup.Summary) {
	t.Helper()
	d.migrated(t, master)
	d.fill(t, rows)
	var file bytes.Buffer
	summary, err := d.backup(t.Context(), &file, master)
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes(), summary
}

// common is the backup of tests that do not need one of their own.
var common struct {
	sync.Once
	file   []byte
	master *seal.Master
}

func aBackup(t testing.TB) ([]byte, *seal.Master) {
	t.Helper()
	common.Do(func() {
		master := newMaster(t)
		common.file, _ = taken(t, newSQLite(t), master, 8)
		common.master = master
	})
	if common.master == nil {
		t.Fatal("another test could not make the backup")
	}
	return common.file, common.master
}

func TestABackupRestoresEveryRowIntoTheOtherDatabaseAndBack(t *testing.T) {
	t.Parallel()
	for name, ways := range map[string][3]func(testing.TB) *database{
		"from SQLite": {newSQLite, newPostgres, newSQLite}, "from Postgres": {newPostgres, newSQLite, newPostgres},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, master := ways[0](t), newMaster(t)
			file, summary := taken(t, source, master, 24)
			before := source.dump(t)
			for i, newTarget := range ways[1:] {
				target := newTarget(t)
				restored, err := target.restore(t, bytes.NewReader(file), master, false)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(summary, restored); diff != "" {
					t.Errorf("the restore into %s read something else (-backup +restore):\n%s", target.name, diff)
				}
				if diff := cmp.Diff(before, target.dump(t)); diff != "" {
					t.Errorf("rows in %s differ (-before +after):\n%s", target.name, diff)
				}
				if got, want := target.rows(t, revocationVersion), []string{fmt.Sprintf("[]interface {}{1, %d}", 7+1_000_000*(i+1))}; !slices.Equal(got, want) {
					t.Errorf("revocations count from %s, want %s", got, want)
				}
				if _, err := target.restore(t, bytes.NewReader(file), master, false); !errors.Is(err, backup.ErrNotEmpty) {
					t.Errorf("restored twice: %v", err)
				}
				if diff := cmp.Diff(before, target.dump(t)); diff != "" {
					t.Errorf("the second restore changed %s (-before +after):\n%s", target.name, diff)
				}
				var next bytes.Buffer
				if summary, err = target.backup(t.Context(), &next, master); err != nil {
					t.Fatal(err)
				}
				file = next.Bytes()
				target.migrated(t, master) // a server can start on it
			}
		})
	}
}

func TestARestoreThatWasKilledAmongTheMigrationsOfJobsDoesNotHinderTheNext(t *testing.T) {
	t.Parallel()
	tables, err := backup.Describe([]backup.FoundColumn{{Table: "river_client", Name: "created_at", Type: "timestamp"}, {Table: "bots", Name: "id", Type: "text"}},
		[]backup.Reference{{From: "river_client_queue", To: "river_client"}}, map[string]backup.Kind{"text": backup.Text})
	if err != nil || len(tables) != 1 || tables[0].Name != "bots" {
		t.Errorf("got %v, %v", tables, err)
	}
}

func TestEveryTableIsInABackupOrLeftOutForAReason(t *testing.T) {
	t.Parallel()
	left := maps.Clone(backup.LeftOut)
	for name, kind := range kinds {
		d, master := kind(t), newMaster(t)
		d.migrated(t, master)
		for table := range backup.Begun {
			if len(d.rows(t, table)) == 0 {
				t.Errorf("%s: no migration puts a row into %s", name, table)
			}
		}
		d.fill(t, 3)
		summary, err := d.backup(t.Context(), io.Discard, master)
		if err != nil {
			t.Fatal(err)
		}
		var inBackup []string
		for _, table := range summary.Header.Tables {
			inBackup = append(inBackup, table.Name)
			if summary.Rows[table.Name] == 0 {
				t.Errorf("%s: no row of %s is in the backup", name, table.Name)
			}
			var columns, inDatabase []string
			for _, c := range table.Columns {
				columns = append(columns, c.Name)
			}
			for _, c := range d.columns(t, table.Name) {
				inDatabase = append(inDatabase, c.name)
			}
			slices.Sort(columns)
			if diff := cmp.Diff(inDatabase, columns); diff != "" {
				t.Errorf("%s: columns of %s (-database +backup):\n%s", name, table.Name, diff)
			}
		}
		for _, table := range d.allTables(t) {
			if reason := backup.LeftOut[table]; (reason != "") == slices.Contains(inBackup, table) {
				t.Errorf("%s: %s must be in the backup or have a reason not to be: %q", name, table, reason)
			}
			delete(left, table)
		}
	}
	if len(left) > 0 {
		t.Errorf("tables that do not exist are left out: %v", left)
	}
}

func TestARehearsalReadsSourcesToTheirEndAndReachesNobody(t *testing.T) {
	t.Parallel()
	file, master := aBackup(t)
	for name, kind := range kinds {
		d := kind(t)
		if _, err := d.restore(t, bytes.NewReader(file), master, true); err != nil {
			t.Fatal(err)
		}
		for what, want := range map[string]int{
			"sources WHERE state IN ('queued', 'reading')":                 4,
			"river_job WHERE kind = 'read_source' AND state = 'available'": 4,
			"outbox":          0,
			"mails":           0,
			"billing_notices": 8,
			"billing_notices WHERE due_at IS NOT NULL": 0,
			"webhooks":               8,
			"webhooks WHERE enabled": 0,
		} {
			var got int
			if err := d.handle(t).QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+what).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s: %d %s, want %d", name, got, what, want)
			}
		}
	}
}

// Whatever byte is changed and wherever the file ends: it is refused, and nothing is restored of it.
func TestADamagedFileIsRefused(t *testing.T) {
	t.Parallel()
	file, master := aBackup(t)
	changed := func(at int) []byte {
		for ; ; at++ { // until it says something else: deflate has several ways to say the same, and skips bits between its blocks
			copied := bytes.Clone(file)
			copied[at] ^= 0xff
			if !bytes.Equal(unpacked(copied), unpacked(file)) {
				return copied
			}
		}
	}
	files := map[string][]byte{"empty": nil, "text": []byte("-- a dump of another program\n"), "goes on": append(bytes.Clone(file), "more"...)}
	for part := 1; part < 16; part++ {
		files[fmt.Sprintf("cut off at %d/16", part)] = file[:len(file)*part/16]
		files[fmt.Sprintf("changed at %d/16", part)] = changed(len(file) * part / 16)
	}
	files["cut off by a byte"] = file[:len(file)-1]
	files["changed at its end"] = changed(len(file) - 1)
	for name, kind := range kinds {
		d := kind(t)
		for what, content := range files {
			if _, err := backup.Check(bytes.NewReader(content), nil); err == nil || !strings.Contains(err.Error(), "not a whole backup") {
				t.Errorf("a file that is %s: %v", what, err)
			}
			if !slices.Contains([]string{"cut off at 15/16", "changed at 8/16", "goes on"}, what) {
				continue // a restore reads as Check does
			}
			if _, err := d.restore(t, bytes.NewReader(content), master, false); err == nil {
				t.Fatalf("%s: a file that is %s was restored", name, what)
			}
		}
		if _, err := d.restore(t, bytes.NewReader(file), master, false); err != nil { // it is still empty
			t.Errorf("%s: %v", name, err)
		}
	}
}

// unpacked is what a file says, as far as it can be read.
func unpacked(file []byte) []byte {
	packed, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil
	}
	content, err := io.ReadAll(packed)
	if err != nil {
		return nil
	}
	return content
}

func TestAnotherMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	file, master := aBackup(t)
	other := newMaster(t)
	if _, err := backup.Check(bytes.NewReader(file), master); err != nil {
		t.Error(err)
	}
	if _, err := backup.Check(bytes.NewReader(file), other); !errors.Is(err, backup.ErrKey) {
		t.Errorf("checked with another key: %v", err)
	}
	for name, kind := range kinds {
		d := kind(t)
		if _, err := d.restore(t, bytes.NewReader(file), other, false); !errors.Is(err, backup.ErrKey) {
			t.Errorf("%s: restored with another key: %v", name, err)
		}
		if tables := d.allTables(t); len(tables) > 0 {
			t.Errorf("%s: it made %v before it refused", name, tables)
		}
	}
	source := newSQLite(t)
	source.migrated(t, master)
	if _, err := source.backup(t.Context(), io.Discard, other); err == nil || !strings.Contains(err.Error(), "PARLEY_KEY") {
		t.Errorf("backed up with another key: %v", err)
	}
}

// Where a server was started there is a key that it has in memory, even if nobody registered.
func TestADatabaseThatAServerWasStartedOnIsNotEmpty(t *testing.T) {
	t.Parallel()
	file, master := aBackup(t)
	for name, kind := range kinds {
		d := kind(t)
		d.migrated(t, master).Close()
		before := d.dump(t)
		if _, err := d.restore(t, bytes.NewReader(file), master, false); !errors.Is(err, backup.ErrNotEmpty) || !strings.Contains(err.Error(), "platform_keys") {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(before, d.dump(t)); diff != "" {
			t.Errorf("%s: it changed something (-before +after):\n%s", name, diff)
		}
	}
}

func TestABackupOfALaterSchemaIsRefusedInWords(t *testing.T) {
	t.Parallel()
	master := newMaster(t)
	source := newSQLite(t)
	source.migrated(t, master)
	source.exec(t, "INSERT INTO schema_migrations (version_id, is_applied) VALUES (99999, TRUE)")
	var file bytes.Buffer
	if _, err := source.backup(t.Context(), &file, master); err != nil {
		t.Fatal(err)
	}
	for name, kind := range kinds {
		if _, err := kind(t).restore(t, bytes.NewReader(file.Bytes()), master, false); err == nil || !strings.Contains(err.Error(), "newer Parley") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhereThereIsNothingToBackUpIsSaid(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		if _, err := kind(t).backup(t.Context(), io.Discard, newMaster(t)); err == nil {
			t.Errorf("%s: an empty place was backed up", name)
		}
	}
}

// What is written while a backup is taken is in none of it, or in all of it.
func TestABackupIsOfOneInstant(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, master := kind(t), newMaster(t)
			d.migrated(t, master)
			d.fill(t, 3)
			before := d.dump(t)
			var file bytes.Buffer
			written := false
			if _, err := d.backup(t.Context(), writerFunc(func(p []byte) (int, error) {
				if !written { // the first bytes come out when the header is in
					written = true
					d.exec(t, "DELETE FROM events")
					d.exec(t, "UPDATE users SET profile = $1", []byte("changed"))
					d.exec(t, "INSERT INTO users (id, email_hash, profile, created_at) SELECT 'new', $1, profile, created_at FROM users LIMIT 1", []byte("new"))
				}
				return file.Write(p)
			}), master); err != nil {
				t.Fatal(err)
			}
			target := newSQLite(t)
			if _, err := target.restore(t, &file, master, false); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(before, target.dump(t)); diff != "" || !written {
				t.Errorf("rows differ (-before +restored):\n%s", diff)
			}
		})
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
