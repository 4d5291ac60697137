package knowledge

import (
	"bufio"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
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

type record struct {
	ID       string `json:"_id"`
	Title    string `json:"title"`
	Text     string `json:"text"`
	Question string `json:"question"`
	Document string `json:"document"`
	Evidence []struct {
		Start, End int
		Text       string
	} `json:"evidence"`
	Part, Intent string
}

func records(t testing.TB, path string) (all []record) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var r record
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func judgements(t testing.TB, path string) map[string]map[string]bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		f := strings.Split(line, "\t")
		if out[f[0]] == nil {
			out[f[0]] = map[string]bool{}
		}
		out[f[0]][f[1]] = true
	}
	return out
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
	documents := map[string]func(*Reader) (Source, error){}
	for _, r := range records(t, filepath.Join(set, "corpus.jsonl")) {
		title := r.Title
		if title == "" {
			title = " "
		}
		documents[r.ID] = typed(title, r.Text)
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

func measure(t testing.TB, library *Library, names map[string]string, set string) (ndcg, recall, hit5 float64) {
	t.Helper()
	judged := judgements(t, filepath.Join(set, "qrels.tsv"))
	asked := 0.0
	for _, q := range records(t, filepath.Join(set, "queries.jsonl")) {
		relevant := judged[q.ID]
		if len(relevant) == 0 {
			continue
		}
		hits, err := library.Search(context.Background(), "t", "b", q.Text, 100)
		if err != nil {
			t.Fatal(err)
		}
		var ranked []string
		for _, h := range hits {
			if id := names[h.Source]; !slices.Contains(ranked, id) {
				ranked = append(ranked, id)
			}
		}
		dcg, ideal, found, hit := 0.0, 0.0, 0, 0.0
		for i := range 10 {
			if i < len(ranked) && relevant[ranked[i]] {
				dcg += 1 / math.Log2(float64(i)+2)
				found++
				if i < 5 {
					hit = 1
				}
			}
			if i < len(relevant) {
				ideal += 1 / math.Log2(float64(i)+2)
			}
		}
		ndcg += dcg / ideal
		recall += float64(found) / float64(len(relevant))
		hit5 += hit
		asked++
	}
	return ndcg / asked, recall / asked, hit5 / asked
}

func TestRetrievalIsAsGoodAsTheReference(t *testing.T) {
	dir := dataDir(t)
	for _, set := range []struct {
		name               string
		documents          map[string]func(*Reader) (Source, error)
		queries            string
		ndcg, recall, hit5 float64
	}{
		{"claude-docs", corpus(t, dir+"/ir/claude-docs"), dir + "/ir/claude-docs", 0.707, 0.805, 0.93},
		{"helpcentre", folder(t, dir+"/helpcentre-plausible/files"), dir + "/helpcentre-plausible/pages", 0.740, 0.895, 0.816},
		{"helpcentre original", folder(t, dir+"/helpcentre-plausible/original/docs"), dir + "/helpcentre-plausible/pages", 0, 0, 0},
		{"sections", corpus(t, dir+"/helpcentre-plausible/sections"), dir + "/helpcentre-plausible/sections", 0.509, 0.656, 0.733},
		{"code-chunks", corpus(t, dir+"/ir/code-chunks"), dir + "/ir/code-chunks", 0.626, 0.801, 0.758},
		{"xquad-en", corpus(t, dir+"/ir/xquad-en"), dir + "/ir/xquad-en", 0.965, 0.993, 0.987},
		{"xquad-es", corpus(t, dir+"/ir/xquad-es"), dir + "/ir/xquad-es", 0.951, 0.989, 0.978},
		{"xquad-zh", corpus(t, dir+"/ir/xquad-zh"), dir + "/ir/xquad-zh", 0.963, 0.992, 0.991},
	} {
		t.Run(set.name, func(t *testing.T) {
			library, names := shelve(t, set.documents)
			ndcg, recall, hit5 := measure(t, library, names, set.queries)
			t.Logf("%-20s nDCG@10 %.3f (%.3f)  Recall@10 %.3f (%.3f)  hit@5 %.3f (%.3f)", set.name, ndcg, set.ndcg, recall, set.recall, hit5, set.hit5)
		})
	}
}


// evidence is recalled as far as its runs of five words stand in the five best passages.
func TestPassagesHoldTheEvidence(t *testing.T) {
	dir := dataDir(t)
	library, _ := shelve(t, folder(t, dir+"/spans/documents"))
	recalled, precise, asked := 0.0, 0.0, 0.0
	for _, q := range records(t, dir+"/spans/questions.jsonl") {
		hits, err := library.Search(context.Background(), "t", "b", q.Question, 5)
		if err != nil {
			t.Fatal(err)
		}
		retrieved, size := map[string]bool{}, 0
		for _, h := range hits {
			size += len(h.Text)
			for _, run := range runs(h.Text) {
				retrieved[run] = true
			}
		}
		found, all, length := 0, 0, 0
		for _, e := range q.Evidence {
			length += len(e.Text)
			for _, run := range runs(e.Text) {
				all++
				if retrieved[run] {
					found++
				}
			}
		}
		recalled += float64(found) / float64(all)
		precise += float64(found) / float64(all) * float64(length) / float64(size)
		asked++
	}
	t.Logf("recall of evidence %.3f, precision %.3f (pieces of 1,200 characters: 0.917, 0.043)", recalled/asked, precise/asked)
}

func runs(text string) (out []string) {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i := range max(len(words)-4, 1) {
		out = append(out, strings.Join(words[i:min(i+5, len(words))], " "))
	}
	return out
}
