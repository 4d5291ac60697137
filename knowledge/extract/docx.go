package extract

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// word reads a DOCX: headings by the styles of paragraphs, lists with their numbers, tables, and
// footnotes after the paragraph that calls them. Deleted and hidden text is not read; documents within it are, at its end.
func word(ctx context.Context, data []byte) (text, error) { return wordWithin(ctx, data, 0) }

// maxEmbedded is how deep documents within documents are read.
const maxEmbedded = 3

func wordWithin(ctx context.Context, data []byte, depth int) (text, error) {
	files, err := openZip(data)
	if err != nil {
		return text{}, err
	}
	main, related, err := files.office(ctx, "word/document.xml")
	if err != nil {
		return text{}, err
	}
	r := &wordReader{notes: map[string]string{}}
	if r.styles, err = readStyles(ctx, files, only(related, "styles", "word/styles.xml")); err != nil {
		return text{}, err
	}
	if r.numbers, err = readNumbering(ctx, files, only(related, "numbering", "word/numbering.xml")); err != nil {
		return text{}, err
	}
	for _, element := range []string{"footnote", "endnote"} {
		if err := r.readNotes(ctx, files, only(related, element+"s", "word/"+element+"s.xml"), element); err != nil {
			return text{}, err
		}
	}
	if err := files.parse(ctx, main, func(t xml.Token) error { r.token(t); return r.check(ctx) }); err != nil {
		return text{}, err
	}
	if err := r.embedded(ctx, files, related, depth); err != nil {
		return text{}, err
	}
	if r.title == "" {
		if r.title, err = files.ownTitle(ctx, "docProps/core.xml"); err != nil {
			return text{}, err
		}
	}
	return text{title: r.title, blocks: r.finish()}, r.check(ctx)
}

// embedded reads the Office documents that were put into this one. One that cannot be read is no reason to refuse it.
func (r *wordReader) embedded(ctx context.Context, files *archive, related map[string]relation, depth int) error {
	if depth >= maxEmbedded {
		return nil
	}
	var parts []string
	for _, relation := range related {
		if relation.kind == "package" {
			parts = append(parts, relation.part)
		}
	}
	slices.Sort(parts)
	for _, part := range slices.Compact(parts) {
		data, err := files.bytes(part)
		if err != nil {
			return err
		}
		inner, err := embeddedText(ctx, data, depth+1)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrTooBig), errors.Is(err, ErrTooMuchText), errors.Is(err, ErrTooSlow):
			return err
		case err != nil || len(inner.blocks) == 0:
			continue
		}
		r.close(0)
		r.under(1, inner.title)
		r.adopt(inner.blocks)
		if err := r.check(ctx); err != nil {
			return err
		}
	}
	return nil
}

func embeddedText(ctx context.Context, data []byte, depth int) (text, error) {
	switch media, err := Detect(data[:min(len(data), HeadSize)], ""); {
	case err != nil:
		return text{}, err
	case media == DOCX:
		return wordWithin(ctx, data, depth)
	case media == XLSX:
		return workbook(ctx, data)
	case media == PPTX:
		return slides(ctx, data)
	default:
		return text{}, nil
	}
}

// titleLevel marks the style of a document's title.
const titleLevel = 0

// wordStyle is what a paragraph's style says of it.
type wordStyle struct {
	heading bool
	level   int // of a heading, or titleLevel
	listed  bool
	list    listPlace
	parent  string
	listing bool // of a line in a table of contents
}

// readStyles returns the styles of paragraphs by id, with what they inherit.
func readStyles(ctx context.Context, files *archive, part string) (map[string]wordStyle, error) {
	styles := map[string]wordStyle{}
	id := ""
	err := files.parse(ctx, part, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		style := styles[id]
		value := attribute(e, "val")
		switch e.Name.Local {
		case "style":
			if id = attribute(e, "styleId"); len(styles) > maxParts {
				return ErrTooBig.Because(fmt.Errorf("more than %d styles", maxParts))
			}
			return nil
		case "name":
			name := strings.ToLower(value)
			if n, found := strings.CutPrefix(name, "heading "); found {
				if level, err := strconv.Atoi(n); err == nil && level >= 1 && level <= 9 {
					style.heading, style.level = true, level
				}
			} else if name == "title" {
				style.heading, style.level = true, titleLevel
			}
			style.listing = strings.HasPrefix(name, "toc ")
		case "basedOn":
			style.parent = value
		case "outlineLvl":
			if level, err := strconv.Atoi(value); err == nil && level >= 0 && level < 9 && !style.heading {
				style.heading, style.level = true, level+1
			}
		case "numId":
			style.listed, style.list.id = value != "0", value
		case "ilvl":
			style.list.level = number(value)
		default:
			return nil
		}
		styles[id] = style
		return nil
	})
	for id, style := range styles {
		for at, steps := style.parent, 0; at != "" && steps < 10; at, steps = styles[at].parent, steps+1 {
			if !style.heading && styles[at].heading {
				style.heading, style.level = true, styles[at].level
			}
			if !style.listed && styles[at].listed {
				style.listed, style.list = true, styles[at].list
			}
		}
		styles[id] = style
	}
	return styles, err
}

// wordReader turns the elements of a document into blocks.
type wordReader struct {
	outline
	styles  map[string]wordStyle
	numbers *numbering
	notes   map[string]string
	title   string

	stack     []*paragraph // a text box holds paragraphs within one
	tables    []*wordTable
	skip      int // depth of elements that are not read
	inText    bool
	inRun     bool     // among the properties of a run
	unseen    bool     // the run is hidden
	contents  bool     // what is to come is a table of contents
	noteTexts []string // called by the paragraph that is open
}

type paragraph struct {
	text  strings.Builder
	style string
	level int // of its own outline; -1: none
	list  listPlace
	item  bool // in that list
	plain bool // the list of its style is taken back
}

type wordTable struct {
	rows   [][]string
	cell   strings.Builder
	header bool

	columns map[int]string // what the cells say that begin at these columns, in the last row that had them
	column  int            // of the cell that is open
	span    int            // its columns
	below   bool           // it belongs to the one above
}

func (t *wordTable) beginCell() {
	t.span, t.below = 1, false
	t.cell.Reset()
}

// endCell adds a cell to its row. One that belongs to the one above says the same, if that is not long.
func (t *wordTable) endCell() {
	content := t.cell.String()
	if above := t.columns[t.column]; t.below && strings.TrimSpace(content) == "" && len(above) <= maxRepeated {
		content = above
	}
	if t.columns == nil {
		t.columns = map[int]string{}
	}
	t.columns[t.column] = content
	t.column += t.span
	if n := len(t.rows); n > 0 {
		t.rows[n-1] = append(t.rows[n-1], content)
	}
	t.cell.Reset()
}

// maxSpan is how many columns a cell may have that is wider than others.
const maxSpan = 100

func (t *wordTable) property(e xml.StartElement) {
	switch value := attribute(e, "val"); e.Name.Local {
	case "tblHeader":
		t.header = true
	case "gridSpan":
		t.span = min(max(number(value), 1), maxSpan)
	case "vMerge":
		t.below = value != "restart"
	}
}

// unread are elements whose content is another form of something else, or
// program, or gone.
var unread = map[string]bool{
	"Fallback": true, "instrText": true, "delText": true, "sectPr": true, "tblPr": true, "del": true, "moveFrom": true,
	"rPrChange": true, "pPrChange": true,
}

func (r *wordReader) token(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		if r.skip > 0 || unread[t.Name.Local] {
			r.skip++
			return
		}
		r.start(t)
	case xml.EndElement:
		if r.skip > 0 {
			r.skip--
			return
		}
		r.end(t.Name.Local)
	case xml.CharData:
		if r.skip == 0 && r.inText && !r.unseen {
			r.write(string(t))
		}
	}
}

func (r *wordReader) write(s string) {
	if n := len(r.stack); n > 0 {
		r.stack[n-1].text.WriteString(s)
	}
}

func (r *wordReader) start(e xml.StartElement) {
	switch e.Name.Local {
	case "p":
		r.stack = append(r.stack, &paragraph{level: -1})
	case "r":
		r.unseen = false
	case "rPr":
		r.inRun = true
	case "vanish":
		r.unseen = r.inRun && attribute(e, "val") != "0" && attribute(e, "val") != "false"
	case "tbl":
		r.tables = append(r.tables, &wordTable{})
	case "tr":
		if n := len(r.tables); n > 0 {
			r.tables[n-1].rows, r.tables[n-1].column = append(r.tables[n-1].rows, nil), 0
		}
	case "tc":
		if n := len(r.tables); n > 0 {
			r.tables[n-1].beginCell()
		}
	case "docPartGallery":
		r.contents = attribute(e, "val") == "Table of Contents"
	case "sdtContent":
		if r.contents {
			r.skip, r.contents = 1, false
		}
	case "t":
		r.inText = true
	case "tab", "ptab":
		r.write(" ")
	case "br", "cr":
		r.write("\n")
	case "noBreakHyphen":
		r.write("-")
	case "footnoteReference", "endnoteReference":
		key := e.Name.Local[:3] + attribute(e, "id")
		if note := r.notes[key]; note != "" {
			r.noteTexts = append(r.noteTexts, note)
			delete(r.notes, key) // each is read once, however often it is called
		}
	default:
		if n := len(r.stack); n > 0 {
			r.property(r.stack[n-1], e)
		} else if n := len(r.tables); n > 0 {
			r.tables[n-1].property(e)
		}
	}
}

func (r *wordReader) property(p *paragraph, e xml.StartElement) {
	switch e.Name.Local {
	case "pStyle":
		p.style = attribute(e, "val")
	case "outlineLvl":
		if level, err := strconv.Atoi(attribute(e, "val")); err == nil && level < 9 {
			p.level = level + 1
		}
	case "numId":
		p.list.id = attribute(e, "val")
		p.item, p.plain = p.list.id != "0", p.list.id == "0"
	case "ilvl":
		p.list.level = number(attribute(e, "val"))
	}
}

func (r *wordReader) end(name string) {
	switch name {
	case "t":
		r.inText = false
	case "r":
		r.unseen = false
	case "rPr":
		r.inRun = false
	case "p":
		r.unseen = false
		r.endParagraph()
	case "tc":
		if n := len(r.tables); n > 0 {
			r.tables[n-1].endCell()
		}
	case "tbl":
		r.endTable()
	}
}

func (r *wordReader) endParagraph() {
	n := len(r.stack)
	if n == 0 {
		return
	}
	p := r.stack[n-1]
	content := p.text.String()
	notes := r.noteTexts
	r.noteTexts = nil
	style := r.styles[p.style]
	level, heading := p.level, p.level > 0
	if style.heading && level < 0 {
		level, heading = style.level, true
	}
	if style.listed && !p.item && !p.plain {
		p.item, p.list = true, style.list
	}
	r.stack = r.stack[:n-1]
	switch {
	case style.listing:
		return
	case len(r.tables) > 0:
		cell := &r.tables[len(r.tables)-1].cell
		cell.WriteString(content + " " + strings.Join(notes, " ") + " ")
		return
	case heading && level == titleLevel && r.title == "" && len(r.blocks) == 0:
		r.title = squeeze(content)
	case heading && level > titleLevel:
		r.heading(level, content)
	case p.item && strings.TrimSpace(content) != "":
		r.add(Item, r.numbers.mark(p.list)+strings.ReplaceAll(content, "\n", " "))
	default:
		r.add(Paragraph, content)
	}
	for _, note := range notes {
		r.add(Item, note)
	}
}

// endTable adds a table's rows, or, inside another one, its text to the cell.
func (r *wordReader) endTable() {
	n := len(r.tables)
	if n == 0 {
		return
	}
	t := r.tables[n-1]
	r.tables = r.tables[:n-1]
	if n == 1 {
		rows := t.rows
		if len(rows) > 1 && filled(rows[0]) == 1 && filled(rows[1]) > 1 {
			r.add(Paragraph, strings.Join(rows[0], "")) // what the table is about, over all of its columns
			rows = rows[1:]
		}
		table(&r.outline, rows, t.header || len(rows) > 2 && names(rows))
		return
	}
	for _, row := range t.rows {
		r.tables[n-2].cell.WriteString(strings.Join(row, " ") + " ")
	}
}

// readNotes collects the texts of footnotes or endnotes by number.
func (r *wordReader) readNotes(ctx context.Context, files *archive, part, element string) error {
	id, inText := "", false
	var note strings.Builder
	return files.parse(ctx, part, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case element:
				id = attribute(t, "id")
				note.Reset()
			case "t":
				inText = true
			case "p", "tab", "br":
				note.WriteByte(' ')
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case element:
				r.notes[element[:3]+id] = squeeze(note.String())
			}
		case xml.CharData:
			if inText {
				note.Write(t)
			}
		}
		return nil
	})
}
