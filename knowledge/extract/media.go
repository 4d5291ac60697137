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
	PPTX     = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	XLSX     = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	ODT      = "application/vnd.oasis.opendocument.text"
	ODS      = "application/vnd.oasis.opendocument.spreadsheet"
	ODP      = "application/vnd.oasis.opendocument.presentation"
	EPUB     = "application/epub+zip"
	DOC      = "application/msword"
	XLS      = "application/vnd.ms-excel"
	PPT      = "application/vnd.ms-powerpoint"
	RTF      = "application/rtf"
	EML      = "message/rfc822"
	JSON     = "application/json"
	XML      = "application/xml"
	Markdown = "text/markdown"
	HTML     = "text/html"
	CSV      = "text/csv"
	Plain    = "text/plain"
	FAQ      = "application/vnd.parley.faq+json"
)

const readable = "Upload a PDF, Word, Excel, PowerPoint or OpenDocument file, an e-book (EPUB), an e-mail (EML), or a web page (HTML), Markdown, plain text, RTF, CSV, JSON or XML file instead."

func unsupported(what string) error {
	return chat.Fail(chat.Unsupported, "file_type", what+" cannot be read yet. "+readable)
}

// byName are the types of text, which content alone does not tell apart, and those of everything else.
var byName = map[string]string{
	".md": Markdown, ".markdown": Markdown, ".mdx": Markdown, ".mdown": Markdown, ".mkd": Markdown,
	".html": HTML, ".htm": HTML, ".xhtml": HTML,
	".csv": CSV, ".tsv": CSV,
	".txt": Plain, ".text": Plain, ".log": Plain, ".rst": Plain, ".adoc": Plain, ".asciidoc": Plain, ".org": Plain, "": Plain,
	".json": JSON, ".jsonl": JSON, ".ndjson": JSON,
	".xml": XML, ".rss": XML, ".atom": XML,
	".eml": EML, ".mht": EML, ".mhtml": EML,
	".pdf": PDF, ".epub": EPUB, ".rtf": RTF,
	".docx": DOCX, ".docm": DOCX, ".dotx": DOCX, ".pptx": PPTX, ".pptm": PPTX, ".ppsx": PPTX, ".potx": PPTX, ".xlsx": XLSX, ".xlsm": XLSX, ".xltx": XLSX,
	".odt": ODT, ".ott": ODT, ".ods": ODS, ".ots": ODS, ".odp": ODP, ".otp": ODP,
	".doc": DOC, ".dot": DOC, ".xls": XLS, ".xlt": XLS, ".ppt": PPT, ".pps": PPT, ".pot": PPT,
}

// written are the types that are text with a form of their own: the content of any other type is never text.
var written = map[string]bool{Markdown: true, HTML: true, CSV: true, Plain: true, JSON: true, XML: true, EML: true}

// notYet are types that owners upload and are told about by name.
var notYet = map[string]string{
	".msg":   "An Outlook message (MSG)",
	".pages": "A Pages document", ".numbers": "A Numbers spreadsheet", ".key": "A Keynote presentation", ".zip": "A ZIP archive",
	".xlsb": "A binary Excel workbook (XLSB)",
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
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return zipped(head, ext)
	case bytes.HasPrefix(head, []byte(ole)):
		return contained(head, ext)
	case isPDF(head, ext):
		return PDF, nil
	case bytes.HasPrefix(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("{\\rtf")):
		return RTF, nil
	case !looksLikeText(head):
		return "", unsupported(named(ext, "A file of this kind ("+strings.Split(http.DetectContentType(head), ";")[0]+")"))
	}
	media, known := byName[ext]
	switch {
	case (media == DOC || media == XLS) && looksLikeHTML(head):
		return HTML, nil // what many programs call an export for Word or Excel
	case known && !written[media]:
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

// isPDF tells a PDF, which may begin with something else, from text that speaks of one.
func isPDF(head []byte, ext string) bool {
	at := bytes.Index(head[:min(len(head), 1024)], []byte("%PDF-"))
	return at == 0 || at > 0 && (ext == ".pdf" || byName[ext] == "" || !looksLikeText(head))
}

func named(ext, otherwise string) string {
	if name := notYet[ext]; name != "" {
		return name
	}
	return otherwise
}

// contained tells the old Office formats apart by the names of their streams. An encrypted DOCX,
// XLSX or PPTX is such a container, too.
func contained(head []byte, ext string) (string, error) {
	has := func(stream string) bool { return bytes.Contains(head, []byte(utf16le(stream))) }
	media := byName[ext]
	packed := media == DOCX || media == XLSX || media == PPTX
	switch {
	case has("EncryptedPackage") && packed:
		return media, nil
	case has("EncryptedPackage"):
		return "", ErrEncrypted
	case notYet[ext] != "":
		return "", unsupported(notYet[ext])
	case has("WordDocument"):
		return DOC, nil
	case has("Workbook") || has("Book\x00"):
		return XLS, nil
	case has("PowerPoint Document"):
		return PPT, nil
	case packed || media == DOC || media == XLS || media == PPT:
		return media, nil
	}
	return "", unsupported("The old Office format")
}

// zipped tells Office documents apart by the names of their parts, which stand
// before the parts themselves.
func zipped(head []byte, ext string) (string, error) {
	for rest := head; ; {
		at := bytes.Index(rest, []byte("PK\x03\x04"))
		if at < 0 {
			break
		}
		rest = rest[at:]
		if media := byPart(rest); media != "" {
			return media, nil
		}
		rest = rest[4:]
	}
	media := byName[ext]
	if media != "" && !written[media] && media != PDF && media != RTF && media != DOC && media != XLS && media != PPT {
		return media, nil // what tells stands further down, or is missing
	}
	return "", unsupported(named(ext, notYet[".zip"]))
}

// byPart is the type of an archive that holds this part; "" if others may, too.
func byPart(header []byte) string {
	const fixed = 30 // bytes before the name
	if len(header) < fixed {
		return ""
	}
	length := int(binary.LittleEndian.Uint16(header[26:]))
	name := string(header[fixed:min(fixed+length, len(header))])
	switch {
	case strings.HasPrefix(name, "word/"):
		return DOCX
	case strings.HasPrefix(name, "xl/"):
		return XLSX
	case strings.HasPrefix(name, "ppt/"):
		return PPTX
	case name != "mimetype" || len(header) < fixed+length:
		return ""
	}
	rest := string(header[fixed+length : min(fixed+length+200, len(header))])
	for _, media := range []string{EPUB, ODT, ODS, ODP} {
		if strings.Contains(rest, media) {
			return media
		}
	}
	return ""
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
