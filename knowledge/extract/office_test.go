package extract

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// linesOf is what was read, a line a block, with the headings that it stands under and the header of its table.
func linesOf(t *testing.T, parse func(ctx context.Context, data []byte) (text, error), data []byte) []string {
	t.Helper()
	got, err := parse(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, b := range got.blocks {
		line := strings.Join(append(slices.Clone(b.Headings), b.Text), " > ")
		if b.Lead != "" {
			line += " [" + b.Lead + "]"
		}
		lines = append(lines, line)
	}
	return lines
}

func sameLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("read:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestWhatWordWritesForItselfIsNotRead has a contract as people edit them together: lists of contents, changes that are tracked, comments, text boxes that are
// kept in two forms, fields, controls, and tables with merged cells.
func TestWhatWordWritesForItselfIsNotRead(t *testing.T) {
	t.Parallel()
	run := func(content string) string { return `<w:r><w:t xml:space="preserve">` + content + `</w:t></w:r>` }
	body := `<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj></w:sdtPr><w:sdtContent>` +
		para("Contents") + `<w:p><w:hyperlink w:anchor="a">` + run("Term") + `<w:r><w:tab/></w:r>` + run("3") + `</w:hyperlink></w:p></w:sdtContent></w:sdt>` +
		styled("Verzeichnis1", "Term 3") +
		styled("berschrift1", "Term") +
		`<w:p>` + run("The term is ") + `<w:del w:id="1"><w:r><w:delText>two</w:delText></w:r></w:del><w:ins w:id="2">` + run("three") + `</w:ins>` + run(" years.") + `<w:r><w:commentReference w:id="1"/></w:r></w:p>` +
		`<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><w:txbxContent>` + para("Call 112 in an emergency.") + `</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>` +
		para("Call 112 in an emergency.") + `</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>` +
		`<w:p>` + run("co") + `<w:r><w:softHyphen/></w:r>` + run("operation") + `<w:sdt><w:sdtContent>` + run(" by e") + `</w:sdtContent></w:sdt><w:r><w:noBreakHyphen/></w:r><w:smartTag>` + run("mail") + `</w:smartTag></w:p>` +
		`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>` + run("3 May") + `<w:r><w:fldChar w:fldCharType="end"/></w:r>` + run(" is the day.") + `</w:p>` +
		`<w:p><w:moveFrom>` + run("Moved.") + `</w:moveFrom></w:p>` +
		styled("berschrift1", "Fees") +
		`<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="3"/></w:tcPr>` + para("Valid in 2026") + `</w:tc></w:tr>` +
		`<w:tr>` + cell(para("Who")) + cell(para("Where")) + cell(para("Price")) + `</w:tr>` +
		`<w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>` + para("Adults") + `</w:tc>` + cell(para("at the desk")) + cell(para("9 €")) + `</w:tr>` +
		`<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>` + cell(para("online")) + cell(para("8 €")) + `</w:tr>` +
		`<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>` + para("Children") + `</w:tc>` + cell(para("free")) + `</w:tr></w:tbl>`
	styles := strings.Replace(wordStyles, "</w:styles>", `<w:style w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style></w:styles>`, 1)
	data := docx(t, map[string]string{
		"word/document.xml": document(body), "word/styles.xml": styles,
		"word/header1.xml":  `<w:hdr xmlns:w="w">` + para("Acme, confidential") + `</w:hdr>`,
		"word/comments.xml": `<w:comments xmlns:w="w"><w:comment w:id="1">` + para("Really?") + `</w:comment></w:comments>`,
	})
	sameLines(t, linesOf(t, word, data), []string{
		"Term > The term is three years.", "Term > Call 112 in an emergency.", "Term > cooperation by e-mail", "Term > 3 May is the day.",
		"Fees > Valid in 2026", "Fees > Who | Where | Price", "Fees > Adults | at the desk | 9 € [Who | Where | Price]", "Fees > Adults | online | 8 € [Who | Where | Price]",
		"Fees > Children | free [Who | Where | Price]",
	})
}

// TestTablesAsProgramsWriteThemAreRead has CSV of spreadsheet programs, of shops and of forms.
func TestTablesAsProgramsWriteThemAreRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data string
		want []string
	}{
		"Excel in Germany":        {"\ufeffProdukt;Preis\r\nTasse;9,50 €\r\nTeller;\"12,00 €; groß\"\r\n", []string{"Produkt: Tasse; Preis: 9,50 €", "Produkt: Teller; Preis: 12,00 €; groß"}},
		"Excel for another Excel": {"sep=;\r\nProdukt;Preis\r\nTasse;9,50\r\n", []string{"Produkt: Tasse; Preis: 9,50"}},
		"with tabs":               {"Product\tPrice\nCup\t9\n", []string{"Product: Cup; Price: 9"}},
		"of an old program":       {"Gr\xf6\xdfe;Preis\nS;1\n", []string{"Größe: S; Preis: 1"}},
		"of a help desk":          {"Question,Answer,Category\n\"How?\nExactly?\",\"So.\n\nAnd so.\",General\n", []string{"How? Exactly? > So.\n\nAnd so."}},
		"of a help desk in Japan": {"質問,回答\n送料は?,五百円です。\n", []string{"送料は? > 五百円です。"}},
		"of a shop":               {"Handle,Title,Body (HTML),Price\nmug,Mug,\"A mug, large\",9.5\nmug,,,10.5\n", []string{"Handle: mug; Title: Mug; Body (HTML): A mug, large; Price: 9.5", "Handle: mug; Price: 10.5"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sameLines(t, linesOf(t, spreadsheet, []byte(c.data)), c.want)
		})
	}
}

// TestWorkbooksAsBusinessesKeepThemAreRead has a sheet with a title, two tables and remarks, and one with questions.
func TestWorkbooksAsBusinessesKeepThemAreRead(t *testing.T) {
	t.Parallel()
	data := sampleBook(t, func(f *excelize.File) error {
		if err := rows(f, "Sheet1",
			[]any{"Opening hours of the pool"}, nil,
			[]any{"Day", "Opens", "Closes"}, []any{"Monday", "7:00", "21:00"}, []any{"Sunday", "9:00", "18:00"}, nil,
			[]any{"Day tickets"}, []any{"Who", "Price"}, []any{"Adults", 6.5}, []any{"Children", 3}, nil,
			[]any{"Closed on 24 December."}); err != nil {
			return err
		}
		if _, err := f.NewSheet("Fragen"); err != nil {
			return err
		}
		return rows(f, "Fragen", []any{"Frage", "Antwort"}, []any{"Gibt es Schränke?", "Ja, mit einer Münze."}, []any{"Darf mein Hund mit?", "Nein."})
	})
	got := linesOf(t, workbook, data)
	for _, want := range []string{
		"Opening hours of the pool", "Monday | 7:00 | 21:00 [Day | Opens | Closes]", "Day tickets", "Adults | 6.5 [Who | Price]", "Closed on 24 December.",
		"Gibt es Schränke? > Ja, mit einer Münze.",
	} {
		if !slices.ContainsFunc(got, func(line string) bool { return strings.HasSuffix(line, want) }) {
			t.Errorf("lacks %q:\n%s", want, strings.Join(got, "\n"))
		}
	}
}
