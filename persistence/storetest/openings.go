package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/persistence/seal"
)

var openingTests = []test{
	{"Several are opened at once, and each begins with what is its own", func(t *testing.T, w *world) {
		var refs []chat.Ref
		var expected []chat.Opened
		for _, text := range []string{"one", "two", "three", "four"} {
			birth := w.birth(w.newRef(), said("a", text), said("b", text+" again"))
			w.committed(t, birth)
			refs = append(refs, birth.Ref)
			expected = append(expected, chat.Opened{Opening: chat.Opening{
				Epoch: 2, Head: 2, Status: chat.WithBot, Bot: w.bot.ID, Visitor: birth.Birth.Visitor, Locale: "en-GB",
				Recent: []chat.Event{{Seq: 1, At: moment(10), Body: birth.Bodies[0]}, {Seq: 2, At: moment(10), Body: birth.Bodies[1]}},
			}})
		}
		opened, err := w.Store.Open(t.Context(), refs)
		must(t, err)
		if diff := cmp.Diff(expected, opened); diff != "" {
			t.Error(diff)
		}
	}},
	{"What is missing, another tenant's or no id at all is not found, and harms no other", func(t *testing.T, w *world) {
		one, two := w.born(t, said("a", "one")), w.born(t, said("a", "two"))
		stranger := newWorld(t, w.Store)
		theirs := stranger.born(t, said("a", "three"))
		opened, err := w.Store.Open(t.Context(), []chat.Ref{
			one, w.newRef(), {Tenant: w.tenant.ID, Conversation: theirs.Conversation}, {Tenant: w.tenant.ID, Conversation: "a\x00b"},
			{Tenant: "\xff", Conversation: one.Conversation}, {}, two, {Tenant: theirs.Tenant, Conversation: one.Conversation}, theirs,
		})
		must(t, err)
		found := map[int]int64{0: 2, 6: 2, 8: 2} // each raised once: nobody else's call has
		for i, o := range opened {
			if epoch, ok := found[i]; ok && (o.Err != nil || o.Opening.Epoch != epoch || len(o.Opening.Recent) != 1) {
				t.Errorf("conversation %d: got %+v", i, o)
			} else if !ok && (!errors.Is(o.Err, chat.ErrNotFound) || !cmp.Equal(o.Opening, chat.Opening{})) {
				t.Errorf("conversation %d should not be found: got %+v", i, o)
			}
		}
		if len(opened) != 9 {
			t.Errorf("got %d outcomes", len(opened))
		}
	}},
	{"None to open is nothing", func(t *testing.T, w *world) {
		opened, err := w.Store.Open(t.Context(), nil)
		if err != nil || len(opened) != 0 {
			t.Errorf("got %v, %v", opened, err)
		}
	}},
	{"Opening together fences each one's earlier activation", func(t *testing.T, w *world) {
		one, two := w.born(t, said("a", "one")), w.born(t, said("a", "two"))
		w.committed(t, next(one, 1, said("b", "Hello"))) // the store has met this activation
		_, err := w.Store.Open(t.Context(), []chat.Ref{two, one})
		must(t, err)
		w.refused(t, chat.ErrFenced, next(one, 2, said("c", "stale")))
		w.refused(t, chat.ErrFenced, next(two, 1, said("c", "stale")))
		current := next(one, 2, said("c", "Hello"))
		current.Epoch = 2
		w.committed(t, current)
	}},
	{"Openings in opposite order, and appends among them, do not wait for each other for ever", func(t *testing.T, w *world) {
		refs := make([]chat.Ref, 8)
		for i := range refs {
			refs[i] = w.born(t, said("a", "Hello"))
		}
		const rounds = 10
		var group sync.WaitGroup
		for g := range 4 {
			mine := make([]chat.Ref, len(refs))
			for i := range refs {
				mine[i] = refs[(i*(2*g+1))%len(refs)]
			}
			group.Go(func() {
				for range rounds {
					opened, err := w.Store.Open(t.Context(), mine)
					if err != nil {
						t.Errorf("open: %v", err)
						return
					}
					batch := make([]chat.Append, len(opened))
					for i, o := range opened {
						if o.Err != nil {
							t.Errorf("open %s: %v", mine[i], o.Err)
							return
						}
						batch[len(opened)-1-i] = next(mine[i], o.Opening.Head, said(chat.NewID(chat.MessagePrefix), "Hello"))
						batch[len(opened)-1-i].Epoch = o.Opening.Epoch
					}
					if _, err := w.Append(t.Context(), batch); err != nil {
						t.Errorf("append: %v", err)
					}
				}
			})
		}
		group.Wait()
		opened, err := w.Store.Open(t.Context(), refs)
		must(t, err)
		for i, o := range opened {
			must(t, o.Err)
			if o.Opening.Epoch != 4*rounds+2 {
				t.Errorf("%s was opened under epoch %d", refs[i], o.Opening.Epoch)
			}
			for n, e := range w.events(t, refs[i]) {
				if e.Seq != int64(n+1) {
					t.Fatalf("%s: event %d has seq %d", refs[i], n+1, e.Seq)
				}
			}
		}
	}},
}

// whatDoesNotOpen damages one of three conversations in each way that a row can
// be damaged.
func whatDoesNotOpen(t *testing.T, d Database) {
	store := d.Open(t)
	w := newWorld(t, store)
	for _, damage := range []string{
		"UPDATE events SET body = (SELECT preview FROM conversations WHERE id = $1) WHERE conversation = $1 AND seq = 2",
		"UPDATE conversations SET origin = preview WHERE id = $1",
		"UPDATE conversations SET agent = preview WHERE id = $1",
		"UPDATE visitors SET wrapped_key = (SELECT preview FROM conversations WHERE conversations.id = $1) WHERE id = (SELECT visitor FROM conversations WHERE conversations.id = $1)",
	} {
		refs := make([]chat.Ref, 3)
		for i := range refs {
			refs[i] = w.born(t, said("a", "Hello"), said("b", "Hello"))
		}
		d.Exec(t, damage, refs[1].Conversation)
		must(t, store.Close())
		store = d.Open(t) // the keys are in no cache now
		w.Store = store
		opened, err := store.Open(t.Context(), refs)
		must(t, err)
		if !errors.Is(opened[1].Err, seal.ErrSealed) {
			t.Errorf("%s: got %+v", damage, opened[1])
		}
		for _, i := range []int{0, 2} {
			if opened[i].Err != nil || len(opened[i].Opening.Recent) != 2 {
				t.Errorf("%s: the others: got %+v", damage, opened[i])
			}
		}
	}
	must(t, store.Close())
}
