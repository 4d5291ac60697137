package mail

import (
	"strings"
	"testing"
)

func TestMarkdownIsDrawnAsReadersSawItAndRunsAndLoadsNothing(t *testing.T) {
	t.Parallel()
	const p, end = `<p style="margin:0 0 6px;">`, "</p>\n"
	for text, want := range map[string]string{
		"You have **45 days** [1].":             p + "You have <strong>45 days</strong> [1]." + end,
		"one\ntwo":                              p + "one<br>\ntwo" + end,
		"# Big":                                 p + "<strong>Big</strong>" + end,
		"- a\n- b":                              "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
		"[shop](https://shop.example/?a=1&b=2)": p + `<a style="color:inherit;" href="https://shop.example/?a=1&amp;b=2">shop</a>` + end,
		`[x](https://a.example/"onclick=x)`:     p + `<a style="color:inherit;" href="https://a.example/%22onclick=x">x</a>` + end,
		"[x](javascript:alert(1))":              p + "x" + end,
		"[x](data:text/html,y)":                 p + "x" + end,
		"[x](/conversations)":                   p + "x" + end,
		"![a lamp](https://evil.example/1.png)": p + "a lamp" + end,
		"<script>alert(1)</script>":             p + "&lt;script&gt;alert(1)&lt;/script&gt;" + end,
		"a <b onclick=x>b</b>":                  p + "a &lt;b onclick=x&gt;b&lt;/b&gt;" + end,
		"<javascript:alert(1)>":                 p + "&lt;javascript:alert(1)&gt;" + end,
		"```js\n<script>\n```":                  "<pre><code class=\"language-js\">&lt;script&gt;\n</code></pre>\n",
		"`<b>` & more":                          p + "<code>&lt;b&gt;</code> &amp; more" + end,
	} {
		got := strings.ReplaceAll(string(markdown(text)), "</p>", end)
		got = strings.ReplaceAll(got, "\n\n", "\n")
		if got != want {
			t.Errorf("%q gives\n%q, want\n%q", text, got, want)
		}
	}
}

func FuzzMarkdownMakesOnlyElementsThatMailsMayHave(f *testing.F) {
	for _, seed := range []string{"<img src=x>", "[a](<javascript:x>)", "![](//x)", "| a | b |\n|---|---|\n| <b> | `c` |", "```\" onload=x\n```", strings.Repeat(">", 2_000), strings.Repeat("[", 2_000), strings.Repeat("*a", 2_000)} {
		f.Add(seed)
	}
	allowed := map[string]bool{}
	for _, name := range strings.Fields("p strong em a ul ol li br hr pre code blockquote table thead tbody tr th td") {
		allowed[name] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		html := string(markdown(body(text)))
		for _, piece := range strings.Split(html, "<")[1:] {
			tag, _, closed := strings.Cut(piece, ">")
			name, rest, _ := strings.Cut(strings.Trim(tag, "/ "), " ")
			if !closed || !allowed[name] {
				t.Fatalf("%q gives <%s in %q", text, tag, html)
			}
			if name == "a" && rest != "" && !strings.HasPrefix(rest, `style="color:inherit;" href="http`) && !strings.HasPrefix(rest, `style="color:inherit;" href="mailto:`) {
				t.Fatalf("%q gives <%s", text, tag)
			}
		}
	})
}
