package improve

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"parley/knowledge/index"
)

// Group is questions that ask for the same.
type Group struct {
	Question string // the most typical of them
	Gaps     []Gap  // newest first
}

// Places is where the group's answers ended.
func (g Group) Places() []Place {
	places := make([]Place, len(g.Gaps))
	for i, gap := range g.Gaps {
		places[i] = Place{gap.Ref.Conversation, gap.Seq}
	}
	return places
}

// LastAt is when the newest was asked.
func (g Group) LastAt() time.Time { return g.Gaps[0].At }

const (
	// alike is the cosine between a question and a group from which it belongs there: two of three words of the same
	// weight are enough, one of two is not.
	alike = 0.66
	// commonWeight is what small talk counts beside other words, as in a search.
	commonWeight = 0.15
	// Among few questions, how rare a word is says little: until there are some hundred, all weigh about the same.
	fewQuestions = 100.0
	fewUses      = 10.0
	// tie is how much more typical a question must be than another for that to matter.
	tie = 0.02
)

// Groups puts questions together that ask for the same, as far as their content words tell: those that a search would
// look for. The group with the most questions comes first. It depends on the questions alone and not on their order;
// those without a word left (erased ones) are left out.
func Groups(gaps []Gap) []Group {
	gaps = slices.DeleteFunc(slices.Clone(gaps), func(g Gap) bool { return strings.TrimSpace(g.Text) == "" })
	// Oldest first: a new question joins what there is, and changes nothing of it.
	slices.SortFunc(gaps, older)
	vectors := weighed(gaps)

	var groups []*cluster
	near := map[int][]*cluster{}     // by word
	spelled := map[string]*cluster{} // by the letters alone
	for i, gap := range gaps {
		letters := lettersOf(gap.Text)
		home := spelled[letters]
		if home == nil {
			home = nearest(vectors[i], near)
		}
		if home == nil {
			home = &cluster{sum: map[int]float64{}}
			groups = append(groups, home)
		}
		spelled[letters] = home
		for _, part := range vectors[i] {
			if _, has := home.sum[part.word]; !has {
				near[part.word] = append(near[part.word], home)
			}
		}
		home.add(gap, vectors[i])
	}

	shown := make([]Group, len(groups))
	for i, c := range groups {
		shown[i] = Group{Question: c.typical(), Gaps: c.gaps}
		slices.Reverse(shown[i].Gaps)
	}
	slices.SortStableFunc(shown, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.Gaps), len(a.Gaps)), older(b.Gaps[0], a.Gaps[0]))
	})
	return shown
}

func older(a, b Gap) int {
	return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref.Conversation, b.Ref.Conversation), cmp.Compare(a.Seq, b.Seq))
}

// part is a word of a question with its weight; the weights of a question have the length 1.
type part struct {
	word   int
	weight float64
}

// weighed makes vectors of questions: a word weighs more the rarer it is among them.
func weighed(gaps []Gap) [][]part {
	texts := make([]string, len(gaps))
	for i, gap := range gaps {
		texts[i] = gap.Text
	}
	words := index.Words(texts)
	names := named(words)
	count := map[int]int{}
	for _, of := range words {
		for _, w := range of {
			count[names[w.Terms[0]]]++
		}
	}
	vectors := make([][]part, len(gaps))
	for i, of := range words {
		at := map[int]float64{}
		for _, w := range of {
			word := names[w.Terms[0]]
			weight := math.Log(1 + (float64(len(gaps))+fewQuestions)/(float64(count[word])+fewUses))
			if w.Common {
				weight *= commonWeight
			}
			at[word] = max(at[word], weight)
		}
		vectors[i] = unit(at)
	}
	return vectors
}

// unit makes a vector of length 1, the heaviest word first.
func unit(weights map[int]float64) []part {
	vector := make([]part, 0, len(weights))
	for word, weight := range weights {
		vector = append(vector, part{word, weight})
	}
	slices.SortFunc(vector, func(a, b part) int { return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.word, b.word)) })
	square := 0.0
	for _, p := range vector {
		square += p.weight * p.weight
	}
	for i := range vector {
		vector[i].weight /= math.Sqrt(square)
	}
	return vector
}

// named numbers words: those that share a term, in whatever language, are the same.
func named(words [][]index.Word) map[string]int {
	parents, number := []int{}, map[string]int{}
	var root func(int) int
	root = func(n int) int {
		if parents[n] != n {
			parents[n] = root(parents[n])
		}
		return parents[n]
	}
	for _, of := range words {
		for _, w := range of {
			first := -1
			for _, term := range w.Terms {
				n, known := number[term]
				if !known {
					n = len(parents)
					parents, number[term] = append(parents, n), n
				}
				if first < 0 {
					first = root(n)
				}
				parents[root(n)] = first
			}
		}
	}
	for term, n := range number {
		number[term] = root(n)
	}
	return number
}

// cluster is a group while it grows.
type cluster struct {
	gaps    []Gap
	vectors [][]part
	sum     map[int]float64
	square  float64 // of the sum's length
}

func (c *cluster) add(gap Gap, vector []part) {
	c.gaps, c.vectors = append(c.gaps, gap), append(c.vectors, vector)
	for _, p := range vector {
		was := c.sum[p.word]
		c.sum[p.word] = was + p.weight
		c.square += (was+p.weight)*(was+p.weight) - was*was
	}
}

// like is the cosine between a question and the group's middle.
func (c *cluster) like(vector []part) float64 {
	dot := 0.0
	for _, p := range vector {
		dot += p.weight * c.sum[p.word]
	}
	if c.square <= 0 {
		return 0
	}
	return dot / math.Sqrt(c.square)
}

// nearest is the group that a question belongs to, nil if there is none. A group that shares none but the lightest
// words, which together are shorter than alike, cannot be it.
func nearest(vector []part, near map[int][]*cluster) (best *cluster) {
	most, left := alike, 1.0
	seen := map[*cluster]bool{}
	for _, p := range vector {
		if left < alike*alike {
			break
		}
		left -= p.weight * p.weight
		for _, c := range near[p.word] {
			if seen[c] {
				continue
			}
			seen[c] = true
			if likeness := c.like(vector); likeness >= most && (best == nil || likeness > most) {
				best, most = c, likeness
			}
		}
	}
	return best
}

// typical is the question in the group's middle; of several there, the one that reads best.
func (c *cluster) typical() string {
	best, most := wording{}, math.Inf(-1)
	for i, gap := range c.gaps {
		w, like := worded(gap.Text), c.like(c.vectors[i])
		if like > most+tie || like >= most-tie && w.readsBetter(best) {
			best, most = w, max(most, like)
		}
	}
	return best.text
}

// wording is how a question is put.
type wording struct {
	text  string // on one line
	words int
	asks  bool // it ends as a question does
}

func worded(text string) wording {
	words := strings.Fields(text)
	text = strings.Join(words, " ")
	last, _ := utf8.DecodeLastRuneInString(text)
	return wording{text, len(words), strings.ContainsRune("?？؟", last)}
}

// sentence is how many words a question has that is written out.
const sentence = 4

// readsBetter prefers what is written as a question, then whole sentences, and of those short ones.
func (w wording) readsBetter(than wording) bool {
	if w.asks != than.asks {
		return w.asks
	}
	if w.words < sentence || than.words < sentence {
		return w.words > than.words
	}
	return w.words < than.words
}

// lettersOf is what is left of a question when how it is typed does not matter.
func lettersOf(text string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }), " ")
}
