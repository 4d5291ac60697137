package index

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
)

// Parameters of BM25F, tuned on two help centres, sections of documentation and
// code: k1 saturates the weighted frequency of a word, b is how much the length of a field counts against it.
// Titles and headings are worth more than text: what they name is what the passage is about.
const k1 = 1.2

var (
	weights = [fields]float64{inText: 1, inHeadings: 1.5, inTitle: 2}
	b       = [fields]float64{inText: 0.65, inHeadings: 0.5, inTitle: 0.5}
)

// Each further passage of a source counts for a little less than the one before: in a short list, another source
// says more than more of the same. Of ten passages it leaves 0.84 of the right documents instead of 0.78 (claude-docs), and takes
// 0.005 of the evidence when there is one long document.
const (
	further    = 0.9
	candidates = 3 // times the limit are looked at
)

// Parameters of the confidence, tuned on questions that four knowledge bases answer and
// 1,100 that none does.
const (
	// leastPassages is the size below which the rarity of words is not told from the index: in one of two
	// passages every word is common.
	leastPassages = 500
	// smallTalkWeight is what words of small talk count beside others.
	smallTalkWeight = 0.15
	// enough rare words are a match, however many others the question has: long questions
	// are never covered as a whole.
	enough = 3
)

// Match is a passage that was found.
type Match struct {
	Source string
	Order  int
	Score  float64
	// Confidence is 0–1: the share of the question's content words that the passage has,
	// each counting by how rare it is in the index, and words that no passage has as
	// the rarest. Of long questions, as much as three such words is all.
	Confidence float64
	// LexicalRank and VectorRank are its places, from 1, in the lists that words and vectors give; 0: it is not in it.
	LexicalRank, VectorRank int
}

// Search returns the best matches, best first, ties in a fixed order.
func (x *Index) Search(query string, limit int) []Match {
	if x == nil || x.entries == 0 || limit < 1 {
		return nil
	}
	words := parse(query, x.spoken)
	total := x.weigh(words)
	best := make(top, 0, candidates*limit)
	for _, p := range x.parts {
		p.score(words, x.average, func(at int, score, covered float64) {
			if e := p.entries[at]; !p.dead[e.source] {
				best.offer(Match{Source: e.source, Order: e.order, Score: score, Confidence: min(covered/total, 1)}, candidates*limit)
			}
		})
	}
	return best.varied(limit)
}

// weigh sets what the words count and returns how much of their weights is a whole match.
func (x *Index) weigh(words []word) (whole float64) {
	idf := func(n, df float64) float64 { return math.Log(1 + (n-df+0.5)/(df+0.5)) }
	n := float64(x.entries)
	for i := range words {
		df := 0.0
		for _, p := range x.parts {
			for _, term := range words[i].terms {
				df += float64(len(p.terms[term]))
			}
		}
		df = min(df, n)
		words[i].idf = idf(n, df)
		words[i].weight = idf(max(n, leastPassages), df)
		if words[i].common {
			words[i].weight *= smallTalkWeight
		}
		whole += words[i].weight
	}
	return min(whole, enough*idf(max(n, leastPassages), 0))
}

// score calls found for each entry that has one of the words, with its BM25F
// score and the summed weight of the words that it has.
func (p *part) score(words []word, average [fields]float64, found func(at int, score, covered float64)) {
	type sum struct {
		score, covered float32
		last           int32 // the word that was counted last, from 1
	}
	sums := make([]sum, len(p.entries))
	for i, w := range words {
		for _, term := range w.terms {
			for _, posting := range p.terms[term] {
				s := &sums[posting.entry]
				if s.last == int32(i+1) {
					continue // counted in another language
				}
				s.last = int32(i + 1)
				tf := 0.0
				for f, n := range posting.tf {
					if n > 0 {
						length := float64(p.entries[posting.entry].lengths[f])
						tf += weights[f] * float64(n) / (1 - b[f] + b[f]*length/average[f])
					}
				}
				s.score += float32(w.idf * tf * (k1 + 1) / (tf + k1))
				s.covered += float32(w.weight)
			}
		}
	}
	for at, s := range sums {
		if s.last > 0 {
			found(at, float64(s.score), float64(s.covered))
		}
	}
}

// top is a heap of the best matches, the worst of them first.
type top []Match

func compare(a, b Match) int {
	return cmp.Or(cmp.Compare(a.Score, b.Score), cmp.Compare(b.Source, a.Source), cmp.Compare(b.Order, a.Order))
}

func (t top) Len() int           { return len(t) }
func (t top) Less(i, j int) bool { return compare(t[i], t[j]) < 0 }
func (t top) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *top) Push(m any)        { *t = append(*t, m.(Match)) }
func (t *top) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// varied returns the best in order, those of the same source one after the other weighed down.
func (t top) varied(limit int) []Match {
	bestFirst := func(a, b Match) int { return compare(b, a) }
	slices.SortFunc(t, bestFirst)
	weight := map[string]float64{}
	for i := range t {
		w, seen := weight[t[i].Source]
		if !seen {
			w = 1
		}
		t[i].Score *= w
		weight[t[i].Source] = w * further
	}
	slices.SortFunc(t, bestFirst)
	return t[:min(len(t), limit)]
}

func (t *top) offer(m Match, limit int) {
	if len(*t) < limit {
		heap.Push(t, m)
	} else if compare((*t)[0], m) < 0 {
		(*t)[0] = m
		heap.Fix(t, 0)
	}
}
