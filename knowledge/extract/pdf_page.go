package extract

import (
	"fmt"
	"strings"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// pdfLine is a line of a page, and where it stands: in points, from the lower left corner of the page. All zero: unknown.
type pdfLine struct {
	text                     string
	left, right, top, bottom float64

	raw                string // as it stands in the text of the page
	start, first, last int    // index in that text of its begin, and of its first and last character that is seen
}

func (l pdfLine) placed() bool    { return l.top > l.bottom && l.right > l.left }
func (l pdfLine) height() float64 { return l.top - l.bottom }
func (l pdfLine) middle() float64 { return (l.top + l.bottom) / 2 }

// maxLines is how many lines of a page are looked at closely: asking for a place takes some 10 µs.
const maxLines = 2_000

// pageLines returns the lines of a page in the order in which they were written into the file, which is mostly that of reading.
func (d *pdfDocument) pageLines(index int) ([]pdfLine, error) {
	page, err := d.FPDF_LoadPage(&requests.FPDF_LoadPage{Document: d.reference, Index: index})
	if err != nil {
		return nil, fmt.Errorf("load page: %w", err)
	}
	defer func() {
		_, _ = d.FPDF_ClosePage(&requests.FPDF_ClosePage{Page: page.Page}) // it goes with the sandbox at the latest
	}()
	text, err := d.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: requests.Page{ByReference: &page.Page}})
	if err != nil {
		return nil, fmt.Errorf("load text of page: %w", err)
	}
	defer func() {
		_, _ = d.FPDFText_ClosePage(&requests.FPDFText_ClosePage{TextPage: text.TextPage})
	}()
	count, err := d.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text.TextPage})
	if err != nil {
		return nil, fmt.Errorf("count text of page: %w", err)
	}
	if count.Count < 1 {
		if d.hasPicture(page.Page) {
			d.remark(pictures, index)
		}
		return nil, nil
	}
	got, err := d.FPDFText_GetText(&requests.FPDFText_GetText{TextPage: text.TextPage, Count: min(count.Count, maxPageChars)})
	if err != nil {
		return nil, fmt.Errorf("get text of page: %w", err)
	}
	lines := splitLines(got.Text)
	if len(lines) <= maxLines {
		for i := range lines {
			d.place(text.TextPage, &lines[i])
		}
		lines = d.inColumns(text.TextPage, lines)
	}
	return tidyLines(lines), nil
}

// maxObjects is how many things on a page are looked at in search of a picture; a scan is one of the first.
const maxObjects = 20

func (d *pdfDocument) hasPicture(page references.FPDF_PAGE) bool {
	here := requests.Page{ByReference: &page}
	count, err := d.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: here})
	if err != nil {
		return false
	}
	for i := range min(count.Count, maxObjects) {
		object, err := d.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: here, Index: i})
		if err != nil {
			return false
		}
		if kind, err := d.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: object.PageObject}); err == nil && kind.Type == enums.FPDF_PAGEOBJ_IMAGE {
			return true
		}
	}
	return false
}

// splitLines cuts the text of a page, as PDFium gives it: with U+FFFE for a hyphen that parts a word, together with
// the line's end.
func splitLines(page string) []pdfLine {
	var lines []pdfLine
	var raw strings.Builder
	at := 0 // index in the text, in characters
	l := pdfLine{first: -1}
	end := func(mark string) {
		l.raw = raw.String() + mark
		if l.text = squeeze(raw.String()); l.text != "" {
			l.text += mark
			lines = append(lines, l)
		}
		raw.Reset()
		l = pdfLine{start: at + 1, first: -1}
	}
	for _, r := range page {
		switch r {
		case '\n', '\r':
			end("")
		case '\ufffe':
			end(hyphen)
		default:
			if !isBlank(r) {
				if l.last = at; l.first < 0 {
					l.first = at
				}
			}
			raw.WriteRune(r)
		}
		at++
	}
	end("")
	return lines
}

// place finds where a line stands, by its first and last character. What it is told wrong, or not, changes nothing: lines
// without a place are read as they come.
func (d *pdfDocument) place(page references.FPDF_TEXTPAGE, l *pdfLine) {
	var boxes [2]span
	top, bottom := 0.0, 0.0
	for i, index := range []int{l.first, l.last} {
		char, err := d.charAt(page, index)
		if err != nil || char < 0 {
			return
		}
		box, err := d.FPDFText_GetCharBox(&requests.FPDFText_GetCharBox{TextPage: page, Index: char})
		if err != nil || box.Right < box.Left || box.Top < box.Bottom {
			return
		}
		boxes[i] = span{box.Left, box.Right}
		if i == 0 {
			top, bottom = box.Top, box.Bottom
		}
		top, bottom = max(top, box.Top), min(bottom, box.Bottom)
	}
	l.left, l.right = min(boxes[0].left, boxes[1].left), max(boxes[0].right, boxes[1].right)
	l.top, l.bottom = top, bottom
}

// tidyLines joins lines that stand beside each other: PDFium takes raised and lowered characters
// for lines of their own.
func tidyLines(lines []pdfLine) []pdfLine {
	kept := lines[:0]
	for _, l := range lines {
		if len(kept) > 0 && follows(kept[len(kept)-1], l) {
			before := &kept[len(kept)-1]
			if l.left-before.right > before.height()/5 {
				before.text += " "
			}
			before.text += l.text
			before.left, before.right = min(before.left, l.left), max(before.right, l.right)
			before.top, before.bottom = max(before.top, l.top), min(before.bottom, l.bottom)
			continue
		}
		kept = append(kept, l)
	}
	return kept
}

// follows tells whether b goes on where a ends: no further away than a wide space, and not above or below.
func follows(a, b pdfLine) bool {
	if !a.placed() || !b.placed() || strings.HasSuffix(a.text, hyphen) {
		return false
	}
	height := min(a.height(), b.height())
	overlap := min(a.top, b.top) - max(a.bottom, b.bottom)
	gap := b.left - a.right
	return overlap > height/3 && gap > -height/2 && gap < max(a.height(), b.height())
}
