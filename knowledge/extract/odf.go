package extract

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// openDocument reads an ODT, ODS or ODP: what stands in content.xml says which of them it is.
func openDocument(ctx context.Context, data []byte) (text, error) {
	files, err := openZip(data)
	if err != nil {
		return text{}, err
	}
	manifest, err := files.bytes("META-INF/manifest.xml")
	if err != nil {
		return text{}, err
	}
	if bytes.Contains(manifest, []byte("encryption-data")) {
		return text{}, ErrEncrypted
	}
	if !files.has("content.xml") {
		return text{}, ErrBroken.Because(errors.New("no content.xml"))
	}
	r := &odfReader{listed: map[string]bool{}, gone: map[string]bool{}}
	for _, part := range []string{"styles.xml", "content.xml"} { // numbering may be declared in both
		r.reading = part == "content.xml"
		if err := files.parse(ctx, part, func(t xml.Token) error {
			if err := r.token(t); err != nil {
				return err
			}
			return r.check(ctx)
		}); err != nil {
			return text{}, err
		}
	}
	title, err := files.ownTitle(ctx, "meta.xml")
	if err != nil {
		return text{}, err
	}
	if r.title != "" {
		title = r.title
	}
	return text{title: title, blocks: r.finish()}, nil
}

// odfReader turns the elements of an OpenDocument into blocks.
type odfReader struct {
	outline
	reading bool // the body; styles otherwise
	title   string

	listed map[string]bool // styles of lists whose first level is numbered
	gone   map[string]bool // styles of tables and slides that are not shown
	style  string          // that is being declared

	stack   []*odfParagraph // of a note, within that which calls it
	lists   []odfList
	tables  []*odfTable
	counted volume // of all tables

	isSheets bool
	slides   int
	holder   string // what the frame on a slide is for
	notes    []string
	skip     int
}

type odfParagraph struct {
	text  strings.Builder
	level int // of a heading; 0: none
	style string
}

type odfList struct {
	numbered bool
	number   int
	begun    bool // the item's mark is written
}

type odfTable struct {
	rows    [][]string
	row     []string
	cell    strings.Builder
	repeat  int    // columns that the open cell stands for
	hidden  bool   // by its style
	gone    bool   // the open row is not shown
	columns []bool // whether they are shown
	header  bool
}

// Bounds of a sheet: repetition is written as a number.
const (
	maxRepeatedCells = 64 // of the same content
	maxOdfColumns    = 1024
)

// odfUnread are elements that are not part of the text as it is shown.
var odfUnread = map[string]bool{
	"tracked-changes": true, "annotation": true, "forms": true, "sequence-decls": true, "note-citation": true, "master-styles": true,
	"shapes": true, "named-expressions": true, "database-ranges": true, "event-listeners": true, "settings": true, "binary-data": true,
	"page-number": true, "ruby-text": true, "meta": true, "table-of-content": true, "title-desc": true,
}

func (r *odfReader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		if r.skip > 0 || odfUnread[t.Name.Local] {
			r.skip++
			return nil
		}
		if !r.reading || t.Name.Space == "style" || t.Name.Space == "number" {
			r.declare(t)
			return nil
		}
		return r.start(t)
	case xml.EndElement:
		if r.skip > 0 {
			r.skip--
			return nil
		}
		if r.reading && t.Name.Space != "style" {
			return r.end(t.Name)
		}
	case xml.CharData:
		if r.skip == 0 && r.reading {
			r.write(string(t))
		}
	}
	return nil
}

func (r *odfReader) declare(e xml.StartElement) {
	switch e.Name.Local {
	case "style", "list-style":
		r.style = attribute(e, "name")
	case "list-level-style-number":
		if attribute(e, "level") == "1" && attribute(e, "num-format") != "" {
			r.listed[r.style] = true
		}
	case "table-properties":
		r.gone[r.style] = attribute(e, "display") == "false"
	case "drawing-page-properties":
		r.gone[r.style] = attribute(e, "visibility") == "hidden"
	}
}

func (r *odfReader) write(s string) {
	if n := len(r.stack); n > 0 {
		r.stack[n-1].text.WriteString(s)
	}
}

func (r *odfReader) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "list-style", "list-level-style-number", "list-level-style-bullet":
		r.declare(e)
	case "h", "p":
		if e.Name.Space == "text" {
			r.begin(e)
		}
	case "s", "tab":
		r.write(" ")
	case "line-break":
		r.write("\n")
	case "list":
		r.beginList(attribute(e, "style-name"))
	case "list-item":
		if n := len(r.lists); n > 0 {
			r.lists[n-1].number++
			r.lists[n-1].begun = false
		}
	case "frame", "custom-shape":
		r.holder = attribute(e, "class")
	case "spreadsheet":
		r.isSheets = true
	case "page":
		return r.beginSlide(e)
	default:
		if e.Name.Space == "table" {
			return r.tableStart(e)
		}
	}
	return nil
}

func (r *odfReader) begin(e xml.StartElement) {
	p := &odfParagraph{style: attribute(e, "style-name")}
	if e.Name.Local == "h" {
		p.level, _ = strconv.Atoi(attribute(e, "outline-level"))
		p.level = max(p.level, 1)
	}
	r.stack = append(r.stack, p)
}

func (r *odfReader) beginList(style string) {
	numbered := r.listed[style]
	if n := len(r.lists); style == "" && n > 0 {
		numbered = r.lists[n-1].numbered
	}
	r.lists = append(r.lists, odfList{numbered: numbered})
}

func (r *odfReader) beginSlide(e xml.StartElement) error {
	r.slides++
	if r.slides > maxPages {
		return ErrTooBig.Because(fmt.Errorf("more than %d slides", maxPages))
	}
	if r.gone[attribute(e, "style-name")] {
		r.skip = 1
		return nil
	}
	r.close(0)
	r.page = r.slides
	return nil
}

func (r *odfReader) end(name xml.Name) error {
	switch name.Local {
	case "h", "p":
		if name.Space == "text" {
			r.endParagraph()
		}
	case "list":
		if n := len(r.lists); n > 0 {
			r.lists = r.lists[:n-1]
		}
	case "frame", "custom-shape":
		r.holder = ""
	default:
		if name.Space == "table" {
			return r.tableEnd(name.Local)
		}
	}
	return nil
}

func (r *odfReader) endParagraph() {
	n := len(r.stack)
	if n == 0 {
		return
	}
	p := r.stack[n-1]
	content := p.text.String()
	r.stack = r.stack[:n-1]
	if n > 1 { // a note, or a box within a paragraph
		r.notes = append(r.notes, content)
		return
	}
	notes := r.notes
	r.notes = nil
	switch {
	case len(r.tables) > 0:
		cell := &r.tables[len(r.tables)-1].cell
		cell.WriteString(content + " " + strings.Join(notes, " ") + " ")
		return
	case strings.TrimSpace(content) == "":
	case r.holder == "title":
		r.heading(1, content)
	case p.style == "Title" && r.title == "" && len(r.blocks) == 0 && r.slides == 0:
		r.title = squeeze(content)
	case p.level > 0:
		r.heading(p.level, content)
	case len(r.lists) > 0:
		r.add(Item, r.mark()+strings.ReplaceAll(content, "\n", " "))
	default:
		r.add(Paragraph, content)
	}
	for _, note := range notes {
		r.add(Item, note)
	}
}

// mark is what an item begins with; paragraphs after its first are indented like it.
func (r *odfReader) mark() string {
	list := &r.lists[len(r.lists)-1]
	mark := "- "
	if list.numbered {
		mark = strconv.Itoa(list.number) + ". "
	}
	if list.begun {
		mark = strings.Repeat(" ", len(mark))
	}
	list.begun = true
	return strings.Repeat("  ", min(len(r.lists)-1, 4)) + mark
}

// odfRepeated is how many columns or rows an element stands for.
func odfRepeated(e xml.StartElement, name string) int {
	n, err := strconv.Atoi(attribute(e, name))
	if err != nil || n < 1 {
		return 1
	}
	return n
}

func (r *odfReader) tableStart(e xml.StartElement) error {
	if e.Name.Local == "table" {
		t := &odfTable{hidden: r.gone[attribute(e, "style-name")]}
		if r.isSheets && len(r.tables) == 0 && !t.hidden {
			r.under(1, attribute(e, "name"))
		}
		r.tables = append(r.tables, t)
		return nil
	}
	if len(r.tables) == 0 {
		return nil
	}
	t := r.tables[len(r.tables)-1]
	switch e.Name.Local {
	case "table-header-rows":
		t.header = t.header || len(t.rows) == 0
	case "table-column":
		for range min(odfRepeated(e, "number-columns-repeated"), maxOdfColumns-len(t.columns)) {
			t.columns = append(t.columns, odfShown(e))
		}
	case "table-row":
		t.row, t.gone = nil, !odfShown(e)
	case "table-cell", "covered-table-cell":
		t.cell.Reset()
		t.repeat = odfRepeated(e, "number-columns-repeated")
	}
	return nil
}

func odfShown(e xml.StartElement) bool {
	visibility := attribute(e, "visibility")
	return visibility == "" || visibility == "visible"
}

func (r *odfReader) tableEnd(name string) error {
	if len(r.tables) == 0 {
		return nil
	}
	t := r.tables[len(r.tables)-1]
	switch name {
	case "table-cell", "covered-table-cell":
		t.endCell()
	case "table-row":
		t.row = trimEnd(t.row)
		if err := r.counted.count(t.row); err != nil {
			return err
		}
		switch {
		case t.gone || t.hidden:
		case filled(t.row) > 0:
			t.rows = append(t.rows, slices.Clone(t.row)) // without the room of what was trimmed
		case r.isSheets && len(r.tables) == 1: // an empty row ends what stands together
			grid(&r.outline, t.rows)
			t.rows = nil
		}
		t.row = nil
	case "table":
		r.tables = r.tables[:len(r.tables)-1]
		r.endTable(t)
	}
	return nil
}

func (t *odfTable) endCell() {
	content := squeeze(t.cell.String())
	t.cell.Reset()
	repeat := t.repeat
	switch {
	case len(content) > maxRepeated:
		repeat = 1
	case content != "":
		repeat = min(repeat, maxRepeatedCells)
	}
	for range min(repeat, maxOdfColumns-len(t.row)) {
		if at := len(t.row); at < len(t.columns) && !t.columns[at] {
			t.row = append(t.row, "")
			continue
		}
		t.row = append(t.row, content)
	}
}

// endTable adds a table, or, inside another one, its text to the cell.
func (r *odfReader) endTable(t *odfTable) {
	n := len(r.tables)
	switch {
	case t.hidden:
	case n > 0:
		for _, row := range t.rows {
			r.tables[n-1].cell.WriteString(strings.Join(row, " ") + " ")
		}
	case r.isSheets:
		grid(&r.outline, t.rows)
	default:
		rows := trimColumns(t.rows)
		table(&r.outline, rows, t.header || names(rows))
	}
}
