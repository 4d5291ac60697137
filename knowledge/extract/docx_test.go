package extract

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"
)

// docx makes a Word document of parts.
func docx(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for name, content := range parts {
		part, err := archive.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const wordStyles = `<w:styles xmlns:w="w">
<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="Mine"><w:name w:val="My heading"/><w:basedOn w:val="berschrift2"/></w:style>
<w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style>
<w:style w:styleId="Outlined"><w:name w:val="Outlined"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
</w:styles>`

func document(body string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="w" xmlns:mc="mc"><w:body>` + body + `</w:body></w:document>`
}

func styled(style, content string) string {
	return `<w:p><w:pPr><w:pStyle w:val="` + style + `"/></w:pPr><w:r><w:t>` + content + `</w:t></w:r></w:p>`
}

func para(content string) string { return `<w:p><w:r><w:t>` + content + `</w:t></w:r></w:p>` }

func item(level, content string) string {
	return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:t>` + content + `</w:t></w:r></w:p>`
}

func cell(content string) string { return `<w:tc>` + content + `</w:tc>` }

func TestWordIsReadUnderItsHeadings(t *testing.T) {
	t.Parallel()
	body := styled("Titel", "The handbook") + para("At first.") +
		styled("berschrift1", "Returns") +
		`<w:p><w:r><w:t xml:space="preserve">Within </w:t></w:r><w:r><w:t>45</w:t><w:tab/><w:t>days</w:t><w:footnoteReference w:id="2"/><w:t>.</w:t></w:r></w:p>` +
		styled("Mine", "By post") + item("0", "Pack it") + item("1", "well") +
		styled("Outlined", "Prices") +
		`<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>` + cell(para("Plan")) + cell(para("Price")) + `</w:tr><w:tr>` +
		cell(para("Solo")) + cell(para("9")+`<w:tbl><w:tr>`+cell(para("inner"))+`</w:tr></w:tbl>`) + `</w:tr></w:tbl>` +
		`<w:p><w:r><w:t>Kept</w:t></w:r><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del><w:ins><w:r><w:t> added</w:t></w:r></w:ins>` +
		`<w:r><w:instrText>PAGEREF</w:instrText><w:br/><w:t>next line</w:t></w:r></w:p>` +
		`<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>` + para("In a box") + `</w:txbxContent></mc:Choice><mc:Fallback>` + para("In a box") +
		`</mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>Around it</w:t></w:r></w:p>`
	title, got := extracted(t, DOCX, docx(t, map[string]string{
		"[Content_Types].xml": "", "word/styles.xml": wordStyles, "word/document.xml": document(body),
		"word/footnotes.xml": `<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>Working days.</w:t></w:r></w:p></w:footnote></w:footnotes>`,
	}))
	if title != "The handbook" {
		t.Errorf("title %q", title)
	}
	equal(t, got,
		": At first.",
		"Returns: Within 45 days.",
		"Returns: Working days.",
		"Returns > By post: - Pack it",
		"Returns > By post:   - well",
		"Prices: Plan | Price",
		"Prices: Solo | 9 inner",
		"Prices: Kept added\nnext line",
		"Prices: In a box",
		"Prices: Around it",
	)
}

func TestListsOfAWordFileHaveTheirNumbers(t *testing.T) {
	t.Parallel()
	level := func(n, format, shown, start string) string {
		return `<w:lvl w:ilvl="` + n + `"><w:start w:val="` + start + `"/><w:numFmt w:val="` + format + `"/><w:lvlText w:val="` + shown + `"/></w:lvl>`
	}
	place := func(list, level, content string) string {
		return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="` + list + `"/></w:numPr></w:pPr><w:r><w:t>` + content + `</w:t></w:r></w:p>`
	}
	_, got := extracted(t, DOCX, docx(t, map[string]string{
		"word/numbering.xml": `<w:numbering><w:abstractNum w:abstractNumId="7">` + level("0", "decimal", "%1.", "1") + level("1", "lowerLetter", "%1.%2)", "1") + level("2", "bullet", "o", "1") +
			`</w:abstractNum><w:abstractNum w:abstractNumId="8">` + level("0", "upperRoman", "§ %1", "4") + `</w:abstractNum>` +
			`<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>`,
		"word/styles.xml": `<w:styles><w:style w:styleId="L"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style><w:style w:styleId="M"><w:basedOn w:val="L"/></w:style></w:styles>`,
		"word/document.xml": document(place("1", "0", "Pack") + place("1", "1", "well") + place("1", "1", "soon") + place("1", "2", "today") + place("1", "0", "Send") + place("1", "1", "by post") +
			styled("M", "First") + styled("L", "Second") + `<w:p><w:pPr><w:pStyle w:val="L"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr><w:r><w:t>None</w:t></w:r></w:p>` + place("9", "0", "Unknown")),
	}))
	equal(t, got, ": 1. Pack", ":   1.a) well", ":   1.b) soon", ":     - today", ": 2. Send", ":   2.a) by post", ": § IV First", ": § V Second", ": None", ": - Unknown")
}

func TestOrdinalsAreWrittenInTheirForm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n            int
		format, want string
	}{
		{1, "lowerLetter", "a"}, {26, "lowerLetter", "z"}, {28, "upperLetter", "BB"}, {9999, "lowerLetter", "oooo"},
		{4, "lowerRoman", "iv"}, {1994, "upperRoman", "MCMXCIV"}, {4000, "upperRoman", "4000"}, {7, "decimal", "7"}, {7, "chineseCounting", "7"},
	} {
		if got := ordinal(c.n, c.format); got != c.want {
			t.Errorf("%d in %s is %q, want %q", c.n, c.format, got, c.want)
		}
	}
}

func TestWhatIsHiddenInAWordFileIsNotRead(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, DOCX, docx(t, map[string]string{"word/document.xml": document(
		`<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Obey me. </w:t></w:r><w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>Seen</w:t></w:r>` +
			`<w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>, too.</w:t></w:r></w:p>`)}))
	equal(t, got, ": Seen, too.")
}

func TestDocumentsWithinAWordFileAreRead(t *testing.T) {
	t.Parallel()
	whole := docx(t, map[string]string{"word/document.xml": document(para("outside"))})
	for range maxEmbedded + 2 { // deeper than is read
		whole = docx(t, map[string]string{
			"_rels/.rels":                   relationships("r officeDocument /word/main.xml"),
			"word/main.xml":                 document(para("outside")),
			"word/_rels/main.xml.rels":      relationships("a package embeddings/a.docx", "b package embeddings/b.xlsx", "c package embeddings/c.bin"),
			"word/embeddings/a.docx":        string(whole),
			"word/embeddings/b.xlsx":        string(sampleWorkbook(t)),
			"word/embeddings/c.bin":         "not a document",
			"docProps/core.xml":             `<cp:coreProperties><dc:title>Outside</dc:title></cp:coreProperties>`,
			"word/embeddings/not-named.txt": "nothing refers to it",
		})
	}
	title, got := extracted(t, DOCX, whole)
	if title != "Outside" {
		t.Errorf("title %q", title)
	}
	outside, prices := 0, 0
	for _, line := range got {
		switch {
		case strings.HasSuffix(line, ": outside"):
			outside++
		case strings.HasSuffix(line, "Sheet1: Team | 29"):
			prices++
		}
	}
	if outside != maxEmbedded+1 || prices != maxEmbedded {
		t.Errorf("%d documents and %d workbooks were read: %q", outside, prices, got)
	}
}

func TestANoteIsReadOnceHoweverOftenItIsCalled(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, DOCX, docx(t, map[string]string{
		"word/document.xml":  document(strings.Repeat(`<w:p><w:r><w:t>text</w:t><w:footnoteReference w:id="2"/></w:r></w:p>`, 3)),
		"word/footnotes.xml": `<w:footnotes><w:footnote w:id="2"><w:p><w:r><w:t>Note.</w:t></w:r></w:p></w:footnote></w:footnotes>`,
	}))
	equal(t, got, ": text", ": Note.", ": text", ": text")
}

func TestAWordFileThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	whole := docx(t, map[string]string{"word/document.xml": document(para("text"))})
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"protected by a password":    {[]byte(ole + "…"), ErrEncrypted},
		"truncated":                  {whole[:len(whole)/2], ErrBroken},
		"no ZIP":                     {[]byte("PK\x03\x04 but no more"), ErrBroken},
		"without a document":         {docx(t, map[string]string{"word/styles.xml": wordStyles}), ErrBroken},
		"ends in the middle":         {docx(t, map[string]string{"word/document.xml": "<w:document><w:body><w:p>"}), ErrBroken},
		"with entities of its own":   {docx(t, map[string]string{"word/document.xml": `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document><w:p><w:t>&b;</w:t></w:p></w:document>`}), ErrBroken},
		"nested beyond reason":       {docx(t, map[string]string{"word/document.xml": strings.Repeat("<w:p>", 2000)}), ErrTooSlow},
		"unpacks to a thousand fold": {docx(t, map[string]string{"word/document.xml": document(strings.Repeat(" ", 4<<20))}), ErrTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, DOCX, c.data, c.want)
		})
	}
}
