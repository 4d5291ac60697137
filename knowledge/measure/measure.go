// Package measure tells how well retrieval does on a set of documents, questions
// and judgements of which document answers which question. It only reads
// files and computes.
package measure

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Document is one of the things that are searched.
type Document struct {
	ID    string `json:"_id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Question is asked of them.
type Question struct {
	ID   string `json:"_id"`
	Text string `json:"text"`
}

// Judgements are the grades of documents for a question, by id; what is not named is 0.
type Judgements map[string]float64

// Documents reads dir/corpus.jsonl.
func Documents(dir string) ([]Document, error) {
	return jsonLines[Document](filepath.Join(dir, "corpus.jsonl"))
}

// Questions reads dir/queries.jsonl and dir/qrels.tsv, and returns the questions that have a
// judged document.
func Questions(dir string) ([]Question, map[string]Judgements, error) {
	all, err := jsonLines[Question](filepath.Join(dir, "queries.jsonl"))
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, "qrels.tsv")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read judgements: %w", err)
	}
	judged := map[string]Judgements{}
	for i, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if i == 0 {
			continue // names of the columns
		}
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) != 3 {
			return nil, nil, fmt.Errorf("%s:%d: %d columns instead of 3", path, i+1, len(cells))
		}
		grade, err := strconv.ParseFloat(cells[2], 64)
		if err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
		if grade > 0 {
			if judged[cells[0]] == nil {
				judged[cells[0]] = Judgements{}
			}
			judged[cells[0]][cells[1]] = grade
		}
	}
	return slices.DeleteFunc(all, func(q Question) bool { return judged[q.ID] == nil }), judged, nil
}

func jsonLines[T any](path string) ([]T, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read set: %w", err)
	}
	defer file.Close()
	var all []T
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 64<<20)
	for n := 1; lines.Scan(); n++ {
		var one T
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, n, err)
		}
		all = append(all, one)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return all, nil
}

// Figures are means over questions.
type Figures struct {
	NDCG   float64 `json:"ndcg_10"`   // of the first ten documents: how high the right ones stand
	Recall float64 `json:"recall_10"` // share of the right documents among the first ten
	Hit    float64 `json:"hit_5"`     // share of questions with a right document among the first five
}

// depth is how many documents count, and hits how many for a hit.
const (
	depth = 10
	hits  = 5
)

// Score computes the figures of one question; ranked are document ids, best first.
// nDCG's gain is the grade and its discount log2(rank+1), as in trec_eval.
func Score(ranked []string, judged Judgements) Figures {
	var f Figures
	found := 0
	for i, id := range ranked[:min(len(ranked), depth)] {
		grade := judged[id]
		if grade <= 0 {
			continue
		}
		found++
		f.NDCG += grade / math.Log2(float64(i)+2)
		if i < hits {
			f.Hit = 1
		}
	}
	ideal := 0.0
	grades := make([]float64, 0, len(judged))
	for _, grade := range judged {
		grades = append(grades, grade)
	}
	slices.SortFunc(grades, func(a, b float64) int { return cmp.Compare(b, a) })
	for i, grade := range grades[:min(len(grades), depth)] {
		ideal += grade / math.Log2(float64(i)+2)
	}
	if ideal > 0 {
		f.NDCG /= ideal
		f.Recall = float64(found) / float64(len(judged))
	}
	return f
}

// Mean is the mean of many.
func Mean(all []Figures) (mean Figures) {
	for _, f := range all {
		mean.NDCG += f.NDCG
		mean.Recall += f.Recall
		mean.Hit += f.Hit
	}
	n := float64(max(len(all), 1))
	return Figures{mean.NDCG / n, mean.Recall / n, mean.Hit / n}
}

// First returns the documents of passages in the order in which each is first seen.
func First(documents []string) []string {
	var ranked []string
	for _, id := range documents {
		if !slices.Contains(ranked, id) {
			ranked = append(ranked, id)
		}
	}
	return ranked
}

// Median of some times; 0 of none.
func Median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
