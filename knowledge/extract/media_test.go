package extract

import (
	"errors"
	"strings"
	"testing"

	"parley/chat"
)

func TestTheTypeIsDecidedByContentAndName(t *testing.T) {
	t.Parallel()
	encrypted := ole + strings.Repeat("\x00", 500) + utf16le("EncryptedPackage")
	for name, c := range map[string]struct {
		file, head string
		want       string // the media type, or the beginning of the error
	}{
		"a PDF":                          {"a.pdf", "%PDF-1.7 …", PDF},
		"a PDF with another name":        {"a.txt", "%PDF-1.7 …", PDF},
		"a PDF behind a preamble":        {"a.pdf", "junk\n%PDF-1.4", PDF},
		"a DOCX":                         {"a.docx", zipHead("[Content_Types].xml", "word/document.xml"), DOCX},
		"a truncated DOCX":               {"a.docx", "PK\x03\x04…", DOCX},
		"an encrypted DOCX":              {"a.docx", encrypted, DOCX},
		"an encrypted workbook":          {"a.xlsx", encrypted, XLSX},
		"an encrypted one without name":  {"a", encrypted, ErrEncrypted.Message},
		"an old Word file":               {"a.doc", ole, DOC},
		"an old Word file named DOCX":    {"a.docx", ole + utf16le("WordDocument"), DOC},
		"an old workbook":                {"a", ole + utf16le("Workbook"), XLS},
		"old slides":                     {"a.ppt", ole + utf16le("PowerPoint Document"), PPT},
		"a message of Outlook":           {"a.msg", ole, "An Outlook message (MSG) cannot be read yet."},
		"another container":              {"a.db", ole, "The old Office format cannot be read yet."},
		"a workbook":                     {"a.xlsx", zipHead("[Content_Types].xml", "xl/workbook.xml"), XLSX},
		"a workbook named as a text":     {"a.docx", zipHead("xl/workbook.xml"), XLSX},
		"slides":                         {"a.pptx", zipHead("ppt/presentation.xml"), PPTX},
		"an OpenDocument text":           {"a.zip", zipHead("mimetype") + ODT + "PK", ODT},
		"an OpenDocument spreadsheet":    {"a", zipHead("mimetype") + ODS, ODS},
		"OpenDocument slides":            {"a.odp", zipHead("content.xml"), ODP},
		"an e-book":                      {"a.epub", zipHead("mimetype") + EPUB, EPUB},
		"an archive":                     {"a.zip", zipHead("readme.txt"), "A ZIP archive cannot be read yet."},
		"an archive named as text":       {"a.txt", zipHead("readme.txt"), "A ZIP archive cannot be read yet."},
		"rich text":                      {"a.doc", "{\\rtf1", RTF},
		"an image":                       {"a.png", "\x89PNG\r\n\x1a\n\x00\x00", "A file of this kind (image/png)"},
		"an image named as text":         {"a.txt", "\x89PNG\r\n\x1a\n\x00\x00", "A file of this kind (image/png)"},
		"an e-mail":                      {"a.eml", "From: me", EML},
		"JSON":                           {"a.json", "{}", JSON},
		"XML":                            {"a.xml", "<a/>", XML},
		"a page named XML":               {"a.xml", "<?xml version='1.0'?><html>", XML},
		"a page exported for Word":       {"a.doc", "<html><p>hello", HTML},
		"text named as a workbook":       {"a.xlsx", "a,b", "This file is named .xlsx but its content is not"},
		"text named OpenDocument":        {"a.odt", "hello", "This file is named .odt but its content is not"},
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

// zipHead is what an archive of such parts begins with.
func zipHead(names ...string) string {
	var head strings.Builder
	for _, name := range names {
		head.WriteString("PK\x03\x04" + strings.Repeat("\x00", 22) + string(rune(len(name))) + "\x00\x00\x00" + name)
	}
	return head.String()
}
