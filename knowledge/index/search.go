package index

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
)

// Parameters of BM25F, tuned on two help centres (see TestQuality's figures in
// the package's benchmark): k1 saturates the weighted frequency, b is how much a field's length counts.
var (
	K1     = 1.2
	Weight = [fields]float64{inText: 1, inHeadings: 1, inTitle: 1}
	B      = [fields]float64{inText: 0.75, inHeadings: 0.5, inTitle: 0.5}
	Coord  = 0.0
)

// Match is a passage that was found.
type Match struct {
	Source string
	Order  int
	Score  float64
	// Confidence is 0–1: the share of the question's content words that the
	// passage has, each counting by how rare it is in the index. Words that no
	// passage has count as the rarest.
	Confidence float64
}

// Search returns the best matches, best first, ties in a fixed order.
func (x *Index) Search(query string, limit int) []Match {
	if x == nil || x.entries == 0 || limit < 1 {
		return nil
	}
	words := parse(query, x.spoken)
	total := x.weigh(words)
	if total == 0 {
		return nil
	}
	best := make(top, 0, limit+1)
	for _, p := range x.parts {
		p.score(words, x.average, func(at int, score, covered float64) {
			e := p.entries[at]
			if p.dead[e.source] {
				return
			}
			best.offer(Match{e.source, e.order, score * (1 + Coord*covered/total), covered / total}, limit)
		})
	}
	slices.SortFunc(best, func(a, b Match) int { return compare(b, a) })
	return best
}

// weigh sets the words' inverse document frequencies and returns their sum.
func (x *Index) weigh(words []word) (total float64) {
	n := float64(x.entries)
	for i := range words {
		df := 0.0
		for _, p := range x.parts {
			for _, term := range words[i].terms {
				df += float64(len(p.terms[term]))
			}
		}
		df = min(df, n)
		words[i].known = df > 0
		words[i].idf = math.Log(1 + (n-df+0.5)/(df+0.5))
		total += words[i].idf
	}
	return total
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
						tf += Weight[f] * float64(n) / (1 - B[f] + B[f]*length/average[f])
					}
				}
				s.score += float32(w.idf * tf * (K1 + 1) / (tf + K1))
				s.covered += float32(w.idf)
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

func (t *top) offer(m Match, limit int) {
	if len(*t) < limit {
		heap.Push(t, m)
	} else if compare((*t)[0], m) < 0 {
		(*t)[0] = m
		heap.Fix(t, 0)
	}
}
