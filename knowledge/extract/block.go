package extract

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Kind tells how a block relates to its neighbours.
type Kind int

// Kinds of blocks.
const (
	Paragraph Kind = iota
	Item           // of a list; belongs to the line before
	Row            // of a table; belongs to the line before
	Code           // line breaks count
	Answer         // to the question that is its last heading; never joined with others
)

// Block is a piece of text that stands by itself: a paragraph, a row.
type Block struct {
	Headings []string // outermost first; shared between blocks, not to be changed
	Kind     Kind
	Text     string
	Lead     string // of a Row: the table's header, to be repeated where the table is cut
	Page     int    // from 1; 0 where there are no pages
}

// Bounds of headings; what is longer is not a heading but an abuse of its style.
const (
	maxHeading = 200 // characters
	maxDepth   = 6
)

// outline collects blocks under the headings that are open.
type outline struct {
	blocks []Block
	open   []heading
	path   []string // of open; made anew when it changes, as blocks share it
	page   int
	size   int // of all blocks, in bytes
}

// maxText is how much text an original may hold, in bytes: a long encyclopedia's volume. A block
// counts some bytes more than its text, so that millions of empty ones are too much, too.
const (
	maxText   = 32 << 20
	blockSize = 24
)

// check tells a parser's loop to stop.
func (o *outline) check(ctx context.Context) error {
	if o.size > maxText {
		return ErrTooMuchText
	}
	return ctx.Err()
}

type heading struct {
	level int
	text  string
	empty bool // nothing was found below it yet
}

// heading opens a heading, closing those of its level and deeper.
func (o *outline) heading(level int, text string) {
	text = squeeze(text)
	if text == "" {
		return
	}
	if utf8.RuneCountInString(text) > maxHeading {
		o.add(Paragraph, text)
		return
	}
	o.close(level)
	for i := range o.open {
		o.open[i].empty = false
	}
	if len(o.open) < maxDepth {
		o.open = append(o.open, heading{level, text, true})
	} else {
		o.open[maxDepth-1] = heading{level, text, true}
	}
	o.repath()
}

// close ends the headings of this level and deeper. One with nothing below it was text.
func (o *outline) close(level int) {
	for len(o.open) > 0 && o.open[len(o.open)-1].level >= level {
		last := o.open[len(o.open)-1]
		o.open = o.open[:len(o.open)-1]
		if last.empty {
			o.repath()
			o.blocks = append(o.blocks, Block{Headings: o.path, Text: last.text, Page: o.page})
			o.size += len(last.text) + blockSize
		}
	}
	o.repath()
}

func (o *outline) repath() {
	o.path = make([]string, len(o.open))
	for i, h := range o.open {
		o.path[i] = h.text
	}
}

// add puts text under the open headings.
func (o *outline) add(kind Kind, text string) { o.addRow(kind, text, "") }

func (o *outline) addRow(kind Kind, text, lead string) {
	switch kind {
	case Code:
		text = strings.Map(printable, text)
	case Answer:
		text = verbatim(text)
	default:
		text = tidy(text)
	}
	text = strings.Trim(text, "\n")
	if strings.TrimSpace(text) == "" {
		return
	}
	for i := range o.open {
		o.open[i].empty = false
	}
	o.blocks = append(o.blocks, Block{Headings: o.path, Kind: kind, Text: text, Lead: lead, Page: o.page})
	o.size += len(text) + blockSize
}

// finish returns all blocks.
func (o *outline) finish() []Block {
	o.close(0)
	return o.blocks
}

// squeeze makes one line of text with single spaces.
func squeeze(text string) string { return strings.Join(strings.FieldsFunc(text, isBlank), " ") }

// tidy squeezes each line and drops the empty ones.
func tidy(text string) string {
	lines := strings.Split(text, "\n")
	kept := lines[:0]
	for _, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if line = squeeze(line); line != "" {
			kept = append(kept, strings.Repeat(" ", min(indent, 8))+line)
		}
	}
	return strings.Join(kept, "\n")
}

// isBlank also drops control characters and byte order marks, which would
// otherwise reach visitors, and zero-width spaces, which hide words from search.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\ufeff' || r == '\u200b' || r == '\u00ad' || r == utf8.RuneError
}

// printable drops control characters from text that keeps its lines and indents.
func printable(r rune) rune {
	if r != '\n' && r != '\t' && unicode.IsControl(r) || r == utf8.RuneError {
		return -1
	}
	return r
}

// under opens a heading without taking it for text when nothing follows.
func (o *outline) under(level int, text string) {
	o.heading(level, text)
	for i := range o.open {
		o.open[i].empty = false
	}
}
