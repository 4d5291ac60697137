package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/chat"
)

var wordTests = []aloneTest{
	{"A conversation is found by what was said in it, in any form, by its own business alone", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w, stranger := newWorld(t, store), newWorld(t, store)
		copper := w.saidNow(t, "Do you sell copper nails?")
		shipping := w.saidNow(t, "Where are my orders? They were shipped on Monday.")
		rechnung := w.saidNow(t, "Ich brauche die Rechnungen für März.")
		foreign := stranger.saidNow(t, "Do you sell copper nails, too?")
		answered := now()
		answer := next(copper, 1, started("a", 1), chat.MessageCompleted{Message: "m", Text: "We have brass screws."})
		answer.At = answered
		for _, wanted := range []string{"copper", "order"} {
			w.finds(t, chat.ConversationFilter{Text: wanted}) // nothing is written yet
		}
		w.caughtUp(t)
		for text, wanted := range map[string][]chat.Ref{
			"copper": {copper}, "COPPER nail": {copper}, "selling": {copper}, "copper orders": nil, "order": {shipping}, "ship monday": {shipping},
			"rechnung marz": {rechnung}, "brass": nil, "the": nil, "?": nil, "zugzwang": nil,
		} {
			w.finds(t, chat.ConversationFilter{Text: text}, wanted...)
		}
		stranger.finds(t, chat.ConversationFilter{Text: "copper"}, foreign)
		stranger.finds(t, chat.ConversationFilter{Text: "order"})

		w.committed(t, answer)
		w.caughtUp(t)
		w.finds(t, chat.ConversationFilter{Text: "brass copper"}, copper) // what came later, with what was there
		w.finds(t, chat.ConversationFilter{Text: "copper", Status: chat.Closed})
		w.finds(t, chat.ConversationFilter{Text: "copper", Bot: w.bot.ID}, copper)
		w.finds(t, chat.ConversationFilter{Text: "copper", Queue: chat.QueueBot}, copper)
		w.finds(t, chat.ConversationFilter{Text: "copper", Until: answered.Add(-time.Hour)})

		d.Exec(t, "DELETE FROM conversations WHERE id = $1", copper.Conversation)
		w.finds(t, chat.ConversationFilter{Text: "copper"})
		for table, rows := range d.Dump(t) {
			if table == "conversation_words" && slices.ContainsFunc(rows, func(row string) bool { return row == copper.Conversation }) {
				t.Error("the words outlive the conversation")
			}
		}
	}},
	{"What a visitor said who was erased is not found, before and after it is read again", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ref := w.saidNow(t, "Do you sell copper nails?")
		w.caughtUp(t)
		w.finds(t, chat.ConversationFilter{Text: "copper"}, ref)
		found, err := w.Conversation(t.Context(), ref)
		must(t, err)
		_, err = w.EraseVisitor(t.Context(), w.tenant.ID, found.Visitor)
		must(t, err)
		w.finds(t, chat.ConversationFilter{Text: "copper"})
		w.caughtUp(t)
		w.finds(t, chat.ConversationFilter{Text: "copper"})
	}},
	{"A search goes on where its page ended", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		const conversations = 130 // more than are read at once
		wanted := make(map[string]bool)
		var births []chat.Append
		for i := range conversations {
			text := "Do you sell screws?"
			if i%2 == 0 {
				text = fmt.Sprintf("Do you sell nails of %d mm?", i)
			}
			birth := w.birth(w.newRef(), said("a", text))
			birth.At = now()
			births = append(births, birth)
			if i%2 == 0 {
				wanted[birth.Conversation] = true
			}
		}
		w.committed(t, births...)
		w.caughtUp(t)
		cursor := ""
		for pages := 0; ; pages++ {
			page, next, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{Text: "nail", Limit: 20, Cursor: cursor})
			must(t, err)
			if len(page) > 20 || pages > 5 {
				t.Fatalf("page %d has %d", pages, len(page))
			}
			for _, c := range page {
				if !wanted[c.Conversation] {
					t.Errorf("%s is found twice, or was not asked for", c.Conversation)
				}
				delete(wanted, c.Conversation)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if len(wanted) > 0 {
			t.Errorf("%d were not found", len(wanted))
		}
	}},
	{"What cannot be read is found by nothing, and keeps no other from being found", func(t *testing.T, d Database) {
		store := d.Open(t)
		w := newWorld(t, store)
		broken, whole := w.saidNow(t, "Do you sell copper nails?"), w.saidNow(t, "Do you sell copper screws?")
		must(t, store.Close())
		d.Exec(t, "UPDATE visitors SET wrapped_key = (SELECT v.wrapped_key FROM visitors v, conversations c WHERE c.id = $1 AND v.id = c.visitor) "+
			"WHERE id = (SELECT visitor FROM conversations WHERE id = $2)", whole.Conversation, broken.Conversation)
		w.Store = d.Open(t)
		defer w.Store.Close()
		w.caughtUp(t)
		w.finds(t, chat.ConversationFilter{Text: "copper"}, whole)
	}},
}

// saidNow is a conversation in which a visitor has just said something.
func (w *world) saidNow(t testing.TB, text string) chat.Ref {
	t.Helper()
	birth := w.birth(w.newRef(), said("a", text))
	birth.At = now()
	w.committed(t, birth)
	return birth.Ref
}

func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// caughtUp has all words written.
func (w *world) caughtUp(t testing.TB) {
	t.Helper()
	for more := true; more; {
		var err error
		more, err = w.CatchUpWords(t.Context())
		must(t, err)
	}
}

// finds wants a list to have certain conversations, in whatever order.
func (w *world) finds(t testing.TB, filter chat.ConversationFilter, wanted ...chat.Ref) {
	t.Helper()
	page, _, err := w.Conversations(t.Context(), w.tenant.ID, filter)
	must(t, err)
	found := len(page) == len(wanted)
	for _, c := range page {
		found = found && slices.Contains(wanted, c.Ref)
	}
	if !found {
		t.Errorf("%+v finds %d conversations, want %d", filter, len(page), len(wanted))
	}
}

// BenchmarkText measures a search for a word that none of ten thousand conversations has, which looks at all of them; and how
// long it takes to write what they are found by.
func BenchmarkText(b *testing.B, open func(t testing.TB) Database) {
	const conversations, together = 10_000, 500
	store := open(b).Open(b)
	defer store.Close()
	w := newWorld(b, store)
	for range conversations / together {
		births := make([]chat.Append, together)
		for i := range births {
			births[i] = w.birth(w.newRef(), said("a", "Where are my orders? They were shipped on Monday, and I wait for the copper nails."),
				chat.MessageCompleted{Message: "m", Text: "Parcels from our warehouse arrive within three working days. You will find the number of yours in the mail that we sent."})
			births[i].At = now()
		}
		w.committed(b, births...)
	}
	begun := time.Now()
	w.caughtUp(b)
	took := time.Since(begun)
	for b.Loop() {
		for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
			found, next, err := store.Conversations(b.Context(), w.tenant.ID, chat.ConversationFilter{Text: "zugzwang", Cursor: cursor})
			if err != nil || len(found) > 0 {
				b.Fatalf("found %d, %v", len(found), err)
			}
			cursor = next
		}
	}
	b.ReportMetric(float64(conversations)*float64(b.N)/b.Elapsed().Seconds(), "looked-at/s")
	b.ReportMetric(conversations/took.Seconds(), "written/s")
}
