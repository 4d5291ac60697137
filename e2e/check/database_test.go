package check

import (
	"path/filepath"
	"testing"
)

// tables are as much of the schema as is read.
const tables = `
CREATE TABLE conversations (id TEXT, head BIGINT, unfinished BOOLEAN, status TEXT, tenant TEXT, assignee TEXT, waits_since TIMESTAMPTZ);
CREATE TABLE mails (id TEXT, tenant TEXT, conversation TEXT, kind TEXT, seq BIGINT, user_id TEXT);
CREATE TABLE events (conversation TEXT, seq BIGINT, type TEXT, message TEXT, client_id TEXT);
CREATE TABLE answers (conversation TEXT, seq BIGINT, message TEXT, question TEXT, attempt BIGINT, charged BOOLEAN,
	state TEXT, reason TEXT, tenant TEXT, month TEXT);
CREATE TABLE usage (tenant TEXT, month TEXT, answers BIGINT);
INSERT INTO conversations VALUES ('cnv_1', 3, false, 'waiting', 't', 'usr_a', '2026-11-23 02:00:00');
INSERT INTO mails VALUES ('mai_1', 't', 'cnv_1', 'waiting', 2, ''), ('mai_2', 'u', 'cnv_1', 'missed', 2, '');
INSERT INTO events VALUES ('cnv_1', 2, 'message.started', 'x', NULL), ('cnv_1', 1, 'message.created', 'msg_a', 'a'), ('cnv_2', 1, 'status.changed', NULL, NULL);
INSERT INTO answers VALUES ('cnv_1', 2, 'x', 'msg_a', 1, true, 'open', NULL, 't', '2026-11'), ('cnv_2', 2, 'y', 'msg_b', 1, true, 'open', NULL, 't', '2026-11');
INSERT INTO usage VALUES ('t', '2026-11', 2), ('u', '2026-11', 0);`

func TestTheDatabaseIsReadAsItIs(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d := open(t, "sqlite", "file:"+filepath.Join(folder, "parley.db"))
	change := func(statement string) {
		t.Helper()
		if _, err := d.db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	change(tables)
	d = SQLite(t, folder)
	kept := d.Kept("cnv_1")
	if kept == nil || kept.Head != 3 || kept.Unfinished || kept.Status != "waiting" || kept.Assignee != "usr_a" || !kept.Waits || len(kept.Events) != 2 || len(kept.Answers) != 1 {
		t.Fatalf("got %+v", kept)
	}
	if want := (KeptEvent{1, "message.created", "msg_a", "a"}); kept.Events[0] != want {
		t.Errorf("got %+v", kept.Events[0])
	}
	if want := (KeptAnswer{2, "x", "msg_a", 1, true, "open", ""}); kept.Answers[0] != want {
		t.Errorf("got %+v", kept.Answers[0])
	}
	if want := (KeptMail{"waiting", 2, ""}); len(kept.Mails) != 2 || kept.Mails[1] != want {
		t.Errorf("got %+v", kept.Mails)
	}
	expect(t, d.StrayMails(), "mai_2 is planned for cnv_1, which does not exist")
	if kept := d.Kept("cnv_3"); kept != nil {
		t.Errorf("got %+v of nothing", kept)
	}
}

func TestUsageThatDoesNotAddUpIsFound(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ change, breach string }{
		"right":               {"", ""},
		"charged, uncounted":  {"INSERT INTO answers VALUES ('c', 2, 'z', 'm', 1, true, 'open', NULL, 't', '2026-11')", "is 2, but 3 answers were charged"},
		"counted, uncharged":  {"UPDATE usage SET answers = 1 WHERE tenant = 'u'", "is 1, but no answer was charged"},
		"counted elsewhere":   {"UPDATE usage SET month = '2026-12'", "is 0, but 2 answers were charged"},
		"given back, counted": {"UPDATE answers SET charged = false WHERE message = 'y'", "is 2, but 1 answers were charged"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, "sqlite", "file:"+filepath.Join(t.TempDir(), "parley.db"))
			if _, err := d.db.Exec(tables + test.change); err != nil {
				t.Fatal(err)
			}
			expect(t, d.Usage(), test.breach)
		})
	}
}
