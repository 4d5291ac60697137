package extract

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// oldWord reads a DOC of Word 97 to 2003 ([MS-DOC]): its pieces of text in order, with headings by style, list items and tables;
// then notes and text boxes. Page headers and comments are not read.
func oldWord(ctx context.Context, streams map[string][]byte) (text, error) {
	main := streams["WordDocument"]
	if len(main) < 0x200 || binary.LittleEndian.Uint16(main) != 0xa5ec {
		return text{}, ErrBroken.Because(errors.New("no Word document"))
	}
	flags := binary.LittleEndian.Uint16(main[0x0a:])
	if flags&0x0100 != 0 {
		return text{}, ErrEncrypted
	}
	if version := binary.LittleEndian.Uint16(main[2:]); version < 0xc1 {
		return text{}, unsupported(fmt.Sprintf("A document of Word 95 or older (version %d)", version))
	}
	table := streams["0Table"]
	if flags&0x0200 != 0 {
		table = streams["1Table"]
	}
	pieces, err := oldPieces(oldBlock(main, table, 33))
	if err != nil {
		return text{}, err
	}
	r := &oldWordReader{main: main, properties: oldProperties(main, oldBlock(main, table, 13))}
	at := 0
	for part := range 7 { // the text, footnotes, page headers, macros, comments, endnotes, text boxes
		length := int(int32(binary.LittleEndian.Uint32(main[0x4c+4*part:])))
		if length < 0 || at+length > maxText {
			return text{}, ErrBroken.Because(fmt.Errorf("part %d has %d characters", part, length))
		}
		if part == 0 || part == 1 || part == 5 || part == 6 {
			if err := r.read(ctx, pieces, at, at+length); err != nil {
				return text{}, err
			}
		}
		at += length
	}
	return text{blocks: r.finish()}, r.check(ctx)
}

// oldBlock is a block of the table stream, by its number in the list at the document's beginning; nil if there is none.
func oldBlock(main, table []byte, index int) []byte {
	entry := main[0x9a+8*index:]
	from, length := uint64(binary.LittleEndian.Uint32(entry)), uint64(binary.LittleEndian.Uint32(entry[4:]))
	if from+length > uint64(len(table)) {
		return nil
	}
	return table[from : from+length]
}

// oldPiece is a run of text: characters from, to, and where they stand in the file.
type oldPiece struct {
	from, to int
	at       int
	wide     bool // two bytes a character
}

func oldPieces(clx []byte) ([]oldPiece, error) {
	for len(clx) >= 3 && clx[0] == 1 { // properties that pieces refer to
		clx = clx[min(3+int(binary.LittleEndian.Uint16(clx[1:])), len(clx)):]
	}
	if len(clx) < 5 || clx[0] != 2 {
		return nil, ErrBroken.Because(errors.New("no list of pieces"))
	}
	list := clx[5:]
	list = list[:min(len(list), int(binary.LittleEndian.Uint32(clx[1:])))]
	n := (len(list) - 4) / 12
	var pieces []oldPiece
	for i := range n {
		where := binary.LittleEndian.Uint32(list[4*(n+1)+8*i+2:])
		p := oldPiece{
			from: int(binary.LittleEndian.Uint32(list[4*i:])), to: int(binary.LittleEndian.Uint32(list[4*i+4:])),
			at: int(where & 0x3fffffff), wide: where&0x40000000 == 0,
		}
		if !p.wide {
			p.at /= 2
		}
		if p.to < p.from || i > 0 && p.from != pieces[i-1].to {
			return nil, ErrBroken.Because(errors.New("pieces out of order"))
		}
		pieces = append(pieces, p)
	}
	return pieces, nil
}

// oldParagraph is what is said of the paragraphs between two places of the file.
type oldParagraph struct {
	from, to int
	level    int  // of a heading; 0: none
	listed   bool // an item of a list
	row      bool // ends a row of a table
	within   bool // stands in a table
}

// oldProperties reads the paragraphs' properties, which stand on pages of 512 bytes, in the order of the file.
func oldProperties(main, bins []byte) []oldParagraph {
	const page = 512
	var found []oldParagraph
	n := (len(bins) - 4) / 8
	for i := range max(n, 0) {
		start := uint64(binary.LittleEndian.Uint32(bins[4*(n+1)+4*i:])) * page
		if start+page > uint64(len(main)) {
			continue
		}
		p := main[start : start+page]
		runs := int(p[page-1])
		for j := range runs {
			entry := 4*(runs+1) + 13*j
			if entry >= page {
				break
			}
			about := oldParagraph{from: int(binary.LittleEndian.Uint32(p[4*j:])), to: int(binary.LittleEndian.Uint32(p[4*j+4:]))}
			about.read(p[min(int(p[entry])*2, page-1):])
			found = append(found, about)
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].from < found[j].from })
	return found
}

// read takes what matters of a paragraph's style and properties.
func (p *oldParagraph) read(data []byte) {
	length := int(data[0])*2 - 1
	data = data[1:]
	if length < 0 && len(data) > 0 { // then the next byte says
		length, data = int(data[0])*2, data[1:]
	}
	data = data[:min(max(length, 0), len(data))]
	if len(data) < 2 {
		return
	}
	if style := binary.LittleEndian.Uint16(data); style >= 1 && style <= 9 { // those of headings, always
		p.level = int(style)
	}
	data = data[2:]
	for len(data) >= 3 {
		code := binary.LittleEndian.Uint16(data)
		size := []int{1, 1, 2, 4, 2, 2, 0, 3}[code>>13]
		data = data[2:]
		switch {
		case code == 0xd608 && len(data) >= 2:
			size = int(binary.LittleEndian.Uint16(data)) + 1
		case size == 0:
			size = int(data[0]) + 1
		}
		if size > len(data) {
			return
		}
		switch code {
		case 0x2417:
			p.row = data[0] != 0
		case 0x2416:
			p.within = data[0] != 0
		case 0x460b:
			p.listed = binary.LittleEndian.Uint16(data) != 0
		case 0x2640:
			if data[0] < 9 {
				p.level = int(data[0]) + 1
			}
		}
		data = data[size:]
	}
}

type oldWordReader struct {
	outline
	main       []byte
	properties []oldParagraph

	line   strings.Builder
	fields []bool // open ones: whether their result has begun
	hiding int    // how many have not
	row    []string
	rows   [][]string
}

// read reads the characters from, to, of all.
func (r *oldWordReader) read(ctx context.Context, pieces []oldPiece, from, to int) error {
	for _, p := range pieces {
		begin, end := max(from, p.from), min(to, p.to)
		if begin >= end {
			continue
		}
		width := 1
		if p.wide {
			width = 2
		}
		at := p.at + (begin-p.from)*width
		if at < 0 || at+(end-begin)*width > len(r.main) {
			return ErrBroken.Because(fmt.Errorf("text up to byte %d of %d", at+(end-begin)*width, len(r.main)))
		}
		if err := r.piece(ctx, r.main[at:at+(end-begin)*width], at, width); err != nil {
			return err
		}
	}
	r.end(oldParagraph{})
	r.endTable()
	return r.check(ctx)
}

func (r *oldWordReader) piece(ctx context.Context, data []byte, at, width int) error {
	var high rune
	for i := 0; i+width <= len(data); i += width {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		c := charmap.Windows1252.DecodeByte(data[i])
		if width == 2 {
			c = rune(binary.LittleEndian.Uint16(data[i:]))
		}
		switch {
		case c == '\r' || c == 7 || c == '\f':
			r.mark(c, r.about(at+i))
			if err := r.check(ctx); err != nil {
				return err
			}
		case utf16.IsSurrogate(c) && high == 0:
			high = c
		case high != 0:
			r.char(utf16.DecodeRune(high, c))
			high = 0
		default:
			r.char(c)
		}
	}
	return nil
}

// about finds what is said of the paragraph that ends at this byte.
func (r *oldWordReader) about(at int) oldParagraph {
	i := sort.Search(len(r.properties), func(i int) bool { return r.properties[i].from > at })
	if i > 0 && at < r.properties[i-1].to {
		return r.properties[i-1]
	}
	return oldParagraph{}
}

// char adds a character, unless it belongs to a field's instruction.
func (r *oldWordReader) char(c rune) {
	switch c {
	case 0x13:
		r.fields = append(r.fields, false)
		r.hiding++
	case 0x14:
		if n := len(r.fields); n > 0 && !r.fields[n-1] {
			r.fields[n-1] = true
			r.hiding--
		}
	case 0x15:
		if n := len(r.fields); n > 0 {
			if !r.fields[n-1] {
				r.hiding--
			}
			r.fields = r.fields[:n-1]
		}
	}
	switch {
	case r.hiding > 0:
	case c == 0x0b:
		r.line.WriteByte('\n')
	case c == 0x1e:
		r.line.WriteByte('-')
	case c == '\t':
		r.line.WriteByte(' ')
	case c >= ' ':
		r.line.WriteRune(c)
	}
}

// mark ends a paragraph, a cell or a row.
func (r *oldWordReader) mark(c rune, about oldParagraph) {
	switch {
	case c == 7 && about.row:
		r.rows = append(r.rows, r.row)
		r.row = nil
		r.line.Reset()
	case c == 7:
		r.row = append(r.row, r.line.String())
		r.line.Reset()
	case c == '\r' && (about.within || len(r.row) > 0):
		r.line.WriteByte(' ')
	default:
		r.end(about)
	}
}

func (r *oldWordReader) end(about oldParagraph) {
	content := r.line.String()
	r.line.Reset()
	r.row = nil
	if strings.TrimSpace(content) == "" {
		return
	}
	r.endTable()
	switch {
	case about.level > 0:
		r.heading(about.level, content)
	case about.listed:
		r.add(Item, "- "+strings.ReplaceAll(content, "\n", " "))
	default:
		r.add(Paragraph, content)
	}
}

func (r *oldWordReader) endTable() {
	if len(r.rows) > 0 {
		rows := trimColumns(r.rows)
		r.rows = nil
		table(&r.outline, rows, names(rows))
	}
}
