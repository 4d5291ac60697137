package extract

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxRTFDepth is how deep groups may be nested.
const maxRTFDepth = 2000

// richText reads RTF: paragraphs in the code pages of their fonts, headings by styles and outline levels, lists with
// their marks, tables, footnotes. What is hidden, deleted or repeated on each page is not read.
func richText(ctx context.Context, data []byte) (text, error) {
	if !bytes.HasPrefix(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte("{\\rtf")) {
		return text{}, ErrBroken.Because(fmt.Errorf("no RTF"))
	}
	r := &rtfReader{lexer: rtfLexer{data: data}, fonts: map[int]string{}, levels: map[int]int{}}
	r.state.uc, r.state.into = 1, &r.body
	for n := 0; ; n++ {
		t, more := r.lexer.next()
		if !more {
			break
		}
		if n%1024 == 0 {
			if err := r.check(ctx); err != nil {
				return text{}, err
			}
		}
		if err := r.token(t); err != nil {
			return text{}, err
		}
	}
	if len(r.stack) > 1 { // the last brace alone is often missing
		return text{}, ErrBroken.Because(fmt.Errorf("ends %d groups deep", len(r.stack)))
	}
	r.endParagraph()
	r.endTable()
	return text{title: r.title, blocks: r.finish()}, r.check(ctx)
}

type rtfReader struct {
	outline
	lexer  rtfLexer
	state  rtfState
	stack  []rtfState
	page   string         // the code page that the document is written in
	fonts  map[int]string // code pages of fonts
	levels map[int]int    // of headings, by the number of the style
	title  string

	body    strings.Builder // of the open paragraph
	other   strings.Builder // names of styles, the title, a list's mark
	note    strings.Builder
	pending []byte // characters in a code page, to be decoded together
	high    rune   // the first half of a character of two
	left    int    // characters to be left out after one of Unicode

	format rtfParagraph
	mark   string
	notes  []string
	rows   [][]string
	row    []string
	cell   strings.Builder
	font   int // that is being declared
	style  int // that is being declared
}

// rtfState is what ends with a group.
type rtfState struct {
	into   *strings.Builder // where text goes; nil: nowhere
	group  string           // what the group is for
	font   int
	uc     int // how many characters stand for one of Unicode where that is not known
	hidden bool
	styles bool // styles are declared
}

// rtfParagraph is what \pard forgets.
type rtfParagraph struct {
	level int // of a heading; 0: none
	table bool
}

// rtfUnread are groups that are not part of the text as it is shown.
var rtfUnread = map[string]bool{
	"colortbl": true, "pict": true, "objdata": true, "objclass": true, "objname": true, "header": true, "headerl": true, "headerr": true, "headerf": true,
	"footer": true, "footerl": true, "footerr": true, "footerf": true, "fldinst": true, "themedata": true, "colorschememapping": true, "datastore": true,
	"latentstyles": true, "listtable": true, "listoverridetable": true, "rsidtbl": true, "generator": true, "xmlnstbl": true, "sp": true, "annotation": true,
	"atnid": true, "atnauthor": true, "bkmkstart": true, "bkmkend": true, "nonshppict": true, "template": true, "revtbl": true, "filetbl": true,
	"pntxta": true, "pntxtb": true, "falt": true, "tc": true, "xe": true, "author": true, "operator": true, "company": true, "keywords": true,
	"subject": true, "doccomm": true, "manager": true, "category": true, "comment": true, "hlinkbase": true, "pgptbl": true, "ftnsep": true, "ftnsepc": true, "aftnsep": true, "aftnsepc": true,
}

// rtfKnown are groups that programs may skip, and we do not.
var rtfKnown = map[string]bool{"shpinst": true, "shptxt": true, "listtext": true, "pntext": true, "footnote": true, "fldrslt": true, "pn": true}

func (r *rtfReader) token(t rtfToken) error {
	switch {
	case t.kind == rtfOpen:
		r.decode()
		if len(r.stack) >= maxRTFDepth {
			return ErrTooSlow.Because(fmt.Errorf("groups are nested deeper than %d", maxRTFDepth))
		}
		r.stack = append(r.stack, r.state)
		r.state.group = ""
	case t.kind == rtfClose:
		r.endGroup()
	case t.kind == rtfText:
		n := min(r.left, len(t.text))
		r.left -= n
		if r.state.into != nil && !r.state.hidden {
			r.pending = append(r.pending, t.text[n:]...)
		}
	default:
		r.control(t)
	}
	return nil
}

// endGroup takes what a group was read for.
func (r *rtfReader) endGroup() {
	r.decode()
	r.left = 0
	n := len(r.stack)
	if n == 0 {
		return
	}
	ended := r.state
	r.state, r.stack = r.stack[n-1], r.stack[:n-1]
	switch ended.group {
	case "":
		if ended.styles {
			r.endStyle()
		}
	case "footnote":
		r.notes = append(r.notes, squeeze(r.note.String()))
		r.note.Reset()
	case "title":
		if name := squeeze(r.other.String()); !noTitle.MatchString(name) && utf8.RuneCountInString(name) <= maxHeading {
			r.title = name
		}
		r.other.Reset()
	case "listtext", "pntext":
		r.mark = squeeze(r.other.String())
		r.other.Reset()
	}
}

// control obeys a control word.
func (r *rtfReader) control(t rtfToken) {
	r.decode()
	if r.left > 0 && t.word != "u" {
		r.left-- // it stands for a character
		return
	}
	if t.ignorable && !rtfKnown[t.word] || rtfUnread[t.word] {
		r.state.into, r.state.group = nil, t.word
		return
	}
	switch t.word {
	case "fonttbl", "stylesheet", "title", "listtext", "pntext", "info":
		r.state.group, r.state.into = t.word, &r.other
		r.other.Reset()
		r.state.styles = t.word == "stylesheet"
	case "footnote":
		r.state.group, r.state.into = t.word, &r.note
		r.note.Reset()
	case "ansicpg":
		r.page = codePage(t.value)
	case "f":
		r.state.font, r.font = t.value, t.value
	case "fcharset":
		r.fonts[r.font] = fontPage(t.value)
	case "s":
		if r.style = t.value; !r.state.styles {
			r.format.level = r.levels[t.value]
		}
	case "outlinelevel":
		r.outlineLevel(t.value)
	case "u":
		r.unicode(rune(uint16(t.value)))
	case "uc":
		r.state.uc = max(t.value, 0)
	case "v", "deleted":
		r.state.hidden = t.value != 0
	case "plain":
		r.state.hidden = false
	case "bin":
		r.lexer.skip(t.value)
	default:
		r.layout(t)
	}
}

func (r *rtfReader) outlineLevel(n int) {
	switch {
	case n < 0 || n > 8:
	case r.state.styles:
		r.levels[r.style] = n + 1
	default:
		r.format.level = n + 1
	}
}

// endStyle takes a style for a heading's if its name says so.
func (r *rtfReader) endStyle() {
	name := strings.ToLower(strings.TrimRight(squeeze(r.other.String()), ";"))
	r.other.Reset()
	if n, found := strings.CutPrefix(name, "heading "); found && len(n) == 1 && n >= "1" && n <= "9" && len(r.levels) < maxLists {
		r.levels[r.style] = int(n[0] - '0')
	}
}

// layout obeys what sets text apart: paragraphs, cells, and characters that have names.
func (r *rtfReader) layout(t rtfToken) {
	switch t.word {
	case "par", "sect", "page":
		if r.state.into == &r.body {
			r.endParagraph()
		} else {
			r.write(" ")
		}
	case "line", "softline":
		r.write("\n")
	case "tab", "nestcell", "nestrow", "~", "emspace", "enspace", "qmspace":
		r.write(" ")
	case "pard":
		r.format = rtfParagraph{}
	case "intbl":
		r.format.table = true
	case "cell":
		r.endParagraph()
		r.row = append(r.row, r.cell.String())
		r.cell.Reset()
	case "row":
		if len(r.row) > 0 {
			r.rows = append(r.rows, r.row)
		}
		r.row = nil
	default:
		r.write(rtfCharacters[t.word])
	}
}

// rtfCharacters have names of their own.
var rtfCharacters = map[string]string{
	"_": "-", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
}

func (r *rtfReader) write(s string) {
	if r.state.into != nil && !r.state.hidden {
		r.state.into.WriteString(s)
	}
}

// decode writes the characters that were collected, in the code page of their font.
func (r *rtfReader) decode() {
	if len(r.pending) == 0 {
		return
	}
	page := r.fonts[r.state.font]
	if page == "" {
		page = r.page
	}
	r.write(fromPage(r.pending, page))
	r.pending = r.pending[:0]
}

// unicode writes a character, or remembers the first half of one that takes two.
func (r *rtfReader) unicode(c rune) {
	r.left = r.state.uc
	switch {
	case r.high != 0:
		r.write(string(utf16.DecodeRune(r.high, c)))
		r.high = 0
	case c >= 0xd800 && c < 0xdc00:
		r.high = c
	case c >= 0xe000 && c <= 0xf8ff: // of a font of symbols: mostly what marks an item
		r.write("•")
	default:
		r.write(string(c))
	}
}

func (r *rtfReader) endParagraph() {
	r.decode()
	content := r.body.String()
	r.body.Reset()
	mark, notes := r.mark, r.notes
	r.mark, r.notes = "", nil
	switch {
	case r.format.table:
		r.cell.WriteString(strings.Join(append([]string{mark, content}, notes...), " ") + " ")
		return
	case strings.TrimSpace(content) == "":
	case r.format.level > 0:
		r.endTable()
		r.heading(r.format.level, content)
	case mark != "":
		r.endTable()
		if !strings.ContainsAny(mark, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			mark = "-"
		}
		r.add(Item, mark+" "+strings.ReplaceAll(content, "\n", " "))
	default:
		r.endTable()
		r.add(Paragraph, content)
	}
	for _, note := range notes {
		r.add(Item, note)
	}
}

func (r *rtfReader) endTable() {
	if len(r.rows) > 0 {
		rows := trimColumns(r.rows)
		r.rows = nil
		table(&r.outline, rows, names(rows))
	}
}
