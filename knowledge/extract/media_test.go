package extract

import (
	"errors"
	"strings"
	"testing"

	"parley/chat"
)

func TestTheTypeIsDecidedByContentAndName(t *testing.T) {
	t.Parallel()
	const ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	encrypted := ole + strings.Repeat("\x00", 500) + utf16le("EncryptedPackage")
	for name, c := range map[string]struct {
		file, head string
		want       string // the media type, or the beginning of the error
	}{
		"a PDF":                          {"a.pdf", "%PDF-1.7 …", PDF},
		"a PDF with another name":        {"a.txt", "%PDF-1.7 …", PDF},
		"a PDF behind a preamble":        {"a.pdf", "junk\n%PDF-1.4", PDF},
		"a DOCX":                         {"a.docx", "PK\x03\x04…[Content_Types].xml…word/document.xml", DOCX},
		"a truncated DOCX":               {"a.docx", "PK\x03\x04…", DOCX},
		"an encrypted DOCX":              {"a.docx", encrypted, DOCX},
		"an encrypted workbook":          {"a.xlsx", encrypted, ErrEncrypted.Message},
		"an old Word file":               {"a.doc", ole, "The old Word format (DOC) cannot be read yet."},
		"an old Word file named DOCX":    {"a.docx", ole, "The old Office format cannot be read yet."},
		"a workbook":                     {"a.xlsx", "PK\x03\x04…xl/workbook.xml", "An Excel workbook (XLSX) cannot be read yet."},
		"slides":                         {"a.pptx", "PK\x03\x04…ppt/presentation.xml", "A PowerPoint presentation (PPTX) cannot be read yet."},
		"an OpenDocument text":           {"a.odt", "PK\x03\x04…mimetypeapplication/vnd.oasis.opendocument.text", "An OpenDocument text (ODT)"},
		"an e-book":                      {"a.epub", "PK\x03\x04…mimetypeapplication/epub+zip", "An e-book (EPUB)"},
		"an archive":                     {"a.zip", "PK\x03\x04…readme.txt", "A ZIP archive cannot be read yet."},
		"rich text":                      {"a.rtf", "{\\rtf1", "Rich text (RTF)"},
		"an image":                       {"a.png", "\x89PNG\r\n\x1a\n\x00\x00", "A file of this kind (image/png)"},
		"an image named as text":         {"a.txt", "\x89PNG\r\n\x1a\n\x00\x00", "A file of this kind (image/png)"},
		"an e-mail":                      {"a.eml", "From: me", "An e-mail (EML)"},
		"program text":                   {"a.py", "print()", "A file of the type .py"},
		"text named PDF":                 {"a.pdf", "hello", "This file is named .pdf but its content is not"},
		"Markdown":                       {"A.MD", "# Hello", Markdown},
		"MDX that begins as markup":      {"a.mdx", "<html>", Markdown},
		"a table":                        {"a.csv", "a,b", CSV},
		"text":                           {"a.txt", "hello", Plain},
		"text without an ending":         {"README", "hello", Plain},
		"text with a full stop in title": {"Terms v1. of the shop", "hello", Plain},
		"a page":                         {"a.htm", "<p>hello", HTML},
		"a page named as text":           {"a.txt", " \n<!DOCTYPE html><p>hello", HTML},
		"a page in UTF-16":               {"page", "\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00", HTML},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Detect([]byte(c.head), c.file)
			if err != nil {
				var words *chat.Error
				if !errors.As(err, &words) {
					t.Fatalf("an error without words: %v", err)
				}
				got = words.Message
			}
			if got != c.want && (err == nil || !strings.HasPrefix(got, c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
