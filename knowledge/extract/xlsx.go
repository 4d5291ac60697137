package extract

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// maxLoaded is how many elements a part may have that is loaded whole: shared texts, styles. Each takes some 100 bytes.
const maxLoaded = 4_000_000

// workbook reads an XLSX: each sheet that is shown is a heading, its rows are rows of tables, with
// values as people see them. What it links to and where its data came from is not asked.
func workbook(ctx context.Context, data []byte) (text, error) {
	files, err := openZip(data)
	if err != nil {
		return text{}, err
	}
	limit := files.left
	main, related, err := files.office(ctx, "xl/workbook.xml")
	if err != nil {
		return text{}, err
	}
	parts, err := sheetParts(ctx, files, main, related)
	if err != nil {
		return text{}, err
	}
	for _, kind := range []string{"sharedStrings", "styles", "theme"} {
		if err := loadable(ctx, files, only(related, kind, "")); err != nil {
			return text{}, err
		}
	}
	title, err := files.ownTitle(ctx, "docProps/core.xml")
	if err != nil {
		return text{}, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: limit, UnzipXMLSizeLimit: limit, // the same: nothing is written to disk
		ShortDatePattern: "yyyy-mm-dd", // where the format is the reader's own: the one that nobody misreads
	})
	if err != nil {
		return text{}, workbookError(err)
	}
	defer book.Close()
	var o outline
	var counted volume
	for _, s := range parts {
		layout, err := readLayout(ctx, files, s.part)
		if err != nil {
			return text{}, err
		}
		o.close(0)
		o.under(1, s.name)
		if err := sheet(ctx, &o, book, s.name, layout, &counted); err != nil {
			return text{}, err
		}
	}
	return text{title: title, blocks: o.finish()}, o.check(ctx)
}

func workbookError(err error) error {
	if strings.Contains(err.Error(), "unzip size exceeds") {
		return ErrTooBig.Because(err)
	}
	return ErrBroken.Because(err)
}

// loadable refuses a part that would take far more memory than its size.
func loadable(ctx context.Context, files *archive, part string) error {
	elements := 0
	return files.parse(ctx, part, func(t xml.Token) error {
		if _, ok := t.(xml.StartElement); ok {
			if elements++; elements > maxLoaded {
				return ErrTooBig.Because(fmt.Errorf("%s has more than %d elements", part, maxLoaded))
			}
		}
		return nil
	})
}

// sheetPart is a sheet that is shown.
type sheetPart struct{ name, part string }

func sheetParts(ctx context.Context, files *archive, main string, related map[string]relation) ([]sheetPart, error) {
	var found []sheetPart
	err := files.parse(ctx, main, func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "sheet" {
			return nil
		}
		r := related[spaced(e, "id")]
		if state := attribute(e, "state"); r.kind != "worksheet" || state == "hidden" || state == "veryHidden" {
			return nil
		}
		if found = append(found, sheetPart{attribute(e, "name"), r.part}); len(found) > maxPages {
			return ErrTooBig.Because(fmt.Errorf("more than %d sheets", maxPages))
		}
		return nil
	})
	return found, err
}

// layout is what a sheet says of its columns and cells beside their values.
type layout struct {
	hidden []bool            // by column
	merged []area            // by row
	long   map[string]string // numbers of many digits, by cell
}

// area is a merged one, whose value stands in its first cell; from 0.
type area struct{ column, row, lastRow int }

func readLayout(ctx context.Context, files *archive, part string) (layout, error) {
	var l layout
	ranges := 0
	cell, value := "", ""
	err := files.parse(ctx, part, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.CharData:
			value = string(t)
		case xml.EndElement:
			if t.Name.Local == "v" {
				l.keep(cell, value)
			}
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			return nil
		}
		switch e.Name.Local {
		case "c":
			cell = attribute(e, "r")
		case "col":
			if ranges++; ranges > excelize.MaxColumns {
				return ErrBroken.Because(errors.New("more columns than a sheet has"))
			}
			if hidden := attribute(e, "hidden"); hidden == "1" || hidden == "true" {
				l.hide(number(attribute(e, "min"))-1, number(attribute(e, "max"))-1)
			}
		case "mergeCell":
			first, last, _ := strings.Cut(attribute(e, "ref"), ":")
			column, row, err := excelize.CellNameToCoordinates(first)
			_, lastRow, err2 := excelize.CellNameToCoordinates(last)
			if err == nil && err2 == nil && lastRow > row {
				l.merged = append(l.merged, area{column - 1, row - 1, lastRow - 1})
			}
		}
		if len(l.merged)+len(l.long) > maxRows {
			return ErrTooBig.Because(errors.New("too many merged cells"))
		}
		return nil
	})
	slices.SortFunc(l.merged, func(a, b area) int { return a.row - b.row })
	return l, err
}

// number reads a small whole number; anything else is 0.
func number(s string) (n int) {
	for _, c := range s {
		if c < '0' || c > '9' || n > math.MaxInt32/10 {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func (l *layout) hide(from, to int) {
	for column := max(from, 0); column <= min(to, excelize.MaxColumns-1); column++ {
		for len(l.hidden) <= column {
			l.hidden = append(l.hidden, false)
		}
		l.hidden[column] = true
	}
}

// keep remembers a number that would otherwise be shown as "1.23456789E+14": an account's, an article's.
func (l *layout) keep(cell, value string) {
	if len(value) < 12 || len(value) > 17 || strings.Trim(value, "0123456789") != "" || cell == "" {
		return
	}
	if l.long == nil {
		l.long = map[string]string{}
	}
	l.long[cell] = value
}

// exact undoes the rounding of a number of many digits.
func (l *layout) exact(row, column int, shown string) string {
	if len(l.long) == 0 || !strings.Contains(shown, "E+") {
		return shown
	}
	name, err := excelize.CoordinatesToCellName(column+1, row+1)
	if value := l.long[name]; err == nil && value != "" {
		return value
	}
	return shown
}

func (l *layout) hides(column int) bool { return column < len(l.hidden) && l.hidden[column] }

// sheet reads the rows of a sheet; an empty one ends what stands together.
func sheet(ctx context.Context, o *outline, book *excelize.File, name string, l layout, counted *volume) error {
	rows, err := book.Rows(name)
	if err != nil {
		return workbookError(err)
	}
	defer rows.Close()
	var together [][]string
	above := merges{left: l.merged}
	for at := 0; rows.Next(); at++ {
		row, err := rows.Columns()
		if err != nil {
			return workbookError(err)
		}
		if err := o.check(ctx); err != nil {
			return err
		}
		for i := range row {
			row[i] = l.exact(at, i, row[i])
		}
		row = above.fill(at, row)
		if rows.GetRowOpts().Hidden {
			continue
		}
		for i := range row {
			if row[i] != "" && l.hides(i) {
				row[i] = ""
			}
		}
		if row = trimEnd(row); len(row) == 0 {
			grid(o, together)
			together = nil
			continue
		}
		if err := counted.count(row); err != nil {
			return err
		}
		together = append(together, slices.Clone(row)) // without the room of what was trimmed
	}
	if err := rows.Error(); err != nil {
		return workbookError(err)
	}
	grid(o, together)
	return nil
}

// merges repeats the value of a merged cell in the rows that it spans: each row is to be understood by itself.
type merges struct {
	left []area // that begin below
	open map[int]spanned
}

type spanned struct {
	value   string
	lastRow int
}

func (m *merges) fill(at int, row []string) []string {
	empty := filled(row) == 0
	for column, above := range m.open {
		switch {
		case at > above.lastRow:
			delete(m.open, column)
		case !empty:
			for len(row) <= column {
				row = append(row, "")
			}
			if row[column] == "" {
				row[column] = above.value
			}
		}
	}
	for len(m.left) > 0 && m.left[0].row <= at {
		if a := m.left[0]; a.row == at && a.column < len(row) && row[a.column] != "" && len(row[a.column]) <= maxRepeated {
			if m.open == nil {
				m.open = map[int]spanned{}
			}
			m.open[a.column] = spanned{row[a.column], a.lastRow}
		}
		m.left = m.left[1:]
	}
	return row
}
