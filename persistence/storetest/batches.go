package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var batchTests = []test{
	{"A batch is worked off in order, and a refused append harms no other", func(t *testing.T, w *world) {
		ref, other := w.born(t, said("a", "Hello")), w.born(t, said("a", "Hello"))
		birth := w.birth(w.newRef(), said("x", "Hello"))
		quota := w.birth(w.newRef(), said("x", "Hello"), started("msg", 1), started("msg", 1))
		quota.Limit = 1
		outcomes := w.append(t,
			next(ref, 1, said("b", "committed")),
			next(ref, 1, said("c", "from the head before")),
			next(ref, 2, said("c", "on top of the first")),
			next(ref, 3, said("b", "twice in a batch")),
			birth,
			quota,
			next(birth.Ref, 1, said("y", "after a birth in the same batch")),
			next(w.newRef(), 0, said("a", "never born")),
			next(other, 7, said("b", "elsewhere")),
			next(other, 1, said("b", "committed")),
		)
		var got []string
		for _, o := range outcomes {
			switch {
			case o.Duplicate != nil:
				got = append(got, fmt.Sprint("duplicate of ", o.Duplicate.Seq))
			case o.Err != nil:
				got = append(got, code(o.Err))
			default:
				got = append(got, "ok")
			}
		}
		expected := []string{"ok", "fenced", "ok", "duplicate of 2", "ok", "quota_exceeded", "ok", "fenced", "fenced", "ok"}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Error(diff)
		}
		for r, texts := range map[chat.Ref]string{
			ref: "Hello|committed|on top of the first", other: "Hello|committed", birth.Ref: "Hello|after a birth in the same batch",
		} {
			if got := strings.Join(w.texts(t, r), "|"); got != texts {
				t.Errorf("%s: got %s, want %s", r, got, texts)
			}
		}
	}},
	{"A repetition of a refused append in the same batch is no duplicate", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		outcomes := w.append(t, next(ref, 5, said("b", "refused")), next(ref, 1, said("b", "committed")))
		if !errors.Is(outcomes[0].Err, chat.ErrFenced) || outcomes[1].Err != nil || outcomes[1].Duplicate != nil {
			t.Errorf("got %+v", outcomes)
		}
	}},
	{"An append that no column could hold harms no other", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		zero, long, bytes, empty, twice, unknown := w.birth(w.newRef(), said("a\x00b", "Hello")), w.birth(w.newRef(), said(strings.Repeat("long", 1000), "Hello")),
			w.birth(w.newRef(), said("\xff", "Hello")), w.birth(w.newRef()), w.birth(w.newRef(), said("a", "Hello"), said("a", "Hello")), w.birth(w.newRef(), nil)
		stranger := w.birth(chat.Ref{Tenant: chat.NewID(chat.TenantPrefix), Conversation: chat.NewID(chat.ConversationPrefix)}, said("a", "Hello"))
		outcomes := w.append(t, zero, long, bytes, empty, twice, unknown, stranger, next(ref, 1, said("b", "Hello")))
		for i, o := range outcomes[:7] {
			if o.Err == nil {
				t.Errorf("append %d was committed", i)
			}
		}
		want(t, outcomes[6].Err, chat.ErrNotFound)
		if outcomes[7].Err != nil {
			t.Errorf("the good one was refused: %v", outcomes[7].Err)
		}
	}},
	{"An empty batch is nothing", func(t *testing.T, w *world) {
		w.append(t)
	}},
	{"Batches that share their conversations do not wait for each other for ever", func(t *testing.T, w *world) {
		refs := make([]chat.Ref, 8)
		for i := range refs {
			refs[i] = w.born(t, said("a", "Hello"))
		}
		var group sync.WaitGroup
		for g := range 8 {
			group.Go(func() {
				for round := range 10 {
					var batch []chat.Append
					for i := range refs {
						ref := refs[(i*(2*g+1)+round)%len(refs)] // each in its own order
						a := next(ref, int64(round+1), said(fmt.Sprint(g, "/", round), "Hello"), started("msg", 1))
						a.Limit = 1_000_000
						batch = append(batch, a)
					}
					if _, err := w.Append(t.Context(), batch); err != nil {
						t.Errorf("append: %v", err)
					}
				}
			})
		}
		group.Wait()
		for _, ref := range refs {
			for i, e := range w.events(t, ref) {
				if e.Seq != int64(i+1) {
					t.Fatalf("%s: event %d has seq %d", ref, i+1, e.Seq)
				}
			}
		}
	}},
}

// texts returns the messages of a conversation.
func (w *world) texts(t testing.TB, ref chat.Ref) []string {
	t.Helper()
	var texts []string
	for _, e := range w.events(t, ref) {
		if m, ok := e.Body.(chat.MessageCreated); ok {
			texts = append(texts, m.Text)
		}
	}
	return texts
}
