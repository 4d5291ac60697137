package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var summaryTests = []test{
	{"An activation begins with the latest summary", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		w.committed(t, birth)
		w.summarised(t, birth.Ref, chat.Summary{})
		first := chat.Summary{Through: 1, Text: "They greeted us. Nägel?"}
		w.committed(t, under(2, summarising(birth.Ref, 1, &first)))
		w.summarised(t, birth.Ref, first)
		w.committed(t, under(3, summarising(birth.Ref, 2, nil)))
		w.summarised(t, birth.Ref, first)
		second := chat.Summary{Through: 3, Text: "They greeted us twice."}
		w.committed(t, under(4, summarising(birth.Ref, 3, &second)))
		w.summarised(t, birth.Ref, second)
		w.committed(t, under(5, summarising(birth.Ref, 4, &chat.Summary{})))
		w.summarised(t, birth.Ref, chat.Summary{})
	}},
	{"A summary may come with a birth, and the last of a batch counts", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		birth.Summary = &chat.Summary{Through: 1, Text: "at birth"}
		w.committed(t, birth, summarising(birth.Ref, 1, &chat.Summary{Through: 2, Text: "soon after"}), summarising(birth.Ref, 2, nil))
		w.summarised(t, birth.Ref, chat.Summary{Through: 2, Text: "soon after"})
	}},
	{"A refused append keeps no summary", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		kept := chat.Summary{Through: 1, Text: "kept"}
		w.committed(t, summarising(ref, 1, &kept))
		w.refused(t, chat.ErrFenced, summarising(ref, 7, &chat.Summary{Through: 7, Text: "from another head"}))
		repeated := next(ref, 2, said("a", "Hello"))
		repeated.Summary = &chat.Summary{Through: 2, Text: "of a repetition"}
		if o := w.append(t, repeated)[0]; o.Duplicate == nil {
			t.Errorf("got %+v", o)
		}
		stranger := newWorld(t, w.Store)
		stolen := chat.Ref{Tenant: stranger.tenant.ID, Conversation: ref.Conversation}
		w.refused(t, chat.ErrFenced, summarising(stolen, 2, &chat.Summary{Through: 2, Text: "another tenant's"}))
		w.summarised(t, ref, kept)
		_, err := w.Open(t.Context(), stolen)
		want(t, err, chat.ErrNotFound)
	}},
}

// aSummaryThatDoesNotOpen is none: it can be made anew.
func aSummaryThatDoesNotOpen(t *testing.T, d Database) {
	store := d.Open(t)
	defer store.Close()
	w := newWorld(t, store)
	ref, sibling := w.born(t, said("a", "Hello")), w.newRef()
	birth := w.birth(sibling, said("a", "Hello"))
	opening, err := w.Open(t.Context(), ref)
	must(t, err)
	birth.Birth.Visitor = opening.Visitor // the same key
	w.committed(t, birth)
	other := chat.Summary{Through: 1, Text: "the other's"}
	w.committed(t, under(2, summarising(ref, 1, &chat.Summary{Through: 1, Text: "mine"})), summarising(sibling, 1, &other))
	d.Exec(t, "UPDATE summaries SET body = (SELECT body FROM summaries WHERE conversation = $1) WHERE conversation = $2", sibling.Conversation, ref.Conversation)
	w.summarised(t, ref, chat.Summary{})
	w.summarised(t, sibling, other)
	d.Exec(t, "DELETE FROM visitors WHERE id = $1", opening.Visitor)
	if rows := d.Dump(t)["summaries"]; len(rows) != 0 {
		t.Errorf("summaries outlive their visitor: %q", rows)
	}
}

// summarising is an append of a message that keeps a summary; nil: none.
func summarising(ref chat.Ref, head int64, summary *chat.Summary) chat.Append {
	a := next(ref, head, said(chat.NewID(chat.MessagePrefix), "Hello"))
	a.Summary = summary
	return a
}

// under is an append of another activation than the first.
func under(epoch int64, a chat.Append) chat.Append {
	a.Epoch = epoch
	return a
}

// summarised opens a conversation and wants this summary.
func (w *world) summarised(t testing.TB, ref chat.Ref, expected chat.Summary) {
	t.Helper()
	opening, err := w.Open(t.Context(), ref)
	must(t, err)
	if diff := cmp.Diff(expected, opening.Summary); diff != "" {
		t.Error(diff)
	}
}
