package extract

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// oldWorkbook reads an XLS of Excel 5 to 2003 ([MS-XLS]) as workbook does an XLSX: sheets that are shown, rows, values as people see them.
func oldWorkbook(ctx context.Context, data []byte) (text, error) {
	b := &oldBook{data: data, page: "windows-1252"}
	if err := b.globals(ctx); err != nil {
		return text{}, err
	}
	shownAs, err := newNumberFormats(b.from1904)
	if err != nil {
		return text{}, err
	}
	defer shownAs.close()
	var o outline
	for _, s := range b.sheets {
		sheet := &oldSheet{book: b, numbers: shownAs, hiddenRows: map[int]bool{}}
		if err := sheet.read(ctx, s.at); err != nil {
			return text{}, err
		}
		o.close(0)
		o.under(1, s.name)
		if err := sheet.write(ctx, &o); err != nil {
			return text{}, err
		}
	}
	return text{blocks: o.finish()}, o.check(ctx)
}

// Records of a workbook.
const (
	recordFormula     = 0x0006
	recordEOF         = 0x000a
	recordFrom1904    = 0x0022
	recordPassword    = 0x002f
	recordContinue    = 0x003c
	recordCodePage    = 0x0042
	recordColumns     = 0x007d
	recordSheet       = 0x0085
	recordRKs         = 0x00bd
	recordRichText    = 0x00d6
	recordXF          = 0x00e0
	recordMerged      = 0x00e5
	recordTexts       = 0x00fc
	recordText        = 0x00fd
	recordNumber      = 0x0203
	recordLabel       = 0x0204
	recordBool        = 0x0205
	recordFormulaText = 0x0207
	recordRow         = 0x0208
	recordRK          = 0x027e
	recordFormat      = 0x041e
	recordBOF         = 0x0809
)

// oldBook is what all sheets share.
type oldBook struct {
	data     []byte
	old      bool   // Excel 5 or 95: texts are in a code page
	page     string // that one
	from1904 bool
	sheets   []oldSheetPlace
	texts    []string
	formats  map[int]string
	xfs      []int // the format of each kind of cell
	cells    int   // records of all sheets
	counted  volume
}

type oldSheetPlace struct {
	name string
	at   int
}

// records calls use for each record from a place up to the end of what begins there; what is nested in it is left out.
func (b *oldBook) records(ctx context.Context, at int, use func(kind int, data []byte, next int) error) error {
	depth := 0
	for n := 0; at+4 <= len(b.data); n++ {
		kind, length := int(binary.LittleEndian.Uint16(b.data[at:])), int(binary.LittleEndian.Uint16(b.data[at+2:]))
		at += 4
		if at+length > len(b.data) {
			return ErrBroken.Because(errors.New("a record ends in the middle"))
		}
		record := b.data[at : at+length]
		at += length
		switch kind {
		case recordBOF:
			depth++
			if len(record) >= 2 && depth == 1 {
				b.old = binary.LittleEndian.Uint16(record) < 0x0600
			}
		case recordEOF:
			if depth--; depth <= 0 {
				return nil
			}
		default:
			if depth > 1 {
				continue
			}
			if err := use(kind, record, at); err != nil {
				return err
			}
		}
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return ErrBroken.Because(errors.New("ends in the middle"))
}

// continued is a record with those that continue it.
func (b *oldBook) continued(record []byte, next int) [][]byte {
	chunks := [][]byte{record}
	for next+4 <= len(b.data) && binary.LittleEndian.Uint16(b.data[next:]) == recordContinue {
		length := int(binary.LittleEndian.Uint16(b.data[next+2:]))
		next += 4
		chunks = append(chunks, b.data[next:min(next+length, len(b.data))])
		next += length
	}
	return chunks
}

func (b *oldBook) globals(ctx context.Context) error {
	b.formats = map[int]string{}
	return b.records(ctx, 0, func(kind int, data []byte, next int) error {
		switch {
		case kind == recordPassword:
			return ErrEncrypted
		case kind == recordTexts && len(data) >= 8:
			b.texts = sharedTexts(b.continued(data, next))
		case kind == recordFrom1904 && len(data) >= 2:
			b.from1904 = data[0] == 1
		case kind == recordCodePage && len(data) >= 2:
			if page := codePage(int(binary.LittleEndian.Uint16(data))); page != "" {
				b.page = page
			}
		case kind == recordSheet && len(data) >= 8 && data[4]&3 == 0 && data[5] == 0: // shown, and no chart
			b.sheets = append(b.sheets, oldSheetPlace{name: b.short(data[6:]), at: int(binary.LittleEndian.Uint32(data))})
		case kind == recordFormat && len(data) >= 3:
			if b.old {
				b.formats[int(binary.LittleEndian.Uint16(data))] = b.short(data[2:])
			} else {
				b.formats[int(binary.LittleEndian.Uint16(data))] = b.long(data[2:])
			}
		case kind == recordXF && len(data) >= 4:
			b.xfs = append(b.xfs, int(binary.LittleEndian.Uint16(data[2:])))
		}
		if len(b.sheets) > maxPages {
			return ErrTooBig.Because(fmt.Errorf("more than %d sheets", maxPages))
		}
		return nil
	})
}

// short is a text whose length is one byte.
func (b *oldBook) short(data []byte) string {
	if len(data) < 1 {
		return ""
	}
	return b.chars(data[1:], int(data[0]))
}

// long is a text whose length is two bytes.
func (b *oldBook) long(data []byte) string {
	if len(data) < 2 {
		return ""
	}
	return b.chars(data[2:], int(binary.LittleEndian.Uint16(data)))
}

func (b *oldBook) chars(data []byte, n int) string {
	if b.old {
		return fromPage(data[:min(n, len(data))], b.page)
	}
	if len(data) < 1 {
		return ""
	}
	r := chunkReader{chunks: [][]byte{data[1:]}}
	return r.chars(n, data[0]&1 != 0)
}

// chunkReader reads texts that go on in the next record.
type chunkReader struct{ chunks [][]byte }

func (r *chunkReader) more() bool {
	for len(r.chunks) > 0 && len(r.chunks[0]) == 0 {
		r.chunks = r.chunks[1:]
	}
	return len(r.chunks) > 0
}

// bytes reads up to n bytes over the ends of records.
func (r *chunkReader) bytes(n int) []byte {
	var out []byte
	for n > 0 && r.more() {
		some := r.chunks[0][:min(n, len(r.chunks[0]))]
		out = append(out, some...)
		r.chunks[0] = r.chunks[0][len(some):]
		n -= len(some)
	}
	return out
}

func (r *chunkReader) skip(n int) {
	for n > 0 && r.more() {
		some := min(n, len(r.chunks[0]))
		r.chunks[0] = r.chunks[0][some:]
		n -= some
	}
}

func (r *chunkReader) number(size int) int {
	var whole [4]byte
	copy(whole[:], r.bytes(size))
	return int(binary.LittleEndian.Uint32(whole[:]))
}

// chars reads n characters. Where they go on in another record, that one says anew how wide they are.
func (r *chunkReader) chars(n int, wide bool) string {
	var units []uint16
	for n > 0 && len(r.chunks) > 0 {
		chunk := r.chunks[0]
		if len(chunk) == 0 || wide && len(chunk) < 2 {
			r.chunks = r.chunks[1:]
			if len(r.chunks) > 0 && len(r.chunks[0]) > 0 {
				wide = r.chunks[0][0]&1 != 0
				r.chunks[0] = r.chunks[0][1:]
			}
			continue
		}
		if wide {
			units = append(units, binary.LittleEndian.Uint16(chunk))
			r.chunks[0] = chunk[2:]
		} else {
			units = append(units, uint16(chunk[0]))
			r.chunks[0] = chunk[1:]
		}
		n--
	}
	return string(utf16.Decode(units))
}

// sharedTexts reads the table of texts that cells refer to.
func sharedTexts(chunks [][]byte) []string {
	r := chunkReader{chunks: chunks}
	r.skip(4)
	n := r.number(4)
	var texts []string
	for len(texts) < n && r.more() {
		length, flags := r.number(2), r.number(1)
		after := 0
		if flags&8 != 0 { // runs of fonts
			after += 4 * r.number(2)
		}
		if flags&4 != 0 { // how it is pronounced
			after += r.number(4)
		}
		texts = append(texts, r.chars(length, flags&1 != 0))
		r.skip(after)
	}
	return texts
}

// oldCell is a cell that has a value.
type oldCell struct {
	row, column int
	value       string
}

type oldSheet struct {
	book       *oldBook
	numbers    *numberFormats
	cells      []oldCell
	formula    *oldCell // whose text comes next
	layout     layout
	hiddenRows map[int]bool
}

func (s *oldSheet) read(ctx context.Context, at int) error {
	return s.book.records(ctx, at, func(kind int, data []byte, next int) error {
		if s.book.cells++; s.book.cells > maxCells || len(s.layout.merged) > maxRows {
			return ErrTooMuchText.Because(fmt.Errorf("more than %d cells", maxCells))
		}
		switch kind {
		case recordFormulaText:
			if s.formula != nil {
				s.formula.value = s.book.long(slices.Concat(s.book.continued(data, next)...))
				s.cells = append(s.cells, *s.formula)
				s.formula = nil
			}
		case recordRow:
			if len(data) >= 13 && data[12]&0x20 != 0 {
				s.hiddenRows[int(binary.LittleEndian.Uint16(data))] = true
			}
		case recordColumns:
			if len(data) >= 9 && data[8]&1 != 0 {
				s.layout.hide(int(binary.LittleEndian.Uint16(data)), int(binary.LittleEndian.Uint16(data[2:])))
			}
		case recordMerged:
			for i := 2; i+8 <= len(data); i += 8 {
				a := area{column: int(binary.LittleEndian.Uint16(data[i+4:])), row: int(binary.LittleEndian.Uint16(data[i:])), lastRow: int(binary.LittleEndian.Uint16(data[i+2:]))}
				if a.lastRow > a.row {
					s.layout.merged = append(s.layout.merged, a)
				}
			}
		default:
			if len(data) >= 6 {
				return s.cell(kind, data)
			}
		}
		return nil
	})
}

// cell reads a record that is a cell, or some of a row.
func (s *oldSheet) cell(kind int, data []byte) error {
	c := oldCell{row: int(binary.LittleEndian.Uint16(data)), column: int(binary.LittleEndian.Uint16(data[2:]))}
	xf, rest := int(binary.LittleEndian.Uint16(data[4:])), data[6:]
	switch {
	case kind == recordText && len(rest) >= 4:
		if i := int(binary.LittleEndian.Uint32(rest)); i < len(s.book.texts) {
			c.value = s.book.texts[i]
		}
	case kind == recordLabel || kind == recordRichText:
		c.value = s.book.long(rest)
	case kind == recordNumber && len(rest) >= 8:
		c.value = s.shown(math.Float64frombits(binary.LittleEndian.Uint64(rest)), xf)
	case kind == recordRK && len(rest) >= 4:
		c.value = s.shown(rk(binary.LittleEndian.Uint32(rest)), xf)
	case kind == recordRKs:
		for i := 4; i+6 <= len(data)-2; i += 6 {
			value := s.shown(rk(binary.LittleEndian.Uint32(data[i+2:])), int(binary.LittleEndian.Uint16(data[i:])))
			s.cells = append(s.cells, oldCell{c.row, c.column + (i-4)/6, value})
			s.book.cells++
		}
		return nil
	case kind == recordBool && len(rest) >= 2 && rest[1] == 0:
		c.value = map[bool]string{true: "TRUE", false: "FALSE"}[rest[0] != 0]
	case kind == recordFormula && len(rest) >= 8:
		switch {
		case binary.LittleEndian.Uint16(rest[6:]) != 0xffff:
			c.value = s.shown(math.Float64frombits(binary.LittleEndian.Uint64(rest)), xf)
		case rest[0] == 0:
			s.formula = &c
		case rest[0] == 1:
			c.value = map[bool]string{true: "TRUE", false: "FALSE"}[rest[2] != 0]
		}
	}
	if c.value != "" {
		s.cells = append(s.cells, c)
	}
	return nil
}

// rk is a number in four bytes.
func rk(n uint32) float64 {
	value := math.Float64frombits(uint64(n&^3) << 32)
	if n&2 != 0 {
		value = float64(int32(n) >> 2)
	}
	if n&1 != 0 {
		value /= 100
	}
	return value
}

func (s *oldSheet) shown(value float64, xf int) string {
	id := 0
	if xf < len(s.book.xfs) {
		id = s.book.xfs[xf]
	}
	return s.numbers.show(value, id, s.book.formats[id])
}

// write adds the rows, in order; one that is missing ends what stands together.
func (s *oldSheet) write(ctx context.Context, o *outline) error {
	slices.SortStableFunc(s.cells, func(a, b oldCell) int {
		if a.row != b.row {
			return a.row - b.row
		}
		return a.column - b.column
	})
	slices.SortFunc(s.layout.merged, func(a, b area) int { return a.row - b.row })
	above := merges{left: s.layout.merged}
	var together [][]string
	last := -1
	for i := 0; i < len(s.cells); {
		at := s.cells[i].row
		var row []string
		for ; i < len(s.cells) && s.cells[i].row == at; i++ {
			for len(row) <= s.cells[i].column {
				row = append(row, "")
			}
			row[s.cells[i].column] = s.cells[i].value
		}
		row = above.fill(at, row)
		for c := range row {
			if s.layout.hides(c) {
				row[c] = ""
			}
		}
		if s.hiddenRows[at] {
			last = at
			continue
		}
		if row = trimEnd(row); len(row) == 0 {
			continue
		}
		if err := s.book.counted.count(row); err != nil {
			return err
		}
		if at > last+1 {
			grid(o, together)
			together = nil
		}
		together = append(together, slices.Clone(row))
		last = at
		if err := o.check(ctx); err != nil {
			return err
		}
	}
	grid(o, together)
	return o.check(ctx)
}

// numberFormats shows numbers as a workbook's formats say.
type numberFormats struct {
	book   *excelize.File
	styles map[string]int
}

func newNumberFormats(from1904 bool) (*numberFormats, error) {
	book := excelize.NewFile(excelize.Options{ShortDatePattern: "yyyy-mm-dd"})
	if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &from1904}); err != nil {
		return nil, fmt.Errorf("count dates from 1904: %w", err)
	}
	return &numberFormats{book: book, styles: map[string]int{}}, nil
}

func (n *numberFormats) close() { _ = n.book.Close() }

// show formats a number; one whose format is beyond us is shown as it is.
func (n *numberFormats) show(value float64, id int, custom string) string {
	plain := strings.TrimSuffix(fmt.Sprintf("%.10g", value), ".0")
	if value == math.Trunc(value) && math.Abs(value) < 1e15 {
		plain = fmt.Sprintf("%.0f", value)
	}
	if id == 0 || strings.EqualFold(custom, "general") || math.IsNaN(value) || math.IsInf(value, 0) || len(custom) > 255 {
		return plain
	}
	key := fmt.Sprint(id, " ", custom)
	style, known := n.styles[key]
	if !known {
		about := &excelize.Style{NumFmt: id}
		if custom != "" {
			about = &excelize.Style{CustomNumFmt: &custom}
		}
		made, err := n.book.NewStyle(about)
		if err != nil {
			return plain
		}
		style = made
		n.styles[key] = style
	}
	if n.book.SetCellStyle("Sheet1", "A1", "A1", style) != nil || n.book.SetCellFloat("Sheet1", "A1", value, -1, 64) != nil {
		return plain
	}
	shown, err := n.book.GetCellValue("Sheet1", "A1")
	if err != nil || shown == "" {
		return plain
	}
	return shown
}
