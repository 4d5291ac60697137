package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var traceTests = []aloneTest{
	{"A refused append leaves nothing in any table", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ref := w.born(t, said("a", "Hello"))
		w.committed(t, w.asking(1, moment(10)))
		fencedBirth := w.birth(ref, said("b", "Hello"), started("msg", 1))
		duplicate := w.birth(ref, said("a", "Hello"), started("msg", 1))
		fencedAsking := next(ref, 9, said("b", "Hello"), started("msg", 1))
		newMonth := next(ref, 9, said("b", "Hello"), started("msg", 1))
		newMonth.At, newMonth.Limit = moment(10).AddDate(0, 1, 0), 5
		unknown := w.birth(chat.Ref{Tenant: "tnt_unknown", Conversation: "cnv_unknown"}, said("a", "Hello"))
		before := d.Dump(t)
		for i, o := range w.append(t, w.asking(1, moment(10)), fencedBirth, duplicate, fencedAsking, newMonth, unknown) {
			if o.Err == nil && o.Duplicate == nil {
				t.Errorf("append %d was not refused", i)
			}
		}
		if diff := cmp.Diff(before, d.Dump(t)); diff != "" {
			t.Error(diff)
		}
	}},
	{"Unfinished conversations are listed over all tenants, oldest activity first", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		one, two := newWorld(t, store), newWorld(t, store)
		var expected []chat.Ref
		for i, w := range []*world{two, one, two, one, two} {
			asked := w.asking(0, moment(100-i))
			w.committed(t, asked)
			expected = append([]chat.Ref{asked.Ref}, expected...)
		}
		one.born(t, said("a", "nobody waits for an answer here"))
		answered := one.asking(0, moment(0))
		one.committed(t, answered)
		one.committed(t, next(answered.Ref, 2, chat.MessageCompleted{Message: answered.Bodies[1].(chat.MessageStarted).Message, Text: "Copper"}))

		var got []chat.Ref
		var after *chat.Ref
		for {
			page, err := store.Unfinished(t.Context(), after, 2)
			must(t, err)
			if len(page) == 0 {
				break
			}
			got = append(got, page...)
			after = &page[len(page)-1]
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Error(diff)
		}
		all, err := store.Unfinished(t.Context(), &chat.Ref{Tenant: "tnt_gone", Conversation: "cnv_gone"}, 100)
		must(t, err)
		if diff := cmp.Diff(expected, all); diff != "" {
			t.Errorf("behind one that is gone: %s", diff)
		}
	}},
	{"An answer's row tells how it went", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		asked := w.asking(0, moment(10))
		w.committed(t, asked)
		ended := next(asked.Ref, 2, chat.MessageCompleted{Message: asked.Bodies[1].(chat.MessageStarted).Message, Text: "Copper"})
		ended.Usage = &chat.Usage{Provider: "openai", Model: "small", InputTokens: 7, OutputTokens: 9}
		w.committed(t, ended)
		// A row that says what it should is deleted.
		d.Exec(t, `DELETE FROM answers WHERE tenant = $1 AND conversation = $2 AND question = $3 AND attempt = 1 AND charged
			AND month = '2026-11' AND seq = 2 AND state = 'completed' AND reason IS NULL AND provider = 'openai' AND model = 'small'
			AND input_tokens = 7 AND output_tokens = 9 AND ended_at > started_at`,
			w.tenant.ID, asked.Conversation, asked.Bodies[0].(chat.MessageCreated).Message)
		w.committed(t, next(asked.Ref, 3, started("msg", 2)))
		d.Exec(t, "DELETE FROM answers WHERE tenant = $1 AND attempt = 2 AND NOT charged AND state = 'open' AND ended_at IS NULL", w.tenant.ID)
		if rows := d.Dump(t)["answers"]; len(rows) != 0 {
			t.Errorf("a row is another: %q", rows)
		}
	}},
}
