package storetest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
	"parley/persistence/seal"
)

// newNote is one of the world's user.
func (w *world) newNote(ref chat.Ref, clientID, text string, mentions ...string) chat.Note {
	return chat.Note{
		ID: chat.NewID(chat.NotePrefix), Ref: ref, Author: chat.Author{Kind: chat.ByAgent, ID: w.user.ID, Name: w.user.Name},
		Text: text, Mentions: mentions, ClientID: clientID, At: moment(30),
	}
}

// noted adds a note.
func (w *world) noted(t testing.TB, note chat.Note) chat.Note {
	t.Helper()
	kept, err := w.AddNote(t.Context(), note)
	must(t, err)
	return kept
}

var noteTests = []test{
	{"A note comes back as it was written, with the seq of its moment, oldest first", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"), said("b", "Anybody?"))
		second := w.colleague(t, account.Agent)
		late := w.newNote(ref, "", "Called her back.")
		late.At = moment(40)
		kept := w.noted(t, late)
		w.committed(t, next(ref, 2, said("c", "Thanks")))
		early := w.noted(t, w.newNote(ref, "x", "She wants copper.", second.ID, w.user.ID))
		if kept.Seq != 2 || early.Seq != 3 {
			t.Errorf("seqs are %d and %d", kept.Seq, early.Seq)
		}
		notes, err := w.Notes(t.Context(), ref)
		must(t, err)
		if diff := cmp.Diff([]chat.Note{early, kept}, notes); diff != "" {
			t.Error(diff)
		}
		late.Seq = 2
		if diff := cmp.Diff(late, kept); diff != "" {
			t.Error(diff)
		}
	}},
	{"A client id is kept once in its conversation, however many bring it at once", func(t *testing.T, w *world) {
		ref, other := w.born(t, said("a", "Hello")), w.born(t, said("a", "Hello"))
		kept := make(chan chat.Note, 6)
		var group sync.WaitGroup
		for i := range cap(kept) {
			group.Go(func() {
				note, err := w.AddNote(t.Context(), w.newNote(ref, "once", fmt.Sprint("attempt ", i)))
				if err != nil {
					t.Errorf("add: %v", err)
				}
				kept <- note
			})
		}
		group.Wait()
		close(kept)
		notes, err := w.Notes(t.Context(), ref)
		must(t, err)
		if len(notes) != 1 {
			t.Fatalf("there are %+v", notes)
		}
		for note := range kept {
			if diff := cmp.Diff(notes[0], note); diff != "" {
				t.Error(diff)
			}
		}
		if elsewhere := w.noted(t, w.newNote(other, "once", "in another")); elsewhere.Text != "in another" {
			t.Errorf("got %+v", elsewhere)
		}
	}},
	{"Notes without a client id are all kept, and the last 500 listed", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		for i := range 502 {
			note := w.newNote(ref, "", fmt.Sprint(i))
			note.At = moment(i)
			w.noted(t, note)
		}
		notes, err := w.Notes(t.Context(), ref)
		must(t, err)
		if len(notes) != 500 || notes[0].Text != "2" || notes[499].Text != "501" {
			t.Errorf("got %d", len(notes))
		}
	}},
	{"A note that names somebody who is no member is not kept", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		stranger := newWorld(t, w.Store)
		for _, user := range []string{stranger.user.ID, "usr_nobody", ""} {
			_, err := w.AddNote(t.Context(), w.newNote(ref, "x", "Look", w.user.ID, user))
			want(t, err, chat.ErrNotFound)
		}
		if notes, err := w.Notes(t.Context(), ref); len(notes) != 0 || err != nil {
			t.Errorf("kept: %+v, %v", notes, err)
		}
	}},
	{"Notes are nothing to another tenant", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		note := w.noted(t, w.newNote(ref, "x", "Secret"))
		stranger := newWorld(t, w.Store)
		ctx := t.Context()
		for _, stolen := range []chat.Ref{
			{Tenant: stranger.tenant.ID, Conversation: ref.Conversation}, w.newRef(), {Tenant: w.tenant.ID, Conversation: "cnv\x00"},
		} {
			_, err := w.AddNote(ctx, stranger.newNote(stolen, "x", "Mine?"))
			want(t, err, chat.ErrNotFound)
			_, err = w.Notes(ctx, stolen)
			want(t, err, chat.ErrNotFound)
		}
		notes, err := w.Notes(ctx, ref)
		must(t, err)
		if diff := cmp.Diff([]chat.Note{note}, notes); diff != "" {
			t.Error(diff)
		}
	}},
}

// These look at what all tenants have, or behind the store's back.
var mentionTests = []aloneTest{
	{"Whoever a note names is reminded once by mail, later, unless they read it or go", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ref, other := w.born(t, said("a", "Hello")), w.born(t, said("a", "Hello"))
		reader, leaver, sleeper := w.colleague(t, account.Agent), w.colleague(t, account.Agent), w.colleague(t, account.Agent)
		w.noted(t, w.newNote(ref, "1", "Look", reader.ID, leaver.ID, sleeper.ID, sleeper.ID))
		w.noted(t, w.newNote(ref, "2", "Look again", reader.ID, sleeper.ID))
		w.noted(t, w.newNote(ref, "2", "A repeat", reader.ID, sleeper.ID))
		w.noted(t, w.newNote(other, "3", "Look here, too", reader.ID))
		if rows := d.Dump(t)["mentions"]; len(rows) != 6 {
			t.Errorf("mentions: %q", rows)
		}
		if early := w.takeMails(t, 10); len(early) != 0 {
			t.Errorf("due at once: %+v", early)
		}
		must(t, w.ReadMentions(t.Context(), ref, reader.ID))
		must(t, w.ReadMentions(t.Context(), ref, reader.ID))
		must(t, w.ReadMentions(t.Context(), chat.Ref{Tenant: newWorld(t, store).tenant.ID, Conversation: ref.Conversation}, sleeper.ID))
		must(t, w.RemoveMember(t.Context(), w.tenant.ID, leaver.ID))
		if rows := d.Dump(t)["mentions"]; len(rows) != 3 {
			t.Errorf("then mentions are: %q", rows)
		}
		d.Exec(t, "UPDATE mails SET due_at = $1", longAgo())
		got := map[string]chat.Mail{}
		for _, mail := range w.takeMails(t, 10) {
			got[mail.User+" "+mail.Conversation] = chat.Mail{Ref: mail.Ref, Kind: mail.Kind, Seq: mail.Seq, User: mail.User}
		}
		if diff := cmp.Diff(map[string]chat.Mail{
			sleeper.ID + " " + ref.Conversation:  {Ref: ref, Kind: chat.MailMention, Seq: 1, User: sleeper.ID},
			reader.ID + " " + other.Conversation: {Ref: other, Kind: chat.MailMention, Seq: 1, User: reader.ID},
		}, got); diff != "" {
			t.Error(diff)
		}
	}},
	{"Notes, saved replies and invited addresses stand nowhere in plain text, and open in their own place only", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		birth := w.birth(w.newRef(), said("a", "Hello"))
		sibling := w.birth(w.newRef(), said("a", "Hello"))
		sibling.Birth.Visitor = birth.Birth.Visitor // the same key
		w.committed(t, birth, sibling)
		note := w.newNote(birth.Ref, "x", "zugzwang")
		note.Author.Name = "zugzwang"
		first, second := w.noted(t, note), w.noted(t, w.newNote(sibling.Ref, "x", "zugzwang"))
		one, two := w.newReply("zugzwang"), w.newReply("hi")
		one.Title, one.Text = "zugzwang", "zugzwang"
		must(t, w.PutReply(t.Context(), one))
		must(t, w.PutReply(t.Context(), two))
		invitation, other := w.newInvitation("zugzwang@example.com", account.Agent), w.newInvitation("bo@example.com", account.Agent)
		must(t, w.Invite(t.Context(), invitation))
		must(t, w.Invite(t.Context(), other))
		must(t, w.PlanMail(t.Context(), chat.Mail{
			ID: chat.NewID(chat.MailPrefix), Ref: birth.Ref, Kind: chat.MailTranscript, To: "zugzwang@example.com", Due: longAgo(),
		}))
		for table, rows := range d.Dump(t) {
			for _, row := range rows {
				if strings.Contains(row, "zugzwang") {
					t.Errorf("%s says %s", table, row)
				}
			}
		}
		d.Exec(t, "UPDATE notes SET body = (SELECT body FROM notes WHERE id = $1) WHERE id = $2", first.ID, second.ID)
		_, err := store.Notes(t.Context(), sibling.Ref)
		want(t, err, seal.ErrSealed)
		d.Exec(t, "UPDATE replies SET body = (SELECT body FROM replies WHERE id = $1) WHERE id = $2", one.ID, two.ID)
		_, err = store.Replies(t.Context(), w.tenant.ID)
		want(t, err, seal.ErrSealed)
		d.Exec(t, "UPDATE invitations SET email = (SELECT email FROM invitations WHERE id = $1) WHERE id = $2", invitation.ID, other.ID)
		_, err = store.Invitation(t.Context(), other.ID)
		want(t, err, seal.ErrSealed)
	}},
	{"What lies beside a conversation goes with its visitor", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		birth := w.birth(w.newRef(), said("a", "Hello"))
		w.committed(t, birth)
		w.noted(t, w.newNote(birth.Ref, "x", "Look", w.user.ID))
		if dump := d.Dump(t); len(dump["notes"]) != 1 || len(dump["mentions"]) != 1 || len(dump["mails"]) != 1 {
			t.Fatalf("before: %q, %q, %q", dump["notes"], dump["mentions"], dump["mails"])
		}
		d.Exec(t, "DELETE FROM visitors WHERE id = $1", birth.Birth.Visitor)
		dump := d.Dump(t)
		for _, table := range []string{"notes", "mentions", "mails"} {
			if rows := dump[table]; len(rows) != 0 {
				t.Errorf("%s: %q", table, rows)
			}
		}
	}},
}

// takeMails takes what is due, of all tenants, for longer than any test takes.
func (w *world) takeMails(t testing.TB, limit int) []chat.Mail {
	t.Helper()
	return w.takeMailsFor(t, limit, lease)
}

func (w *world) takeMailsFor(t testing.TB, limit int, lease time.Duration) []chat.Mail {
	t.Helper()
	mails, err := w.TakeMails(t.Context(), limit, lease)
	must(t, err)
	return mails
}
