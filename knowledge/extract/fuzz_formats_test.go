package extract

import (
	"context"
	"strings"
	"testing"
)

// bounded parses without the net that catches panics. What is unpacked or repeated may be much more than the file: it ends at the bounds.
func bounded(t *testing.T, parse func(context.Context, []byte) (text, error), data []byte) {
	t.Helper()
	if read, err := parse(t.Context(), data); err == nil && size(read.blocks) > maxUnpacked {
		t.Error("more text than may be unpacked")
	}
}

func FuzzRichText(f *testing.F) {
	for _, seed := range []string{
		`{\rtf1\ansi\ansicpg1252 Gr\'fc\'dfe\par{\b x}\u26085?\cell\row}`, `{\rtf1{\fonttbl{\f1\fcharset128 M;}}\f1\'93\'fa\'96\{}`, `{\rtf1{\stylesheet{\s1 heading 1;}}\s1 A\par\pard b{\footnote c}\par}`,
		`{\rtf1\trowd\intbl a\cell b\cell\row\pard{\*\x y}{\listtext 1.\tab}c\bin3 {{{\par}`, `{\rtf1\uc2\u-10179??\u-8704`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, richText, data) })
}

func FuzzLetter(f *testing.F) {
	for _, seed := range []string{
		"Subject: =?utf-8?q?a?=\r\n\r\nb", "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x\r\n--b--\r\n",
		"Content-Type: message/rfc822\r\n\r\nSubject: a\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; filename=a\r\n\r\nx\r\n--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=41=\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, letter, data) })
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{
		`{"question":"a?","answer":"b"}`, `[{"title":"a","b":[1,null,true,{"c":"d\ne"}]}]`, `{"a":{"b":{"c":[[["d"]]]}}} {"e":1e400}`, `"\ud800"`, `[`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1000 {
			return // a name returns with each of the values below it
		}
		bounded(t, jsonText, data)
	})
}

func FuzzXML(f *testing.F) {
	for _, seed := range []string{
		"<a><title>b</title><p>c<i>d</i>e</p></a>", "<?xml version='1.0' encoding='koi8-r'?><a>\xc1</a>", "<a><![CDATA[<p>x]]></a>", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "\xff\xfe<\x00a\x00/\x00>\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, markupText, data) })
}

func FuzzSlide(f *testing.F) {
	for _, seed := range []string{
		slide("", drawnShape("title", drawnText("", "a")), drawnShape("body", drawnText(`<a:pPr lvl="9"><a:buAutoNum/></a:pPr>`, "b"))),
		"<p:graphicFrame><a:tbl><a:tr><a:tc><a:p><a:t>x</a:t></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>", "</a:tc></a:tr><a:tr/><a:tc/>", "<dgm:relIds r:dm='r1'/>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		check(t, slides, docx(t, map[string]string{
			"ppt/presentation.xml":            `<p:presentation><p:sldId r:id="r1"/></p:presentation>`,
			"ppt/_rels/presentation.xml.rels": relationships("r1 slide slides/slide1.xml"), "ppt/slides/slide1.xml": content,
			"ppt/slides/_rels/slide1.xml.rels": relationships("r1 notesSlide slide1.xml"),
		}))
	})
}

func FuzzOpenDocument(f *testing.F) {
	for _, seed := range []string{
		"<office:text><text:h>a</text:h><text:list><text:list-item><text:p>b<text:note><text:p>c</text:p></text:note></text:p></text:list-item></text:list></office:text>",
		`<office:spreadsheet><table:table table:name="a"><table:table-row><table:table-cell table:number-columns-repeated="9"><text:p>b</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>`,
		`<draw:page><draw:frame presentation:class="title"><text:p>a</text:p></draw:frame></draw:page>`, "</table:table-cell></table:table><table:table-row/>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		bounded(t, openDocument, docx(t, map[string]string{"content.xml": content, "styles.xml": content}))
	})
}

func FuzzBook(f *testing.F) {
	f.Add(`<package><item id="a" href="one.xhtml" media-type="application/xhtml+xml"/><itemref idref="a"/></package>`, "<title/><h1>a</h1><p>b")
	f.Add(`<package><dc:title>t</dc:title><item id="a" href="%6fne.xhtml" media-type="text/html" properties="nav"/><itemref idref="a"/></package>`, `<a href="x">a</a><a href="y">b</a>`)
	f.Fuzz(func(t *testing.T, opf, chapter string) {
		bounded(t, book, docx(t, map[string]string{"META-INF/container.xml": `<rootfile full-path="b.opf"/>`, "b.opf": opf, "one.xhtml": chapter}))
	})
}

func FuzzSheet(f *testing.F) {
	f.Add(`<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells>`)
	f.Add(`<cols><col min="1" max="2" hidden="1"/></cols><sheetData><row r="9"><c r="XFD9" s="3"><v>45000.5</v></c></row><row hidden="1"><c t="s"><v>0</v></c></row></sheetData>`)
	f.Add(`<sheetData><row><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c><c t="d"><v>2024-01-01</v></c><c><v>123456789012345</v></c></row></sheetData>`)
	f.Fuzz(func(t *testing.T, content string) { bounded(t, workbook, sheetOf(t, content)) })
}

// sheetOf makes a workbook of one sheet, with formats for its cells.
func sheetOf(t testing.TB, content string) []byte {
	t.Helper()
	const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	const package2006 = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	const office = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	return docx(t, map[string]string{
		"_rels/.rels":                `<Relationships ` + package2006 + `><Relationship Id="r" Type="` + office + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook ` + main + ` xmlns:r="` + office + `"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships ` + package2006 + `><Relationship Id="rId1" Type="` + office + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + office + `/styles" Target="styles.xml"/></Relationships>`,
		"xl/styles.xml":              `<styleSheet ` + main + `><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="9"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml":   `<worksheet ` + main + `>` + content + `</worksheet>`,
	})
}

func FuzzArchives(f *testing.F) {
	f.Add(presentation(f))
	f.Add(sampleWorkbook(f))
	f.Add(openDocumentFile(f, "<office:text><text:p>a</text:p></office:text>"))
	f.Add(epub(f, []string{"one"}, map[string]string{"one": "<p>text"}))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, parse := range []func(context.Context, []byte) (text, error){slides, workbook, openDocument, book} {
			bounded(t, parse, data)
		}
	})
}

func FuzzCompound(f *testing.F) {
	f.Add(oldContainer(map[string][]byte{"WordDocument": oldDocument("a\rb\r"), "1Table": oldPieceTable(4)}))
	f.Add(oldContainer(map[string][]byte{"Workbook": oldSheetStream()}))
	f.Add([]byte(ole + strings.Repeat("\x00", 600)))
	f.Fuzz(func(t *testing.T, data []byte) { bounded(t, compound, data) })
}

func FuzzOldWord(f *testing.F) {
	f.Add(oldDocument("a\r\x13 HYPERLINK x\x14b\x15\x07\x07"), oldPieceTable(20))
	f.Fuzz(func(t *testing.T, main, table []byte) {
		bounded(t, func(ctx context.Context, _ []byte) (text, error) {
			return oldWord(ctx, map[string][]byte{"WordDocument": main, "0Table": table, "1Table": table})
		}, nil)
	})
}

func FuzzOldWorkbook(f *testing.F) {
	f.Add(oldSheetStream())
	f.Fuzz(func(t *testing.T, data []byte) { bounded(t, oldWorkbook, data) })
}

func FuzzOldSlides(f *testing.F) {
	presented, user := oldPresentationStreams()
	f.Add(presented, user)
	f.Fuzz(func(t *testing.T, stream, user []byte) {
		bounded(t, func(ctx context.Context, _ []byte) (text, error) { return oldSlides(ctx, stream, user) }, nil)
	})
}
