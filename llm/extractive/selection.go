package extractive

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// selection is what was chosen so far.
type selection struct {
	documents []document
	order     []int // documents, in the order in which they were chosen
	chosen    map[place]bool
	length    int // characters
	sentences int
	room      room
	said      map[string]bool // what was chosen, as it is compared
}

// place names a part of a block of a document.
type place struct{ document, block, part int }

func newSelection(documents []document, room room) *selection {
	return &selection{documents: documents, chosen: map[place]bool{}, room: room, said: map[string]bool{}}
}

func (s *selection) has(d, b, p int) bool { return s.chosen[place{d, b, p}] }

// add adds a part, unless that makes the answer longer than it may be; one that was said already needs no
// adding. The first part may be as long as it is, within reason.
func (s *selection) add(d, b, p int) bool {
	at := place{d, b, p}
	part := s.documents[d].blocks[b].parts[p]
	length := utf8.RuneCountInString(part)
	if s.chosen[at] || s.length > 0 && s.length+length > s.room.characters || length > 2*tooLong {
		return false
	}
	// Pages repeat each other: what was said is not said again, but for a step that belongs to its list.
	if said := strings.Join(words(part), " "); s.documents[d].blocks[b].kind == prose && said != "" {
		if s.said[said] {
			return true
		}
		s.said[said] = true
	}
	s.chosen[at] = true
	s.length += length
	if s.documents[d].blocks[b].kind == prose {
		s.sentences++
	}
	if !slices.Contains(s.order, d) {
		s.order = append(s.order, d)
	}
	return true
}

// addBlock adds as much of a block as fits, from its beginning: steps are worth
// nothing without the first.
func (s *selection) addBlock(d, b int) bool {
	for p := range s.documents[d].blocks[b].parts {
		if !s.has(d, b, p) && !s.add(d, b, p) {
			return false
		}
	}
	return true
}

// addSection adds a document from its beginning.
func (s *selection) addSection(d int) {
	blocks := s.documents[d].blocks
	for b := range blocks {
		// A section that goes on is left at the end of a block once enough is said.
		whole := s.length+blocks[b].length() <= s.room.characters
		announced := b > 0 && blocks[b-1].introduces()
		if s.length > s.room.characters/2 && !whole && !announced || !s.addBlock(d, b) {
			return
		}
	}
}

// dropVerdict drops a "Yes." at the beginning of a document: it is the answer to its
// own heading, not to what was asked.
func (s *selection) dropVerdict(d int) {
	if parts := s.documents[d].blocks[0].parts; len(parts) > 1 && isVerdict(parts[0]) {
		delete(s.chosen, place{d, 0, 0})
	}
}

// introduced tells whether the paragraph before a block announces it.
func (s *selection) introduced(d, b int) bool {
	return b > 0 && s.documents[d].blocks[b-1].introduces()
}

// addIntroduction adds what announces a block: the last sentence before it, or
// for code whatever paragraph precedes.
func (s *selection) addIntroduction(d, b int) {
	blocks := s.documents[d].blocks
	if b == 0 || blocks[b-1].kind != prose || !s.introduced(d, b) && blocks[b].kind != code {
		return
	}
	parts := blocks[b-1].parts
	from := len(parts) - 1
	for from > 0 && leans(parts[from]) {
		from--
	}
	for p := from; p < len(parts); p++ {
		s.add(d, b-1, p)
	}
}

// count is how many parts of a block are chosen.
func (s *selection) count(d, b int) int {
	n := 0
	for p := range s.documents[d].blocks[b].parts {
		if s.has(d, b, p) {
			n++
		}
	}
	return n
}

// says tells whether a word is in what was chosen.
func (s *selection) says(r reading, term string) bool {
	for at := range s.chosen {
		if r.parts[at.document][at.block][at.part].single[term] {
			return true
		}
	}
	return false
}

// settle drops what makes no sense at its place: links elsewhere, a question, an announcement
// or a label that nothing follows. A selection of one part stays.
func (s *selection) settle() {
	for _, d := range s.order {
		followed := false // whether a chosen part stands behind, in the same run of blocks
		blocks := s.documents[d].blocks
		for b := len(blocks) - 1; b >= 0; b-- {
			if s.count(d, b) == 0 {
				followed = false
			}
			for p := len(blocks[b].parts) - 1; p >= 0; p-- {
				if !s.has(d, b, p) {
					continue
				}
				part := blocks[b].parts[p]
				if blocks[b].kind == prose && len(s.chosen) > 1 && (pointer.MatchString(part) || !followed && unfinished(part)) {
					delete(s.chosen, place{d, b, p})
					continue
				}
				followed = true
			}
		}
	}
}

// unfinished tells a sentence that wants another behind it.
func unfinished(part string) bool {
	label := !ends(part) && len(strings.Fields(part)) <= 6
	return label || isQuestion(part) || announces(part)
}

// leaning are words at the beginning of a sentence that need the one before.
var leaning = setOf(`
	this that these those it they he she its their however but also otherwise then so therefore instead and or
	dies diese dieser dieses das er sie es sonst jedoch aber auch dann deshalb daher stattdessen dabei
	esto estos estas eso ellos ellas pero también entonces además cela ces elle elles mais aussi alors donc
`)

// leans tells a sentence that is not understood without the one before.
func leans(sentence string) bool {
	word := firstWord(strings.ToLower(sentence))
	return leaning[strings.Trim(word, ",.;:")]
}

// isVerdict tells a sentence of one short word, such as "Yes." and "Never."
func isVerdict(sentence string) bool {
	return !strings.Contains(sentence, " ") && len(sentence) < 12 && ends(sentence)
}
