package extract

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"
)

// word reads a DOCX: headings by the styles of paragraphs, lists, tables, and
// footnotes after the paragraph that calls them. Deleted text is not read.
func word(ctx context.Context, data []byte) (text, error) {
	if bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")) {
		return text{}, ErrEncrypted
	}
	files, err := openZip(data)
	if err != nil {
		return text{}, err
	}
	levels, err := readStyles(ctx, files)
	if err != nil {
		return text{}, err
	}
	r := &wordReader{levels: levels, notes: map[string]string{}}
	for _, notes := range []struct{ part, element string }{{"word/footnotes.xml", "footnote"}, {"word/endnotes.xml", "endnote"}} {
		if err := r.readNotes(ctx, files, notes.part, notes.element); err != nil {
			return text{}, err
		}
	}
	if err := files.parse(ctx, "word/document.xml", r.token); err != nil {
		return text{}, err
	}
	return text{title: r.title, blocks: r.finish()}, r.check(ctx)
}

// Bounds of what is unpacked. Word's own files compress 20–50 fold.
const (
	maxUnpacked = 128 << 20 // bytes of all parts read
	maxRatio    = 500
	maxXMLDepth = 1000
)

// zipFiles reads parts of a ZIP archive, all together maxUnpacked bytes at most.
type zipFiles struct {
	byName map[string]*zip.File
	left   int64
}

func openZip(data []byte) (*zipFiles, error) {
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	files := &zipFiles{byName: map[string]*zip.File{}, left: min(maxUnpacked, max(int64(len(data))*maxRatio, 1<<20))}
	for _, f := range archive.File {
		if f.Flags&1 != 0 {
			return nil, ErrEncrypted
		}
		files.byName[f.Name] = f
	}
	return files, nil
}

// parse calls token for each start, end and text of an XML part; a missing part has none.
func (z *zipFiles) parse(ctx context.Context, name string, token func(xml.Token) error) error {
	f := z.byName[name]
	if f == nil {
		if name == "word/document.xml" {
			return ErrBroken.Because(errors.New("no " + name))
		}
		return nil
	}
	part, err := f.Open()
	if err != nil {
		return ErrBroken.Because(err)
	}
	defer part.Close()
	limited := &io.LimitedReader{R: part, N: z.left}
	decoder := xml.NewDecoder(limited)
	decoder.CharsetReader = charset.NewReaderLabel
	depth := 0
	for {
		t, err := decoder.RawToken()
		switch {
		case limited.N <= 0:
			return ErrTooBig.Because(fmt.Errorf("%s unpacks to more than %d bytes", name, z.left))
		case errors.Is(err, io.EOF):
			z.left = limited.N
			if depth != 0 {
				return ErrBroken.Because(fmt.Errorf("%s ends in the middle", name))
			}
			return nil
		case err != nil:
			return ErrBroken.Because(fmt.Errorf("%s: %w", name, err))
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > maxXMLDepth {
			return ErrTooSlow.Because(fmt.Errorf("%s is nested deeper than %d", name, maxXMLDepth))
		}
		if err := token(t); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func attribute(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// titleLevel marks the style of a document's title.
const titleLevel = 0

// readStyles returns the heading level of each paragraph style that has one.
func readStyles(ctx context.Context, files *zipFiles) (map[string]int, error) {
	levels, parent := map[string]int{}, map[string]string{}
	id := ""
	err := files.parse(ctx, "word/styles.xml", func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		switch e.Name.Local {
		case "style":
			id = attribute(e, "styleId")
		case "name":
			name := strings.ToLower(attribute(e, "val"))
			if n, found := strings.CutPrefix(name, "heading "); found {
				if level, err := strconv.Atoi(n); err == nil && level >= 1 && level <= 9 {
					levels[id] = level
				}
			} else if name == "title" {
				levels[id] = titleLevel
			}
		case "basedOn":
			parent[id] = attribute(e, "val")
		case "outlineLvl":
			if level, err := strconv.Atoi(attribute(e, "val")); err == nil && level >= 0 && level < 9 {
				if _, named := levels[id]; !named {
					levels[id] = level + 1
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for id := range parent {
		for at, steps := id, 0; at != "" && steps < 10; at, steps = parent[at], steps+1 {
			if level, ok := levels[at]; ok {
				levels[id] = level
				break
			}
		}
	}
	return levels, nil
}

// wordReader turns the elements of a document into blocks.
type wordReader struct {
	outline
	levels map[string]int
	notes  map[string]string
	title  string

	stack     []*paragraph // a text box holds paragraphs within one
	tables    []*wordTable
	skip      int // depth of elements that are not read
	inText    bool
	noteTexts []string // called by the paragraph that is open
}

type paragraph struct {
	text  strings.Builder
	style string
	level int // of its own outline; -1: none
	item  bool
	depth int // of its list
}

type wordTable struct {
	rows   [][]string
	cell   strings.Builder
	header bool
}

// unread are elements whose content is another form of something else, or
// program, or gone.
var unread = map[string]bool{"Fallback": true, "instrText": true, "delText": true, "sectPr": true, "rPr": true, "tblPr": true, "del": true, "moveFrom": true}

func (r *wordReader) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		if r.skip > 0 || unread[t.Name.Local] {
			r.skip++
			return nil
		}
		r.start(t)
	case xml.EndElement:
		if r.skip > 0 {
			r.skip--
			return nil
		}
		r.end(t.Name.Local)
	case xml.CharData:
		if r.skip == 0 && r.inText {
			r.write(string(t))
		}
	}
	return nil
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
	case "tbl":
		r.tables = append(r.tables, &wordTable{})
	case "tr":
		if n := len(r.tables); n > 0 {
			r.tables[n-1].rows = append(r.tables[n-1].rows, nil)
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
		if note := r.notes[e.Name.Local[:3]+attribute(e, "id")]; note != "" {
			r.noteTexts = append(r.noteTexts, note)
		}
	default:
		if n := len(r.stack); n > 0 {
			r.property(r.stack[n-1], e)
		} else if e.Name.Local == "tblHeader" && len(r.tables) > 0 {
			r.tables[len(r.tables)-1].header = true
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
	case "numPr":
		p.item = true
	case "numId":
		if attribute(e, "val") == "0" {
			p.item = false // numbering of the style, taken back
		}
	case "ilvl":
		p.depth, _ = strconv.Atoi(attribute(e, "val"))
	}
}

func (r *wordReader) end(name string) {
	switch name {
	case "t":
		r.inText = false
	case "p":
		r.endParagraph()
	case "tc":
		if n := len(r.tables); n > 0 {
			t := r.tables[n-1]
			if rows := len(t.rows); rows > 0 {
				t.rows[rows-1] = append(t.rows[rows-1], t.cell.String())
			}
			t.cell.Reset()
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
	style, item, depth := p.level, p.item, p.depth
	if level, ok := r.levels[p.style]; ok && style < 0 {
		style = level
	}
	r.stack = r.stack[:n-1]
	switch {
	case len(r.tables) > 0:
		cell := &r.tables[len(r.tables)-1].cell
		cell.WriteString(content + " " + strings.Join(notes, " ") + " ")
		return
	case style == titleLevel && r.title == "" && len(r.blocks) == 0:
		r.title = squeeze(content)
	case style > titleLevel:
		r.heading(style, content)
	case item:
		r.add(Item, strings.Repeat("  ", min(max(depth, 0), 4))+"- "+strings.ReplaceAll(content, "\n", " "))
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
		table(&r.outline, t.rows, t.header)
		return
	}
	for _, row := range t.rows {
		r.tables[n-2].cell.WriteString(strings.Join(row, " ") + " ")
	}
}

// readNotes collects the texts of footnotes or endnotes by number.
func (r *wordReader) readNotes(ctx context.Context, files *zipFiles, part, element string) error {
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
