package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

// newMail is one that is due.
func newMail(ref chat.Ref, kind chat.MailKind, seq int64) chat.Mail {
	return chat.Mail{ID: chat.NewID(chat.MailPrefix), Ref: ref, Kind: kind, Seq: seq, Due: longAgo()}
}

// planned plans a mail.
func (w *world) planned(t testing.TB, mail chat.Mail) chat.Mail {
	t.Helper()
	must(t, w.PlanMail(t.Context(), mail))
	return mail
}

// ids are those of mails, each once.
func ids(t testing.TB, mails []chat.Mail) map[string]bool {
	t.Helper()
	all := make(map[string]bool, len(mails))
	for _, mail := range mails {
		if all[mail.ID] {
			t.Errorf("%s twice", mail.ID)
		}
		all[mail.ID] = true
	}
	return all
}

// Mails are taken of all tenants: each test has a database of its own.
var mailTests = []aloneTest{
	mailTest("A mail is taken as it was planned, once it is due, until it is done", func(t *testing.T, _ Database, w *world) {
		ref := w.born(t, said("a", "Hello"))
		mail := newMail(ref, chat.MailTranscript, 1)
		mail.User, mail.To = w.user.ID, "Ada@example.com"
		w.planned(t, mail)
		later := newMail(ref, chat.MailMissed, 1)
		later.Due = time.Now().Add(time.Hour)
		w.planned(t, later)
		taken := w.takeMails(t, 10)
		if len(taken) != 1 || time.Until(taken[0].Due) < lease/2 {
			t.Fatalf("took %+v", taken)
		}
		mail.Tries, mail.Due = 1, taken[0].Due
		if diff := cmp.Diff(mail, taken[0]); diff != "" {
			t.Error(diff)
		}
		must(t, w.MailDone(t.Context(), taken[0]))
		must(t, w.MailDone(t.Context(), taken[0]))
		w.planned(t, newMail(ref, chat.MailTranscript, 2)) // it can be planned again
		if again := w.takeMails(t, 10); len(again) != 1 || again[0].Seq != 2 {
			t.Errorf("then took %+v", again)
		}
	}),
	mailTest("Of one kind, conversation, user and address one mail is planned", func(t *testing.T, _ Database, w *world) {
		ref, other := w.born(t, said("a", "Hello")), w.born(t, said("a", "Hello"))
		first := w.planned(t, newMail(ref, chat.MailMissed, 1))
		w.planned(t, newMail(ref, chat.MailMissed, 2))
		user, address, same := newMail(ref, chat.MailMissed, 3), newMail(ref, chat.MailMissed, 4), newMail(ref, chat.MailMissed, 5)
		user.User, address.To, same.To = w.user.ID, "ada@example.com", "Ada@Example.com"
		kind, elsewhere := newMail(ref, chat.MailWaiting, 6), newMail(other, chat.MailMissed, 7)
		for _, mail := range []chat.Mail{user, address, same, kind, elsewhere} {
			w.planned(t, mail)
		}
		want := map[string]bool{first.ID: true, user.ID: true, address.ID: true, kind.ID: true, elsewhere.ID: true}
		if diff := cmp.Diff(want, ids(t, w.takeMails(t, 10))); diff != "" {
			t.Error(diff)
		}
	}),
	mailTest("Of many who take at once, each mail goes to one", func(t *testing.T, _ Database, w *world) {
		const count = 40
		for range count {
			w.planned(t, newMail(w.born(t, said("a", "Hello")), chat.MailMissed, 1))
		}
		var all []chat.Mail
		var lock sync.Mutex
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				for {
					mails, err := w.TakeMails(t.Context(), 3, lease)
					if err != nil {
						t.Errorf("take: %v", err)
					}
					if len(mails) == 0 {
						return
					}
					lock.Lock()
					all = append(all, mails...)
					lock.Unlock()
				}
			})
		}
		group.Wait()
		all = append(all, w.takeMails(t, count)...) // what was left by those who found others' rows only
		if got := len(ids(t, all)); got != count {
			t.Errorf("took %d", got)
		}
	}),
	mailTest("Each tenant's first mail comes before any tenant's second", func(t *testing.T, _ Database, w *world) {
		flooded, quiet := w.born(t, said("a", "Hello")), newWorld(t, w.Store)
		for range 5 {
			mail := newMail(flooded, chat.MailMention, 1)
			mail.User, mail.Due = chat.NewID(chat.UserPrefix), moment(0)
			w.planned(t, mail)
		}
		late := w.planned(t, newMail(quiet.born(t, said("a", "Hello")), chat.MailMissed, 1))
		if taken := ids(t, w.takeMails(t, 2)); len(taken) != 2 || !taken[late.ID] {
			t.Errorf("took %v", taken)
		}
	}),
	mailTest("A mail whose lease ended is taken again, and its earlier attempt postpones nothing", func(t *testing.T, _ Database, w *world) {
		mail := w.planned(t, newMail(w.born(t, said("a", "Hello")), chat.MailMissed, 1))
		first := w.takeMailsFor(t, 1, -time.Minute)
		second := w.takeMailsFor(t, 1, -time.Minute)
		if len(first) != 1 || len(second) != 1 || second[0].ID != mail.ID || second[0].Tries != 2 {
			t.Fatalf("took %+v, then %+v", first, second)
		}
		must(t, w.PostponeMail(t.Context(), first[0], time.Now().Add(time.Hour)))
		third := w.takeMails(t, 1)
		if len(third) != 1 || third[0].Tries != 3 {
			t.Fatalf("postponed by an earlier attempt: %+v", third)
		}
		must(t, w.PostponeMail(t.Context(), third[0], longAgo()))
		fourth := w.takeMails(t, 1)
		if len(fourth) != 1 || fourth[0].Tries != 4 {
			t.Fatalf("postponed by the last attempt: %+v", fourth)
		}
		must(t, w.MailDone(t.Context(), first[0])) // it was sent after all
		must(t, w.PostponeMail(t.Context(), fourth[0], longAgo()))
		if left := w.takeMails(t, 1); len(left) != 0 {
			t.Errorf("done, and taken again: %+v", left)
		}
	}),
	mailTest("What is planned while a mail is being sent is mailed after it, once", func(t *testing.T, _ Database, w *world) {
		ref := w.born(t, said("a", "Hello"))
		w.planned(t, newMail(ref, chat.MailMissed, 1))
		sending := w.takeMails(t, 1)[0]
		w.planned(t, newMail(ref, chat.MailMissed, 2))
		w.planned(t, newMail(ref, chat.MailMissed, 3))
		must(t, w.MailDone(t.Context(), sending))
		must(t, w.MailDone(t.Context(), sending)) // repeating ends nothing else
		must(t, w.PostponeMail(t.Context(), sending, time.Now().Add(time.Hour)))
		following := w.takeMails(t, 2)
		if len(following) != 1 || following[0].Seq != 2 || following[0].Tries != 1 {
			t.Fatalf("then took %+v", following)
		}
		must(t, w.MailDone(t.Context(), following[0]))
		if left := w.takeMails(t, 1); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
	}),
	mailTest("A new attempt tells of all that was planned before it", func(t *testing.T, _ Database, w *world) {
		ref := w.born(t, said("a", "Hello"))
		w.planned(t, newMail(ref, chat.MailMissed, 1))
		failing := w.takeMails(t, 1)[0]
		w.planned(t, newMail(ref, chat.MailMissed, 2))
		must(t, w.PostponeMail(t.Context(), failing, longAgo()))
		again := w.takeMails(t, 1)
		if len(again) != 1 || again[0].Seq != 1 || again[0].Tries != 2 {
			t.Fatalf("took %+v", again)
		}
		must(t, w.MailDone(t.Context(), again[0]))
		if left := w.takeMails(t, 1); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
	}),
	mailTest("A mail is nothing to another tenant", func(t *testing.T, _ Database, w *world) {
		ref, stranger := w.born(t, said("a", "Hello")), newWorld(t, w.Store)
		for _, nowhere := range []chat.Ref{{Tenant: stranger.tenant.ID, Conversation: ref.Conversation}, w.newRef()} {
			want(t, w.PlanMail(t.Context(), newMail(nowhere, chat.MailMissed, 1)), chat.ErrNotFound)
		}
		w.planned(t, newMail(ref, chat.MailMissed, 1))
		taken := w.takeMails(t, 1)[0]
		theirs := taken
		theirs.Tenant = stranger.tenant.ID
		must(t, w.PostponeMail(t.Context(), theirs, longAgo()))
		if again := w.takeMails(t, 1); len(again) != 0 {
			t.Errorf("postponed by a stranger: %+v", again)
		}
		must(t, w.MailDone(t.Context(), theirs))
		must(t, w.PostponeMail(t.Context(), taken, longAgo()))
		if again := w.takeMails(t, 1); len(again) != 1 {
			t.Errorf("ended by a stranger")
		}
	}),
	mailTest("A mail whose address does not open holds up no other", func(t *testing.T, d Database, w *world) {
		ref := w.born(t, said("a", "Hello"))
		bad, good, known := newMail(ref, chat.MailTranscript, 1), newMail(ref, chat.MailTranscript, 2), newMail(ref, chat.MailMissed, 3)
		bad.To, good.To = "bad@example.com", "good@example.com"
		for _, mail := range []chat.Mail{bad, good, known} {
			w.planned(t, mail)
		}
		d.Exec(t, "UPDATE mails SET address = (SELECT address FROM mails WHERE id = $1) WHERE id = $2", good.ID, bad.ID)
		if diff := cmp.Diff(map[string]bool{good.ID: true, known.ID: true}, ids(t, w.takeMails(t, 10))); diff != "" {
			t.Error(diff)
		}
	}),
}

func mailTest(name string, run func(t *testing.T, d Database, w *world)) aloneTest {
	return aloneTest{name, func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		run(t, d, newWorld(t, store))
	}}
}
