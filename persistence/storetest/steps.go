package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/chat"
	"parley/knowledge"
)

var stepTests = []test{
	{"A source is read in steps, and shown to the index at the end", func(t *testing.T, w *world) {
		source := w.queuedSource(t, "original")
		before, err := w.KnowledgeVersion(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		first, second := passages(source, 0, "one", "two"), passages(source, 2, "three")

		source.State, source.Pages, source.PagesRead, source.Passages = knowledge.Reading, 3, 2, 2
		must(t, w.SaveStep(t.Context(), source, 0, first, knowledge.Limits{}))
		found, err := w.Source(t.Context(), w.tenant.ID, w.bot.ID, source.ID)
		must(t, err)
		if diff := cmp.Diff(source, found, cmpopts.IgnoreFields(source, "UpdatedAt")); diff != "" {
			t.Error(diff)
		}
		w.knows(t, before, nil)

		source.State, source.PagesRead, source.Passages, source.Title = knowledge.Ready, 3, 3, "All about nails"
		must(t, w.SaveStep(t.Context(), source, 2, second, knowledge.Limits{}))
		found, stored, err := w.SourcePassages(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		if diff := cmp.Diff(source, found, cmpopts.IgnoreFields(source, "UpdatedAt", "ReadAt", "ChangedAt")) + cmp.Diff(append(first, second...), stored); diff != "" {
			t.Error(diff)
		}
		w.knows(t, before+1, map[string]bool{source.ID: true})
	}},
	{"A step that was saved is fenced and changes nothing", func(t *testing.T, w *world) {
		source := w.queuedSource(t, "original")
		source.State, source.Pages, source.PagesRead, source.Passages = knowledge.Reading, 3, 2, 1
		must(t, w.SaveStep(t.Context(), source, 0, passages(source, 0, "one"), knowledge.Limits{}))
		want(t, w.SaveStep(t.Context(), source, 0, passages(source, 0, "again"), knowledge.Limits{}), chat.ErrFenced)
		source.State, source.PagesRead = knowledge.Ready, 3
		want(t, w.SaveStep(t.Context(), source, 1, nil, knowledge.Limits{}), chat.ErrFenced)
		must(t, w.SaveStep(t.Context(), source, 2, nil, knowledge.Limits{}))
		want(t, w.SaveStep(t.Context(), source, 3, nil, knowledge.Limits{}), chat.ErrFenced) // it is not being read any more
		_, stored, err := w.SourcePassages(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		if len(stored) != 1 || stored[0].Text != "one" {
			t.Errorf("got %+v", stored)
		}
	}},
	{"A step of a source that is gone, or not submitted, is fenced", func(t *testing.T, w *world) {
		source := w.queuedSource(t, "original")
		must(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, source.ID))
		source.State = knowledge.Reading
		want(t, w.SaveStep(t.Context(), source, 0, nil, knowledge.Limits{}), chat.ErrFenced)
		receiving := w.newSource(t)
		receiving.State = knowledge.Ready
		want(t, w.SaveStep(t.Context(), receiving, 0, nil, knowledge.Limits{}), chat.ErrFenced)
	}},
	{"A source that breaks says why, and is not shown to the index", func(t *testing.T, w *world) {
		source := w.queuedSource(t, "original")
		before, err := w.KnowledgeVersion(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		source.State, source.Error = knowledge.Broken, "This PDF is encrypted."
		must(t, w.SaveStep(t.Context(), source, 0, nil, knowledge.Limits{}))
		found, err := w.Source(t.Context(), w.tenant.ID, w.bot.ID, source.ID)
		must(t, err)
		if found.State != knowledge.Broken || found.Error != source.Error {
			t.Errorf("got %+v", found)
		}
		w.knows(t, before, nil)
	}},
	{"Of many who save the same step at once, one succeeds", func(t *testing.T, w *world) {
		source := w.queuedSource(t, "original")
		source.State, source.Pages, source.PagesRead, source.Passages = knowledge.Ready, 1, 1, 2
		var group sync.WaitGroup
		var saved atomic.Int32
		for range 8 {
			group.Go(func() {
				err := w.SaveStep(t.Context(), source, 0, passages(source, 0, "one", "two"), knowledge.Limits{})
				if err == nil {
					saved.Add(1)
				} else if !errors.Is(err, chat.ErrFenced) {
					t.Errorf("save: %v", err)
				}
			})
		}
		group.Wait()
		_, stored, err := w.SourcePassages(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		if saved.Load() != 1 || len(stored) != 2 {
			t.Errorf("%d succeeded, and there are %d passages", saved.Load(), len(stored))
		}
	}},
}

// knows wants the bot to have this version and these ready sources.
func (w *world) knows(t testing.TB, version int64, ready map[string]bool) {
	t.Helper()
	got, err := w.KnowledgeVersion(t.Context(), w.tenant.ID, w.bot.ID)
	must(t, err)
	bots, err := w.BotVersions(t.Context(), []string{w.bot.ID})
	must(t, err)
	if got != version || bots[w.bot.ID] != version {
		t.Errorf("the version is %d and %d, want %d", got, bots[w.bot.ID], version)
	}
	versions, err := w.ReadyVersions(t.Context(), w.tenant.ID, w.bot.ID)
	must(t, err)
	if len(versions) != len(ready) {
		t.Errorf("ready are %v, want %v", versions, ready)
	}
	for id, at := range versions {
		found, err := w.SourceOf(t.Context(), w.tenant.ID, id)
		must(t, err)
		if !ready[id] || !at.Equal(found.ChangedAt) {
			t.Errorf("ready is %s since %s, which was changed at %s", id, at, found.ChangedAt)
		}
	}
}
