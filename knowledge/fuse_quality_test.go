package knowledge

import (
	"context"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"

	"parley/knowledge/index"
	"parley/knowledge/measure"
	"parley/llm/llmtest"
)

// fakeEmbedder is llmtest's model without a server. Noise makes its vectors of questions worse: a model of 1 knows nothing.
type fakeEmbedder struct{ noise float32 }

func (fakeEmbedder) Model() string { return "fake" }

func (f fakeEmbedder) Embed(_ context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		vectors[i] = llmtest.Embedding(text, 0)
		if f.noise > 0 {
			seed := fnv.New64a()
			_, _ = seed.Write([]byte(text))
			random := rand.New(rand.NewPCG(seed.Sum64(), 0))
			for j := range vectors[i] {
				vectors[i][j] = (1-f.noise)*vectors[i][j] + f.noise*float32(random.NormFloat64())/22.6 // √512
			}
		}
	}
	return vectors, nil
}

// embeddedBooks gives a library's only bot vectors by a model, and opens its books.
func embeddedBooks(t testing.TB, library *Library, model fakeEmbedder) *books {
	t.Helper()
	m := newMemoryVectors(library.contents.(*memory))
	passages := NewEmbedding(m, fakeEmbedder{}, slog.New(slog.DiscardHandler))
	if err := m.embedAll(t.Context(), passages, "t"); err != nil {
		t.Fatal(err)
	}
	opened := NewLibrary(library.contents, WithEmbedding(NewEmbedding(m, model, slog.New(slog.DiscardHandler))))
	t.Cleanup(func() { opened.Close() })
	b, err := opened.Open(t.Context(), "t", "b")
	if err != nil {
		t.Fatal(err)
	}
	return b.(*books)
}

// Whatever the model is worth, who asks must not be worse off with both than with the better one.
func TestFusionIsNoWorseThanTheBetterOfWordsAndVectors(t *testing.T) {
	dir := dataDir(t)
	for _, set := range []struct {
		name      string
		documents map[string]func(*Reader) (Source, error)
		questions string
	}{
		{"claude-docs", corpus(t, dir+"/ir/claude-docs"), "/ir/claude-docs"},
		{"helpcentre pages", folder(t, dir+"/helpcentre-plausible/files"), "/helpcentre-plausible/pages"},
		{"helpcentre sections", corpus(t, dir+"/helpcentre-plausible/sections"), "/helpcentre-plausible/sections"},
		{"code-chunks", corpus(t, dir+"/ir/code-chunks"), "/ir/code-chunks"},
		{"xquad-en", corpus(t, dir+"/ir/xquad-en"), "/ir/xquad-en"},
		{"xquad-es", corpus(t, dir+"/ir/xquad-es"), "/ir/xquad-es"},
		{"xquad-zh", corpus(t, dir+"/ir/xquad-zh"), "/ir/xquad-zh"},
	} {
		t.Run(set.name, func(t *testing.T) {
			library, names := shelve(t, set.documents)
			questions, judged, err := measure.Questions(dir + set.questions)
			if err != nil {
				t.Fatal(err)
			}
			for _, model := range []struct {
				name  string
				noise float32
			}{{"fake", 0}, {"poor", .6}, {"useless", 1}} {
				b := embeddedBooks(t, library, fakeEmbedder{model.noise})
				var words, vectors, both []measure.Figures
				score := func(matches []index.Match, q measure.Question) measure.Figures {
					var ids []string
					for _, m := range matches {
						ids = append(ids, names[m.Source])
					}
					return measure.Score(measure.First(ids), judged[q.ID])
				}
				for _, q := range questions {
					lexical := b.index.Search(q.Text, fusedDepth, nil)
					question := b.meanings.embedding.question(t.Context(), q.Text)
					name, dimensions := b.meanings.embedding.name()
					n := b.meanings.of(t.Context(), name, dimensions).near(question, nil)
					varied := slices.Clone(lexical)
					index.Vary(varied, b.length)
					words = append(words, score(varied, q))
					vectors = append(vectors, score(n.best, q))
					fused := b.fused(t.Context(), q.Text, lexical, fusedDepth, nil)
					index.Vary(fused, b.length)
					both = append(both, score(fused, q))
				}
				w, v, f := measure.Mean(words), measure.Mean(vectors), measure.Mean(both)
				t.Logf("%-8s nDCG@10 words %.3f  vectors %.3f  fused %.3f (%+.3f)   hit@5 %.3f %.3f %.3f", model.name, w.NDCG, v.NDCG, f.NDCG, f.NDCG-max(w.NDCG, v.NDCG), w.Hit, v.Hit, f.Hit)
				if f.NDCG < max(w.NDCG, v.NDCG)-0.01 {
					t.Errorf("with a %s model, both together are worse than the better of the two", model.name)
				}
			}
		})
	}
}

// What is asked in other words is to be answered, but whoever asks about something else is still to be told so.
func TestVectorsAreConfidentOnlyOfWhatStandsOut(t *testing.T) {
	dir := dataDir(t)
	strangers, err := measure.OutOfScope(dir + "/intents/clinc150.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	questions, _, err := measure.Questions(dir + "/helpcentre-plausible/pages")
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for _, q := range questions {
		own = append(own, q.Text)
	}
	library, _ := shelve(t, folder(t, dir+"/helpcentre-plausible/files"))
	b := embeddedBooks(t, library, fakeEmbedder{})
	confidences := func(questions []string) (words, both, standing []float64) {
		best := func(matches []index.Match) (most float64) {
			for _, m := range matches {
				most = max(most, m.Confidence)
			}
			return most
		}
		for _, q := range questions {
			lexical := b.index.Search(q, fusedDepth, nil)
			words = append(words, best(lexical))
			both = append(both, best(b.fused(t.Context(), q, lexical, fusedDepth, nil)))
			name, dimensions := b.meanings.embedding.name()
			n := b.meanings.of(t.Context(), name, dimensions).near(b.meanings.embedding.question(t.Context(), q), nil)
			standing = append(standing, n.outstanding(n.best[0]))
		}
		return words, both, standing
	}
	inWords, in, inStands := confidences(own)
	outWords, out, outStands := confidences(strangers)
	for _, from := range []float64{0, 1, 2, 2.5, 3, 3.5, 4, 5} {
		t.Logf("the best stands out by %.1f: %.3f of %d questions, %.3f of %d out of scope", from, share(inStands, from), len(in), share(outStands, from), len(out))
	}
	t.Logf("answered with words alone: %.3f, and %.3f out of scope; with both: %.3f and %.3f",
		share(inWords, DefaultThreshold), share(outWords, DefaultThreshold), share(in, DefaultThreshold), share(out, DefaultThreshold))
	if share(out, DefaultThreshold) > share(outWords, DefaultThreshold)+0.005 || share(in, DefaultThreshold) < share(inWords, DefaultThreshold) {
		t.Error("vectors are confident of the wrong passages")
	}
}
