package extract

import (
	"strings"
	"testing"
)

const filler = "This sentence is long enough, with a comma or two, to look like an article, as readers know them. "

func TestAnArticleIsReadWithoutWhatSurroundsIt(t *testing.T) {
	t.Parallel()
	title, got := extracted(t, HTML, []byte(`<!doctype html><html><head><title>Returns – Shop</title><style>p{}</style></head><body>
<nav><a href=/>Home</a><a href=/shop>Shop</a></nav>
<article><h1>Returns</h1>
<p>You have 45 days. `+strings.Repeat(filler, 6)+`</p>
<h2>How to <em>send</em> it back</h2>
<ol><li>Pack it.</li><li>Print the label.<br>Stick it on.</li></ol>
<p>`+strings.Repeat(filler, 6)+`</p>
<table><tr><th>Country</th><th>Cost</th></tr><tr><td>Spain</td><td>4 €</td></tr></table>
<pre>line  one
line two</pre>
<p style="display: none">invisible</p><script>var x = "no";</script>
</article><footer>© Shop</footer></body></html>`))
	if title != "Returns – Shop" {
		t.Errorf("title %q", title)
	}
	all := strings.Join(got, "\n")
	for _, want := range []string{
		"You have 45 days.", "How to send it back: - Pack it.", "How to send it back: - Print the label.\nStick it on.",
		"How to send it back: Country | Cost", "How to send it back: Spain | 4 €", "How to send it back: line  one\nline two",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("missing %q in\n%s", want, all)
		}
	}
	for _, not := range []string{"Home", "© Shop", "invisible", "var x", "p{}"} {
		if strings.Contains(all, not) {
			t.Errorf("%q was read", not)
		}
	}
}

func TestAPageWithoutAnArticleIsReadAsAWhole(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString("<html><body><h1>Questions</h1>")
	for _, q := range []string{"Do you ship abroad?", "Can I pay later?", "Where are you?"} {
		page.WriteString("<div class=q><h3>" + q + "</h3><div>Yes, " + q + "</div></div>")
	}
	page.WriteString("</body></html>")
	_, got := extracted(t, HTML, []byte(page.String()))
	equal(t, got,
		"Questions > Do you ship abroad?: Yes, Do you ship abroad?",
		"Questions > Can I pay later?: Yes, Can I pay later?",
		"Questions > Where are you?: Yes, Where are you?",
	)
}

func TestAPageIsReadInTheEncodingThatItsBytesAreIn(t *testing.T) {
	t.Parallel()
	const cyrillic = "\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? \xdd\xf2\xee \xef\xf0\xee\xf1\xf2\xee\xe9 \xf2\xe5\xea\xf1\xf2 \xed\xe0 \xf0\xf3\xf1\xf1\xea\xee\xec \xff\xe7\xfb\xea\xe5."
	const want = ": Привет, как дела? Это простой текст на русском языке."
	for name, page := range map[string]string{
		"declared rightly":                  `<meta charset="windows-1251"><p>` + cyrillic,
		"declared wrongly":                  `<meta http-equiv=content-type content="text/html; charset=UTF-8"><p>` + cyrillic,
		"not declared":                      `<p>` + cyrillic,
		"UTF-8, declared so":                `<meta charset=utf-8><p>` + want[2:],
		"UTF-8, declared as something else": `<meta charset=windows-1251><p>` + want[2:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := extracted(t, HTML, []byte(page))
			equal(t, got, want)
		})
	}
}

func TestAPageNestedBeyondReasonIsRefused(t *testing.T) {
	t.Parallel()
	refused(t, HTML, []byte(strings.Repeat("<div>", 100_000)), ErrBroken)
	refused(t, HTML, make([]byte, maxHTML+1), ErrTooBig)
}

func TestALayoutTableIsReadAsThePageItIs(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, HTML, []byte(`<table><tr><td><h2>News</h2><p>First.</p><table><tr><td>a</td><td>b</td></tr></table></td></tr></table>`))
	equal(t, got, "News: First.", "News: a | b")
}
