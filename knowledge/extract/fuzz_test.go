package extract

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/chat"
)

// check parses without the net that catches panics, and looks at what comes out.
func check(t *testing.T, parse func(context.Context, []byte) (text, error), data []byte) {
	t.Helper()
	read, err := parse(t.Context(), data)
	if err != nil {
		return
	}
	size := 0
	for _, b := range read.blocks {
		if !utf8.ValidString(b.Text) || strings.TrimSpace(b.Text) == "" || strings.ContainsRune(b.Text, 0) {
			t.Errorf("text %q", b.Text)
		}
		if len(b.Headings) > maxDepth {
			t.Errorf("%d headings", len(b.Headings))
		}
		for _, h := range b.Headings {
			if h == "" || strings.Contains(h, "\n") || !utf8.ValidString(h) || utf8.RuneCountInString(h) > maxHeading {
				t.Errorf("heading %q", h)
			}
		}
		size += len(b.Text)
	}
	// Markup can be shorter than what it stands for (list numbers, indents), but not by much.
	if size > 40*len(data)+100 {
		t.Errorf("%d bytes of text from %d", size, len(data))
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, seed := range []string{
		"---\ntitle: x\n---\n# A\n\ntext *b* `c` [d](e)\n", "| a | b |\n|-|-|\n| 1 |\n", "- a\n  1. b\n\n     c\n", "> q\n\n```\ncode\n",
		"import x from 'y'\n\n<Tab>\n* z\n</Tab>\n\n:::tip T\nx\n:::\n", "<!-- c -->\n<pre>\n\nx</pre>\n\n[a]: b\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, markdown, data) })
}

func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"<title>a</title><h1>b</h1><p>c<br>d", "<table><tr><th>a<td>b</table>", "<ul><li>a<ol><li>b", "<meta charset=windows-1251><p>\xcf", "<pre>a\n b</pre><svg><title>x",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, webPage, data) })
}

func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"question,answer\na,b\n", "a;b\n\"c\";d", "x?\ty\n", "\"", "a,b\r\n1"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, wide, data) })
}

// wide reads tables, whose column names return with each row: their size is no multiple of the file's.
func wide(ctx context.Context, data []byte) (text, error) {
	first, _, _ := strings.Cut(string(data), "\n")
	if len(first) > 40 {
		return text{}, ErrTooBig
	}
	return spreadsheet(ctx, data)
}

func FuzzFAQ(f *testing.F) {
	f.Add([]byte(`[{"question":"a?","answer":"b"}]`))
	f.Add([]byte(`[{"question":"","answer":"\ud800"}]`))
	f.Fuzz(func(t *testing.T, data []byte) { check(t, faq, data) })
}

func FuzzPlain(f *testing.F) {
	for _, seed := range []string{"a\n\nb", "\xff\xfea\x00", "\xfe\xff\x00a", "gr\xfc\xdfe", "\x00\x01\x02"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, plain, data) })
}

func FuzzWordDocument(f *testing.F) {
	for _, seed := range []string{
		document(para("a") + item("1", "b")), document(styled("berschrift1", "a") + "<w:tbl><w:tr><w:tc>" + para("b") + "</w:tc></w:tr></w:tbl>"),
		"</w:p></w:tbl></w:tc><w:tc/>", "<w:p><w:t>a", "<w:p><w:p><w:t>a</w:t></w:p></w:p><w:footnoteReference id=\"2\"/>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		check(t, word, docx(t, map[string]string{"word/document.xml": content, "word/styles.xml": wordStyles}))
	})
}

func FuzzWordArchive(f *testing.F) {
	f.Add(docx(f, map[string]string{"word/document.xml": document(para("a"))}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if read, err := word(t.Context(), data); err == nil && size(read.blocks) > maxUnpacked {
			t.Error("more text than may be unpacked")
		}
	})
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte("%PDF-"), "a.pdf")
	f.Add([]byte("PK\x03\x04word/"), "a")
	f.Add([]byte("\xff\xfe<\x00"), "é.")
	f.Fuzz(func(t *testing.T, head []byte, name string) {
		if media, err := Detect(head, name); (media == "") == (err == nil) {
			t.Errorf("%q and error %v", media, err)
		}
	})
}

// FuzzPDF looks for files that break out of the sandbox's ways: each is opened in one of its own, which takes a while.
func FuzzPDF(f *testing.F) {
	f.Add(pdfFile([][]string{{"one", "two"}, {"three"}}, map[int]string{0: "A", 1: "B"}, ""))
	f.Add(drawnPDF([]put{{60, 700, "One.", 0}, {320, 700, "Two.", 20}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := shared().Open(t.Context(), PDF, data)
		if err != nil {
			var said *chat.Error
			if !errors.As(err, &said) {
				t.Errorf("no error in words: %v", err)
			}
			return
		}
		defer d.Close()
		for page := 0; page < d.Pages(); {
			_, next, err := d.Read(t.Context(), page)
			if err != nil || next <= page {
				t.Fatalf("after page %d comes %d, error %v", page, next, err)
			}
			page = next
		}
	})
}

func FuzzPDFLines(f *testing.F) {
	f.Add("a\r\nb\ufffec\n\n3", "Page 1\nx", 700.0, 12.0)
	f.Add("1\ufffe2-\n-\ufffe", "a\ufffe", -1.0, 0.5)
	f.Fuzz(func(t *testing.T, one, two string, top, step float64) {
		var pages [][]pdfLine
		repeated, words := newRunning(), vocabulary{}
		for i, page := range []string{one, two, one} {
			lines := splitLines(page)
			for n := range lines {
				at := top - float64(n)*step
				lines[n].left, lines[n].right, lines[n].top, lines[n].bottom = 50, 50+float64(len(lines[n].text)), at, at-step/2
			}
			lines = tidyLines(lines)
			pages = append(pages, lines)
			repeated.look(i, lines)
			words.learn(lines)
		}
		for i, lines := range pages {
			for _, p := range joinLines(repeated.strip(i, lines), func(line string) bool { return markedBy([]bookmark{{title: two}}, line) >= 0 }, words) {
				if strings.Contains(tidy(p), hyphen) {
					t.Errorf("a mark was left in %q", p)
				}
			}
		}
	})
}
