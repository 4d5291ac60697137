package extract

import (
	"fmt"
	"strings"
	"testing"
)

// related is a list of what a part refers to: "id kind target".
func relationships(lines ...string) string {
	var out strings.Builder
	out.WriteString(`<Relationships>`)
	for _, line := range lines {
		words := strings.Fields(line)
		fmt.Fprintf(&out, `<Relationship Id=%q Type="http://x/%s" Target=%q/>`, words[0], words[1], words[2])
	}
	return out.String() + `</Relationships>`
}

func slide(attributes string, shapes ...string) string {
	return `<p:sld ` + attributes + `><p:cSld><p:spTree>` + strings.Join(shapes, "") + `</p:spTree></p:cSld></p:sld>`
}

// drawnShape is a shape whose place is for something ("" for none), with paragraphs.
func drawnShape(holder string, paragraphs ...string) string {
	if holder != "" {
		holder = `<p:nvPr><p:ph type="` + holder + `"/></p:nvPr>`
	}
	return `<p:sp>` + holder + `<p:txBody>` + strings.Join(paragraphs, "") + `</p:txBody></p:sp>`
}

func drawnText(properties, content string) string {
	return `<a:p>` + properties + `<a:r><a:t>` + content + `</a:t></a:r></a:p>`
}

// presentation has three slides: the first one of the order is the second one of the files.
func presentation(t testing.TB) []byte {
	t.Helper()
	cell := func(s string) string { return `<a:tc><a:txBody>` + drawnText("", s) + `</a:txBody></a:tc>` }
	return docx(t, map[string]string{
		"ppt/presentation.xml":            `<p:presentation><p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r3"/><p:sldId id="258" r:id="r1"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels": relationships("r1 slide slides/slide1.xml", "r2 slide slides/slide2.xml", "r3 slide slides/slide3.xml"),
		"ppt/slides/slide1.xml": slide("", drawnShape("ftr", drawnText("", "Shop Ltd.")), drawnShape("sldNum", drawnText("", "3")),
			`<p:graphicFrame><a:tbl><a:tblPr firstRow="1"/><a:tr>`+cell("Plan")+cell("Price")+`</a:tr><a:tr>`+cell("Solo")+cell("9")+`</a:tr></a:tbl></p:graphicFrame>`,
			`<p:graphicFrame><a:graphicData><dgm:relIds r:dm="r9"/></a:graphicData></p:graphicFrame>`,
			drawnShape("title", drawnText("", "Prices"))),
		"ppt/slides/_rels/slide1.xml.rels": relationships("r9 diagramData ../diagrams/data1.xml"),
		"ppt/diagrams/data1.xml":           `<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t>` + drawnText("", "Order, then pay") + `</dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>`,
		"ppt/slides/slide2.xml": slide("", drawnShape("ctrTitle", drawnText("", "Returns")),
			drawnShape("body", drawnText("", "Within 45 days"), drawnText(`<a:pPr lvl="1"/>`, "if unused"), drawnText(`<a:pPr><a:buNone/></a:pPr>`, "In short")),
			drawnShape("", drawnText(`<a:pPr><a:buAutoNum type="arabicPeriod"/></a:pPr>`, "Pack it"), drawnText(`<a:pPr><a:buAutoNum type="arabicPeriod"/></a:pPr>`, "Send it"))),
		"ppt/slides/_rels/slide2.xml.rels": relationships("n notesSlide ../notesSlides/notesSlide1.xml", "x image https://elsewhere.example/x.png"),
		"ppt/notesSlides/notesSlide1.xml":  `<p:notes>` + drawnShape("sldImg", drawnText("", "no")) + drawnShape("body", drawnText("", "Say it twice.")) + `</p:notes>`,
		"ppt/slides/slide3.xml":            slide(`show="0"`, drawnShape("title", drawnText("", "Secret"))),
		"docProps/core.xml":                `<cp:coreProperties><dc:title>All about orders</dc:title></cp:coreProperties>`,
	})
}

func TestSlidesAreReadInTheirOrderWithNotes(t *testing.T) {
	t.Parallel()
	title, got := extracted(t, PPTX, presentation(t))
	if title != "All about orders" {
		t.Errorf("title %q", title)
	}
	equal(t, got,
		"1 Returns: - Within 45 days",
		"1 Returns:   - if unused",
		"1 Returns: In short",
		"1 Returns: 1. Pack it",
		"1 Returns: 2. Send it",
		"1 Returns: Say it twice.",
		"3 Prices: Plan | Price",
		"3 Prices: Solo | 9",
		"3 Prices: Order, then pay",
	)
}

func TestAPresentationThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	whole := presentation(t)
	one := func(content string) []byte {
		return docx(t, map[string]string{
			"ppt/presentation.xml":            `<p:presentation><p:sldId r:id="r1"/></p:presentation>`,
			"ppt/_rels/presentation.xml.rels": relationships("r1 slide slides/slide1.xml"), "ppt/slides/slide1.xml": content,
		})
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"protected by a password":    {[]byte(ole + "…"), ErrEncrypted},
		"truncated":                  {whole[:len(whole)/2], ErrBroken},
		"without a presentation":     {docx(t, map[string]string{"ppt/slides/slide1.xml": slide("")}), ErrBroken},
		"a slide that ends":          {one("<p:sld><p:sp>"), ErrBroken},
		"with entities of its own":   {one(`<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>` + slide("", drawnShape("", drawnText("", "&b;")))), ErrBroken},
		"nested beyond reason":       {one(strings.Repeat("<p:grpSp>", 2000)), ErrTooSlow},
		"unpacks to a thousand fold": {one(slide("", strings.Repeat(" ", 4<<20))), ErrTooBig},
		"one attribute without end":  {one(`<p:sld x="` + randomText(maxToken+1<<20) + `"/>`), ErrTooBig},
		"the same slide for ever": {docx(t, map[string]string{
			"ppt/presentation.xml":            `<p:presentation>` + strings.Repeat(`<p:sldId r:id="r1"/>`, maxPages+1) + `</p:presentation>`,
			"ppt/_rels/presentation.xml.rels": relationships("r1 slide slides/slide1.xml"), "ppt/slides/slide1.xml": slide(""),
		}), ErrTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, PPTX, c.data, c.want)
		})
	}
}

// randomText does not shrink much when it is packed.
func randomText(n int) string {
	out := make([]byte, n)
	state := uint32(1)
	for i := range out {
		state = state*1664525 + 1013904223
		out[i] = "abcdefghijklmnopqrstuvwxyzABCDEF"[state>>27]
	}
	return string(out)
}
