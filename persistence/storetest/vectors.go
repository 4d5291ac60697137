package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/knowledge"
)

const model = "test-embedding/3"

var vectorTests = []test{
	{"Passages without a vector are missing until they have one", func(t *testing.T, w *world) {
		source := w.readySource(t, "Copper.", "Iron.", "Brass.")
		version := w.knowledgeVersion(t)
		found, missing := w.missing(t, source, model, 2)
		if found.ID != source.ID || len(missing) != 2 || missing[0].Text != "Copper." || missing[1].Text != "Iron." {
			t.Fatalf("%s: missing are %+v", found.ID, missing)
		}
		copper, iron := knowledge.DigestOf(found.Title, missing[0]), knowledge.DigestOf(found.Title, missing[1])
		vectors := map[knowledge.Digest][]float32{copper: {1, -0.5, 0.25}, iron: {}}
		must(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, model, vectors, false))
		w.knows(t, version, map[string]bool{source.ID: true})
		if got := w.current(t, source).Embedded; got != 2 {
			t.Errorf("%d are embedded", got)
		}
		_, missing = w.missing(t, source, model, 10)
		if len(missing) != 1 || missing[0].Text != "Brass." {
			t.Fatalf("missing are %+v", missing)
		}
		brass := knowledge.DigestOf(found.Title, missing[0])
		other := map[knowledge.Digest][]float32{copper: {9}, brass: {0, 1, 0}} // what is there stays
		must(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, model, other, true))
		w.knows(t, version+1, map[string]bool{source.ID: true})
		vectors[brass] = []float32{0, 1, 0}
		loaded, err := w.VectorsOf(t.Context(), w.tenant.ID, model, []string{source.ID, chat.NewID(chat.SourcePrefix)})
		must(t, err)
		if diff := cmp.Diff(map[string]map[knowledge.Digest][]float32{source.ID: vectors}, loaded); diff != "" {
			t.Error(diff)
		}
	}},
	{"The same words have one vector in all of a tenant", func(t *testing.T, w *world) {
		source := w.readySource(t, "Copper.")
		found, missing := w.missing(t, source, model, 10)
		copper, other := knowledge.DigestOf(found.Title, missing[0]), knowledge.Digest{1}
		vectors := map[knowledge.Digest][]float32{copper: {1, 2, 3}}
		must(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, model, vectors, true))
		same, err := w.SameWords(t.Context(), w.tenant.ID, model, []knowledge.Digest{other, copper})
		must(t, err)
		if diff := cmp.Diff(vectors, same); diff != "" {
			t.Error(diff)
		}
		stranger := newWorld(t, w.Store)
		for tenant, model := range map[string]string{w.tenant.ID: "another/3", stranger.tenant.ID: model} {
			if same, err := w.SameWords(t.Context(), tenant, model, []knowledge.Digest{copper}); err != nil || len(same) != 0 {
				t.Errorf("%s of %s: got %v, %v", model, tenant, same, err)
			}
		}
	}},
	{"Another model's vectors serve until all are there", func(t *testing.T, w *world) {
		source := w.readySource(t, "Copper.", "Iron.")
		found, missing := w.missing(t, source, model, 10)
		old, fresh := map[knowledge.Digest][]float32{}, map[knowledge.Digest][]float32{}
		for _, p := range missing {
			old[knowledge.DigestOf(found.Title, p)], fresh[knowledge.DigestOf(found.Title, p)] = []float32{1}, []float32{2}
		}
		must(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, "old/1", old, true))
		must(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, model, nil, false))
		for name, last := range map[string]int{"old/1": 2, model: 0} {
			if loaded, err := w.VectorsOf(t.Context(), w.tenant.ID, name, []string{source.ID}); err != nil || len(loaded[source.ID]) != last {
				t.Errorf("%s: got %v, %v", name, loaded, err)
			}
		}
		must(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, model, fresh, true))
		if loaded, err := w.VectorsOf(t.Context(), w.tenant.ID, "old/1", []string{source.ID}); err != nil || len(loaded) != 0 {
			t.Errorf("the old one has %v, %v", loaded, err)
		}
	}},
	{"What says the same after it was read again keeps its vector, and another title means something else", func(t *testing.T, w *world) {
		source := w.current(t, w.readySource(t, "Copper.", "Iron."))
		_, missing := w.missing(t, source, model, 10)
		vectors := map[knowledge.Digest][]float32{}
		for _, p := range missing {
			vectors[knowledge.DigestOf(source.Title, p)] = []float32{1}
		}
		must(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, model, vectors, true))
		edited := w.current(t, source)
		was := edited.UpdatedAt
		edited.Passages, edited.ChangedAt = 2, moment(50)
		must(t, w.Replace(t.Context(), knowledge.Replacement{Source: edited, Was: was, Passages: passages(source, 0, "Brass.", "Iron.")}))
		if _, missing = w.missing(t, source, model, 10); len(missing) != 1 || missing[0].Text != "Brass." || w.current(t, source).Embedded != 1 {
			t.Errorf("missing are %+v, embedded %d", missing, w.current(t, source).Embedded)
		}
		_, err := w.Rename(t.Context(), w.tenant.ID, w.bot.ID, source.ID, "Metals")
		must(t, err)
		if _, missing = w.missing(t, source, model, 10); len(missing) != 2 {
			t.Errorf("missing are %+v", missing)
		}
	}},
	{"What limits a source is noted beside all else", func(t *testing.T, w *world) {
		source := w.current(t, w.readySource(t, "Copper."))
		must(t, w.SetNote(t.Context(), w.tenant.ID, source.ID, "It has no meaning yet."))
		source.Note = "It has no meaning yet."
		if diff := cmp.Diff(source, w.current(t, source)); diff != "" {
			t.Error(diff)
		}
		must(t, w.SetNote(t.Context(), w.tenant.ID, chat.NewID(chat.SourcePrefix), "gone"))
	}},
	{"A source that is gone is missing nothing", func(t *testing.T, w *world) {
		source := w.readySource(t, "Copper.")
		must(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, source.ID))
		_, _, err := w.Missing(t.Context(), w.tenant.ID, source.ID, model, 10)
		want(t, err, chat.ErrNotFound)
		want(t, w.KeepVectors(t.Context(), w.tenant.ID, source.ID, model, nil, true), chat.ErrNotFound)
	}},
}

func (w *world) missing(t testing.TB, source knowledge.Source, model string, limit int) (knowledge.Source, []knowledge.Passage) {
	t.Helper()
	found, missing, err := w.Missing(t.Context(), w.tenant.ID, source.ID, model, limit)
	must(t, err)
	return found, missing
}
