package check

import (
	"database/sql"
	"slices"
)

// Witness has Postgres itself write down, from now on, every opening of a conversation's log and every append to one, with
// who did it: the application_name of the connection. It needs a database that no server of the run has
// written conversations to.
func (d *Database) Witness() {
	d.t.Helper()
	for _, statement := range []string{
		"CREATE SCHEMA witness",
		`CREATE TABLE witness.writes (n BIGSERIAL PRIMARY KEY, conversation TEXT NOT NULL, writer TEXT NOT NULL,
			old_epoch BIGINT NOT NULL, epoch BIGINT NOT NULL, old_head BIGINT NOT NULL, head BIGINT NOT NULL)`,
		`CREATE FUNCTION witness.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF TG_OP = 'UPDATE' AND (OLD.epoch, OLD.head) = (NEW.epoch, NEW.head) THEN
				RETURN NULL; -- a row that was locked, whoever did
			END IF;
			INSERT INTO witness.writes (conversation, writer, old_epoch, epoch, old_head, head)
			VALUES (NEW.id, current_setting('application_name'),
				CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD.epoch END, NEW.epoch,
				CASE WHEN TG_OP = 'INSERT' THEN 0 ELSE OLD.head END, NEW.head);
			RETURN NULL;
		END $$`,
		"CREATE TRIGGER witness AFTER INSERT OR UPDATE OF epoch, head ON conversations FOR EACH ROW EXECUTE FUNCTION witness.note()",
	} {
		if _, err := d.db.Exec(statement); err != nil {
			d.t.Fatalf("%s: %v", firstLine(statement), err)
		}
	}
}

// Write is what the witness saw: an opening under a new epoch, or an append, or the first append, which is both.
type Write struct {
	Conversation, Writer string
	OldEpoch, Epoch      int64
	OldHead, Head        int64
}

// Writes is all that the witness saw, those to one conversation in their order: its row was locked.
func (d *Database) Writes() (all []Write) {
	d.t.Helper()
	query(d, "SELECT conversation, writer, old_epoch, epoch, old_head, head FROM witness.writes ORDER BY n", func(row *sql.Rows) error {
		var w Write
		defer func() { all = append(all, w) }()
		return row.Scan(&w.Conversation, &w.Writer, &w.OldEpoch, &w.Epoch, &w.OldHead, &w.Head)
	})
	return all
}

// Writers: one activation writes at a time: an epoch belongs to who opened the log under it, only they append under it, and
// nobody does under an older one. It returns also how many conversations were written to by several writers.
func Writers(writes []Write) (shared int, breaches []string) {
	type state struct {
		epoch, head int64
		owner       string
		appended    []string // writers
	}
	var wrong findings
	states := make(map[string]*state)
	for _, w := range writes {
		s := states[w.Conversation]
		if s == nil {
			s = &state{}
			states[w.Conversation] = s
		}
		if w.OldEpoch != s.epoch || w.OldHead != s.head {
			wrong.say("%s: %s found epoch %d and head %d, but they had been left as %d and %d", w.Conversation, w.Writer, w.OldEpoch, w.OldHead, s.epoch, s.head)
		}
		switch w.Epoch {
		case s.epoch + 1:
			s.owner = w.Writer
		case s.epoch:
			if w.Writer != s.owner {
				wrong.say("%s: %s appended up to %d under epoch %d, which is that of %s", w.Conversation, w.Writer, w.Head, w.Epoch, s.owner)
			}
		default:
			wrong.say("%s: epoch %d came behind %d", w.Conversation, w.Epoch, s.epoch)
		}
		if w.Head < s.head {
			wrong.say("%s: %s moved the head from %d to %d", w.Conversation, w.Writer, s.head, w.Head)
		}
		if w.Head > s.head && !slices.Contains(s.appended, w.Writer) {
			s.appended = append(s.appended, w.Writer)
		}
		s.epoch, s.head = w.Epoch, w.Head
	}
	for _, s := range states {
		if len(s.appended) > 1 {
			shared++
		}
	}
	return shared, wrong
}
