package extractive

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/llm"
)

// document is a passage taken apart.
type document struct {
	title    string
	headings []string
	blocks   []block
}

// kind tells how the parts of a block belong together.
type kind int

const (
	prose kind = iota // parts are sentences
	list              // parts are items, each with its mark
	table             // parts are rows; the first may be a header
	code              // one part, line breaks kept
)

// block is a paragraph, a list, a table or a piece of code.
type block struct {
	kind  kind
	parts []string
}

// introduces tells whether a paragraph announces the block behind it.
func (b block) introduces() bool {
	return b.kind == prose && len(b.parts) > 0 && announces(b.parts[len(b.parts)-1])
}

// announces tells a sentence of which the rest stands behind it.
func announces(sentence string) bool {
	return strings.HasSuffix(sentence, ":") || strings.HasSuffix(sentence, "：")
}

var (
	itemMark   = regexp.MustCompile(`^(\s*)([-*+•‣–]|\d{1,3}[.):])\s+(\S.*)$`)
	fenceMark  = regexp.MustCompile("^\\s*(```|~~~)")
	atxHeading = regexp.MustCompile(`^\s{0,3}#{1,6}\s+(\S.*?)\s*#*$`)
)

// parse takes a passage apart. Its text is plain, with "- " and "1. " before the items
// of lists and " | " between the cells of tables; Markdown that is left in it is understood or removed.
func parse(passage llm.Passage) document {
	d := document{title: passage.Title, headings: passage.Headings}
	p := parser{document: &d, said: map[string]bool{}}
	for line := range strings.SplitSeq(strings.ReplaceAll(strings.ToValidUTF8(passage.Text, "\uFFFD"), "\r\n", "\n"), "\n") {
		p.line(line)
	}
	p.flush()
	d.blocks = withoutNavigation(d.blocks)
	d.blocks = withoutTornEnds(d.blocks)
	return d
}

// parser collects lines into blocks.
type parser struct {
	document *document
	lines    []string // of the paragraph or code that is open
	items    []string // of the list that is open
	rows     []string // of the table that is open
	said     map[string]bool
	inCode   bool // lines are code that nothing marks as such
	fenced   bool
	gap      bool // the line before was empty
}

func (p *parser) line(line string) {
	if fenceMark.MatchString(line) {
		fenced := !p.fenced
		p.flush()
		p.fenced, p.inCode = fenced, fenced
		return
	}
	if p.fenced {
		p.lines = append(p.lines, line)
		return
	}
	if strings.TrimSpace(line) == "" {
		if p.inCode || len(p.lines) > 0 {
			p.flush()
		}
		p.gap = true
		return
	}
	gap := p.gap
	p.gap = false
	if p.inCode {
		p.lines = append(p.lines, line)
		return
	}
	if looksLikeCode(line) && len(p.lines) == 0 {
		p.flush()
		p.inCode = true
		p.lines = append(p.lines, line)
		return
	}
	if match := atxHeading.FindStringSubmatch(line); match != nil {
		p.flush()
		p.document.headings = append(p.document.headings[:len(p.document.headings):len(p.document.headings)], clean(match[1]))
		return
	}
	if match := itemMark.FindStringSubmatch(line); match != nil {
		p.flushAll(&p.lines, &p.rows)
		if text := clean(match[3]); text != "" {
			p.items = append(p.items, indentOf(match[1])+normalMark(match[2])+" "+text)
		}
		return
	}
	text := clean(line)
	if text == "" {
		return
	}
	indented := strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
	switch {
	case len(p.items) > 0 && (indented || !gap) && len(p.lines) == 0:
		// The item goes on in its next line.
		p.items[len(p.items)-1] += " " + text
	case strings.Contains(line, " | ") || len(p.rows) > 0 && strings.Contains(line, "|"):
		p.flushAll(&p.lines, &p.items)
		if row := strings.Trim(text, "| "); strings.Trim(row, "-:| ") != "" {
			p.rows = append(p.rows, row)
		}
	default:
		p.flushAll(&p.items, &p.rows)
		p.lines = append(p.lines, text)
	}
}

// flush closes whatever is open.
func (p *parser) flush() { p.flushAll(&p.lines, &p.items, &p.rows) }

// flushAll closes the given ones, of which no more than one has lines.
func (p *parser) flushAll(open ...*[]string) {
	for _, lines := range open {
		if len(*lines) == 0 {
			continue
		}
		var b block
		switch lines {
		case &p.items:
			b = block{list, p.items}
		case &p.rows:
			b = block{table, p.rows}
		default:
			b = p.paragraph()
		}
		if len(b.parts) > 0 {
			p.document.blocks = append(p.document.blocks, b)
		}
		*lines = nil
	}
	p.inCode = false
}

// paragraph makes a block of the open lines.
func (p *parser) paragraph() block {
	if p.inCode {
		return block{code, []string{strings.Trim(strings.Join(p.lines, "\n"), "\n")}}
	}
	var parts []string
	for _, line := range unwrap(p.lines) {
		for _, sentence := range sentences(line) {
			// Pages say things twice: to screen readers, in teasers.
			if !p.said[sentence] {
				p.said[sentence] = true
				parts = append(parts, sentence)
			}
		}
	}
	return block{prose, parts}
}

// unwrap joins lines that were broken for width, and leaves those that were
// broken on purpose, such as the lines of an address.
func unwrap(lines []string) []string {
	const wide = 45 // characters; narrower columns are rare outside of newspapers
	joined := lines[:1:1]
	for i, line := range lines[1:] {
		last := &joined[len(joined)-1]
		first, _ := utf8.DecodeRuneInString(line)
		broken := utf8.RuneCountInString(lines[i]) >= wide && !ends(*last) || unicode.IsLower(first)
		if ends(*last) || broken {
			// Sentences are found again; what matters is that none is cut.
			*last += " " + line
		} else {
			joined = append(joined, line)
		}
	}
	return joined
}

// indentOf keeps the depth of nested lists, two levels at most.
func indentOf(space string) string {
	return strings.Repeat("  ", min(len(strings.ReplaceAll(space, "\t", "  "))/2, 2))
}

func normalMark(mark string) string {
	if strings.ContainsAny(mark, ".):") {
		return mark[:len(mark)-1] + "."
	}
	return "-"
}

// codeStart is how lines of programs begin; of tags, only those that a page shows to be copied.
var codeStart = regexp.MustCompile(`^\s*(<(script|link|meta|style|iframe|form|input|button|html|head|body|!doctype)\b|</|\$ |#!/|(curl|docker|npm|npx|yarn|pip|apt|git|go|make|echo|export|sudo|psql|brew|cd|\.?\.?/?bin/\S+) \S|[A-Z][A-Z0-9_]{2,}=|[←→<>]? ?[{\[]["\s]*\S*:|[{\[]\s*$|\}|(GET|POST|PUT|PATCH|DELETE) /|(const|let|var|func|import|return|SELECT) .*[;{(=])`)

// sentenceEnd is how prose ends, or goes on behind its first sentence.
var sentenceEnd = regexp.MustCompile(`\pL[.:!?]$|\p{Ll}\. \p{Lu}`)

// looksLikeCode tells a line of a program or command from one of prose.
func looksLikeCode(line string) bool {
	return codeStart.MatchString(line) && (!sentenceEnd.MatchString(line) || strings.Contains(line, "</"))
}

// length is a block's, in characters.
func (b block) length() int {
	n := 0
	for _, part := range b.parts {
		n += utf8.RuneCountInString(part) + 1
	}
	return n
}
