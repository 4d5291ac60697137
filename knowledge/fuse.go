package knowledge

import (
	"cmp"
	"context"
	"math"
	"slices"

	"parley/knowledge/index"
	"parley/knowledge/vector"
)

// Fusion is by rank (Cormack, Clarke, Büttcher: "Reciprocal rank fusion outperforms Condorcet and individual rank learning
// methods", 2009): each list gives a passage its weight divided by k plus the rank. The words' list weighs 1. How
// much the vectors' weighs is decided for each question, since it is not known how good a model is: by whether it finds what the words
// find near the question at all, and by how far its best stands out of all passages. So a poor model does no harm, and a good one leads.
// TestFusionIsNoWorseThanTheBetterOfWordsAndVectors measures it, with models of several qualities.
const (
	// rrfK is small because the lists are good: their first place says much more than their tenth. At the usual 60, which is made for many poor
	// lists, a mediocre model took 0.05 of the nDCG@10 that the words alone have; at 2, 0.006.
	rrfK = 2.0
	// fusedDepth is as far as the lists are looked at.
	fusedDepth = 100

	// agreeing is how many of the words' best are looked up among the vectors. Below agreesFrom standard deviations
	// over the mean of all passages they are just any passages to the model; from agreesTo on it knows what the words know.
	agreeing             = 5
	agreesFrom, agreesTo = 0.5, 1.5
	vectorWeight         = 0.4 // of a model that agrees
	outstandingWeight    = 3.0 // added for a best passage that stands out
	outstandsFrom        = 2.5 // standard deviations beyond what the best of as many random vectors has
	outstandsTo          = 4.5
	// wholeFrom is the share of passages that must have a vector for vectors to count at all: those without stand behind all that have one.
	wholeFrom = 0.9
)

// Vectors give a passage a confidence of its own, of confidentMost at most, when it stands out of all others so far that
// this does not happen by chance: of 1,100 questions about anything else 4 reach confidentFrom on a help centre of 840 passages, and 1 in 6 of
// its own do (TestVectorsAreConfidentOnlyOfWhatStandsOut). That is enough to answer what is asked in other words, or in another
// language, and stays below what words that agree say. The cosine itself says nothing: what is near differs between models. A bot of
// fewer than some 40 passages has none that stands out so far.
const (
	confidentFrom, confidentTo = 3.0, 4.0
	confidentMost              = 0.6
)

// near is what vectors say of a question.
type near struct {
	best            nearest   // Score is the cosine
	cosines         []float32 // of all passages, where of says
	of              map[string]embedded
	mean, deviation float64
	passages        int // with a vector
	all             int // that were allowed
}

// fused puts what vectors find together with what words have found, best first. Without vectors, or if they are late, the words' list is
// returned as it is.
func (b *books) fused(ctx context.Context, query string, lexical []index.Match, depth int, allowed func(source string) bool) []index.Match {
	for i := range lexical {
		lexical[i].LexicalRank = i + 1
	}
	if b.meanings == nil || saysNothing(query) {
		return lexical
	}
	question := b.meanings.embedding.question(ctx, query)
	if question == nil {
		return lexical
	}
	name, dimensions := b.meanings.embedding.name()
	blocks := b.meanings.of(ctx, name, dimensions)
	if blocks == nil {
		return lexical
	}
	n := blocks.near(question, allowed)
	if n.passages == 0 {
		return lexical
	}
	return fuse(lexical, n, depth)
}

// saysNothing tells whether a query is small talk, for which no model is asked.
func saysNothing(query string) bool {
	return !slices.ContainsFunc(index.Words([]string{query})[0], func(w index.Word) bool { return !w.Common })
}

// near looks at all vectors of the sources that are allowed; nil: of all.
func (b *blocks) near(question []float32, allowed func(source string) bool) near {
	n := near{cosines: b.Near(vector.NewQuery(question)), of: b.of}
	sum, squares := 0.0, 0.0
	for id, source := range b.of {
		if allowed != nil && !allowed(id) {
			continue
		}
		n.all += source.passages
		for at, cosine := range n.cosines[source.first : source.first+source.passages] {
			if cosine == vector.Missing {
				continue
			}
			n.passages++
			sum += float64(cosine)
			squares += float64(cosine) * float64(cosine)
			n.best.offer(index.Match{Source: id, Order: at, Score: float64(cosine)})
		}
	}
	if n.passages > 0 {
		n.mean = sum / float64(n.passages)
		n.deviation = math.Sqrt(max(squares/float64(n.passages)-n.mean*n.mean, 0))
	}
	return n
}

// standing is how many standard deviations a passage is nearer than the mean of all; false if it has no vector.
func (n near) standing(m index.Match) (float64, bool) {
	source, known := n.of[m.Source]
	if !known || m.Order >= source.passages || n.cosines[source.first+m.Order] == vector.Missing || n.deviation == 0 {
		return 0, false
	}
	return (float64(n.cosines[source.first+m.Order]) - n.mean) / n.deviation, true
}

// outstanding is by how many standard deviations a passage is nearer than the best of as many random vectors would be,
// which is about the square root of twice the logarithm of their number.
func (n near) outstanding(m index.Match) float64 {
	standing, _ := n.standing(m)
	return standing - math.Sqrt(2*math.Log(float64(n.passages)+1))
}

// confidence is what the vectors say of a passage.
func (n near) confidence(m index.Match) float64 {
	return confidentMost * ramp(n.outstanding(m), confidentFrom, confidentTo)
}

// weight is what the vectors' list counts beside the words'.
func (n near) weight(lexical []index.Match) float64 {
	sum, known := 0.0, 0.0
	for _, m := range lexical[:min(agreeing, len(lexical))] {
		if standing, ok := n.standing(m); ok {
			sum += standing
			known++
		}
	}
	agrees := 1.0
	if known > 0 {
		agrees = ramp(sum/known, agreesFrom, agreesTo)
	}
	whole := ramp(float64(n.passages)/float64(n.all), wholeFrom, 1)
	return whole * agrees * (vectorWeight + outstandingWeight*ramp(n.outstanding(n.best[0]), outstandsFrom, outstandsTo))
}

// ramp goes from 0 at one value to 1 at another.
func ramp(x, from, to float64) float64 { return min(max((x-from)/(to-from), 0), 1) }

// fuse joins two lists by the ranks in them.
func fuse(lexical []index.Match, n near, depth int) []index.Match {
	type place struct {
		source string
		order  int
	}
	at := make(map[place]int, len(lexical)+len(n.best))
	fused := make([]index.Match, 0, len(lexical)+len(n.best))
	put := func(m index.Match, weight float64, rank int) *index.Match {
		i, known := at[place{m.Source, m.Order}]
		if !known {
			i = len(fused)
			at[place{m.Source, m.Order}] = i
			m.Score = 0
			fused = append(fused, m)
		}
		fused[i].Score += weight / (rrfK + float64(rank))
		return &fused[i]
	}
	for i, m := range lexical[:min(fusedDepth, len(lexical))] {
		put(m, 1, i+1)
	}
	weight := n.weight(lexical)
	for i, m := range n.best {
		found := put(m, weight, i+1)
		found.VectorRank, found.Confidence = i+1, max(found.Confidence, n.confidence(m))
	}
	slices.SortFunc(fused, bestFirst)
	return fused[:min(depth, len(fused))]
}

func bestFirst(a, b index.Match) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Order, b.Order))
}

// nearest are the nearest, in order.
type nearest []index.Match

func (t *nearest) offer(m index.Match) {
	if n := len(*t); n == fusedDepth {
		if bestFirst(m, (*t)[n-1]) >= 0 {
			return
		}
		*t = (*t)[:n-1]
	}
	at, _ := slices.BinarySearchFunc(*t, m, bestFirst)
	*t = slices.Insert(*t, at, m)
}
