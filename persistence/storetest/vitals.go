package storetest

import (
	"testing"
	"time"

	"parley/chat"
	"parley/persistence/postgres"
)

// What waits is counted over all tenants: each test has a database of its own.
var vitalsTests = []aloneTest{
	{"What waits is counted, with the time of the oldest", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		if v, err := store.Vitals(t.Context()); err != nil || v != (postgres.Vitals{}) {
			t.Errorf("nothing waits, and it says %+v, %v", v, err)
		}

		w.standing(t, 3, chat.Waiting, "")
		spam := w.standing(t, 1, chat.Waiting, "")
		must(t, w.MarkSpam(t.Context(), spam, w.user.ID, true))
		w.standing(t, 1, chat.WithBot, "")
		other := newWorld(t, store) // another tenant
		other.standing(t, 2, chat.Waiting, "usr_a")

		before := time.Now().Add(-time.Minute)
		w.queuedSource(t, "Nails are sold by weight.")
		w.readySource(t, "Nails are sold by weight.")

		ref := w.born(t, said("a", "Hello"))
		planned, err := store.Vitals(t.Context()) // mails, by those who wait
		must(t, err)
		w.planned(t, newMail(ref, chat.MailTranscript, 1))
		later := newMail(ref, chat.MailMissed, 1)
		later.Due = time.Now().Add(time.Hour)
		w.planned(t, later)
		w.takeMails(t, 10) // it is under way, and waits as before

		other.listen(t, nil)
		other.born(t, said("a", "Hello"))

		v, err := store.Vitals(t.Context())
		must(t, err)
		if v.Conversations.Waiting != 2 || !v.Conversations.Since.Equal(moment(2)) || v.Unassigned != 1 {
			t.Errorf("conversations: %+v, unassigned %d", v.Conversations, v.Unassigned)
		}
		for name, queue := range map[string]struct {
			postgres.Queue
			want int64
		}{"sources": {v.Sources, 1}, "mails": {v.Mails, planned.Mails.Waiting + 1}, "deliveries": {v.Deliveries, 2}} {
			if queue.Waiting != queue.want || queue.Since.IsZero() || name == "sources" && queue.Since.Before(before) {
				t.Errorf("%s: %+v", name, queue.Queue)
			}
		}
	}},
}
