package index

import "math"

// Passage is what is found.
type Passage struct {
	Order    int // within its source
	Headings []string
	Text     string
}

// field is a part of a passage that is searched with a weight of its own.
type field int

const (
	inText field = iota
	inHeadings
	inTitle
	fields
)

// posting tells how often a term occurs in each field of a passage.
type posting struct {
	entry uint32 // index into segment.entries
	tf    [fields]uint16
}

// entry is a passage in a segment.
type entry struct {
	source  string
	order   int
	lengths [fields]uint16 // in terms
}

// segment is an immutable inverted index of some sources.
type segment struct {
	entries []entry
	terms   map[string][]posting
	lengths [fields]float64 // sums over entries
}

// Source is an analysed source, ready to be put into an Index.
type Source struct {
	id       string
	language Language
	segment  *segment
}

// Analyze prepares a source for the index. It takes about 0.1 ms for a passage and
// depends on nothing but its arguments.
func Analyze(id, title string, passages []Passage) Source {
	language := Detect(sampleOf(title, passages))
	s := &segment{entries: make([]entry, 0, len(passages)), terms: map[string][]posting{}}
	titleTerms := analyze(language, title)
	for i, p := range passages {
		e := entry{source: id, order: p.Order}
		at := uint32(i)
		e.lengths[inTitle] = s.count(at, inTitle, titleTerms)
		for _, heading := range p.Headings {
			e.lengths[inHeadings] += s.count(at, inHeadings, analyze(language, heading))
		}
		e.lengths[inText] = s.count(at, inText, analyze(language, p.Text))
		s.add(e)
	}
	return Source{id: id, language: language, segment: s}
}

func (s *segment) count(at uint32, f field, tokens []token) uint16 {
	for _, t := range tokens {
		list := s.terms[t.term]
		if n := len(list); n == 0 || list[n-1].entry != at {
			list = append(list, posting{entry: at})
		}
		list[len(list)-1].tf[f]++
		s.terms[t.term] = list
	}
	return uint16(min(len(tokens), 1<<16-1))
}

func (s *segment) add(e entry) {
	s.entries = append(s.entries, e)
	for f := range fields {
		s.lengths[f] += float64(e.lengths[f])
	}
}

// sampleOf is a text that is long enough to show its language: the beginning, and
// the middle in case the beginning is a table of names.
func sampleOf(title string, passages []Passage) string {
	text := title
	for _, start := range []int{0, len(passages) / 2} {
		for i := start; i < len(passages) && i < start+4; i++ {
			text += "\n" + passages[i].Text
		}
	}
	return text
}

// merge joins segments, leaving out the entries that are dead.
func merge(parts []part) *segment {
	size := 0
	for _, p := range parts {
		size += len(p.entries)
	}
	merged := &segment{entries: make([]entry, 0, size), terms: map[string][]posting{}}
	for _, p := range parts {
		const dead = math.MaxUint32
		renamed := make([]uint32, len(p.entries))
		for i, e := range p.entries {
			if p.dead[e.source] {
				renamed[i] = dead
				continue
			}
			renamed[i] = uint32(len(merged.entries))
			merged.add(e)
		}
		for term, list := range p.terms {
			joined := merged.terms[term]
			for _, posting := range list {
				if to := renamed[posting.entry]; to != dead {
					posting.entry = to
					joined = append(joined, posting)
				}
			}
			if len(joined) > 0 {
				merged.terms[term] = joined
			}
		}
	}
	return merged
}
