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
