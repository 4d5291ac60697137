package index

import (
	"cmp"
	"container/heap"
	"math"
	"slices"
	"sync"
)

// Parameters of BM25F, tuned on two help centres, sections of documentation and
// code: k1 saturates the weighted frequency of a word, b is how much the length of a field counts against it.
// Titles and headings are worth more than text: what they name is what the passage is about.
const k1 = 1.2

var (
	weights = [fields]float64{inText: 1, inHeadings: 1.5, inTitle: 2}
	b       = [fields]float64{inText: 0.65, inHeadings: 0.5, inTitle: 0.5}
)

// further is what each further passage of a source counts, beside the one before: in a short list, another source
// says more than more of the same. Of ten passages it leaves 0.84 of the right documents instead of 0.78 (claude-docs).
const further = 0.9

// coverage is how much of its score a passage gets again if it has all words of the question: one that has each of them once
// says more of it than one that has half of them often (Fox and Shaw: "Combination of multiple searches", 1994). It is worth 0.008 of the evidence in
// long documents, and 0.0015 in Chinese; sections of documentation lose 0.003.
const coverage = 0.3

// context is how much of the scores of the passages before and after it a passage gets, if its source is a book: what a question asks
// for stands among what it is about, which a passage that was cut out does not say again. It is worth 0.015 of the evidence in long
// documents and 0.009 of the pages of a help centre. From 0.15 to 0.5 it does as well.
const context = 0.3

// bookLength is the number of passages at which a source is half a book and half a page.
const bookLength = 20

// Breadth is how much a source of so many passages is a book rather than a page, 0–1.
func Breadth(passages int) float64 {
	return float64(passages) / float64(passages+bookLength)
}

// Parameters of the confidence, tuned on questions that three knowledge bases answer and
// 1,100 that none does.
const (
	// leastPassages is the size below which the rarity of words is not told from the index: in one of two
	// passages every word is common.
	leastPassages = 500
	// smallTalkWeight is what words of small talk count beside others.
	smallTalkWeight = 0.3
	// hollowWeight is what a pair of characters counts that belongs to how a question is asked.
	hollowWeight = 0.1
	// rarity is the power of a word's rarity that counts: with 1, a rare name that is not there outweighs all that is. At the threshold
	// at which 0.05 of the strangers' questions are answered, 0.04 of a documentation's own are refused instead of 0.16.
	rarity = 0.7
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
	// the rarest. Of long questions, as much as three such words is all. It is calibrated by the size of the index.
	Confidence float64
	// LexicalRank and VectorRank are its places, from 1, in what words and what vectors find; 0: in none. Whoever
	// joins the two sets them.
	LexicalRank, VectorRank int
}

// Search returns the best matches, best first, ties in a fixed order. Allowed tells whether a source is
// searched; nil: all are.
func (x *Index) Search(query string, limit int, allowed func(source string) bool) []Match {
	if x == nil || x.entries == 0 || limit < 1 {
		return nil
	}
	words := x.widen(query, parse(query, x.spoken))
	total := x.weigh(words)
	best := make(top, 0, limit)
	for _, p := range x.parts {
		pooled, sums := p.score(words, x.average)
		for at, s := range sums {
			if s.last == 0 {
				continue
			}
			share := min(float64(s.covered)/total, 1)
			score := (float64(s.score) + context*p.around(sums, at)) * (1 + coverage*share)
			if len(best) == limit && score < best[0].Score {
				continue
			}
			e := &p.entries[at]
			m := Match{Source: p.sources[e.source], Order: int(e.order), Score: score, Confidence: share}
			if best.takes(m, limit) && !p.dead[m.Source] && (allowed == nil || allowed(m.Source)) {
				best.put(m, limit)
			}
		}
		pool.Put(pooled)
	}
	slices.SortFunc(best, bestFirst)
	power := x.sureness()
	for i := range best {
		best[i].Confidence = math.Pow(best[i].Confidence, power)
	}
	return best
}

// Vary weighs each further match of the same source down, and puts the matches, best first, in order again. Of a book, which
// has many passages, further matches are no surprise: long documents lose no evidence so.
func Vary(matches []Match, passages func(source string) int) {
	weight := map[string]float64{}
	for i := range matches {
		w, seen := weight[matches[i].Source]
		if !seen {
			w = 1
		}
		matches[i].Score *= w
		weight[matches[i].Source] = w * (further + (1-further)*Breadth(passages(matches[i].Source)))
	}
	slices.SortFunc(matches, bestFirst)
}

// weigh sets what the words count and returns how much of their weights is a whole match.
func (x *Index) weigh(words []word) (whole float64) {
	pairs := 0
	idf := func(n, df float64) float64 { return math.Log(1 + (n-df+0.5)/(df+0.5)) }
	n := float64(x.entries)
	for i := range words {
		df := 0.0
		for _, p := range x.parts {
			for _, term := range words[i].terms {
				df += float64(p.count(term))
			}
			for _, term := range words[i].near {
				df += float64(p.count(term))
			}
		}
		df = min(df, n)
		words[i].idf = idf(n, df)
		words[i].weight = math.Pow(idf(max(n, leastPassages), df), rarity)
		if words[i].common {
			words[i].weight *= smallTalkWeight
		}
		if words[i].written == "" {
			pairs++
		}
		if words[i].hollow {
			words[i].weight *= hollowWeight
		}
		if part := words[i].part; part > 0 {
			words[i].idf *= part
			words[i].weight *= part
		}
		whole += words[i].weight
	}
	most := enough * math.Pow(idf(max(n, leastPassages), 0), rarity)
	if pairs > 0 {
		most *= 1 + pairsToEnough*float64(pairs)/float64(len(words))
	}
	return min(whole, most)
}

// Confidence is calibrated by how many different words the index has: the more it has, the more of any question is found in it by
// chance. The share of a question from which 0.03–0.08 of 1,100 questions about anything else are taken for its own, by indexes of 4 to 900 passages of
// three collections, grows with the logarithm of that number, and not with the number of passages. Whatever it is, it becomes calibrated.
const (
	calibrated           = 0.64
	leastUsual, oneUsual = 0.45, 0.075 // the share at fewTerms, and what it grows by when they are e times as many
	mostUsual            = 0.66        // more would refuse more than a tenth of an encyclopedia's own questions
	fewTerms             = 200
	// Scripts without spaces have eight times as many pairs of characters as a language has words, and half as many again make as much of a question.
	pairsToTerms  = 8
	pairsToEnough = 0.5
)

// sureness is the power to which a share is raised to be a confidence.
func (x *Index) sureness() float64 {
	terms := float64(x.Vocabulary())
	if len(x.spoken) > 0 && inPairs[x.spoken[0]] {
		terms /= pairsToTerms
	}
	usual := leastUsual + oneUsual*math.Log(max(terms/fewTerms, 1))
	return math.Log(calibrated) / math.Log(min(usual, mostUsual))
}

// inPairs are the languages that are cut into pairs of characters.
var inPairs = map[Language]bool{"zh": true, "ja": true, "ko": true, "th": true, "lo": true, "km": true, "my": true}

// sum is what the words add up to for an entry.
type sum struct {
	score, covered float32
	last           int32 // the word that was counted last, from 1
}

// pool keeps sums for the next search: those of 10,000 passages are 120 KB.
var pool = sync.Pool{New: func() any { return new([]sum) }}

// score returns the BM25F score and the summed weight of the words that it has for each entry, in memory that goes back to the pool.
func (p *part) score(words []word, average [fields]float64) (pooled *[]sum, sums []sum) {
	pooled, _ = pool.Get().(*[]sum)
	if cap(*pooled) < len(p.entries) {
		*pooled = make([]sum, len(p.entries))
	}
	sums = (*pooled)[:len(p.entries)]
	clear(sums)
	for i, w := range words {
		this, idf, weight := int32(i+1), float32(w.idf*(k1+1)), float32(w.weight)
		terms := w.terms
		if len(w.near) > 0 { // then no text has the word itself
			terms, idf, weight = w.near, idf*nearly, weight*nearly
		}
		for _, term := range terms {
			at, known := p.find(term)
			if !known {
				continue
			}
			list := p.list(at)
			for one := (posting{}); list.next(&one); {
				s := &sums[one.entry]
				if s.last == this {
					continue // counted in another language
				}
				s.last = this
				tf := float32(one.tf[inText]) / p.norms[one.entry]
				if one.tf[inHeadings]|one.tf[inTitle] != 0 {
					for f := inHeadings; f < fields; f++ {
						length := float64(p.entries[one.entry].lengths[f])
						tf += float32(weights[f] * float64(one.tf[f]) / (1 - b[f] + b[f]*length/average[f]))
					}
				}
				s.score += idf * tf / (tf + k1)
				s.covered += weight
			}
		}
	}
	return pooled, sums
}

// around returns what the passages before and after one score, by how much of a book they are.
func (p *part) around(sums []sum, at int) (score float64) {
	source := p.entries[at].source
	for _, beside := range [...]int{at - 1, at + 1} {
		if beside >= 0 && beside < len(sums) && p.entries[beside].source == source {
			score += float64(sums[beside].score)
		}
	}
	return score * p.breadths[source]
}

func bestFirst(a, b Match) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Order, b.Order))
}

// top is a heap of the best matches, the worst of them first.
type top []Match

func (t top) Len() int           { return len(t) }
func (t top) Less(i, j int) bool { return bestFirst(t[i], t[j]) > 0 }
func (t top) Swap(i, j int)      { t[i], t[j] = t[j], t[i] }
func (t *top) Push(m any)        { *t = append(*t, m.(Match)) }
func (t *top) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

// takes tells whether a match is among the best so far.
func (t top) takes(m Match, limit int) bool { return len(t) < limit || bestFirst(m, t[0]) < 0 }

func (t *top) put(m Match, limit int) {
	if len(*t) < limit {
		heap.Push(t, m)
		return
	}
	(*t)[0] = m
	heap.Fix(t, 0)
}
