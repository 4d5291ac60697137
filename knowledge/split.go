package knowledge

import (
	"slices"
	"strings"
	"unicode"

	"parley/chat"
	"parley/knowledge/extract"
)

// Sizes of passages, in characters; those of Chinese, Japanese and Korean count
// twice, as they say as much. Measured on five long documents with known evidence: see TestSpans.
const (
	passageSize = 1200 // aimed at
	passageMax  = 1400 // a paragraph is not cut for the sake of so little
	overlap     = 150  // of the previous passage's end, where a section is cut
)

// split packs blocks into passages: one never crosses a heading, and is cut
// between paragraphs, or else between sentences, or else between words. The
// same blocks give the same passages, but for their ids.
func split(source string, title string, blocks []extract.Block) []Passage {
	s := splitter{source: source, title: title}
	for i, b := range blocks {
		if i > 0 && (b.Kind == extract.Answer || !slices.Equal(b.Headings, blocks[i-1].Headings)) {
			s.end()
		}
		s.block(b)
	}
	s.end()
	return s.passages
}

type splitter struct {
	source, title string
	passages      []Passage
	open          Passage
	size          int
	fresh         bool // the open passage has text beyond an overlap
}

// end closes the open passage.
func (s *splitter) end() {
	if s.fresh {
		s.passages = append(s.passages, s.open)
	}
	s.open, s.size, s.fresh = Passage{}, 0, false
}

// cut closes the open passage in the middle of a section; the next begins with
// its last sentence, which the first of the next may lean on.
func (s *splitter) cut() {
	last := s.open
	s.end()
	if tail := ending(last.Text); tail != "" {
		s.open = Passage{Headings: last.Headings, Page: last.Page, Text: tail}
		s.size = width(tail)
	}
}

func (s *splitter) block(b extract.Block) {
	glue := "\n\n"
	if b.Kind == extract.Item || b.Kind == extract.Row {
		glue = "\n"
	}
	if s.fresh && s.size+width(b.Text) > passageMax {
		s.cut()
	}
	if s.size+width(b.Text) <= passageMax {
		if !s.fresh && b.Lead != "" {
			s.put(b, b.Lead, "\n")
		}
		s.put(b, b.Text, glue)
		return
	}
	for _, piece := range pieces(b.Text) {
		if s.fresh && s.size+width(piece) > passageSize {
			s.cut()
		}
		s.put(b, piece, "")
	}
}

func (s *splitter) put(b extract.Block, text, glue string) {
	if s.open.Text == "" {
		s.open.Headings = headings(s.title, b.Headings)
	} else {
		s.open.Text += glue
	}
	if !s.fresh {
		s.open.ID, s.open.Source, s.open.Page = chat.NewID(chat.PassagePrefix), s.source, b.Page
	}
	s.open.Text += text
	s.size += width(text)
	s.fresh = true
}

// headings puts the document's title before its headings, unless one says the same.
func headings(title string, path []string) []string {
	if title == "" {
		return path
	}
	for _, h := range path {
		if strings.EqualFold(h, title) {
			return path
		}
	}
	return append([]string{title}, path...)
}

// ending is the last sentence of a text if it is short enough to be repeated.
func ending(text string) string {
	all := sentences(text)
	if len(all) < 2 {
		return ""
	}
	last := strings.TrimSpace(all[len(all)-1])
	if width(last) > overlap || strings.Contains(last, "\n") {
		return ""
	}
	return last + " "
}

// pieces cuts a text that is too long for one passage into sentences, and
// sentences that are too long for one between words.
func pieces(text string) []string {
	var out []string
	for _, sentence := range sentences(text) {
		for sentence != "" {
			at := breakAt(sentence)
			out = append(out, sentence[:at])
			sentence = sentence[at:]
		}
	}
	return out
}

// breakAt returns where a sentence reaches passageSize, after the last space before if there is one near; its
// length if it does not.
func breakAt(sentence string) int {
	size, space := 0, 0
	for i, r := range sentence {
		if size >= passageSize {
			if space > i/2 {
				return space
			}
			return i
		}
		size += runeWidth(r)
		if unicode.IsSpace(r) {
			space = i + 1
		}
	}
	return len(sentence)
}

func width(s string) (n int) {
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) {
		return 2
	}
	return 1
}
