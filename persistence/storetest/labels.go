package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

// label keeps a new label.
func (w *world) label(t testing.TB, name string) chat.Label {
	t.Helper()
	label := chat.Label{ID: chat.NewID(chat.LabelPrefix), Tenant: w.tenant.ID, Name: name, Color: "#aa3311"}
	must(t, w.PutLabel(t.Context(), label))
	return label
}

var labelTests = []test{
	{"Labels come back as they were made, by name without case", func(t *testing.T, w *world) {
		c, a, b := w.label(t, "Copper"), w.label(t, "a nail"), w.label(t, "Bronze")
		b.Name, b.Color = "bronze", "#112233"
		must(t, w.PutLabel(t.Context(), b))
		all, err := w.Labels(t.Context(), w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff([]chat.Label{a, b, c}, all); diff != "" {
			t.Error(diff)
		}
		if none, err := w.Labels(t.Context(), newWorld(t, w.Store).tenant.ID); err != nil || none != nil {
			t.Errorf("another has %v, %v", none, err)
		}
	}},
	{"A name is taken whatever its case, but not from oneself nor another tenant", func(t *testing.T, w *world) {
		one, two := w.label(t, "Urgent"), w.label(t, "Late")
		for _, label := range []chat.Label{{ID: two.ID, Name: "URGENT"}, {ID: chat.NewID(chat.LabelPrefix), Name: " urgent "}} {
			label.Tenant = w.tenant.ID
			if err := w.PutLabel(t.Context(), label); code(err) != "label_taken" || chat.AsError(err).Kind != chat.Conflict {
				t.Errorf("%+v: got %v", label, err)
			}
		}
		one.Name = "urgent"
		must(t, w.PutLabel(t.Context(), one))
		newWorld(t, w.Store).label(t, "Urgent")
	}},
	{"A tenant has 200 labels at most, however many are made at once", func(t *testing.T, w *world) {
		for n := range chat.MaxLabels - 2 {
			w.label(t, fmt.Sprint("label ", n))
		}
		var group sync.WaitGroup
		codes := make(chan string, 8)
		for n := range cap(codes) {
			group.Go(func() {
				label := chat.Label{ID: chat.NewID(chat.LabelPrefix), Tenant: w.tenant.ID, Name: fmt.Sprint("at once ", n)}
				if err := w.PutLabel(t.Context(), label); err != nil {
					codes <- code(err)
				}
			})
		}
		group.Wait()
		close(codes)
		for c := range codes {
			if c != "too_many_labels" {
				t.Errorf("got %s", c)
			}
		}
		all, err := w.Labels(t.Context(), w.tenant.ID)
		must(t, err)
		if len(all) != chat.MaxLabels {
			t.Errorf("there are %d", len(all))
		}
		all[0].Color = "#000000"
		must(t, w.PutLabel(t.Context(), all[0])) // changing is not adding
	}},
	{"A label that is deleted is on no conversation", func(t *testing.T, w *world) {
		ref, one, two := w.born(t, said("a", "Hello")), w.label(t, "One"), w.label(t, "Two")
		must(t, w.SetLabels(t.Context(), ref, w.user.ID, []string{one.ID, two.ID}))
		must(t, w.DeleteLabel(t.Context(), w.tenant.ID, one.ID))
		want(t, w.DeleteLabel(t.Context(), w.tenant.ID, one.ID), chat.ErrNotFound)
		if found, err := w.Conversation(t.Context(), ref); err != nil || !cmp.Equal(found.Labels, []string{two.ID}) {
			t.Errorf("got %v, %v", found.Labels, err)
		}
	}},
}

var readTests = []test{
	{"A read mark never goes back, nor ahead of the log", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "1"), said("b", "2"), said("c", "3"))
		for _, mark := range []struct {
			reader string
			seq    int64
		}{{w.user.ID, 2}, {w.user.ID, 1}, {"", 3}, {"usr_b", 99}, {"", 1}} {
			must(t, w.MarkRead(t.Context(), ref, mark.reader, mark.seq))
		}
		marks, err := w.ReadMarks(t.Context(), ref)
		must(t, err)
		if diff := cmp.Diff(map[string]int64{w.user.ID: 2, "": 3, "usr_b": 3}, marks); diff != "" {
			t.Error(diff)
		}
	}},
	{"A list has how far the user has read who asks, and nobody else", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "1"), said("b", "2"))
		must(t, w.MarkRead(t.Context(), ref, w.user.ID, 1))
		must(t, w.MarkRead(t.Context(), ref, "", 2))
		for user, read := range map[string]int64{w.user.ID: 1, "usr_b": 0, "": 0} {
			page, _, err := w.Conversations(t.Context(), w.tenant.ID, chat.ConversationFilter{User: user})
			must(t, err)
			if len(page) != 1 || page[0].Read != read {
				t.Errorf("%q: got %+v", user, page)
			}
		}
	}},
	{"Of many marks at once the furthest stays", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "1"), said("b", "2"), said("c", "3"), said("d", "4"))
		var group sync.WaitGroup
		for seq := range int64(5) {
			group.Go(func() {
				if err := w.MarkRead(t.Context(), ref, "", seq); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if marks, err := w.ReadMarks(t.Context(), ref); err != nil || marks[""] != 4 {
			t.Errorf("got %v, %v", marks, err)
		}
	}},
	{"Nothing is read of a conversation that there is not", func(t *testing.T, w *world) {
		want(t, w.MarkRead(t.Context(), w.newRef(), "", 1), chat.ErrNotFound)
		_, err := w.ReadMarks(t.Context(), w.newRef())
		want(t, err, chat.ErrNotFound)
		if marks, err := w.ReadMarks(t.Context(), w.born(t, said("a", "1"))); err != nil || len(marks) != 0 {
			t.Errorf("of one that nobody has read: %v, %v", marks, err)
		}
	}},
}
