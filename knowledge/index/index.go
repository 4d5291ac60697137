package index

import (
	"maps"
	"slices"
)

// Index is an immutable set of analysed sources. Nil is an empty one.
type Index struct {
	parts     []part
	languages map[string]Language // by source
	spoken    []Language          // all of them, once, in a fixed order
	entries   int                 // dead ones included
	average   [fields]float64     // lengths
}

// part is a segment with the sources of it that are gone or replaced.
type part struct {
	*segment
	dead map[string]bool
}

// Update returns an index without the sources named, and with those given in
// place of what it had under their ids.
func (x *Index) Update(remove []string, add []Source) *Index {
	next := &Index{languages: map[string]Language{}}
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
			next.parts[i].dead = union(next.parts[i].dead, gone)
		}
	}
	fresh := make([]part, 0, len(add))
	for _, s := range add {
		next.languages[s.id] = s.language
		fresh = append(fresh, part{segment: s.segment})
	}
	if len(fresh) > 0 {
		next.parts = append(next.parts, part{segment: merge(fresh)})
	}
	next.compact()
	next.measure()
	return next
}

func union(a, b map[string]bool) map[string]bool {
	c := maps.Clone(a)
	if c == nil {
		c = make(map[string]bool, len(b))
	}
	maps.Copy(c, b)
	return c
}

// compact keeps the number of segments logarithmic: a segment is merged into the
// one before it unless that is twice its size, and one of which a quarter is dead is written anew.
func (x *Index) compact() {
	for i, p := range x.parts {
		dead := 0
		for _, e := range p.entries {
			if p.dead[e.source] {
				dead++
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

// measure computes what scores need to know of the whole.
func (x *Index) measure() {
	for _, p := range x.parts {
		x.entries += len(p.entries)
		for f := range fields {
			x.average[f] += p.lengths[f]
		}
	}
	for f := range fields {
		x.average[f] = max(x.average[f]/max(float64(x.entries), 1), 1)
	}
	for _, language := range x.languages {
		if !slices.Contains(x.spoken, language) {
			x.spoken = append(x.spoken, language)
		}
	}
	slices.Sort(x.spoken)
}
