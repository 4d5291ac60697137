package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var fencingTests = []test{
	{"A position tells which activation is the last, and how far it wrote", func(t *testing.T, w *world) {
		ref, other := w.born(t, said("a", "Hello"), said("b", "Hello")), w.born(t, said("a", "Hello"))
		_, err := w.Open(t.Context(), ref)
		must(t, err)
		foreign := chat.Ref{Tenant: chat.NewID(chat.TenantPrefix), Conversation: ref.Conversation}
		got, err := w.Positions(t.Context(), []chat.Ref{ref, w.newRef(), foreign, other})
		must(t, err)
		if diff := cmp.Diff(map[chat.Ref]chat.Position{ref: {Epoch: 2, Head: 2}, other: {Epoch: 1, Head: 1}}, got); diff != "" {
			t.Error(diff)
		}
	}},
	{"An append under an older epoch, or a newer, is fenced", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		_, err := w.Open(t.Context(), ref)
		must(t, err)
		w.refused(t, chat.ErrFenced, next(ref, 1, said("b", "stale")))
		ahead := next(ref, 1, said("b", "ahead"))
		ahead.Epoch = 3
		w.refused(t, chat.ErrFenced, ahead)
		current := next(ref, 1, said("b", "Hello again"))
		current.Epoch = 2
		w.committed(t, current)
	}},
	{"An append from another head is fenced", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"), said("b", "Hello"))
		for _, head := range []int64{-1, 0, 1, 3} {
			w.refused(t, chat.ErrFenced, next(ref, head, said("c", "Hello")))
		}
		w.committed(t, next(ref, 2, said("c", "Hello")))
	}},
	{"An append to a conversation that was never born is fenced", func(t *testing.T, w *world) {
		w.refused(t, chat.ErrFenced, next(w.newRef(), 0, said("a", "Hello")))
	}},
	{"A second birth is fenced and changes nothing", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		w.committed(t, birth)
		again := w.birth(birth.Ref, said("b", "Hello"))
		again.Birth.Page = "https://elsewhere.example"
		w.refused(t, chat.ErrFenced, again)
		found, err := w.Conversation(t.Context(), birth.Ref)
		must(t, err)
		if found.Visitor != birth.Birth.Visitor || found.Page != birth.Birth.Page || found.Head != 1 {
			t.Errorf("got %+v", found)
		}
	}},
	{"A birth by an activation that opened before counts as an append", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		w.committed(t, birth)
		second := next(birth.Ref, 1, said("b", "Hello"))
		second.Birth = birth.Birth
		w.committed(t, second)
	}},
	{"A message is added once, and its repetition gets the first receipt", func(t *testing.T, w *world) {
		message := said("a", "Hello")
		ref := w.born(t, said("before", "Hi"), message)
		receipt := chat.Receipt{Seq: 2, Message: message.Message}
		repeated := next(ref, 2, said("a", "Hello"))
		stale := next(ref, 0, said("a", "Hello"))
		stale.Epoch = 9
		mixed := next(ref, 2, said("new", "Hello"), said("a", "Hello"))
		reborn := w.birth(ref, said("a", "Hello"))
		for _, a := range []chat.Append{repeated, stale, mixed, reborn} {
			if o := w.append(t, a)[0]; o.Err != nil || o.Duplicate == nil || *o.Duplicate != receipt {
				t.Errorf("got %+v, want %+v", o, receipt)
			}
		}
		if n := len(w.events(t, ref)); n != 2 {
			t.Errorf("there are %d events", n)
		}
		w.born(t, said("a", "the same client id in another conversation is another message"))
	}},
	{"Of many who bear a conversation at once, one succeeds", func(t *testing.T, w *world) {
		ref, visitor := w.newRef(), chat.NewID(chat.VisitorPrefix)
		var group sync.WaitGroup
		won := make(chan string, 8)
		for i := range cap(won) {
			group.Go(func() {
				birth := w.birth(ref, said(fmt.Sprint("c", i), "Hello"))
				birth.Birth.Visitor = visitor
				outcomes, err := w.Append(t.Context(), []chat.Append{birth})
				if err != nil {
					t.Errorf("append: %v", err)
				} else if outcomes[0].Err == nil {
					won <- fmt.Sprint("c", i)
				} else if !errors.Is(outcomes[0].Err, chat.ErrFenced) {
					t.Errorf("got %v", outcomes[0].Err)
				}
			})
		}
		group.Wait()
		close(won)
		var winners []string
		for id := range won {
			winners = append(winners, id)
		}
		events := w.events(t, ref)
		if len(winners) != 1 || len(events) != 1 || events[0].Body.(chat.MessageCreated).ClientID != winners[0] {
			t.Errorf("%v succeeded, and there are %d events", winners, len(events))
		}
	}},
	{"A new visitor may open many conversations at once", func(t *testing.T, w *world) {
		visitor := chat.NewID(chat.VisitorPrefix)
		refs := make([]chat.Ref, 8)
		var group sync.WaitGroup
		for i := range refs {
			refs[i] = w.newRef()
			group.Go(func() {
				birth := w.birth(refs[i], said("a", "Hello"))
				birth.Birth.Visitor = visitor
				outcomes, err := w.Append(t.Context(), []chat.Append{birth})
				if err != nil || outcomes[0].Err != nil {
					t.Errorf("append: %v, %+v", err, outcomes)
				}
			})
		}
		group.Wait()
		for _, ref := range refs {
			if events := w.events(t, ref); len(events) != 1 {
				t.Errorf("%s has %d events", ref, len(events))
			}
		}
	}},
	{"Activations that chase each other leave every message once and no gap", chase},
}

// chase lets many activations fight for a conversation, each of which wants to
// add messages of its own and opens anew when it is fenced.
func chase(t *testing.T, w *world) {
	const activations, messages = 6, 15
	ref := w.born(t, said("first", "Hello"))
	var group sync.WaitGroup
	for a := range activations {
		group.Go(func() {
			opening, err := w.Open(t.Context(), ref)
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			for m := 0; m < messages; {
				wish := next(ref, opening.Head, said(fmt.Sprintf("%d/%d", a, m), "Hello"))
				wish.Epoch = opening.Epoch
				outcomes, err := w.Append(t.Context(), []chat.Append{wish})
				switch {
				case err != nil:
					t.Errorf("append: %v", err)
					return
				case outcomes[0].Duplicate != nil:
					t.Errorf("a message that was never acknowledged is there: %+v", outcomes[0].Duplicate)
					return
				case errors.Is(outcomes[0].Err, chat.ErrFenced):
					if opening, err = w.Open(t.Context(), ref); err != nil {
						t.Errorf("open: %v", err)
						return
					}
				case outcomes[0].Err != nil:
					t.Errorf("append: %v", outcomes[0].Err)
					return
				default:
					opening.Head++
					m++
				}
			}
		})
	}
	group.Wait()
	events := w.events(t, ref)
	seen := map[string]int{}
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has seq %d", i+1, e.Seq)
		}
		seen[e.Body.(chat.MessageCreated).ClientID]++
	}
	expected := map[string]int{"first": 1}
	for a := range activations {
		for m := range messages {
			expected[fmt.Sprintf("%d/%d", a, m)] = 1
		}
	}
	if diff := cmp.Diff(expected, seen); diff != "" {
		t.Error(diff)
	}
}
