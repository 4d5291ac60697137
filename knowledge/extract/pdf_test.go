package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// pdfFile writes a PDF by hand: each page has lines of text, and a bookmark may lead to each.
func pdfFile(pages [][]string, bookmarks map[int]string, trailer string) []byte {
	var out bytes.Buffer
	var offsets []int
	object := func(format string, a ...any) {
		offsets = append(offsets, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n", len(offsets))
		fmt.Fprintf(&out, format+"\nendobj\n", a...)
	}
	out.WriteString("%PDF-1.4\n")
	const first = 5 // objects: 1 catalog, 2 pages, 3 font, 4 outlines
	var kids strings.Builder
	for i := range pages {
		fmt.Fprintf(&kids, "%d 0 R ", first+2*i)
	}
	mark := first + 2*len(pages)
	object("<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>")
	object("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), len(pages))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	if len(bookmarks) == 0 {
		object("<< /Type /Outlines >>")
	} else {
		object("<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>", mark, mark+len(bookmarks)-1, len(bookmarks))
	}
	for i, lines := range pages {
		var content strings.Builder
		content.WriteString("BT /F1 12 Tf 14 TL 50 780 Td\n")
		for _, line := range lines {
			fmt.Fprintf(&content, "(%s) Tj T*\n", strings.NewReplacer("(", `\(`, ")", `\)`).Replace(line))
		}
		content.WriteString("ET")
		object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", first+2*i+1)
		object("<< /Length %d >>\nstream\n%s\nendstream", content.Len(), content.String())
	}
	written := 0
	for i := range pages {
		if title, ok := bookmarks[i]; ok {
			links := ""
			if written > 0 {
				links += fmt.Sprintf(" /Prev %d 0 R", mark+written-1)
			}
			if written < len(bookmarks)-1 {
				links += fmt.Sprintf(" /Next %d 0 R", mark+written+1)
			}
			written++
			object("<< /Title (%s) /Parent 4 0 R /Dest [%d 0 R /Fit]%s >>", title, first+2*i, links)
		}
	}
	xref := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&out, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&out, "trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, trailer, xref)
	return out.Bytes()
}

func TestAPDFIsReadByPagesUnderItsBookmarks(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, PDF, pdfFile([][]string{
		{"The Handbook", "Returns", "You can send things back within 45 days, if they are as", "they were when you got them."},
		{"The Handbook", "It costs nothing.", "Page 2 of 3"},
		{"The Handbook", "This is about something else, and no title of a bookmark.", "3"},
	}, map[int]string{0: "Returns", 2: "Shipping"}, ""))
	equal(t, got,
		"1 Returns: You can send things back within 45 days, if they are as they were when you got them.",
		"2 Returns: It costs nothing.",
		"3 Shipping: This is about something else, and no title of a bookmark.",
	)
}

func TestAPDFGoesOnWhereTheStepBeforeEnded(t *testing.T) {
	t.Parallel()
	var pages [][]string
	for i := range pagesAtOnce + 3 {
		pages = append(pages, []string{fmt.Sprintf("Text of the page called number %c%c.", 'A'+i/26, 'A'+i%26)})
	}
	d, err := shared().Open(t.Context(), PDF, pdfFile(pages, map[int]string{0: "Part"}, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	blocks, next, err := d.Read(t.Context(), pagesAtOnce)
	if err != nil || next != pagesAtOnce+3 {
		t.Fatalf("next %d, error %v", next, err)
	}
	var got []string
	for _, b := range blocks {
		got = append(got, shown(b))
	}
	equal(t, got,
		"33 Part: Text of the page called number BG.",
		"34 Part: Text of the page called number BH.",
		"35 Part: Text of the page called number BI.",
	)
}

func TestAPDFThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("00", 32)
	refused(t, PDF, pdfFile([][]string{{"secret"}}, nil,
		"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <"+key+"> /U <"+key+"> >> /ID [<00> <00>]"), ErrEncrypted)
	refused(t, PDF, []byte("%PDF-1.4\nbut that is all"), ErrBroken)
	whole := pdfFile([][]string{{"text"}}, nil, "")
	refused(t, PDF, whole[:60], ErrBroken)
}

func TestAnOutlineThatRunsInACircleIsNotFollowed(t *testing.T) {
	t.Parallel()
	file := pdfFile([][]string{{"one"}, {"two"}}, map[int]string{0: "A", 1: "B"}, "")
	circle := bytes.Replace(file, []byte("/Prev 9 0 R"), []byte("/Next 9 0 R"), 1) // B's next is A
	if bytes.Equal(file, circle) {
		t.Fatal("the fixture has another form")
	}
	_, got := extracted(t, PDF, circle)
	equal(t, got, "1 : one", "2 : two")
}

func TestAScannedPageHasNoText(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, PDF, pdfFile([][]string{{}}, nil, ""))
	equal(t, got)
}

func TestAPDFThatTakesTooLongIsCut(t *testing.T) {
	t.Parallel()
	hasty := &Extractor{pdf: shared().pdf, timeout: 1}
	_, err := hasty.Open(t.Context(), PDF, pdfFile([][]string{{"text"}}, nil, ""))
	if !errors.Is(err, ErrTooSlow) {
		t.Errorf("error %v", err)
	}
	// The engine is as good as before.
	_, got := extracted(t, PDF, pdfFile([][]string{{"text"}}, nil, ""))
	equal(t, got, "1 : text")
}

func TestAPageThatTakesTooLongIsSkipped(t *testing.T) {
	t.Parallel()
	d, err := shared().Open(t.Context(), PDF, pdfFile([][]string{{"one"}, {"two"}}, nil, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.(*pdfDocument).timeout = 1
	blocks, next, err := d.Read(t.Context(), 0)
	if err != nil || next != 1 || len(blocks) != 0 {
		t.Errorf("%d blocks, next %d, error %v", len(blocks), next, err)
	}
}

func TestACancelledPDFIsNotTheFilesFault(t *testing.T) {
	t.Parallel()
	d, err := shared().Open(t.Context(), PDF, pdfFile([][]string{{"one"}}, nil, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, next, err := d.Read(ctx, 0); !errors.Is(err, context.Canceled) || next != 0 {
		t.Errorf("next %d, error %v", next, err)
	}
}

func TestLinesBecomeParagraphs(t *testing.T) {
	t.Parallel()
	lines := splitLines("This line is as wide as the page and goes on in the next one of an\ufffeother word, and\r\nends here.\r\n" +
		"This one begins another paragraph, which is long enough to be wide too and\r\nends.\r\n• One\r\n• Two, which is long and goes on until the line is full, so that it is conti-\r\nnued.\r\n")
	got := joinLines(tidyLines(lines), func(string) bool { return false }, vocabulary{})
	equal(t, got,
		"This line is as wide as the page and goes on in the next one of another word, and ends here.",
		"This one begins another paragraph, which is long enough to be wide too and ends.",
		"• One",
		"• Two, which is long and goes on until the line is full, so that it is conti- nued.",
	)
}

func TestAnEngineThatNeverStartedIsClosed(t *testing.T) {
	t.Parallel()
	e := New(Options{})
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := e.Open(t.Context(), PDF, nil); !errors.Is(err, errClosed) {
		t.Errorf("error %v", err)
	}
}
