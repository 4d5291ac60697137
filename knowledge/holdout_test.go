package knowledge

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asking is a question of a set in testdata/holdout, with a phrase of the passage that answers it; "-": none does.
type asking struct{ kind, text, phrase string }

func askings(t *testing.T, path string) (all []asking) {
	t.Helper()
	table, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) != 3 {
			t.Fatalf("%s: %q", path, line)
		}
		all = append(all, asking{cells[0], cells[1], cells[2]})
	}
	return all
}

// What small bots of many kinds and languages must do with questions as visitors type them: with slips, codes, words joined or in
// other forms, and about anything else. Nothing is tuned to one of these sets; they show what breaks elsewhere.
const (
	holdoutFirst    = 0.95 // at least, of questions: the first passage answers it
	holdoutFive     = 0.98 // at least: one of the first five does
	holdoutRefused  = 0.15 // at most: none is good enough to answer from
	holdoutAnswered = 0.03 // at most, of questions about anything else: one is
)

func TestSmallBotsOfManyKindsAnswer(t *testing.T) {
	t.Parallel()
	documents := map[string]func(*Reader) (Source, error){}
	tables, err := filepath.Glob("testdata/holdout/*.tsv")
	if err != nil || len(tables) == 0 {
		t.Fatal(tables, err)
	}
	for _, table := range tables {
		files, err := filepath.Glob(strings.TrimSuffix(table, "tsv") + "[mc]*")
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		documents[table] = uploaded(t, files[0])
	}
	var all tally
	together, _ := shelve(t, documents)
	for _, table := range tables {
		alone, _ := shelve(t, map[string]func(*Reader) (Source, error){table: documents[table]})
		for _, q := range askings(t, table) {
			for _, library := range []*Library{alone, together} {
				hits, err := library.Search(context.Background(), "t", "b", q.text, 8)
				if err != nil {
					t.Fatal(err)
				}
				if !all.count(q, hits) {
					t.Logf("%s: %s %q", filepath.Base(table), q.kind, q.text)
				}
			}
		}
	}
	own, others := float64(all.own), float64(all.others)
	first, five, refused, answered := float64(all.first)/own, float64(all.five)/own, float64(all.refused)/own, float64(all.answered)/others
	t.Logf("%d of their own: first %.3f, among five %.3f, refused %.3f; %d others: answered %.3f", all.own, first, five, refused, all.others, answered)
	if first < holdoutFirst || five < holdoutFive || refused > holdoutRefused || answered > holdoutAnswered {
		t.Error("worse than it was")
	}
}

// tally counts what became of questions.
type tally struct{ own, first, five, refused, others, answered int }

// count tells whether all is as it should be.
func (c *tally) count(q asking, hits []Hit) bool {
	best, rank := 0.0, 0
	for i, h := range hits {
		best = max(best, h.Confidence)
		if rank == 0 && strings.Contains(h.Text+strings.Join(h.Headings, " "), q.phrase) {
			rank = i + 1
		}
	}
	sure := best >= DefaultThreshold
	if q.phrase == "-" {
		c.others++
		if sure {
			c.answered++
		}
		return !sure
	}
	c.own++
	if rank == 1 {
		c.first++
	}
	if rank > 0 && rank <= 5 {
		c.five++
	}
	if !sure {
		c.refused++
	}
	return rank == 1 && sure
}
