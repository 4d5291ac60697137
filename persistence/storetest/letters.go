package storetest

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
	"parley/persistence/seal"
)

// letter is due, and good for an hour.
func letter(kind account.LetterKind, subject, address string) account.Letter {
	now := time.Now().UTC().Truncate(time.Millisecond)
	return account.Letter{ID: chat.NewID("let"), Kind: kind, Subject: subject, Address: address, Due: now.Add(-time.Second), Expires: now.Add(time.Hour)}
}

var letterTests = []aloneTest{
	{"A letter is taken once in a lease, and again when it is put again", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ctx := t.Context()
		planned := letter(account.LetterConfirm, w.user.ID, "Mia@acme.example")
		must(t, w.PutLetter(ctx, planned))
		later := letter(account.LetterReset, "", "sam@rival.example")
		later.Due = time.Now().Add(time.Hour)
		must(t, w.PutLetter(ctx, later))
		taken := w.taken(t, 1)[0]
		if taken.Tries != 1 || !taken.Due.After(time.Now()) {
			t.Errorf("taken is %+v", taken)
		}
		taken.Tries, taken.Due = planned.Tries, planned.Due
		if diff := cmp.Diff(planned, taken); diff != "" {
			t.Error(diff)
		}
		w.taken(t, 0)
		must(t, w.PutLetter(ctx, letter(account.LetterConfirm, w.user.ID, "mia@acme.example")))
		if again := w.taken(t, 1)[0]; again.ID != planned.ID || again.Tries != 1 {
			t.Errorf("taken again is %+v", again)
		}
	}},
	{"A letter keeps its secrets when it is put again, unless it goes elsewhere", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ctx := t.Context()
		for _, subject := range []string{w.user.ID, ""} {
			must(t, w.PutLetter(ctx, letter(account.LetterChange, subject, "mia@acme.example")))
			taken := w.taken(t, 1)[0]
			taken.Secrets = []account.LetterSecret{{Hash: []byte("hash"), Until: moment(60)}}
			taken.Due, taken.Expires = time.Time{}, taken.Expires.Add(time.Hour)
			must(t, w.KeepLetter(ctx, taken))
			w.taken(t, 0)
			found, err := w.Letter(ctx, taken.ID)
			must(t, err)
			if diff := cmp.Diff(taken, found); diff != "" {
				t.Error(diff)
			}
			must(t, w.PutLetter(ctx, letter(account.LetterChange, subject, "MIA@acme.example")))
			if again := w.taken(t, 1)[0]; again.ID != taken.ID || len(again.Secrets) != 1 || again.Expires.Before(taken.Expires) {
				t.Errorf("put again is %+v", again)
			}
			want(t, w.KeepLetter(ctx, account.Letter{ID: taken.ID, Tries: 7}), chat.ErrNotFound)
		}
		must(t, w.PutLetter(ctx, letter(account.LetterChange, w.user.ID, "mia@home.example")))
		if moved := w.taken(t, 1)[0]; moved.Address != "mia@home.example" || moved.Secrets != nil {
			t.Errorf("put elsewhere is %+v", moved)
		}
		must(t, w.PutLetter(ctx, letter(account.LetterChange, "", "sam@home.example")))
		if other := w.taken(t, 1)[0]; other.Address != "sam@home.example" || other.Secrets != nil {
			t.Errorf("somebody else's is %+v", other)
		}
	}},
	{"A letter that was sent, or put again, meanwhile stays what it is", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		must(t, w.PutLetter(t.Context(), letter(account.LetterConfirm, w.user.ID, "mia@acme.example")))
		taken := w.taken(t, 1)[0]
		must(t, w.PutLetter(t.Context(), letter(account.LetterConfirm, w.user.ID, "mia@acme.example")))
		want(t, w.KeepLetter(t.Context(), taken), chat.ErrNotFound)
		w.taken(t, 1)
		_, err := w.Letter(t.Context(), "let_nobody")
		want(t, err, chat.ErrNotFound)
	}},
	{"A letter's address and secrets are sealed, for its row alone", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		one, two := letter(account.LetterReset, "", "one@acme.example"), letter(account.LetterReset, "", "two@acme.example")
		must(t, w.PutLetter(t.Context(), one))
		must(t, w.PutLetter(t.Context(), two))
		hidden(t, d, "one@acme.example")
		d.Exec(t, "UPDATE letters SET body = (SELECT l.body FROM letters l WHERE l.id = $1) WHERE id = $2", one.ID, two.ID)
		_, err := w.Letter(t.Context(), two.ID)
		want(t, err, seal.ErrSealed)
	}},
}

// taken takes letters, of which there must be so many.
func (w *world) taken(t testing.TB, count int) []account.Letter {
	t.Helper()
	letters, err := w.TakeLetters(t.Context(), 10, time.Minute)
	must(t, err)
	if len(letters) != count {
		t.Fatalf("took %+v, want %d", letters, count)
	}
	return letters
}

// hidden fails if a text can be read by who has the disk.
func hidden(t testing.TB, d Database, text string) {
	t.Helper()
	if bytes.Contains(d.Raw(t), []byte(text)) {
		t.Errorf("%q can be read", text)
	}
}
