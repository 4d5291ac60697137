package extract

import (
	"strings"
	"testing"
)

func openDocumentFile(t testing.TB, body string) []byte {
	t.Helper()
	return docx(t, map[string]string{
		"content.xml": `<office:document-content><office:automatic-styles>
<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"/></text:list-style>
<style:style style:name="gone" style:family="table"><style:table-properties table:display="false"/></style:style>
<style:style style:name="unseen" style:family="drawing-page"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>
</office:automatic-styles><office:body>` + body + `</office:body></office:document-content>`,
		"meta.xml": `<office:document-meta><office:meta><dc:title>Ours</dc:title></office:meta></office:document-meta>`,
	})
}

func TestAnOpenDocumentTextIsReadUnderItsHeadings(t *testing.T) {
	t.Parallel()
	title, got := extracted(t, ODT, openDocumentFile(t, `<office:text><text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>
<text:p text:style-name="Title">The handbook</text:p>
<text:h text:outline-level="1">Returns</text:h>
<text:p>Within<text:s text:c="3"/>45<text:tab/>days<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Working days.</text:p></text:note-body></text:note>.<office:annotation><text:p>a comment</text:p></office:annotation></text:p>
<text:list text:style-name="L1"><text:list-item><text:p>Pack it</text:p><text:p>well</text:p><text:list><text:list-item><text:p>in a box</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>Send it</text:p></text:list-item></text:list>
<text:list><text:list-item><text:p>soon</text:p></text:list-item></text:list>
<table:table table:name="T"><table:table-header-rows><table:table-row><table:table-cell><text:p>Plan</text:p></table:table-cell><table:table-cell><text:p>Price</text:p></table:table-cell></table:table-row></table:table-header-rows>
<table:table-row><table:table-cell><text:p>Solo</text:p></table:table-cell><table:table-cell><text:p>9</text:p><table:table><table:table-row><table:table-cell><text:p>inner</text:p></table:table-cell></table:table-row></table:table></table:table-cell></table:table-row></table:table>
</office:text>`))
	if title != "The handbook" {
		t.Errorf("title %q", title)
	}
	equal(t, got,
		"Returns: Within 45 days.",
		"Returns: Working days.",
		"Returns: 1. Pack it",
		"Returns:    well",
		"Returns:   1. in a box",
		"Returns: 2. Send it",
		"Returns: - soon",
		"Returns: Plan | Price",
		"Returns: Solo | 9 inner",
	)
}

func TestAnOpenDocumentSpreadsheetIsReadBySheets(t *testing.T) {
	t.Parallel()
	cell := func(s string) string { return `<table:table-cell><text:p>` + s + `</text:p></table:table-cell>` }
	row := func(cells ...string) string {
		return `<table:table-row>` + strings.Join(cells, "") + `</table:table-row>`
	}
	title, got := extracted(t, ODS, openDocumentFile(t, `<office:spreadsheet>
<table:table table:name="Plans"><table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>`+
		row(cell("Plan"), cell("Price"), cell("Cost"), `<table:table-cell table:number-columns-repeated="16384"/>`)+
		row(cell("Solo"), cell("9,00 €"), cell("1"))+
		`<table:table-row table:visibility="filter">`+cell("secret")+`</table:table-row>
<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>`+
		row(cell("Without tax"))+`</table:table>
<table:table table:name="Old" table:style-name="gone">`+row(cell("not this"))+`</table:table></office:spreadsheet>`))
	if title != "Ours" {
		t.Errorf("title %q", title)
	}
	equal(t, got, "Plans: Plan | Price", "Plans: Solo | 9,00 €", "Plans: Without tax")
}

func TestOpenDocumentSlidesAreReadInTheirOrder(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, ODP, openDocumentFile(t, `<office:presentation>
<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Returns</text:p></draw:text-box></draw:frame>
<draw:frame presentation:class="outline"><draw:text-box><text:list><text:list-item><text:p>Within 45 days</text:p></text:list-item></text:list></draw:text-box></draw:frame>
<presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>Say it twice.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
<draw:page draw:style-name="unseen"><draw:frame><draw:text-box><text:p>Secret</text:p></draw:text-box></draw:frame></draw:page>
<draw:page><draw:frame><draw:text-box><text:p>The end.</text:p></draw:text-box></draw:frame></draw:page></office:presentation>`))
	equal(t, got, "1 Returns: - Within 45 days", "1 Returns: Say it twice.", "3 : The end.")
}

func TestAnOpenDocumentThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	whole := openDocumentFile(t, `<office:text><text:p>text</text:p></office:text>`)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"protected by a password":    {docx(t, map[string]string{"content.xml": "…", "META-INF/manifest.xml": `<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>`}), ErrEncrypted},
		"truncated":                  {whole[:len(whole)/2], ErrBroken},
		"no ZIP":                     {[]byte("This is not a zip file!"), ErrBroken},
		"without content":            {docx(t, map[string]string{"styles.xml": "<a/>"}), ErrBroken},
		"ends in the middle":         {docx(t, map[string]string{"content.xml": "<office:text><text:p>"}), ErrBroken},
		"with entities of its own":   {docx(t, map[string]string{"content.xml": `<!DOCTYPE x [<!ENTITY a "aaaa">]><text:p>&a;</text:p>`}), ErrBroken},
		"nested beyond reason":       {docx(t, map[string]string{"content.xml": strings.Repeat("<text:list>", 2000)}), ErrTooSlow},
		"unpacks to a thousand fold": {openDocumentFile(t, strings.Repeat(" ", 4<<20)), ErrTooBig},
		"more cells than are read": {openDocumentFile(t, `<office:spreadsheet><table:table>`+strings.Repeat(`<table:table-row><table:table-cell table:number-columns-repeated="1000"/><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row>`, 5000)+
			`</table:table></office:spreadsheet>`), ErrTooMuchText},
		"more parts than are read": {[]byte(strings.Repeat("PK\x01\x02", maxParts+1)), ErrTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, ODT, c.data, c.want)
		})
	}
}
