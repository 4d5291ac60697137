package extract

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// sampleBook makes a workbook with the library, so that what it says of itself is what such a file says.
func sampleBook(t testing.TB, fill func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := fill(f); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func rows(f *excelize.File, sheet string, rows ...[]any) error {
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return err
		}
		if err := f.SetSheetRow(sheet, cell, &row); err != nil {
			return err
		}
	}
	return nil
}

func sampleWorkbook(t testing.TB) []byte {
	return sampleBook(t, func(f *excelize.File) error {
		return rows(f, "Sheet1", []any{"Plan", "Price"}, []any{"Solo", 9}, []any{"Team", 29})
	})
}

func TestAWorkbookIsReadAsPeopleSeeIt(t *testing.T) {
	t.Parallel()
	money := "#,##0.00 \"€\""
	data := sampleBook(t, func(f *excelize.File) error {
		if err := rows(f, "Sheet1",
			[]any{"Prices of 2026"}, nil,
			[]any{"Plan", "", "Price", "Since", "Cost", "Article"},
			[]any{"Solo", "", 9.5, 45000, 1, 123456789012345},
			[]any{"", "", 0.25, 45000.5, 2, 7},
			[]any{"Secret", "", 1},
			nil, []any{"Without tax."}); err != nil {
			return err
		}
		if err := f.SetSheetName("Sheet1", "Plans"); err != nil {
			return err
		}
		for cell, style := range map[string]*excelize.Style{"C4": {CustomNumFmt: &money}, "C5": {NumFmt: 9}, "D4": {NumFmt: 14}, "D5": {NumFmt: 22}} {
			id, err := f.NewStyle(style)
			if err != nil {
				return err
			}
			if err := f.SetCellStyle("Plans", cell, cell, id); err != nil {
				return err
			}
		}
		if err := f.MergeCell("Plans", "A4", "A5"); err != nil {
			return err
		}
		if err := f.SetColVisible("Plans", "E", false); err != nil {
			return err
		}
		if err := f.SetRowVisible("Plans", 6, false); err != nil {
			return err
		}
		for _, sheet := range []string{"Hidden", "Questions"} {
			if _, err := f.NewSheet(sheet); err != nil {
				return err
			}
			if err := rows(f, sheet, []any{"Question", "Answer"}, []any{"In " + sheet + "?", "Yes."}); err != nil {
				return err
			}
		}
		if err := f.SetDocProps(&excelize.DocProperties{Title: "What it costs"}); err != nil {
			return err
		}
		return f.SetSheetVisible("Hidden", false)
	})
	title, got := extracted(t, XLSX, data)
	if title != "What it costs" {
		t.Errorf("title %q", title)
	}
	equal(t, got,
		"Plans: Prices of 2026",
		"Plans: Plan | Price | Since | Article",
		"Plans: Solo | 9.50 € | 2023-03-15 | 123456789012345",
		"Plans: Solo | 25% | 2023-03-15 12:00 | 7",
		"Plans: Without tax.",
		"In Questions?: Yes.",
	)
}

func TestAWorkbookThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	whole := sampleWorkbook(t)
	const sst = `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`
	parts := func(sheet, shared string) []byte {
		return docx(t, map[string]string{
			"_rels/.rels":                `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
			"xl/workbook.xml":            `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
			"[Content_Types].xml":        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
			"xl/worksheets/sheet1.xml":   sheet, "xl/sharedStrings.xml": shared,
		})
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"protected by a password":    {[]byte(ole + "…"), ErrEncrypted},
		"truncated":                  {whole[:len(whole)/2], ErrBroken},
		"without a workbook":         {docx(t, map[string]string{"xl/styles.xml": "<a/>"}), ErrBroken},
		"a sheet that ends":          {parts("<worksheet><sheetData><row>", sst), ErrBroken},
		"with entities of its own":   {parts(`<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>`, sst), ErrBroken},
		"nested beyond reason":       {parts("<worksheet>"+strings.Repeat("<a>", 2000), sst), ErrTooSlow},
		"unpacks to a thousand fold": {parts("<worksheet>"+strings.Repeat(" ", 4<<20)+"</worksheet>", sst), ErrTooBig},
		"more cells than are read":   {parts("<worksheet><sheetData>"+strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 400)+"</sheetData></worksheet>", sst), ErrTooMuchText},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, XLSX, c.data, c.want)
		})
	}
}
