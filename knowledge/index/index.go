package index

import (
	"maps"
	"slices"
)

// Index is an immutable set of analysed sources. Nil is an empty one.
type Index struct {
	parts     []part
	languages map[string]map[Language]int // of the passages, by source
	spoken    []Language                  // all of them, those of most passages first
	entries   int                         // dead ones included
	average   [fields]float64             // lengths
	bytes     int
}

// part is a segment with the sources of it that are gone or replaced.
type part struct {
	*segment
	dead     map[string]bool
	norms    []float32 // what the length of an entry's text divides a word's frequency by
	breadths []float64 // of its sources
}

// Bytes is what the index takes in memory, about.
func (x *Index) Bytes() int {
	if x == nil {
		return 0
	}
	return x.bytes
}

// Languages are those of the passages, those of most first.
func (x *Index) Languages() []Language {
	if x == nil {
		return nil
	}
	return slices.Clone(x.spoken)
}

// Vocabulary is how many terms the index has, about: those of its largest segment.
func (x *Index) Vocabulary() (most int) {
	if x == nil {
		return 0
	}
	for _, p := range x.parts {
		most = max(most, len(p.ends))
	}
	return most
}

// Update returns an index without the sources named, and with those given in
// place of what it had under their ids.
func (x *Index) Update(remove []string, add []Source) *Index {
	next := &Index{languages: map[string]map[Language]int{}}
	gone := map[string]bool{}
	if x != nil {
		next.parts = slices.Clone(x.parts)
		maps.Copy(next.languages, x.languages)
	}
	for _, id := range remove {
		gone[id] = true
	}
	for _, s := range add {
		gone[s.id] = true
	}
	for id := range gone {
		if _, known := next.languages[id]; !known {
			delete(gone, id)
		}
		delete(next.languages, id)
	}
	if len(gone) > 0 {
		for i := range next.parts {
			next.parts[i].dead = next.parts[i].without(gone)
		}
	}
	fresh := make([]part, 0, len(add))
	for _, s := range add {
		next.languages[s.id] = s.languages
		fresh = append(fresh, part{segment: s.segment})
	}
	switch len(fresh) {
	case 0:
	case 1:
		next.parts = append(next.parts, fresh[0])
	default:
		next.parts = append(next.parts, part{segment: merge(fresh)})
	}
	next.compact()
	next.measure()
	return next
}

// breadthOf returns how much of a book each source is.
func (s *segment) breadthOf() []float64 {
	passages := make([]int, len(s.sources))
	for _, e := range s.entries {
		passages[e.source]++
	}
	breadths := make([]float64, len(passages))
	for i, n := range passages {
		breadths[i] = Breadth(n)
	}
	return breadths
}

// without returns the sources of the part that are dead when those that are gone are, too.
func (p part) without(gone map[string]bool) map[string]bool {
	dead := maps.Clone(p.dead)
	for _, id := range p.sources {
		if gone[id] {
			if dead == nil {
				dead = map[string]bool{}
			}
			dead[id] = true
		}
	}
	return dead
}

// compact keeps the number of segments logarithmic: a segment is merged into the
// one before it unless that is twice its size, and one of which a quarter is dead is written anew.
func (x *Index) compact() {
	for i, p := range x.parts {
		dead := 0
		if len(p.dead) > 0 {
			for _, e := range p.entries {
				if p.dead[p.sources[e.source]] {
					dead++
				}
			}
		}
		if dead*4 > len(p.entries) {
			x.parts[i] = part{segment: merge(x.parts[i : i+1])}
		}
	}
	for n := len(x.parts); n > 1; n = len(x.parts) {
		last, before := x.parts[n-1], x.parts[n-2]
		if len(before.entries) > 2*len(last.entries) {
			break
		}
		x.parts = append(x.parts[:n-2:n-2], part{segment: merge([]part{before, last})})
	}
	x.parts = slices.DeleteFunc(x.parts, func(p part) bool { return len(p.entries) == 0 })
}

// leastSpoken is the share of the passages that a language must have for words of questions to be looked for in its forms: the
// language of a table or of a line of code is easily mistaken.
const leastSpoken = 0.002

// measure computes what scores need to know of the whole.
func (x *Index) measure() {
	for _, p := range x.parts {
		x.entries += len(p.entries)
		x.bytes += p.bytes()
		for f := range fields {
			x.average[f] += p.lengths[f]
		}
	}
	for f := range fields {
		x.average[f] = max(x.average[f]/max(float64(x.entries), 1), 1)
	}
	for i, p := range x.parts {
		norms := make([]float32, len(p.entries))
		for at, e := range p.entries {
			norms[at] = float32(1 - b[inText] + b[inText]*float64(e.lengths[inText])/x.average[inText])
		}
		x.parts[i].norms, x.parts[i].breadths = norms, p.breadthOf()
	}
	const perSource = 100 // of its languages
	x.bytes += perSource * len(x.languages)
	passages := map[Language]int{}
	for _, languages := range x.languages {
		for language, n := range languages {
			passages[language] += n
		}
	}
	for language, n := range passages {
		if float64(n) >= leastSpoken*float64(x.entries) {
			x.spoken = append(x.spoken, language)
		}
	}
	slices.SortFunc(x.spoken, func(a, b Language) int {
		if passages[a] != passages[b] {
			return passages[b] - passages[a]
		}
		if a < b {
			return -1
		}
		return 1
	})
}
