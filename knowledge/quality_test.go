package knowledge

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/chat"
	"parley/knowledge/extract"
	"parley/knowledge/measure"
)

// dataDir is a folder of retrieval sets (corpus.jsonl, queries.jsonl,
// qrels.tsv). They are not part of the repository: what measures with them is skipped without.
func dataDir(t testing.TB) string {
	dir := os.Getenv("PARLEY_EVAL_DATA")
	if dir == "" {
		t.Skip("set PARLEY_EVAL_DATA to a folder of retrieval sets to measure with them")
	}
	return dir
}

// shelve reads documents into a library and returns which source is which document.
func shelve(t testing.TB, documents map[string]func(*Reader) (Source, error)) (*Library, map[string]string) {
	t.Helper()
	m := newMemory()
	r := NewReader(m, m)
	names := map[string]string{}
	for id, receive := range documents {
		source, err := receive(r)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		names[source.ID] = id
	}
	if err := m.readAll(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	library := NewLibrary(m)
	t.Cleanup(func() { library.Close(); r.Close() })
	return library, names
}

func typed(title, text string) func(*Reader) (Source, error) {
	return func(r *Reader) (Source, error) {
		return r.ReceiveText(context.Background(), Source{Tenant: "t", Bot: "b", Title: title}, text)
	}
}

func uploaded(t testing.TB, path string) func(*Reader) (Source, error) {
	return func(r *Reader) (Source, error) {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		return r.Receive(context.Background(), Source{Tenant: "t", Bot: "b", Kind: KindFile, Title: filepath.Base(path)}, file)
	}
}

func corpus(t testing.TB, set string) map[string]func(*Reader) (Source, error) {
	all, err := measure.Documents(set)
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]func(*Reader) (Source, error){}
	for _, d := range all {
		documents[d.ID] = typed(d.Title, d.Text)
	}
	return documents
}

func folder(t testing.TB, dir string) map[string]func(*Reader) (Source, error) {
	documents := map[string]func(*Reader) (Source, error){}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			id, _ := filepath.Rel(dir, path)
			documents[filepath.ToSlash(id)] = uploaded(t, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return documents
}

func figures(t testing.TB, library *Library, names map[string]string, set string) measure.Figures {
	t.Helper()
	questions, judged, err := measure.Questions(set)
	if err != nil {
		t.Fatal(err)
	}
	var all []measure.Figures
	for _, q := range questions {
		hits, err := library.Search(context.Background(), "t", "b", q.Text, 100)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, h := range hits {
			ids = append(ids, names[h.Source])
		}
		all = append(all, measure.Score(measure.First(ids), judged[q.ID]))
	}
	return measure.Mean(all)
}

// Goals, where issues set some, and else what a plain BM25 (k1 1.2, b 0.75, Porter's stemmer, pairs of characters for Chinese) reaches.
func TestRetrievalReachesItsGoals(t *testing.T) {
	dir := dataDir(t)
	for _, set := range []struct {
		name      string
		documents map[string]func(*Reader) (Source, error)
		questions string
		goal      measure.Figures
	}{
		{"claude-docs", corpus(t, dir+"/ir/claude-docs"), "/ir/claude-docs", measure.Figures{NDCG: 0.72, Recall: 0.805, Hit: 0.93}},
		{"code-chunks", corpus(t, dir+"/ir/code-chunks"), "/ir/code-chunks", measure.Figures{NDCG: 0.626, Recall: 0.801, Hit: 0.758}},
		{"xquad-en", corpus(t, dir+"/ir/xquad-en"), "/ir/xquad-en", measure.Figures{NDCG: 0.965, Recall: 0.993, Hit: 0.987}},
		{"xquad-es", corpus(t, dir+"/ir/xquad-es"), "/ir/xquad-es", measure.Figures{NDCG: 0.951, Recall: 0.989, Hit: 0.978}},
		{"xquad-zh", corpus(t, dir+"/ir/xquad-zh"), "/ir/xquad-zh", measure.Figures{NDCG: 0.963, Recall: 0.992, Hit: 0.991}},
		{"helpcentre pages", folder(t, dir+"/helpcentre-plausible/files"), "/helpcentre-plausible/pages", measure.Figures{NDCG: 0.76, Recall: 0.895, Hit: 0.84}},
		{"helpcentre sections", corpus(t, dir+"/helpcentre-plausible/sections"), "/helpcentre-plausible/sections", measure.Figures{NDCG: 0.509, Recall: 0.64, Hit: 0.75}},
	} {
		t.Run(set.name, func(t *testing.T) {
			library, names := shelve(t, set.documents)
			got, want := figures(t, library, names, dir+set.questions), set.goal
			t.Logf("%-20s nDCG@10 %.4f (%.3f)  Recall@10 %.4f (%.3f)  hit@5 %.4f (%.3f)", set.name, got.NDCG, want.NDCG, got.Recall, want.Recall, got.Hit, want.Hit)
			if got.NDCG < want.NDCG || got.Recall < want.Recall-0.005 || got.Hit < want.Hit-0.005 {
				t.Error("worse than the goal")
			}
		})
	}
}

func TestPassagesHoldTheEvidence(t *testing.T) {
	dir := dataDir(t)
	library, _ := shelve(t, folder(t, dir+"/spans/documents"))
	recalled, precise, size := 0.0, 0.0, 0
	questions, err := measure.Evidence(dir + "/spans")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range questions {
		hits, err := library.Search(context.Background(), "t", "b", q.Text, 5)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, h := range hits {
			texts = append(texts, h.Text)
			size += utf8.RuneCountInString(h.Text)
		}
		recall, precision := q.Held(texts)
		recalled, precise = recalled+recall, precise+precision
	}
	n := float64(len(questions))
	t.Logf("recall of evidence %.4f, precision %.4f in passages of %.0f characters (a plain BM25 with pieces of 1,200: 0.917, 0.043; of 800: 0.863, 0.061; of 1,050 0.048, on the line of what of them is evidence)",
		recalled/n, precise/n, float64(size)/n/5)
	if recalled/n < 0.90 || precise/n < 0.048 {
		t.Error("worse than the goal")
	}
}

// Whoever asks about something else must be told so; whoever asks about what is there must not.
func TestConfidenceTellsAnswersFromNothingFound(t *testing.T) {
	dir := dataDir(t)
	strangers, err := measure.OutOfScope(dir + "/intents/clinc150.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []struct {
		name                string
		documents           map[string]func(*Reader) (Source, error)
		questions           string
		answered, strangers float64 // at least, at most
	}{
		{"helpcentre pages", folder(t, dir+"/helpcentre-plausible/files"), "/helpcentre-plausible/pages", 0.90, 0.05},
		{"claude-docs", corpus(t, dir+"/ir/claude-docs"), "/ir/claude-docs", 0.86, 0.06},
		{"xquad-en", corpus(t, dir+"/ir/xquad-en"), "/ir/xquad-en", 0.88, 0.10},
	} {
		t.Run(set.name, func(t *testing.T) {
			library, _ := shelve(t, set.documents)
			confidences := func(questions []string) []float64 {
				var all []float64
				for _, q := range questions {
					all = append(all, confidence(t, library, q))
				}
				return all
			}
			questions, _, err := measure.Questions(dir + set.questions)
			if err != nil {
				t.Fatal(err)
			}
			var own []string
			for _, q := range questions {
				own = append(own, q.Text)
			}
			in, out := confidences(own), confidences(strangers)
			for _, threshold := range []float64{0.45, 0.5, 0.55, 0.6, 0.65, DefaultThreshold} {
				t.Logf("%s from %.2f: %.3f of %d questions refused, %.3f of %d out of scope answered", set.name, threshold, 1-share(in, threshold), len(in), share(out, threshold), len(out))
			}
			if share(in, DefaultThreshold) < set.answered || share(out, DefaultThreshold) > set.strangers {
				t.Error("the default threshold tells them apart worse than it did")
			}
		})
	}
}

// Bots of any size tell them apart by the same threshold, since confidence is calibrated by size.
func TestConfidenceIsTheSameForBotsOfAnySize(t *testing.T) {
	dir := dataDir(t)
	strangers, err := measure.OutOfScope(dir + "/intents/clinc150.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, set := range []string{"claude-docs", "xquad-en"} {
		documents := corpus(t, dir+"/ir/"+set)
		questions, judged, err := measure.Questions(dir + "/ir/" + set)
		if err != nil {
			t.Fatal(err)
		}
		ids := slices.Sorted(maps.Keys(documents))
		for _, size := range []int{4, 12, 40} {
			own, refused, answered := 0, 0, 0
			const draws = 4
			for draw := range draws {
				some := map[string]func(*Reader) (Source, error){}
				for _, i := range rand.New(rand.NewPCG(uint64(size), uint64(draw))).Perm(len(ids))[:size] {
					some[ids[i]] = documents[ids[i]]
				}
				library, _ := shelve(t, some)
				for _, q := range questions {
					for id := range judged[q.ID] {
						if some[id] == nil {
							continue
						}
						own++
						if confidence(t, library, q.Text) < DefaultThreshold {
							refused++
						}
						break
					}
				}
				for _, text := range strangers {
					if confidence(t, library, text) >= DefaultThreshold {
						answered++
					}
				}
			}
			refusals, answers := float64(refused)/float64(own), float64(answered)/float64(draws*len(strangers))
			t.Logf("%s, %d documents: %.3f of %d own questions refused, %.3f of %d out of scope answered", set, size, refusals, own, answers, len(strangers))
			if refusals > 0.10 || answers > 0.05 {
				t.Error("worse than the goal")
			}
		}
	}
}

// confidence is that of the best of what a question finds.
func confidence(t *testing.T, library *Library, question string) (best float64) {
	t.Helper()
	hits, err := library.Search(context.Background(), "t", "b", question, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range hits {
		best = max(best, h.Confidence)
	}
	return best
}

func share(all []float64, from float64) float64 {
	n := 0
	for _, c := range all {
		if c >= from {
			n++
		}
	}
	return float64(n) / float64(len(all))
}

// expected.tsv tells of files of many producers what reading them should say, and a phrase that must be found.
func TestFilesOfManyProducersAreRead(t *testing.T) {
	dir := dataDir(t)
	table, err := os.ReadFile(dir + "/files/expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	m := newMemory()
	r := NewReader(m, m)
	defer r.Close()
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
		cells := append(strings.Split(line, "\t"), "", "")
		name, want, probe := cells[0], cells[2], cells[4]
		t.Run(name, func(t *testing.T) {
			source, err := uploaded(t, dir+"/files/"+name)(r)
			if words := chat.AsError(err); err != nil && words.Code == "file_type" {
				t.Skip(words.Message)
			}
			var got, text string
			if err != nil {
				got = chat.AsError(err).Message
			} else {
				source, passages := m.read(t, r, source)
				got = source.Error
				for _, p := range passages {
					text += strings.Join(p.Headings, "\n") + "\n" + p.Text + "\n"
				}
			}
			switch want {
			case "text":
				if got != "" || !strings.Contains(text, probe) && filepath.Ext(name) != ".csv" {
					t.Errorf("%q, text %.300q", got, text)
				}
			case "encrypted":
				if got != extract.ErrEncrypted.Message {
					t.Errorf("%q", got)
				}
			default: // no-text, broken: what can be read, or why not
				if got == "" && text == "" {
					t.Error("neither text nor a word")
				}
			}
		})
	}
}
