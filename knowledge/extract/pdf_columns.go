package extract

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

// span is a piece of a line without a wide gap in it.
type span struct{ left, right float64 }

// Bounds of looking for columns.
const (
	maxPieces = 40 // of a line: more are not told apart
	fewLines  = 6  // a column has more
)

// spans returns the pieces of a line. Programs write pieces of text; those that stand close together are one.
func (d *pdfDocument) spans(page references.FPDF_TEXTPAGE, l pdfLine) []span {
	whole := []span{{l.left, l.right}}
	if !l.placed() {
		return nil
	}
	from, err := d.charAt(page, l.first)
	if err != nil {
		return whole
	}
	to, err := d.charAt(page, l.last)
	if err != nil || to <= from {
		return whole
	}
	pieces, err := d.FPDFText_CountRects(&requests.FPDFText_CountRects{TextPage: page, StartIndex: from, Count: to - from + 1})
	if err != nil || pieces.Count < 2 || pieces.Count > maxPieces {
		return whole
	}
	all := make([]span, 0, pieces.Count)
	for i := range pieces.Count {
		piece, err := d.FPDFText_GetRect(&requests.FPDFText_GetRect{TextPage: page, Index: i})
		if err != nil {
			return whole
		}
		all = append(all, span{piece.Left, piece.Right})
	}
	slices.SortFunc(all, func(a, b span) int {
		if a.left < b.left {
			return -1
		}
		return 1
	})
	joined := all[:1]
	for _, s := range all[1:] {
		if last := &joined[len(joined)-1]; s.left-last.right < l.height() {
			last.right = max(last.right, s.right)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

func (d *pdfDocument) charAt(page references.FPDF_TEXTPAGE, textIndex int) (int, error) {
	char, err := d.FPDFText_GetCharIndexFromTextIndex(&requests.FPDFText_GetCharIndexFromTextIndex{TextPage: page, NTextIndex: textIndex})
	if err != nil {
		return 0, err
	}
	return char.CharIndex, nil
}

// inColumns puts the lines of a page with two columns into the order of reading, if they were written row by row. PDFium
// then takes what stands side by side for one line.
func (d *pdfDocument) inColumns(page references.FPDF_TEXTPAGE, lines []pdfLine) []pdfLine {
	if len(lines) <= fewLines {
		return lines
	}
	pieces := make([][]span, len(lines))
	for i, l := range lines {
		pieces[i] = d.spans(page, l)
	}
	gutter, found := findGutter(pieces)
	if !found {
		return lines
	}
	var cut []pdfLine
	for i, l := range lines {
		if at := gapAt(pieces[i], gutter); at > 0 {
			if left, right, ok := d.cut(page, l, pieces[i][at-1].right, pieces[i][at].left); ok {
				cut = append(cut, left, right)
				continue
			}
		}
		cut = append(cut, l)
	}
	return byColumn(cut, gutter)
}

// gapAt returns the index of the piece that begins right of the gutter, if no piece is across it, or 0.
func gapAt(pieces []span, gutter float64) int {
	for i, s := range pieces {
		if s.left > gutter {
			return i
		}
		if s.right > gutter {
			return 0
		}
	}
	return 0
}

// findGutter returns where hardly any line of a page stands, in the middle between many that fill their side.
func findGutter(lines [][]span) (float64, bool) {
	var all []span
	for _, pieces := range lines {
		all = append(all, pieces...)
	}
	if len(all) < 2*fewLines {
		return 0, false
	}
	left, right := all[0].left, all[0].right
	for _, s := range all {
		left, right = min(left, s.left), max(right, s.right)
	}
	width := right - left
	best, fewest := 0.0, len(all)
	for step := range 41 {
		x := left + width*(0.3+float64(step)/100)
		across := 0
		for _, s := range all {
			if s.left < x && x < s.right {
				across++
			}
		}
		if across < fewest {
			best, fewest = x, across
		}
	}
	var leftWidths, rightWidths []float64
	for _, s := range all {
		switch {
		case s.right <= best:
			leftWidths = append(leftWidths, s.right-s.left)
		case s.left >= best:
			rightWidths = append(rightWidths, s.right-s.left)
		}
	}
	if len(leftWidths) <= fewLines || len(rightWidths) <= fewLines || fewest*5 > len(all) {
		return 0, false
	}
	// Prose fills its column; the cells of a table do not, and are read row by row.
	slices.Sort(leftWidths)
	slices.Sort(rightWidths)
	if leftWidths[len(leftWidths)/2] < width*0.3 || rightWidths[len(rightWidths)/2] < width*0.3 {
		return 0, false
	}
	return best, true
}

// cut parts a line between its characters left and right of a gap.
func (d *pdfDocument) cut(page references.FPDF_TEXTPAGE, l pdfLine, gapLeft, gapRight float64) (left, right pdfLine, ok bool) {
	text := strings.TrimSuffix(l.raw, hyphen)
	at := l.start
	for i, r := range text {
		if isBlank(r) && i > 0 {
			next := strings.IndexFunc(text[i:], func(r rune) bool { return !isBlank(r) })
			if next < 0 {
				break
			}
			begin := at + utf8.RuneCountInString(text[i:i+next])
			if char, err := d.charAt(page, begin); err == nil {
				box, err := d.FPDFText_GetCharBox(&requests.FPDFText_GetCharBox{TextPage: page, Index: char})
				if err == nil && box.Left >= gapRight-1 {
					left, right = l, l
					left.text, left.right = squeeze(text[:i]), gapLeft
					right.text, right.left = squeeze(l.raw[i:]), gapRight
					if strings.HasSuffix(l.raw, hyphen) {
						right.text += hyphen
					}
					return left, right, left.text != "" && right.text != ""
				}
			}
		}
		at++
	}
	return l, l, false
}

// byColumn puts lines that go to and fro between the sides of a gutter side by side. A line across it parts what is above from
// what is below.
func byColumn(lines []pdfLine, gutter float64) []pdfLine {
	var out, left, right []pdfLine
	var run []pdfLine
	switches, last := 0, 0
	flush := func() {
		if switches > 3 {
			out = append(append(out, left...), right...)
		} else {
			out = append(out, run...)
		}
		left, right, run, switches, last = nil, nil, nil, 0, 0
	}
	for _, l := range lines {
		side := 0
		switch {
		case !l.placed():
		case l.right <= gutter:
			side, left = -1, append(left, l)
		case l.left >= gutter:
			side, right = 1, append(right, l)
		}
		if side == 0 {
			flush()
			out = append(out, l)
			continue
		}
		if last != 0 && side != last {
			switches++
		}
		last, run = side, append(run, l)
	}
	flush()
	return out
}
