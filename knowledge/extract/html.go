package extract

import (
	"bytes"
	"context"
	"io"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a web page is bounded by: finding the article in it cannot be interrupted.
const (
	maxHTML     = 16 << 20 // bytes
	maxElements = 20_000   // that an article is looked for in; some 10 times those of a long page
)

// webPage reads the article of a page, or the whole of its content where no
// article stands out.
func webPage(ctx context.Context, data []byte) (text, error) {
	if len(data) > maxHTML {
		return text{}, ErrTooBig
	}
	root, err := html.Parse(interruptible{ctx, strings.NewReader(decode(data, declaredCharset(data)))})
	if ctx.Err() != nil {
		return text{}, ctx.Err()
	}
	if err != nil {
		return text{}, ErrBroken.Because(err)
	}
	title := pageTitle(root)
	unfold(root)
	prune(root)
	whole, marked := content(root)
	least := size(whole) / 6
	if marked {
		least = size(whole) / 4
	}
	finder := readability.NewParser()
	finder.MaxElemsToParse = maxElements
	article, err := finder.ParseDocument(root, &url.URL{Scheme: "https", Host: "page.invalid"})
	if err == nil && article.Node != nil {
		if found := read(article.Node); size(found) >= max(sure, least) {
			return text{title: title, blocks: found}, nil
		}
	}
	return text{title: title, blocks: whole}, nil
}

// sure is how long an article must be, in characters, for it to be told from what surrounds it by its looks: below that
// go-readability takes in more and more of the page. And where most of a page's content is elsewhere it has no article: pages of
// questions and product lists, in which what is found is one of many parts. How much most is depends on whether the page
// tells its content from the rest: where nothing does, much of it is menus.
const sure = 500

// interruptible ends the input of a parser when ctx ends: misnested markup takes quadratic time.
type interruptible struct {
	ctx context.Context //nolint:containedctx // it lives as long as the call that reads
	r   io.Reader
}

func (i interruptible) Read(p []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(p)
}

func size(blocks []Block) (n int) {
	for _, b := range blocks {
		n += utf8.RuneCountInString(b.Text)
	}
	return n
}

var charsetAttribute = regexp.MustCompile(`(?i)<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)`)

// declaredCharset finds what the page says of its encoding, however far down: preambles can be long.
func declaredCharset(data []byte) string {
	if match := charsetAttribute.FindSubmatch(data[:min(len(data), 64<<10)]); match != nil {
		return string(match[1])
	}
	return ""
}

func pageTitle(root *html.Node) string {
	for n := range root.Descendants() {
		if n.DataAtom == atom.Title && n.Namespace == "" {
			var raw strings.Builder
			for c := range n.ChildNodes() {
				raw.WriteString(c.Data)
			}
			return squeeze(raw.String())
		}
	}
	return ""
}

// unseen are elements whose content no reader of the page is meant to read.
var unseen = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Noscript: true, atom.Template: true, atom.Head: true, atom.Iframe: true,
	atom.Svg: true, atom.Math: true, atom.Nav: true, atom.Button: true, atom.Select: true, atom.Textarea: true, atom.Object: true,
	atom.Canvas: true, atom.Audio: true, atom.Video: true,
}

// inline are elements that do not end a paragraph.
var inlined = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Cite: true, atom.Code: true, atom.Data: true,
	atom.Del: true, atom.Dfn: true, atom.Em: true, atom.Font: true, atom.I: true, atom.Ins: true, atom.Kbd: true, atom.Label: true,
	atom.Mark: true, atom.Q: true, atom.S: true, atom.Samp: true, atom.Small: true, atom.Span: true, atom.Strong: true, atom.Sub: true,
	atom.Sup: true, atom.Time: true, atom.Tt: true, atom.U: true, atom.Var: true, atom.Wbr: true, atom.Img: true, atom.Big: true,
}

// read returns the blocks of an element. It recurses as deep as the parser
// lets elements be nested: 512.
func read(root *html.Node) []Block { return readWithout(root, nil) }

// readWithout leaves out the elements that skip is true for.
func readWithout(root *html.Node, skip func(*html.Node) bool) []Block {
	r := &pageReader{skip: skip}
	r.walk(root)
	r.flush()
	return r.finish()
}

type pageReader struct {
	outline
	skip func(*html.Node) bool // may be nil
	line strings.Builder
	kind Kind
	mark string // of a list's item that has begun
}

// flush ends a paragraph.
func (r *pageReader) flush() {
	content := squeezeLines(r.line.String())
	r.line.Reset()
	if content == "" {
		return
	}
	r.add(r.kind, r.mark+content)
	if r.mark != "" {
		r.mark = strings.Repeat(" ", len(r.mark))
	}
}

// squeezeLines keeps only the line breaks that were asked for, which walk writes as "\v".
func squeezeLines(s string) string {
	lines := strings.Split(s, "\v")
	for i := range lines {
		lines[i] = squeeze(lines[i])
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func (r *pageReader) walk(n *html.Node) {
	if n.Type == html.TextNode {
		r.line.WriteString(n.Data)
		return
	}
	if n.Type == html.ElementNode && (unseen[n.DataAtom] || hidden(n) || r.skip != nil && r.skip(n)) {
		return
	}
	switch n.DataAtom {
	case atom.Br:
		r.line.WriteByte('\v')
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		r.flush()
		r.outline.heading(int(n.Data[1]-'0'), allText(n))
	case atom.Details:
		r.details(n)
	case atom.Pre:
		r.flush()
		r.add(Code, rawText(n))
	case atom.Table:
		r.flush()
		r.table(n)
	case atom.Li:
		r.flush()
		kind, mark := r.kind, r.mark
		r.kind, r.mark = Item, "- "
		r.children(n)
		r.flush()
		r.kind, r.mark = kind, mark
	default:
		if n.Type == html.ElementNode && !inlined[n.DataAtom] {
			r.flush()
			r.children(n)
			r.flush()
			return
		}
		r.children(n)
	}
}

// details reads what can be folded below its summary, as a part of the section that it stands in.
func (r *pageReader) details(n *html.Node) {
	r.flush()
	level := 1
	if len(r.open) > 0 {
		level = r.open[len(r.open)-1].level + 1
	}
	for c := range n.ChildNodes() {
		if c.DataAtom == atom.Summary && !holds(c, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6) {
			r.outline.heading(level, allText(c))
		} else {
			r.walk(c)
		}
	}
	r.flush()
	r.close(level)
}

func (r *pageReader) children(n *html.Node) {
	for c := range n.ChildNodes() {
		r.walk(c)
	}
}

// table reads rows of cells; a table that holds tables or headings is layout, and is read as it stands.
func (r *pageReader) table(n *html.Node) {
	var rows [][]string
	header := false
	for d := range n.Descendants() {
		switch d.DataAtom { //nolint:exhaustive // all other elements are looked through
		case atom.Table, atom.H1, atom.H2, atom.H3, atom.H4:
			r.children(n)
			return
		case atom.Tr:
			var cells []string
			for c := range d.ChildNodes() {
				if c.DataAtom == atom.Td || c.DataAtom == atom.Th {
					cells = append(cells, allText(c))
					header = header || (len(rows) == 0 && c.DataAtom == atom.Th)
				}
			}
			rows = append(rows, cells)
		case atom.Caption:
			r.add(Paragraph, allText(d))
		}
	}
	table(&r.outline, rows, header)
}

func hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "aria-hidden":
			if a.Val == "true" {
				return true
			}
		case "style":
			style := strings.ReplaceAll(strings.ToLower(a.Val), " ", "")
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

// allText is an element's text in one line.
func allText(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		switch {
		case d.Type == html.TextNode && !unseen[d.Parent.DataAtom]:
			out.WriteString(d.Data)
		case d.Type == html.ElementNode && !inlined[d.DataAtom]:
			out.WriteByte(' ')
		}
	}
	return squeeze(out.String())
}

// rawText is an element's text with its line breaks.
func rawText(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		} else if d.DataAtom == atom.Br {
			out.WriteByte('\n')
		}
	}
	return out.String()
}

// fragmentText is the text of a piece of markup, whether or not its tags close.
func fragmentText(markup string) string {
	var out bytes.Buffer
	tokens := html.NewTokenizer(strings.NewReader(markup))
	skip := 0
	for {
		switch tokens.Next() { //nolint:exhaustive // comments and the like are no text
		case html.ErrorToken:
			return out.String()
		case html.TextToken:
			if skip == 0 {
				out.Write(tokens.Text())
			}
		case html.StartTagToken:
			name, _ := tokens.TagName()
			if a := atom.Lookup(name); a == atom.Script || a == atom.Style {
				skip++
			} else if !inlined[a] {
				out.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := tokens.TagName()
			if a := atom.Lookup(name); skip > 0 && (a == atom.Script || a == atom.Style) {
				skip--
			} else if !inlined[a] {
				out.WriteByte('\n')
			}
		}
	}
}
