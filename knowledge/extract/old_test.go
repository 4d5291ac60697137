package extract

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// oldContainer makes an OLE container of streams, each in sectors of its own.
func oldContainer(streams map[string][]byte) []byte {
	const sector = 512
	const end, free, table = 0xfffffffe, 0xffffffff, 0xfffffffd
	next := []uint32{table, end} // sector 0 says which comes after which, sector 1 is the directory
	entries := [][]byte{oldEntry("Root Entry", 5, 1, end, 0)}
	var body []byte
	i := 0
	for _, name := range []string{"WordDocument", "0Table", "1Table", "Workbook", "EncryptedPackage", "PowerPoint Document", "Current User"} { // the directory has room for three
		content, is := streams[name]
		if !is {
			continue
		}
		i++
		content = append(bytes.Clone(content), make([]byte, max(4096-len(content), 0)+sector-1)...) // shorter ones would stand elsewhere
		content = content[:len(content)/sector*sector]
		at := len(next)
		for s := range len(content) / sector {
			next = append(next, uint32(at+s+1))
		}
		next[len(next)-1] = end
		entries = append(entries, oldEntry(name, 2, i+1, at, len(content)))
		body = append(body, content...)
	}
	file := make([]byte, 3*sector)
	copy(file, ole)
	copy(file[24:], []byte{0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0})
	binary.LittleEndian.PutUint32(file[44:], 1)
	binary.LittleEndian.PutUint32(file[48:], 1)
	binary.LittleEndian.PutUint32(file[56:], 4096)
	binary.LittleEndian.PutUint32(file[60:], end)
	binary.LittleEndian.PutUint32(file[68:], end)
	for at := 80; at < sector; at += 4 {
		binary.LittleEndian.PutUint32(file[at:], free)
	}
	for s := range sector / 4 {
		value := uint32(free)
		if s < len(next) {
			value = next[s]
		}
		binary.LittleEndian.PutUint32(file[sector+4*s:], value)
	}
	for e, entry := range entries {
		if e == len(entries)-1 {
			binary.LittleEndian.PutUint32(entry[72:], free) // the last one has none after it
		}
		copy(file[2*sector+128*e:], entry)
	}
	return slices.Concat(file, body)
}

// oldEntry is an entry of a directory; the root's child, or the next one on the right, is the entry of that number.
func oldEntry(name string, kind byte, follows, at, length int) []byte {
	entry := make([]byte, 128)
	for i, unit := range utf16.Encode([]rune(name)) {
		binary.LittleEndian.PutUint16(entry[2*i:], unit)
	}
	entry[64], entry[66], entry[67] = byte(2*len(name)+2), kind, 1
	for at := 68; at < 80; at += 4 {
		binary.LittleEndian.PutUint32(entry[at:], 0xffffffff)
	}
	link := 72
	if kind == 5 {
		link = 76
	}
	binary.LittleEndian.PutUint32(entry[link:], uint32(follows))
	binary.LittleEndian.PutUint32(entry[116:], uint32(at))
	binary.LittleEndian.PutUint32(entry[120:], uint32(length))
	return entry
}

// oldDocument is the main stream of a Word document, whose text stands after 1024 bytes, in Windows-1252.
func oldDocument(content string) []byte {
	main := make([]byte, 1024, 2048)
	binary.LittleEndian.PutUint16(main, 0xa5ec)
	binary.LittleEndian.PutUint16(main[2:], 0xc1)
	binary.LittleEndian.PutUint16(main[0x0a:], 0x0200)
	binary.LittleEndian.PutUint32(main[0x4c:], uint32(len(content)))
	binary.LittleEndian.PutUint32(main[0x9a+8*33:], 0)
	binary.LittleEndian.PutUint32(main[0x9a+8*33+4:], 21)
	return append(main, content...)
}

// oldPieceTable says that the text is in one piece.
func oldPieceTable(length int) []byte {
	table := []byte{2, 16, 0, 0, 0}
	table = binary.LittleEndian.AppendUint32(table, 0)
	table = binary.LittleEndian.AppendUint32(table, uint32(length))
	table = append(table, 0, 0)
	table = binary.LittleEndian.AppendUint32(table, 0x40000000|1024*2)
	return append(table, 0, 0)
}

func oldRecord(kind int, fields ...any) []byte {
	var data bytes.Buffer
	for _, f := range fields {
		if s, ok := f.(string); ok {
			data.WriteString(s)
			continue
		}
		_ = binary.Write(&data, binary.LittleEndian, f)
	}
	out := binary.LittleEndian.AppendUint16(nil, uint16(kind))
	out = binary.LittleEndian.AppendUint16(out, uint16(data.Len()))
	return append(out, data.Bytes()...)
}

// oldSheetStream is a workbook of a sheet that is shown and one that is not.
func oldSheetStream() []byte {
	bof := oldRecord(recordBOF, uint16(0x0600), uint16(0x10), make([]byte, 12))
	eof := oldRecord(recordEOF)
	globals := func(at uint32) []byte {
		return bytes.Join([][]byte{
			bof,
			oldRecord(recordFormat, uint16(164), uint16(4), byte(0), "0.00"),
			oldRecord(recordXF, uint16(0), uint16(0)), oldRecord(recordXF, uint16(0), uint16(9)), oldRecord(recordXF, uint16(0), uint16(14)), oldRecord(recordXF, uint16(0), uint16(164)),
			oldRecord(recordSheet, at, byte(0), byte(0), byte(5), byte(0), "Plans"),
			oldRecord(recordSheet, at, byte(1), byte(0), byte(6), byte(0), "Hidden"),
			oldRecord(recordTexts, uint32(4), uint32(4), uint16(4), byte(0), "Plan", uint16(5), byte(0), "Price", uint16(4), byte(1), "S\x00o\x00"),
			oldRecord(recordContinue, byte(0), "lo", uint16(5), byte(8), uint16(1), "Since", uint32(0)),
			eof,
		}, nil)
	}
	sheet := bytes.Join([][]byte{
		bof, oldRecord(recordColumns, uint16(4), uint16(4), uint16(0), uint16(0), uint16(1)),
		oldRecord(recordText, uint16(0), uint16(0), uint16(0), uint32(0)), oldRecord(recordText, uint16(0), uint16(1), uint16(0), uint32(1)), oldRecord(recordText, uint16(0), uint16(2), uint16(0), uint32(3)),
		oldRecord(recordText, uint16(1), uint16(0), uint16(0), uint32(2)), oldRecord(recordNumber, uint16(1), uint16(1), uint16(1), math.Float64bits(0.25)),
		oldRecord(recordRK, uint16(1), uint16(2), uint16(2), uint32(45000<<2|2)), oldRecord(recordNumber, uint16(1), uint16(4), uint16(0), math.Float64bits(1)),
		oldRecord(recordRKs, uint16(2), uint16(1), uint16(0), uint32(7<<2|2), uint16(0), uint32(950<<2|3), uint16(2)),
		oldRecord(recordFormula, uint16(3), uint16(0), uint16(0), byte(0), make([]byte, 5), uint16(0xffff)), oldRecord(recordFormulaText, uint16(5), byte(0), "Total"),
		oldRecord(recordFormula, uint16(3), uint16(1), uint16(3), math.Float64bits(36)),
		oldRecord(recordRow, uint16(4), make([]byte, 10), byte(0x20)), oldRecord(recordNumber, uint16(4), uint16(1), uint16(0), math.Float64bits(666)),
		oldRecord(recordMerged, uint16(1), uint16(1), uint16(2), uint16(0), uint16(0)), eof,
	}, nil)
	return append(globals(uint32(len(globals(0)))), sheet...)
}

// oldPart is a record of a presentation: of others if it holds some.
func oldPart(kind, instance int, holds bool, parts ...[]byte) []byte {
	data := bytes.Join(parts, nil)
	head := uint16(instance << 4)
	if holds {
		head |= 0xf
	}
	out := binary.LittleEndian.AppendUint16(nil, head)
	out = binary.LittleEndian.AppendUint16(out, uint16(kind))
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(data))), data...)
}

func words32(values ...uint32) (out []byte) {
	for _, v := range values {
		out = binary.LittleEndian.AppendUint32(out, v)
	}
	return out
}

// oldPresentationStreams are three slides, of which the second is hidden and the third has notes; it was saved twice.
func oldPresentationStreams() (stream, user []byte) {
	said := func(kind uint32, content string) []byte {
		return append(oldPart(recordTextKind, 0, false, words32(kind)), oldPart(recordTextBytes, 0, false, []byte(content))...)
	}
	box := func(parts ...[]byte) []byte {
		return oldPart(0x040c, 0, true, oldPart(0xf002, 0, true, oldPart(0xf004, 0, true, oldPart(0xf00d, 0, true, parts...))))
	}
	show := func(flags byte) []byte {
		return oldPart(recordShow, 0, false, make([]byte, 10), []byte{flags, 0}, make([]byte, 4))
	}
	var places []uint32
	add := func(part []byte) {
		places = append(places, uint32(len(stream)))
		stream = append(stream, part...)
	}
	add(oldPart(0x03e8, 0, true,
		oldPart(recordSlideList, 2, true, oldPart(recordSlideAt, 0, false, words32(5, 0, 0, 900, 0))),
		oldPart(recordSlideList, 0, true,
			oldPart(recordSlideAt, 0, false, words32(2, 0, 0, 256, 0)), said(0, "Returns"), said(1, "Within 45 days\rif unused"),
			oldPart(recordSlideAt, 0, false, words32(3, 0, 0, 257, 0)), said(0, "Secret"),
			oldPart(recordSlideAt, 0, false, words32(4, 0, 0, 258, 0)), said(1, "only in the outline"))))
	add(oldPart(recordSlide, 0, true, show(0), box(oldPart(recordTextKind, 0, false, words32(4)), oldPart(recordTextChars, 0, false, []byte("\xac\x20 \x005\x00"))),
		box(oldPart(recordOutlineRef, 0, false, words32(1))), box(oldPart(recordOutlineRef, 0, false, words32(0))), box(said(4, "*"))))
	add(oldPart(recordSlide, 0, true, show(4)))
	add(oldPart(recordSlide, 0, true, box(said(6, "An older state"))))
	add(oldPart(0x03f0, 0, true, oldPart(recordNotesOf, 0, false, words32(258, 0)), box(said(2, "Say it twice.")), box(said(4, "not a note"))))
	first := uint32(len(stream))
	stream = append(stream, oldPart(recordDirectory, 0, false, words32(5<<20|1), words32(places...))...)
	edit := uint32(len(stream))
	stream = append(stream, oldPart(recordEdit, 0, false, words32(0, 0, 0, first, 1, 0, 0))...)
	again := uint32(len(stream))
	stream = append(stream, oldPart(recordSlide, 0, true, box(said(6, "Prices")))...)
	second := uint32(len(stream))
	stream = append(stream, oldPart(recordDirectory, 0, false, words32(1<<20|4, again))...)
	last := uint32(len(stream))
	stream = append(stream, oldPart(recordEdit, 0, false, words32(0, 0, edit, second, 1, 0, 0))...)
	return stream, oldPart(0x0ff6, 0, false, words32(20, 0xe391c05f, last))
}

func TestAnOldPresentationIsReadInItsOrder(t *testing.T) {
	t.Parallel()
	stream, user := oldPresentationStreams()
	_, got := extracted(t, PPT, oldContainer(map[string][]byte{"PowerPoint Document": stream, "Current User": user}))
	equal(t, got,
		"1 Returns: € 5",
		"1 Returns: - Within 45 days",
		"1 Returns: - if unused",
		"3 Prices: only in the outline",
		"3 Prices: Say it twice.",
	)
}

func TestAnOldPresentationThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	stream, user := oldPresentationStreams()
	locked, lost, circle := bytes.Clone(user), bytes.Clone(user), bytes.Clone(stream)
	binary.LittleEndian.PutUint32(locked[12:], 0xf3d1c4df)
	binary.LittleEndian.PutUint32(lost[16:], 7)
	last := binary.LittleEndian.Uint32(user[16:])
	binary.LittleEndian.PutUint32(circle[last+8+8:], last)
	for name, c := range map[string]struct {
		stream, user []byte
		want         error
	}{
		"protected by a password":    {stream, locked, ErrEncrypted},
		"without its last state":     {stream, nil, ErrBroken},
		"its last state is lost":     {stream, lost, ErrBroken},
		"truncated":                  {stream[:len(stream)/2], user, ErrBroken},
		"a history without an end":   {circle, user, ErrBroken},
		"with a protected last edit": {slices.Concat(stream, oldPart(recordEdit, 0, false, words32(0, 0, 0, 0, 1, 0, 0, 9))), oldPart(0x0ff6, 0, false, words32(20, 0, uint32(len(stream)))), ErrEncrypted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := oldSlides(t.Context(), c.stream, c.user); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

func TestAnOldWorkbookIsReadAsPeopleSeeIt(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, XLS, oldContainer(map[string][]byte{"Workbook": oldSheetStream()}))
	equal(t, got,
		"Plans: Plan | Price | Since",
		"Plans: Solo | 25% | 2023-03-15",
		"Plans: Solo | 7 | 9.5",
		"Plans: Total | 36.00",
	)
}

func TestAnOldWordFileIsRead(t *testing.T) {
	t.Parallel()
	content := "Returns\rWithin \x13 REF days \x14" + "45\x15 days,\x0bsee \x13 HYPERLINK x\x14here\x15.\r\r\x80 5\r"
	_, got := extracted(t, DOC, oldContainer(map[string][]byte{"WordDocument": oldDocument(content), "1Table": oldPieceTable(len(content))}))
	equal(t, got, ": Returns", ": Within 45 days,\nsee here.", ": € 5")
}

func TestAnOldFileThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	word := oldDocument("text\r")
	locked := bytes.Clone(word)
	locked[0x0b] |= 1
	older := bytes.Clone(word)
	older[2] = 0x65
	whole := oldContainer(map[string][]byte{"WordDocument": word, "1Table": oldPieceTable(5)})
	far := oldPieceTable(5)
	far[len(far)-4] = 0xff // the text is far behind the file's end
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"a document with a password": {oldContainer(map[string][]byte{"WordDocument": locked}), ErrEncrypted},
		"a workbook with a password": {oldContainer(map[string][]byte{"Workbook": append(oldRecord(recordBOF, uint16(0x0600), uint16(5)), oldRecord(recordPassword, uint16(0))...)}), ErrEncrypted},
		"a new one with a password":  {oldContainer(map[string][]byte{"EncryptedPackage": {1}}), ErrEncrypted},
		"truncated":                  {whole[:700], ErrBroken},
		"without its text":           {whole[:len(whole)-5000], ErrBroken},
		"without a list of pieces":   {oldContainer(map[string][]byte{"WordDocument": word}), ErrBroken},
		"text beyond the file":       {oldContainer(map[string][]byte{"WordDocument": word, "1Table": far}), ErrBroken},
		"a workbook that ends":       {oldContainer(map[string][]byte{"Workbook": oldRecord(recordBOF, uint16(0x0600), uint16(5))}), ErrBroken},
		"no container":               {[]byte("hello"), ErrBroken},
		"a container and nothing":    {[]byte(ole), ErrBroken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, DOC, c.data, c.want)
		})
	}
	sheets := bytes.Join([][]byte{
		oldRecord(recordBOF, uint16(0x0600), uint16(5)), bytes.Repeat(oldRecord(recordSheet, uint32(0), byte(0), byte(0), byte(0), byte(0)), maxPages+1), oldRecord(recordEOF),
	}, nil)
	if _, err := oldWorkbook(t.Context(), sheets); !errors.Is(err, ErrTooBig) {
		t.Errorf("sheets for ever: error %v", err)
	}
	_, err := shared().Open(t.Context(), DOC, oldContainer(map[string][]byte{"WordDocument": older, "1Table": oldPieceTable(5)}))
	if err == nil || !strings.Contains(err.Error(), "Word 95") || errors.Is(err, ErrBroken) {
		t.Errorf("error %v", err)
	}
}
