package extract

import (
	"fmt"
	"strings"
	"testing"
)

// epub makes a book of chapters, by their names in the order of the spine.
func epub(t testing.TB, spine []string, chapters map[string]string) []byte {
	t.Helper()
	parts := map[string]string{"META-INF/container.xml": `<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>`}
	var manifest, order strings.Builder
	for name, content := range chapters {
		parts["OPS/text/"+name+" 1.xhtml"] = content
		properties := ""
		if name == "nav" {
			properties = ` properties="nav"`
		}
		fmt.Fprintf(&manifest, `<item id=%q href="text/%s%%201.xhtml" media-type="application/xhtml+xml"%s/>`, name, name, properties)
	}
	for _, name := range spine {
		fmt.Fprintf(&order, `<itemref idref=%q/>`, name)
	}
	parts["OPS/book.opf"] = `<package><metadata><dc:title>Our book</dc:title></metadata><manifest>` + manifest.String() + `</manifest><spine>` + order.String() + `</spine></package>`
	return docx(t, parts)
}

func TestABookIsReadInTheOrderOfItsSpine(t *testing.T) {
	t.Parallel()
	title, got := extracted(t, EPUB, epub(t, []string{"contents", "nav", "two", "one", "missing"}, map[string]string{
		"one":      `<html><head><title/><script src="x"/></head><body><h1>Shipping</h1><p>By post.</p></body></html>`,
		"two":      `<html><head><title>Returns</title></head><body><p>Within <a id="x"/>45 days.</p><h2>How</h2><ul><li>Pack it</li></ul></body></html>`,
		"nav":      `<html><body><ol><li><a href="two.xhtml">Returns</a></li></ol></body></html>`,
		"contents": `<html><body><h1>Contents</h1><p><a href="two.xhtml">Returns</a></p><p><a href="one.xhtml">Shipping</a></p></body></html>`,
	}))
	if title != "Our book" {
		t.Errorf("title %q", title)
	}
	equal(t, got, "Returns: Within 45 days.", "Returns > How: - Pack it", "Shipping: By post.")
}

func TestABookThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	whole := epub(t, []string{"one"}, map[string]string{"one": "<p>text"})
	locked := map[string]string{
		"META-INF/container.xml":  `<container><rootfile full-path="b.opf"/></container>`,
		"META-INF/encryption.xml": `<encryption><EncryptedData><CipherData><CipherReference URI="one.xhtml"/></CipherData></EncryptedData></encryption>`,
		"b.opf":                   `<package><item id="1" href="one.xhtml" media-type="application/xhtml+xml"/><itemref idref="1"/></package>`,
		"one.xhtml":               "\x01\x02",
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"protected":                  {docx(t, locked), ErrEncrypted},
		"truncated":                  {whole[:len(whole)/2], ErrBroken},
		"without a container":        {docx(t, map[string]string{"one.xhtml": "<p>"}), ErrBroken},
		"unpacks to a thousand fold": {epub(t, []string{"one"}, map[string]string{"one": strings.Repeat("<p>", 2<<20)}), ErrTooBig},
		"a chapter for ever":         {epub(t, strings.Split(strings.Repeat("one ", maxPages+1), " "), map[string]string{"one": "<p>text"}), ErrTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, EPUB, c.data, c.want)
		})
	}
}
