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
	for _, name := range []string{"WordDocument", "0Table", "1Table", "Workbook", "EncryptedPackage"} { // the directory has room for three
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
