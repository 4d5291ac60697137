package extract

import (
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// slides reads a PPTX in the presentation's order: each slide is a page, under its title,
// with its notes after it. Hidden slides are not read, nor what repeats on each.
func slides(ctx context.Context, data []byte) (text, error) {
	files, err := openZip(data)
	if err != nil {
		return text{}, err
	}
	main, related, err := files.office(ctx, "ppt/presentation.xml")
	if err != nil {
		return text{}, err
	}
	var order []string
	err = files.parse(ctx, main, func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "sldId" {
			if r := related[spaced(e, "id")]; r.kind == "slide" {
				order = append(order, r.part)
			}
		}
		return nil
	})
	if err != nil {
		return text{}, err
	}
	if len(order) > maxPages {
		return text{}, ErrTooBig.Because(fmt.Errorf("%d slides", len(order)))
	}
	r := &slideReader{files: files}
	for i, part := range order {
		r.page = i + 1
		if err := r.slide(ctx, part); err != nil {
			return text{}, err
		}
	}
	title, err := files.ownTitle(ctx, "docProps/core.xml")
	if err != nil {
		return text{}, err
	}
	return text{title: title, blocks: r.finish()}, nil
}

type slideReader struct {
	outline
	files *archive
}

func (r *slideReader) slide(ctx context.Context, part string) error {
	related, err := r.files.relations(ctx, part)
	if err != nil {
		return err
	}
	drawn := drawing{}
	if err := r.files.parse(ctx, part, drawn.token); err != nil {
		return err
	}
	if drawn.hidden {
		return nil
	}
	r.close(0)
	r.titles(drawn.shapes)
	for _, s := range drawn.shapes {
		r.shape(s)
	}
	for _, id := range drawn.diagrams { // in the order of the slide
		if err := r.more(ctx, related[id].part, func(shape) bool { return true }); err != nil {
			return err
		}
	}
	if notes := only(related, "notesSlide", ""); notes != "" {
		// A notes page repeats the slide; only its body was written for it.
		if err := r.more(ctx, notes, func(s shape) bool { return s.holder == "body" }); err != nil {
			return err
		}
	}
	return r.check(ctx)
}

// more reads the shapes of another part that belongs to the slide.
func (r *slideReader) more(ctx context.Context, part string, wanted func(shape) bool) error {
	drawn := drawing{}
	if err := r.files.parse(ctx, part, drawn.token); err != nil {
		return err
	}
	for _, s := range drawn.shapes {
		if wanted(s) {
			r.shape(s)
		}
	}
	return nil
}

// titles opens the slide's heading, wherever on it the title is drawn.
func (r *slideReader) titles(shapes []shape) {
	for _, s := range shapes {
		if s.isTitle() {
			var words []string
			for _, l := range s.lines {
				words = append(words, l.text)
			}
			r.heading(1, strings.Join(words, " "))
		}
	}
}

func (r *slideReader) shape(s shape) {
	if s.isTitle() || repeated[s.holder] {
		return
	}
	if s.rows != nil {
		table(&r.outline, s.rows, s.header)
		return
	}
	var numbers [9]int
	for _, l := range s.lines {
		level := min(max(l.level, 0), len(numbers)-1)
		clear(numbers[level+1:])
		kind, mark := Paragraph, ""
		switch {
		case strings.TrimSpace(l.text) == "":
			continue
		case l.bullet == numbered:
			numbers[level]++
			kind, mark = Item, strconv.Itoa(numbers[level])+". "
		case l.bullet == marked, l.bullet == inherited && s.listed() && len(s.lines) > 1:
			kind, mark = Item, "- "
		default:
			numbers[level] = 0
		}
		if kind == Item {
			mark = strings.Repeat("  ", min(level, 4)) + mark
		}
		r.add(kind, mark+l.text)
	}
}

// repeated are placeholders of what stands on every slide.
var repeated = map[string]bool{"sldNum": true, "dt": true, "ftr": true, "hdr": true, "sldImg": true}

// shape is something drawn on a slide: lines of text, or a table.
type shape struct {
	holder string // what its place is for: "title", "body"; "" where it has none
	lines  []slideLine
	rows   [][]string
	header bool
}

func (s shape) isTitle() bool { return s.holder == "title" || s.holder == "ctrTitle" }

// listed tells whether the lines are a list unless they say otherwise.
func (s shape) listed() bool { return s.holder == "body" || s.holder == "obj" }

type slideLine struct {
	text   string
	level  int
	bullet bulletKind
}

type bulletKind int

const (
	inherited bulletKind = iota // of the master's style
	none
	marked
	numbered
)

// drawing collects the shapes of a slide.
type drawing struct {
	hidden   bool
	shapes   []shape
	diagrams []string // ids of the parts that hold their text

	open   shape
	text   strings.Builder
	line   slideLine
	cell   strings.Builder
	cells  int // depth of cells and tables: text goes to the cell
	inText bool
	skip   int // depth of elements that are not read
	pieces int // elements read
}

func (d *drawing) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		if d.skip > 0 || t.Name.Local == "Fallback" || t.Name.Local == "fld" && attribute(t, "type") == "slidenum" {
			d.skip++
			return nil
		}
		if d.pieces++; d.pieces > maxRows {
			return ErrTooMuchText.Because(fmt.Errorf("more than %d elements on a slide", maxRows))
		}
		d.start(t)
	case xml.EndElement:
		if d.skip > 0 {
			d.skip--
			return nil
		}
		d.end(t.Name.Local)
	case xml.CharData:
		if d.inText && d.skip == 0 {
			d.text.Write(t)
		}
	}
	return nil
}

func (d *drawing) start(e xml.StartElement) {
	switch e.Name.Local {
	case "sld":
		d.hidden = attribute(e, "show") == "0"
	case "sp", "graphicFrame", "pt":
		d.open = shape{}
	case "ph":
		if d.open.holder = attribute(e, "type"); d.open.holder == "" {
			d.open.holder = "obj"
		}
	case "relIds":
		if len(d.diagrams) < maxParts {
			d.diagrams = append(d.diagrams, attribute(e, "dm"))
		}
	case "tblPr":
		d.open.header = attribute(e, "firstRow") == "1"
	case "tr":
		d.open.rows = append(d.open.rows, nil)
	case "tc":
		d.cells++
	case "p":
		d.line = slideLine{}
		d.text.Reset()
	case "pPr":
		d.line.level, _ = strconv.Atoi(attribute(e, "lvl"))
	case "buNone":
		d.line.bullet = none
	case "buChar", "buBlip":
		d.line.bullet = marked
	case "buAutoNum":
		d.line.bullet = numbered
	case "t":
		d.inText = true
	case "br", "tab":
		d.text.WriteByte(' ')
	}
}

func (d *drawing) end(name string) {
	switch name {
	case "t":
		d.inText = false
	case "p":
		d.line.text = d.text.String()
		d.text.Reset()
		if d.cells > 0 {
			d.cell.WriteString(d.line.text + " ")
			return
		}
		d.open.lines = append(d.open.lines, d.line)
	case "tc":
		d.cells = max(d.cells-1, 0)
		if rows := len(d.open.rows); rows > 0 {
			d.open.rows[rows-1] = append(d.open.rows[rows-1], d.cell.String())
		}
		d.cell.Reset()
	case "sp", "graphicFrame", "pt":
		if len(d.open.lines) > 0 || d.open.rows != nil {
			d.shapes = append(d.shapes, d.open)
		}
		d.open = shape{}
	}
}
