package hostile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"unicode/utf16"
)

// garbage is bytes that are nothing, the same each time.
func garbage(size int) []byte {
	source := rand.NewChaCha8([32]byte{1})
	data := make([]byte, size)
	_, _ = source.Read(data) // never fails
	return data
}

// wordFile is a Word document whose text is read from a stream.
func wordFile(t *testing.T, body io.Reader) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	part, err := archive.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	text := io.MultiReader(
		strings.NewReader(`<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>`+marker+` `), body,
		strings.NewReader(`</w:t></w:r></w:p></w:body></w:document>`))
	if _, err := io.Copy(part, text); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zipped is an archive with a file of that name.
func zipped(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	part, err := archive.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(marker)); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// same is a stream of one byte, repeated.
type same byte

func (s same) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s)
	}
	return len(p), nil
}

// blanks is so many bytes of white space: what bombs are made of.
func blanks(size int64) io.Reader { return io.LimitReader(same(' '), size) }

// lockedWordFile is what Word makes of a document with a password: no ZIP but an
// OLE container (MS-CFB) with a stream named EncryptedPackage (MS-OFFCRYPTO 2.3.4.4).
func lockedWordFile() []byte {
	const sector = 512
	file := make([]byte, 4*sector)
	copy(file, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	copy(file[24:], []byte{0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0}) // version 3, little endian, sectors of 512 and 64 bytes
	copy(file[44:], []byte{1, 0, 0, 0, 1, 0, 0, 0})                // one sector of the table, the directory in sector 1
	for i := 68; i < sector; i++ {
		file[i] = 0xff
	}
	copy(file[76:], []byte{0, 0, 0, 0}) // the table in sector 0
	for i, name := range []string{"Root Entry", "EncryptionInfo", "EncryptedPackage"} {
		entry := file[2*sector+128*i:]
		for j, unit := range utf16.Encode([]rune(name)) {
			entry[2*j], entry[2*j+1] = byte(unit), byte(unit>>8)
		}
		entry[64], entry[66] = byte(2*len(name)+2), 2
	}
	copy(file[3*sector:], garbage(sector))
	return file
}

// pdfFile is a PDF of one page with the given content stream and entries of its trailer.
func pdfFile(content, trailer string) []byte {
	var out bytes.Buffer
	var offsets []int
	out.WriteString("%PDF-1.4\n")
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /XObject << /Scan 5 0 R >> /Font << /F 6 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	} {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, trailer, table)
	return out.Bytes()
}

const (
	scan = "q 595 0 0 842 0 0 cm /Scan Do Q" // draws the image over the whole page
	text = "BT /F 12 Tf 50 780 Td (" + marker + " can be read.) Tj ET"
)

// locked is the trailer of a PDF with a password: none opens it, as O and U fit none.
func locked() string {
	return fmt.Sprintf("/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%x> /U <%x> >> /ID [<%x> <%[3]x>]", garbage(32), garbage(64)[32:], garbage(16))
}

// fixture is a file that the tests in a browser upload: a good one.
func fixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../fixtures/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
