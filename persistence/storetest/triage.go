package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var triageTests = []test{
	{"What was done is kept, and nothing where nothing changed", func(t *testing.T, w *world) {
		ref, by, ctx := w.born(t, said("a", "Hello"), said("b", "Hello")), w.user.ID, t.Context()
		until := time.Now().Add(time.Hour).UTC()
		one, two := w.label(t, "One").ID, w.label(t, "Two").ID
		for _, do := range []func() error{
			func() error { return w.Snooze(ctx, ref, by, time.Time{}) },
			func() error { return w.Snooze(ctx, ref, by, until) }, func() error { return w.Snooze(ctx, ref, by, until) },
			func() error { return w.Snooze(ctx, ref, by, time.Time{}) },
			func() error { return w.MarkSpam(ctx, ref, by, false) },
			func() error { return w.MarkSpam(ctx, ref, by, true) }, func() error { return w.MarkSpam(ctx, ref, by, true) },
			func() error { return w.MarkSpam(ctx, ref, by, false) },
			func() error { return w.SetLabels(ctx, ref, by, nil) },
			func() error { return w.SetLabels(ctx, ref, by, []string{one, one}) }, func() error { return w.SetLabels(ctx, ref, by, []string{one}) },
			func() error { return w.SetLabels(ctx, ref, "usr_b", []string{one, two}) }, func() error { return w.SetLabels(ctx, ref, by, []string{two}) },
			func() error { return w.Block(ctx, ref, by, false) },
			func() error { return w.Block(ctx, ref, by, true) }, func() error { return w.Block(ctx, ref, by, true) },
			func() error { return w.Block(ctx, ref, by, false) },
		} {
			must(t, do())
		}
		w.did(t, ref, by+" snoozed "+until.Format(time.RFC3339), by+" unsnoozed ", by+" spam ", by+" not_spam ", by+" labelled "+one,
			"usr_b labelled "+two, by+" unlabelled "+one, by+" blocked ", by+" unblocked ")
	}},
	{"A conversation shows what was done", func(t *testing.T, w *world) {
		ref, until := w.born(t, said("a", "Hello")), time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
		label := w.label(t, "One").ID
		must(t, w.Snooze(t.Context(), ref, w.user.ID, until))
		must(t, w.MarkSpam(t.Context(), ref, w.user.ID, true))
		must(t, w.SetLabels(t.Context(), ref, w.user.ID, []string{label}))
		must(t, w.Block(t.Context(), ref, w.user.ID, true))
		found, err := w.Conversation(t.Context(), ref)
		must(t, err)
		if !found.Snoozed.Equal(until) || !found.Spam || !found.Blocked || !cmp.Equal(found.Labels, []string{label}) {
			t.Errorf("got %+v", found)
		}
		if opening, err := w.Open(t.Context(), ref); err != nil || !opening.Blocked {
			t.Errorf("opened: %+v, %v", opening, err)
		}
	}},
	{"A visitor's message and a change of status end a snooze, an agent's message does not", func(t *testing.T, w *world) {
		ref := w.standing(t, 1, chat.WithAgent, w.user.ID)
		agent := chat.Author{Kind: chat.ByAgent, ID: w.user.ID, Name: "Ada"}
		written := next(ref, 2, chat.MessageCreated{Message: "msg", Author: agent, Text: "Later", ClientID: "l"})
		visited := next(ref, 3, said("b", "Now"))
		for _, a := range []*chat.Append{&written, &visited} {
			a.Status, a.Agent = chat.WithAgent, &agent
		}
		for _, step := range []struct {
			append  chat.Append
			snoozed bool
		}{{written, true}, {visited, false}, {w.status(ref, 4, 30, chat.Closed, ""), false}} {
			must(t, w.Snooze(t.Context(), ref, w.user.ID, time.Now().Add(time.Hour)))
			w.committed(t, step.append)
			if found, err := w.Conversation(t.Context(), ref); err != nil || found.Snoozed.IsZero() == step.snoozed {
				t.Errorf("after %+v: %v, %v", step.append.Bodies, found.Snoozed, err)
			}
		}
	}},
	{"A label that there is not is not set, nor are those beside it", func(t *testing.T, w *world) {
		ref, one := w.born(t, said("a", "Hello")), w.label(t, "One").ID
		want(t, w.SetLabels(t.Context(), ref, w.user.ID, []string{one, "lbl_none"}), chat.ErrNotFound)
		if found, err := w.Conversation(t.Context(), ref); err != nil || found.Labels != nil {
			t.Errorf("got %v, %v", found.Labels, err)
		}
		w.did(t, ref)
	}},
	{"Nothing is done with a conversation that there is not", func(t *testing.T, w *world) {
		ref, by, ctx := w.newRef(), w.user.ID, t.Context()
		want(t, w.Snooze(ctx, ref, by, time.Now().Add(time.Hour)), chat.ErrNotFound)
		want(t, w.MarkSpam(ctx, ref, by, true), chat.ErrNotFound)
		want(t, w.SetLabels(ctx, ref, by, nil), chat.ErrNotFound)
		want(t, w.Block(ctx, ref, by, true), chat.ErrNotFound)
		_, err := w.Activities(ctx, ref)
		want(t, err, chat.ErrNotFound)
	}},
	{"The last 500 activities are read, oldest first", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		for n := range 502 {
			must(t, w.MarkSpam(t.Context(), ref, w.user.ID, n%2 == 0))
		}
		all, err := w.Activities(t.Context(), ref)
		must(t, err)
		if len(all) != 500 {
			t.Fatalf("there are %d", len(all))
		}
		for i := range all[1:] {
			if all[i].At.After(all[i+1].At) {
				t.Fatalf("%d is behind the next", i)
			}
		}
	}},
	{"A blocked visitor begins no conversation, until that is taken back", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		w.committed(t, birth)
		again := func() chat.Append {
			next := w.birth(w.newRef(), said("a", "Hello"))
			next.Birth.Visitor = birth.Birth.Visitor
			return next
		}
		w.committed(t, again())
		must(t, w.Block(t.Context(), birth.Ref, w.user.ID, true))
		other := w.birth(w.newRef(), said("a", "Hello"))
		outcomes := w.append(t, again(), other)
		want(t, outcomes[0].Err, chat.ErrBlocked)
		must(t, outcomes[1].Err)
		w.refused(t, chat.ErrBlocked, again())
		must(t, w.Block(t.Context(), birth.Ref, w.user.ID, false))
		w.committed(t, again())
	}},
}

// did wants this to be what was done with a conversation: who, what, to what.
func (w *world) did(t testing.TB, ref chat.Ref, expected ...string) {
	t.Helper()
	activities, err := w.Activities(t.Context(), ref)
	must(t, err)
	conversation, err := w.Conversation(t.Context(), ref)
	must(t, err)
	var got []string
	for _, a := range activities {
		got = append(got, a.By+" "+string(a.Kind)+" "+a.Target)
		if a.Ref != ref || a.Seq != conversation.Head || !chat.ValidID(chat.ActivityPrefix, a.ID) || time.Since(a.At) > time.Hour {
			t.Errorf("got %+v", a)
		}
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Error(diff)
	}
}
