package extract

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"path"
	"strings"
	"unicode/utf16"

	"parley/chat"
)

// Media types that are read.
const (
	PDF      = "application/pdf"
	DOCX     = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	Markdown = "text/markdown"
	HTML     = "text/html"
	CSV      = "text/csv"
	Plain    = "text/plain"
	FAQ      = "application/vnd.parley.faq+json"
)

const readable = "Upload a PDF, Word document (DOCX), web page (HTML), Markdown, plain text or CSV file instead."

func unsupported(what string) error {
	return chat.Fail(chat.Unsupported, "file_type", what+" cannot be read yet. "+readable)
}

// byName are the types of text, which content alone does not tell apart.
var byName = map[string]string{
	".md": Markdown, ".markdown": Markdown, ".mdx": Markdown, ".mdown": Markdown, ".mkd": Markdown,
	".html": HTML, ".htm": HTML, ".xhtml": HTML,
	".csv": CSV, ".tsv": CSV,
	".txt": Plain, ".text": Plain, ".log": Plain, ".rst": Plain, ".adoc": Plain, ".asciidoc": Plain, ".org": Plain, "": Plain,
	".pdf": PDF, ".docx": DOCX,
}

// notYet are types that owners upload and are told about by name.
var notYet = map[string]string{
	".doc": "The old Word format (DOC)", ".xls": "The old Excel format (XLS)", ".ppt": "The old PowerPoint format (PPT)",
	".xlsx": "An Excel workbook (XLSX)", ".pptx": "A PowerPoint presentation (PPTX)", ".odt": "An OpenDocument text (ODT)",
	".ods": "An OpenDocument spreadsheet (ODS)", ".odp": "An OpenDocument presentation (ODP)", ".epub": "An e-book (EPUB)",
	".rtf": "Rich text (RTF)", ".eml": "An e-mail (EML)", ".msg": "An e-mail (MSG)", ".pages": "A Pages document", ".zip": "A ZIP archive",
	".json": "A JSON file", ".xml": "An XML file",
}

// HeadSize is how much of a file's beginning Detect wants to see, if there is so much.
const HeadSize = 256 << 10

// Detect decides what a file is by its content, and by its name where content
// does not tell. A chat.Error says what cannot be read.
func Detect(head []byte, name string) (string, error) {
	ext := strings.ToLower(path.Ext(name))
	if len(ext) > 10 || strings.ContainsAny(ext, " \t") {
		ext = "" // a full stop in a title
	}
	switch {
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return PDF, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipped(head, ext)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		// An encrypted DOCX is an OLE container; so are the old Office formats.
		if bytes.Contains(head, []byte(utf16le("EncryptedPackage"))) {
			if ext == ".docx" {
				return DOCX, nil
			}
			return "", ErrEncrypted
		}
		return "", unsupported(named(ext, "The old Office format"))
	case bytes.HasPrefix(head, []byte("{\\rtf")):
		return "", unsupported(notYet[".rtf"])
	case !looksLikeText(head):
		return "", unsupported(named(ext, "A file of this kind ("+strings.Split(http.DetectContentType(head), ";")[0]+")"))
	}
	media, known := byName[ext]
	switch {
	case media == PDF || media == DOCX:
		return "", chat.Fail(chat.Unsupported, "file_type",
			"This file is named "+ext+" but its content is not; it may be damaged. Save or export it again, and upload the new file.")
	case known && media != Plain:
		return media, nil
	case looksLikeHTML(head):
		return HTML, nil
	case known:
		return Plain, nil
	}
	return "", unsupported(named(ext, "A file of the type "+ext))
}

func named(ext, otherwise string) string {
	if name := notYet[ext]; name != "" {
		return name
	}
	return otherwise
}

// zipped tells Office documents apart by the names of their parts, which stand
// before the parts themselves.
func zipped(head []byte, ext string) (string, error) {
	has := func(name string) bool { return bytes.Contains(head, []byte(name)) }
	switch {
	case has("mimetypeapplication/epub"):
		return "", unsupported(notYet[".epub"])
	case has("mimetypeapplication/vnd.oasis"):
		return "", unsupported(named(ext, "An OpenDocument file"))
	case has("word/"):
		return DOCX, nil
	case has("xl/"):
		return "", unsupported(notYet[".xlsx"])
	case has("ppt/"):
		return "", unsupported(notYet[".pptx"])
	case ext == ".docx":
		return DOCX, nil
	}
	return "", unsupported(named(ext, notYet[".zip"]))
}

// looksLikeText: no zero bytes, unless it is UTF-16, and hardly any control characters.
func looksLikeText(head []byte) bool {
	if utf16Order(head) != nil {
		return true
	}
	control := 0
	for _, b := range head {
		switch {
		case b == 0:
			return false
		case b < ' ' && b != '\n' && b != '\r' && b != '\t' && b != '\f' && b != 0x1b:
			control++
		}
	}
	return control*100 <= len(head)
}

// utf16Order tells the byte order of UTF-16 text by its mark, or by the zeros
// that every other byte of Western text and of all markup is. Nil: not UTF-16.
func utf16Order(head []byte) binary.ByteOrder {
	switch {
	case len(head) < 2:
		return nil
	case head[0] == 0xff && head[1] == 0xfe:
		return binary.LittleEndian
	case head[0] == 0xfe && head[1] == 0xff:
		return binary.BigEndian
	}
	var zeros [2]int
	pairs := min(len(head), 4096) / 2
	for i := range pairs * 2 {
		if head[i] == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case zeros[1]*2 > pairs && zeros[0]*20 < pairs:
		return binary.LittleEndian
	case zeros[0]*2 > pairs && zeros[1]*20 < pairs:
		return binary.BigEndian
	}
	return nil
}

func looksLikeHTML(head []byte) bool {
	text := strings.ToLower(decode(head[:min(len(head), 2048)], ""))
	text = strings.TrimLeft(text, " \t\r\n\ufeff")
	return strings.HasPrefix(text, "<!doctype html") || strings.HasPrefix(text, "<html") ||
		strings.HasPrefix(text, "<?xml") && strings.Contains(text, "<html")
}

func utf16le(s string) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return string(out)
}
