package extract

import (
	"fmt"
	"strings"
	"testing"
)

// put is text at a place of a page, in points from its lower left corner.
type put struct {
	x, y int
	text string
	size int // of the letters; 12 if 0
}

// drawnPDF writes a PDF whose pages have text where it was put, in that order.
func drawnPDF(pages ...[]put) []byte {
	file := "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>\nendobj\n"
	kids := ""
	for i, page := range pages {
		content := "BT\n"
		for _, p := range page {
			size := p.size
			if size == 0 {
				size = 12
			}
			content += fmt.Sprintf("/F1 %d Tf 1 0 0 1 %d %d Tm (%s) Tj\n", size, p.x, p.y, strings.NewReplacer("(", `\(`, ")", `\)`).Replace(p.text))
		}
		content += "ET"
		file += fmt.Sprintf("%d 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>\nendobj\n", 4+2*i, 5+2*i)
		file += fmt.Sprintf("%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n", 5+2*i, len(content), content)
		kids += fmt.Sprintf("%d 0 R ", 4+2*i)
	}
	return []byte(file + fmt.Sprintf("2 0 obj\n<< /Type /Pages /Kids [%s] /Count %d >>\nendobj\ntrailer << /Size %d /Root 1 0 R >>\n%%%%EOF\n", kids, len(pages), 4+2*len(pages)))
}

func TestColumnsWrittenRowByRowAreReadOneAfterTheOther(t *testing.T) {
	t.Parallel()
	var prose, shifted, table []put
	prose, shifted = append(prose, put{60, 740, "A title as wide as the page, that stands above both of its columns", 14}), append(shifted, put{60, 740, "Another title", 14})
	for i := range 12 {
		y, left, right := 700-14*i, fmt.Sprintf("left %c of the words that fill it", 'a'+i), fmt.Sprintf("right %c of the words that fill", 'a'+i)
		prose = append(prose, put{60, y, left, 0}, put{320, y, right, 0})
		shifted = append(shifted, put{60, y, left, 0}, put{320, y - 3, right, 0})
		table = append(table, put{60, y, fmt.Sprintf("Size %c", 'A'+i), 0}, put{320, y, fmt.Sprintf("%d euros", 10+i), 0})
	}
	for name, page := range map[string][]put{"on the same lines": prose, "a little lower": shifted} {
		_, got := extracted(t, PDF, drawnPDF(page))
		all := strings.Join(got, "\n")
		if !strings.Contains(all, "left a of the words that fill it left b of") || strings.LastIndex(all, "left") > strings.Index(all, "right") {
			t.Errorf("%s:\n%s", name, all)
		}
	}
	_, got := extracted(t, PDF, drawnPDF(table))
	if all := strings.Join(got, "\n"); !strings.Contains(all, "Size C 12 euros") || !strings.Contains(all, "Size L 21 euros") {
		t.Errorf("a table:\n%s", all)
	}
}

func TestHeadersAndFootersAreToldByTheirPlace(t *testing.T) {
	t.Parallel()
	var pages [][]put
	for i := range 8 {
		chapter, number := "RETURNS", put{500, 800, fmt.Sprint(i + 11), 0}
		if i > 2 {
			chapter = "SHIPPING ABROAD"
		}
		if i%2 == 1 {
			number.x = 60 // as books have it
		}
		lines := []put{
			{200, 800, fmt.Sprintf("%d.1 %s", i/3+1, chapter), 0}, number,
			{60, 700, fmt.Sprintf("The text of page %c begins here.", 'A'+i), 0},
			{60, 680, fmt.Sprintf("It has %d items.", i), 0},
			{60, 40, "Confidential", 8}, {400, 28, "www.quince.example", 8},
		}
		if i == 5 {
			lines = lines[2:4] // a page that has none, with figures where others have text
			lines[0] = put{60, 700, "1999", 0}
		}
		pages = append(pages, lines)
	}
	_, got := extracted(t, PDF, drawnPDF(pages...))
	all := strings.Join(got, "\n")
	for _, not := range []string{"RETURNS", "SHIPPING", "Confidential", "quince"} {
		if strings.Contains(all, not) {
			t.Errorf("%q was read:\n%s", not, all)
		}
	}
	for _, want := range []string{"1 : The text of page A begins here. It has 0 items.", "8 : The text of page H begins here. It has 7 items."} {
		if !strings.Contains(all, want) {
			t.Errorf("missing %q:\n%s", want, all)
		}
	}
}

func TestAHeaderOfAShortLastStepIsKnownFromThePagesBefore(t *testing.T) {
	t.Parallel()
	var pages [][]put
	for i := range pagesAtOnce + 1 {
		pages = append(pages, []put{{60, 800, "The Handbook", 0}, {60, 700, fmt.Sprintf("Text of page %c%c.", 'A'+i/26, 'A'+i%26), 0}})
	}
	d, err := shared().Open(t.Context(), PDF, drawnPDF(pages...))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	blocks, next, err := d.Read(t.Context(), pagesAtOnce)
	if err != nil || next != pagesAtOnce+1 || len(blocks) != 1 || blocks[0].Text != "Text of page BG." {
		t.Errorf("%+v, next %d, error %v", blocks, next, err)
	}
}

func TestRaisedAndLoweredCharactersStayInTheirLine(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, PDF, drawnPDF([]put{
		{60, 700, "An area of 3 km", 0}, {145, 706, "2", 7}, {153, 700, "is not large.", 0},
	}))
	equal(t, got, "1 : An area of 3 km2 is not large.")
}

func TestAGapBetweenLinesEndsAParagraph(t *testing.T) {
	t.Parallel()
	var page []put
	for i, text := range []string{"A line that is as wide as all the lines here are", "and goes on in the next one, which is as wide as it", "and the last of its paragraph, without a full stop",
		"Another begins below a gap, and it is as wide, too", "and goes on with a line that is about as wide as it"} {
		y := 700 - 14*i
		if i > 2 {
			y -= 14
		}
		page = append(page, put{60, y, text, 0})
	}
	_, got := extracted(t, PDF, drawnPDF(page))
	equal(t, got,
		"1 : A line that is as wide as all the lines here are and goes on in the next one, which is as wide as it and the last of its paragraph, without a full stop",
		"1 : Another begins below a gap, and it is as wide, too and goes on with a line that is about as wide as it")
}

func TestAWordPartedAtTheEndOfALineIsWrittenAsElsewhere(t *testing.T) {
	t.Parallel()
	known := vocabulary{}
	known.learn(splitLines("This is well-known, and self-service is not: the handbook says so to custom\ufffeers."))
	for parted, want := range map[string]string{
		"The well\ufffeknown shop.":      "The well-known shop.",
		"A self\ufffeservice shop.":      "A self-service shop.",
		"Read the hand\ufffebook.":       "Read the handbook.",
		"Nobody has conti\ufffenued it.": "Nobody has continued it.",
		"The E-Mail\ufffeAdresse.":       "The E-Mail-Adresse.",
		"From 2019\ufffe2020.":           "From 2019-2020.",
		"All CUSTOM\ufffeERS.":           "All CUSTOMERS.",
		"It ends\ufffe":                  "It ends",
	} {
		if got := joinLines(splitLines(parted), func(string) bool { return false }, known); len(got) != 1 || strings.TrimSpace(got[0]) != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestADamagedPageIsLeftOutAndSaid(t *testing.T) {
	t.Parallel()
	file := string(drawnPDF([]put{{60, 700, "One.", 0}}, []put{{60, 700, "Two.", 0}}, []put{{60, 700, "Three.", 0}}))
	broken := strings.Replace(file, "/Kids [4 0 R 6 0 R ", "/Kids [4 0 R 99 0 R ", 1)
	d, err := shared().Open(t.Context(), PDF, []byte(broken))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	blocks, _, err := d.Read(t.Context(), 0)
	if err != nil || len(blocks) != 2 || !strings.Contains(d.Note(), "page is damaged and was left out: page 2.") {
		t.Errorf("%d pages, %+v, note %q, error %v", d.Pages(), blocks, d.Note(), err)
	}
}

func TestAPageOfPicturesAmongOthersIsSaid(t *testing.T) {
	t.Parallel()
	file := string(drawnPDF([]put{{60, 700, "One.", 0}}, []put{{60, 700, "............................................", 0}}, nil))
	begin := strings.LastIndex(file, "/F1 12 Tf")
	end := begin + strings.Index(file[begin:], "\n")
	picture := "ET q 100 0 0 100 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \xff EI Q BT"
	file = file[:begin] + picture + strings.Repeat(" ", end-begin-len(picture)) + file[end:]
	d, err := shared().Open(t.Context(), PDF, []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	blocks, _, err := d.Read(t.Context(), 0)
	if err != nil || len(blocks) != 1 || !strings.Contains(d.Note(), "pictures and no text: page 2.") {
		t.Errorf("%+v, note %q, error %v", blocks, d.Note(), err)
	}
}

func TestOnePageThatTakesTooLongIsNoReasonToSkipTheOthers(t *testing.T) {
	t.Parallel()
	d, err := shared().Open(t.Context(), PDF, drawnPDF([]put{{60, 700, "One.", 0}}, []put{{60, 700, "Two.", 0}}))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	timeout := d.(*pdfDocument).timeout
	d.(*pdfDocument).timeout = 1
	if _, next, err := d.Read(t.Context(), 0); err != nil || next != 1 || !strings.Contains(d.Note(), "takes too long to read and was left out: page 1.") {
		t.Fatalf("next %d, note %q, error %v", next, d.Note(), err)
	}
	d.(*pdfDocument).timeout = timeout
	blocks, next, err := d.Read(t.Context(), 1)
	if err != nil || next != 2 || len(blocks) != 1 || blocks[0].Text != "Two." {
		t.Errorf("%+v, next %d, error %v", blocks, next, err)
	}
}
