package check

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	_ "parley/persistence/postgres" // registers the driver "pgx"
	_ "parley/persistence/sqlite"   // registers the driver "sqlite"
)

// Database is a server's database, read beside it.
type Database struct {
	t  testing.TB
	db *sql.DB
}

// SQLite opens the database in a server's data folder, for the length of a test.
func SQLite(t testing.TB, folder string) *Database {
	t.Helper()
	file := filepath.ToSlash(filepath.Join(folder, "parley.db"))
	return open(t, "sqlite", "file:"+file+"?_pragma=busy_timeout(10000)&_pragma=query_only(1)")
}

// Postgres opens the database at an URL, for the length of a test.
func Postgres(t testing.TB, url string) *Database {
	t.Helper()
	return open(t, "pgx", url)
}

func open(t testing.TB, driver, source string) *Database {
	t.Helper()
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatalf("open the database: %v", err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return &Database{t, db}
}

// Kept reads what is kept of a conversation, nil if nothing is.
func (d *Database) Kept(conversation string) *Kept {
	d.t.Helper()
	var kept *Kept
	query(d, "SELECT head, unfinished, status, assignee, waits_since IS NOT NULL FROM conversations WHERE id = $1", func(row *sql.Rows) error {
		kept = &Kept{}
		return row.Scan(&kept.Head, &kept.Unfinished, &kept.Status, &kept.Assignee, &kept.Waits)
	}, conversation)
	if kept == nil {
		return nil
	}
	query(d, `SELECT seq, type, coalesce(message, ''), coalesce(client_id, '') FROM events
		WHERE conversation = $1 ORDER BY seq`, func(row *sql.Rows) error {
		var e KeptEvent
		defer func() { kept.Events = append(kept.Events, e) }()
		return row.Scan(&e.Seq, &e.Type, &e.Message, &e.ClientID)
	}, conversation)
	query(d, `SELECT seq, message, question, attempt, charged, state, coalesce(reason, '') FROM answers
		WHERE conversation = $1 ORDER BY seq`, func(row *sql.Rows) error {
		var a KeptAnswer
		defer func() { kept.Answers = append(kept.Answers, a) }()
		return row.Scan(&a.Seq, &a.Message, &a.Question, &a.Attempt, &a.Charged, &a.State, &a.Reason)
	}, conversation)
	query(d, "SELECT kind, seq, user_id FROM mails WHERE conversation = $1 ORDER BY kind, user_id", func(row *sql.Rows) error {
		var m KeptMail
		defer func() { kept.Mails = append(kept.Mails, m) }()
		return row.Scan(&m.Kind, &m.Seq, &m.User)
	}, conversation)
	return kept
}

// Holding is the conversation of the message that was sent with a client id, which no other has; "": there is none.
func (d *Database) Holding(clientID string) (conversation string) {
	d.t.Helper()
	query(d, "SELECT conversation FROM events WHERE client_id = $1", func(row *sql.Rows) error { return row.Scan(&conversation) }, clientID)
	return conversation
}

// StrayMails: each planned mail is about a conversation that exists.
func (d *Database) StrayMails() []string {
	d.t.Helper()
	var wrong findings
	query(d, "SELECT id, conversation FROM mails m WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.id = m.conversation AND c.tenant = m.tenant)", func(row *sql.Rows) error {
		var mail, conversation string
		if err := row.Scan(&mail, &conversation); err != nil {
			return err
		}
		wrong.say("%s is planned for %s, which does not exist", mail, conversation)
		return nil
	})
	return wrong
}

// Usage: each tenant's months count the answers that were charged, and no others.
func (d *Database) Usage() []string {
	d.t.Helper()
	var wrong findings
	read := func(statement string) map[string]int64 {
		counts := make(map[string]int64)
		query(d, statement, func(row *sql.Rows) error {
			var tenant, month string
			var n int64
			if err := row.Scan(&tenant, &month, &n); err != nil {
				return err
			}
			if n != 0 {
				counts[tenant+" in "+month] = n
			}
			return nil
		})
		return counts
	}
	counted := read("SELECT tenant, month, answers FROM usage")
	charged := read("SELECT tenant, month, count(*) FROM answers WHERE charged GROUP BY tenant, month")
	for month, n := range charged {
		if counted[month] != n {
			wrong.say("the usage of %s is %d, but %d answers were charged", month, counted[month], n)
		}
		delete(counted, month)
	}
	for month, n := range counted {
		wrong.say("the usage of %s is %d, but no answer was charged", month, n)
	}
	return wrong
}

// query calls each for every row.
func query(d *Database, statement string, each func(*sql.Rows) error, args ...any) {
	d.t.Helper()
	rows, err := d.db.Query(statement, args...)
	if err != nil {
		d.t.Fatalf("%s: %v", firstLine(statement), err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			d.t.Fatalf("%s: %v", firstLine(statement), err)
		}
	}
	if err := rows.Err(); err != nil {
		d.t.Fatalf("%s: %v", firstLine(statement), err)
	}
}

func firstLine(statement string) string {
	line, _, _ := strings.Cut(statement, "\n")
	return fmt.Sprintf("query %q", line)
}

// Charged is how many answers were charged, of all tenants and months.
func (d *Database) Charged() (n int64) {
	d.t.Helper()
	query(d, "SELECT count(*) FROM answers WHERE charged", func(row *sql.Rows) error { return row.Scan(&n) })
	return n
}
