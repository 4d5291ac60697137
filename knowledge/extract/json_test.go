package extract

import (
	"strings"
	"testing"
)

func TestJSONIsReadAsText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		json string
		want []string
	}{
		"fields":              {`{"shop":"Chairs Ltd.","open":true,"since":1999,"closed":null}`, []string{": shop: Chairs Ltd.\nopen: yes\nsince: 1999"}},
		"paths":               {`{"a":1,"delivery":{"abroad":{"days":7}},"b":2}`, []string{": a: 1", "delivery > abroad: days: 7", ": b: 2"}},
		"lists":               {`{"colours":["red","green",null,3]}`, []string{"colours: - red", "colours: - green", "colours: - 3"}},
		"objects with titles": {`[{"title":"Returns","body":"Within 45 days."},{"name":"Shipping","days":3,"tags":["post"]}]`, []string{"Returns: body: Within 45 days.", "Shipping: days: 3", "Shipping > tags: - post"}},
		"questions and answers": {`{"faq":[{"question":"Ship abroad?","answer":"Yes,\nwe do.","id":4},{"Q":"Free?","A":"No."},{"question":"Unanswered?"}],"more":{"x":1}}`,
			[]string{"Ship abroad?: Yes,\nwe do.", "Free?: No.", "faq: question: Unanswered?", "more: x: 1"}},
		"a long text":             {`{"id":7,"body":"` + strings.Repeat("word ", 60) + `","end":1}`, []string{": id: 7", ": body:\n" + strings.TrimSpace(strings.Repeat("word ", 60)), ": end: 1"}},
		"one value after another": {`{"a":1}` + "\n" + `{"a":2}`, []string{": a: 1", ": a: 2"}},
		"deeper than headings":    {`{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":1}}}}}}}}`, []string{"b > c > d > e > f > g: h: 1"}},
		"UTF-16":                  {"\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", []string{": a: 1"}},
		"one word":                {`"hello"`, []string{": hello"}},
		"nothing":                 {`{}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := extracted(t, JSON, []byte(c.json))
			equal(t, got, c.want...)
		})
	}
}

func TestJSONThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		json string
		want error
	}{
		"no JSON":              {`hello`, ErrBroken},
		"truncated":            {`{"a":[1,2`, ErrBroken},
		"truncated in a text":  {`{"a":"te`, ErrBroken},
		"nested beyond reason": {strings.Repeat("[", 100_000), ErrTooSlow},
		"objects, too":         {strings.Repeat(`{"a":`, 100_000), ErrTooSlow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, JSON, []byte(c.json), c.want)
		})
	}
}

func TestXMLIsReadAsText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		xml  string
		want []string
	}{
		"data":     {`<shop><product><name>Chair</name><price>9</price></product><product><name>Table</name><price>29</price></product></shop>`, []string{"Chair: price: 9", "Table: price: 29"}},
		"sections": {`<book><title>Ours</title><section><title>Returns</title><para>Within <emphasis>45</emphasis> days.</para></section><para>End.</para></book>`, []string{"Ours > Returns: Within 45 days.", "Ours: End."}},
		"a feed":   {`<rss><channel><item><title>News</title><description>&lt;p&gt;We have &lt;b&gt;moved&lt;/b&gt;.&lt;/p&gt;</description></item></channel></rss>`, []string{"News: We have moved."}},
		"CDATA":    {`<a><p><![CDATA[5 < 6]]></p></a>`, []string{": 5 < 6"}},
		"entities": {`<a><p>Gr&uuml;&szlig;e &amp; mehr</p></a>`, []string{": Grüße & mehr"}},
		"Latin 1":  {"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><p>Gr\xfc\xdfe</p>", []string{": Grüße"}},
		"UTF-16":   {"\xff\xfe<\x00p\x00>\x00a\x00b\x00<\x00/\x00p\x00>\x00", []string{": ab"}},
		"nothing":  {`<a/>`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := extracted(t, XML, []byte(c.xml))
			equal(t, got, c.want...)
		})
	}
}

func TestXMLThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	laughs := `<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;&lol2;">]><lolz>&lol3;</lolz>`
	for name, c := range map[string]struct {
		xml  string
		want error
	}{
		"no XML":               {`a < b`, ErrBroken},
		"truncated":            {`<a><b>text`, ErrBroken},
		"a billion laughs":     {laughs, ErrBroken},
		"a file of the server": {`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>`, ErrBroken},
		"nested beyond reason": {strings.Repeat("<a>", 100_000), ErrTooSlow},
		"one token for ever":   {`<a b="` + strings.Repeat("x", maxToken+1), ErrTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, XML, []byte(c.xml), c.want)
		})
	}
}
