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

// entry is a passage in a segment.
type entry struct {
	source  uint32 // index into segment.sources
	order   uint32
	lengths [fields]uint16 // in terms
}

// segment is an immutable inverted index of some sources.
type segment struct {
	dictionary
	sources []string
	entries []entry
	lengths [fields]float64 // sums over entries
}

// Source is an analysed source, ready to be put into an Index.
type Source struct {
	id        string
	languages map[Language]int // of its passages
	segment   *segment
}

// Analyze prepares a source for the index. It takes about 0.05 ms for a passage of 180 words and
// depends on nothing but its arguments.
func Analyze(id, title string, passages []Passage) Source {
	main := Detect(sampleOf(title, passages))
	source := Source{id: id, languages: map[Language]int{main: 0}}
	s := &segment{sources: []string{id}, entries: make([]entry, 0, len(passages))}
	terms := map[string]*written{}
	for i, p := range passages {
		language := languageOf(main, p.Text)
		source.languages[language]++
		e := entry{order: uint32(p.Order)}
		at := uint32(i)
		e.lengths[inTitle] = count(terms, at, inTitle, analyze(language, title))
		for _, heading := range p.Headings {
			e.lengths[inHeadings] += count(terms, at, inHeadings, analyze(language, heading))
		}
		e.lengths[inText] = count(terms, at, inText, analyze(language, p.Text))
		s.add(e)
	}
	for _, w := range terms {
		w.close()
	}
	s.dictionary = dictionaryOf(terms)
	source.segment = s
	return source
}

// another is how many votes more a passage must have for a language than its source's usual one has there.
const another = 3

// languageOf returns that of a passage in a source that is mostly in another: a manual may say everything twice.
func languageOf(main Language, text string) Language {
	language, votes := detect(text, main)
	if language != main && votes < another {
		return main
	}
	return language
}

func count(terms map[string]*written, at uint32, f field, tokens []token) uint16 {
	for _, t := range tokens {
		w := terms[t.term]
		if w == nil {
			w = &written{}
			terms[t.term] = w
		}
		w.occur(at, f)
	}
	return uint16(min(len(tokens), 1<<16-1))
}

func (s *segment) add(e entry) {
	s.entries = append(s.entries, e)
	for f := range fields {
		s.lengths[f] += float64(e.lengths[f])
	}
}

// bytes is what a segment takes in memory.
func (s *segment) bytes() int {
	const perEntry, perSource, own = 20, 40, 256 // an entry with its norm, a source with its breadth
	return s.dictionary.bytes() + perEntry*len(s.entries) + perSource*len(s.sources) + own
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

// merge joins segments, leaving out the sources that are dead.
func merge(parts []part) *segment {
	size := 0
	for _, p := range parts {
		size += len(p.entries)
	}
	merged := &segment{entries: make([]entry, 0, size)}
	terms := map[string]*written{}
	for _, p := range parts {
		const dead = math.MaxUint32
		sources := make([]uint32, len(p.sources))
		for i, id := range p.sources {
			if p.dead[id] {
				sources[i] = dead
				continue
			}
			sources[i] = uint32(len(merged.sources))
			merged.sources = append(merged.sources, id)
		}
		renamed := make([]uint32, len(p.entries))
		for i, e := range p.entries {
			if sources[e.source] == dead {
				renamed[i] = dead
				continue
			}
			renamed[i] = uint32(len(merged.entries))
			e.source = sources[e.source]
			merged.add(e)
		}
		for at := range p.ends {
			name := p.name(at)
			w := terms[name]
			if w == nil {
				w = &written{}
				terms[name] = w
			}
			list := p.list(at)
			for one := (posting{}); list.next(&one); {
				if to := renamed[one.entry]; to != dead {
					w.add(posting{to, one.tf})
				}
			}
		}
	}
	merged.dictionary = dictionaryOf(terms)
	return merged
}
