package mail

import (
	"bytes"
	html "html/template"
	"net/url"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	layout "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// answers reads Markdown without its ways to write HTML: that is text to it, as in the widget.
var answers = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewThematicBreakParser(), 200), util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400), util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700), util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100), util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewEmphasisParser(), 500),
		),
	)),
	goldmark.WithExtensions(extension.Table),
	goldmark.WithRendererOptions(layout.WithHardWraps(), renderer.WithNodeRenderers(util.Prioritized(mailParts{}, 100))),
)

// maxMarkdown bounds what is drawn, in bytes: time grows with the square of the nesting, a tenth of a second here.
const maxMarkdown = 10_000

// markdown is a text as its readers saw it; empty when it is to be shown as it is.
func markdown(text string) html.HTML {
	if len(text) > maxMarkdown {
		return ""
	}
	var out bytes.Buffer
	if err := answers.Convert([]byte(text), &out); err != nil {
		return ""
	}
	return html.HTML(out.String()) //nolint:gosec // goldmark escapes all text, and no parser above makes HTML of it
}

// mailParts draws what must look another way in a mail, or may not be in one.
type mailParts struct{}

func (mailParts) RegisterFuncs(register renderer.NodeRendererFuncRegisterer) {
	register.Register(ast.KindParagraph, around(`<p style="margin:0 0 6px;">`, "</p>"))
	register.Register(ast.KindHeading, around(`<p style="margin:0 0 6px;"><strong>`, "</strong></p>"))
	register.Register(ast.KindImage, around("", "")) // nothing is loaded: its words stay
	register.Register(ast.KindLink, link)
}

func around(before, after string) renderer.NodeRendererFunc {
	return func(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
		mark := before
		if !entering {
			mark = after
		}
		_, err := w.WriteString(mark)
		return ast.WalkContinue, err
	}
}

// link draws one to a website or an address; of others the words stay.
func link(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	to := node.(*ast.Link).Destination
	u, err := url.Parse(string(to))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "mailto" {
		return ast.WalkContinue, nil
	}
	href := `<a style="color:inherit;" href="` + string(util.EscapeHTML(util.URLEscape(to, true))) + `">`
	return around(href, "</a>")(w, source, node, entering)
}
