package knowledge

import (
	"slices"
	"strings"
	"unicode"

	"parley/chat"
	"parley/knowledge/extract"
)

// Sizes of passages, in characters; those of Chinese, Japanese and Korean count
// twice, as they say as much. Measured on five long documents with known
// evidence: see TestPassagesHoldTheEvidence. To repeat the end of one passage in the next found no more of it.
const (
	passageSize = 1050 // of a piece of what is longer than a passage
	passageMax  = 1400 // of a passage; nothing is cut for the sake of so little more
)

// split packs blocks into passages: one never crosses a heading, and is cut
// between paragraphs, or else between sentences, or else between words. The
// same blocks give the same passages, but for their ids.
func split(source string, title string, blocks []extract.Block) []Passage {
	s := splitter{source: source, title: title}
	var above []string
	for _, b := range blocks {
		if b.Kind == extract.Answer || !slices.Equal(b.Headings, above) {
			s.end()
		}
		above = b.Headings
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
}

// end closes the open passage.
func (s *splitter) end() {
	if s.size > 0 {
		s.passages = append(s.passages, s.open)
	}
	s.open, s.size = Passage{}, 0
}

func (s *splitter) block(b extract.Block) {
	glue := "\n\n"
	if b.Kind == extract.Item || b.Kind == extract.Row {
		glue = "\n"
	}
	if s.size+width(b.Text) > passageMax {
		s.end()
	}
	if s.size+width(b.Text) <= passageMax {
		if s.size == 0 && b.Lead != "" {
			s.put(b, b.Lead, "\n")
		}
		s.put(b, b.Text, glue)
		return
	}
	for _, piece := range pieces(b.Text) {
		if s.size+width(piece) > passageSize {
			s.end()
		}
		s.put(b, piece, "")
	}
}

func (s *splitter) put(b extract.Block, text, glue string) {
	if s.size == 0 {
		s.open = Passage{
			ID: chat.NewID(chat.PassagePrefix), Source: s.source, Headings: headings(s.title, b.Headings), Page: b.Page,
		}
	} else {
		s.open.Text += glue
	}
	s.open.Text += text
	s.size += width(text)
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
