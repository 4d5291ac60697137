package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
)

const (
	passagesOfText = 2000 // of one source: a text may have 8 MB
	wordsOfPassage = 180  // which is about as long as Parley makes a passage
	found          = 8    // passages that go into a prompt
)

// retrieval measures a search over many passages by what it takes longer than
// one over a handful of the same: both go the same way, from the request to the
// JSON of as many passages.
func retrieval(s sizes) experiment {
	return experiment{
		name: "retrieval",
		rows: []row{{"retrieval over " + thousands(s.passages) + " passages, lexical, p50", "ms", atMostOf(1.0)}},
		parley: func(l *lab) []float64 {
			at := startParley(l, 0)
			large, small := at.owner.MakeBot("Large"), at.owner.MakeBot("Small")
			at.read(small, newProse(), 4*found)
			words := newProse()
			at.read(large, words, s.passages)
			l.step("search %d times", 2*s.searches)
			var many, few []float64
			for i := range 2 * s.searches {
				query := words.query()
				if i%2 == 0 {
					many = append(many, at.search(large, query))
				} else {
					few = append(few, at.search(small, query))
				}
			}
			return []float64{median(many) - median(few)}
		},
		once: true, // its time is reading ten thousand passages; the searches are many
	}
}

// prose makes texts of words as frequent as those of a language are (Zipf's law).
type prose struct {
	random *rand.Rand
	zipf   *rand.Zipf
}

func newProse() *prose {
	random := rand.New(rand.NewPCG(1, 2))
	return &prose{random, rand.NewZipf(random, 1.1, 3, 30_000)}
}

func (p *prose) passage() string {
	var text strings.Builder
	for range wordsOfPassage {
		fmt.Fprintf(&text, "w%dx ", p.zipf.Uint64())
	}
	return text.String()
}

// query is a question of nine words: one that is in most passages, four as they come, and four that are rare.
func (p *prose) query() string {
	words := []string{fmt.Sprintf("w%dx", p.random.IntN(5))}
	for range 4 {
		words = append(words, fmt.Sprintf("w%dx w%dx", p.zipf.Uint64(), p.random.IntN(10_000)))
	}
	return strings.Join(words, " ")
}

// read gives a bot so many passages, each under a heading of its own, and waits until they are read.
func (s *site) read(bot string, from *prose, passages int) {
	s.l.step("read %d passages", passages)
	kept := 0
	for kept < passages {
		var text strings.Builder
		for range min(passagesOfText, passages-kept) {
			fmt.Fprintf(&text, "# Part\n\n%s\n\n", from.passage())
		}
		added := s.owner.AddFile(bot, fmt.Sprintf("part-%d.md", kept), []byte(text.String()))
		if added.Passages == 0 {
			s.l.Fatalf("a source of many passages has none")
		}
		kept += added.Passages
	}
}

// search is the time of one, in milliseconds.
func (s *site) search(bot, query string) float64 {
	body, err := json.Marshal(map[string]any{"query": query, "limit": found})
	s.l.must("search", err)
	begun := time.Now()
	answer, err := s.owner.Try(http.MethodPost, "bots/"+bot+"/search", "application/json", bytes.NewReader(body))
	took := milliseconds(time.Since(begun))
	s.l.must("search", err)
	if hits := strings.Count(string(answer.Body), `"source"`); answer.Status != http.StatusOK || hits != found {
		s.l.Fatalf("search: %d with %d passages, want %d: %.200s", answer.Status, hits, found, answer.Body)
	}
	return took
}
