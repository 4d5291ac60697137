package extract

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	gmtext "github.com/yuin/goldmark/text"
)

// markdown reads CommonMark with tables, and what documentation sites put around it:
// front matter, MDX imports and components, admonitions.
func markdown(ctx context.Context, data []byte) (text, error) {
	title, source := frontMatter(strings.ReplaceAll(decode(data, ""), "\r\n", "\n"))
	m := &markdownReader{parser: goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough)).Parser()}
	for part := range portions(withoutMDX(source)) {
		if tooNested(part) {
			return text{}, ErrTooSlow.Because(fmt.Errorf("markdown nested deeper than %d", maxNesting))
		}
		m.read(part)
		if err := m.check(ctx); err != nil {
			return text{}, err
		}
	}
	return text{title: title, blocks: m.finish()}, nil
}

// Sizes of what is parsed in one piece, in bytes. The parser takes quadratic time, and
// worse, for some texts, and cannot be interrupted.
const (
	portionSize = 16 << 10 // cut at the next empty line
	portionMax  = 48 << 10 // cut at any line
)

// portions cuts a document between its blocks.
func portions(source string) iter.Seq[string] {
	return func(yield func(string) bool) {
		start, at, fenced := 0, 0, ""
		for at < len(source) {
			end := strings.IndexByte(source[at:], '\n')
			if end < 0 {
				end = len(source)
			} else {
				end += at + 1
			}
			line := source[at:end]
			fenced = fenceAfter(fenced, line)
			at = end
			size := at - start
			if size > portionMax || size > portionSize && fenced == "" && strings.TrimSpace(line) == "" {
				for ; at-start > portionMax; start += portionMax { // a line that is too long by itself
					if !yield(strings.ToValidUTF8(source[start:start+portionMax], "")) {
						return
					}
				}
				if !yield(source[start:at]) {
					return
				}
				start = at
			}
		}
		if start < len(source) {
			yield(source[start:])
		}
	}
}

// fenceAfter returns the fence that is open after a line, "" if none is.
func fenceAfter(open, line string) string {
	mark := fence.FindStringSubmatch(line)
	switch {
	case mark == nil:
		return open
	case open == "":
		return mark[1]
	case strings.HasPrefix(mark[1], open):
		return ""
	}
	return open
}

// maxNesting is how deep lists and quotes may stand in each other: the parser recurses.
const maxNesting = 100

// tooNested tells whether a line opens more blocks than anybody means.
func tooNested(source string) bool {
	for line := range strings.SplitSeq(source, "\n") {
		markers := 0
		for _, r := range line {
			if strings.ContainsRune(">-*+", r) {
				markers++
			} else if r != ' ' && r != '\t' && r != '.' && r != ')' && (r < '0' || r > '9') {
				break
			}
		}
		// A line of only such characters may be a rule or a table's; those have no spaces between.
		if markers > maxNesting && strings.ContainsAny(line, " >") {
			return true
		}
	}
	return false
}

var frontTitle = regexp.MustCompile(`(?m)^title:\s*(.+?)\s*$`)

// frontMatter cuts off a leading block between "---" lines and returns its title.
func frontMatter(source string) (title, rest string) {
	source = strings.TrimPrefix(source, "\ufeff")
	body, found := strings.CutPrefix(source, "---\n")
	if !found {
		return "", source
	}
	end := strings.Index("\n"+body, "\n---\n")
	if end < 0 {
		return "", source
	}
	if match := frontTitle.FindStringSubmatch(body[:max(end-1, 0)]); match != nil {
		title = strings.Trim(match[1], `"'`)
	}
	return title, body[min(end+len("---\n"), len(body)):]
}

var (
	mdxStatement  = regexp.MustCompile(`^(import\s+(.+\s+from\s+)?["'].*["'];?|export\s+(default|const|function|let|async)\b.*)\s*$`)
	mdxExpression = regexp.MustCompile(`\{/\*.*?\*/\}`)
	admonition    = regexp.MustCompile(`^\s*:::+\s*\w*\s*(.*)$`)
	fence         = regexp.MustCompile("^\\s{0,3}(```+|~~~+)")
)

// maxColumns is how wide a table may be.
const maxColumns = 64

// withoutMDX drops the lines of a document that are program, outside of code.
func withoutMDX(source string) string {
	var out strings.Builder
	open, tags := "", false
	for line := range strings.SplitSeq(source, "\n") {
		if before := open; before != "" || fence.MatchString(line) {
			open = fenceAfter(open, line)
		} else {
			if strings.Count(line, "|") > maxColumns {
				line = strings.ReplaceAll(line, "|", ",") // short rows below would be filled up to as many cells
			}
			if mdxStatement.MatchString(line) {
				line = ""
			} else if match := admonition.FindStringSubmatch(line); match != nil {
				line = "\n" + match[1] + "\n"
			} else if strings.Contains(line, "{/*") {
				line = mdxExpression.ReplaceAllString(line, "")
			}
			// Markup that ends with its line does not swallow the Markdown below, as it
			// would by CommonMark, but not by MDX.
			if tags && line != "" && !strings.ContainsAny(line[:1], "< \t") {
				out.WriteByte('\n')
			}
			trimmed := strings.TrimSpace(line)
			tags = strings.HasPrefix(trimmed, "<") && strings.HasSuffix(trimmed, ">")
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return out.String()
}

// markdownReader walks the blocks of a document.
type markdownReader struct {
	outline
	parser parser.Parser
	source []byte // of the portion that is read
}

func (m *markdownReader) read(portion string) {
	m.source = []byte(portion)
	m.blocks(m.parser.Parse(gmtext.NewReader(m.source)), "")
}

var headingID = regexp.MustCompile(`\s*\{#[^}]*\}\s*$`)

// blocks recurses no deeper than maxNesting.
func (m *markdownReader) blocks(parent ast.Node, indent string) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		m.block(n, indent)
	}
}

func (m *markdownReader) block(n ast.Node, indent string) {
	switch n := n.(type) {
	case *ast.Heading:
		m.heading(n.Level, headingID.ReplaceAllString(m.inline(n), ""))
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		m.add(Code, m.lines(n))
	case *ast.HTMLBlock:
		markup := m.lines(n)
		if n.HasClosure() {
			markup += string(n.ClosureLine.Value(m.source))
		}
		m.add(Paragraph, fragmentText(markup))
	case *ast.List:
		m.list(n, indent)
	case *extast.Table:
		m.table(n)
	case *ast.ThematicBreak, *ast.LinkReferenceDefinition:
	case *ast.Paragraph, *ast.TextBlock:
		m.add(Paragraph, m.inline(n))
	default: // a quote and the like
		m.blocks(n, indent)
	}
}

func (m *markdownReader) list(list *ast.List, indent string) {
	number := list.Start
	for item := list.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "- "
		if list.IsOrdered() {
			mark = fmt.Sprintf("%d. ", number)
			number++
		}
		for n := item.FirstChild(); n != nil; n = n.NextSibling() {
			switch n.(type) {
			case *ast.Paragraph, *ast.TextBlock:
				m.add(Item, indent+mark+strings.ReplaceAll(m.inline(n), "\n", " "))
				mark = "  "
			default:
				m.block(n, indent+"  ")
			}
		}
	}
}

func (m *markdownReader) table(t *extast.Table) {
	var rows [][]string
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		var cells []string
		for cell := row.FirstChild(); cell != nil; cell = cell.NextSibling() {
			cells = append(cells, m.inline(cell))
		}
		rows = append(rows, cells)
	}
	table(&m.outline, rows, true)
}

// lines returns a block's own lines.
func (m *markdownReader) lines(n ast.Node) string {
	var out bytes.Buffer
	for i := range n.Lines().Len() {
		segment := n.Lines().At(i)
		out.Write(segment.Value(m.source))
	}
	return out.String()
}

// inline returns the text of a block's content, as a reader sees it. It does
// not recurse: emphasis may be nested as deep as the text is long.
func (m *markdownReader) inline(block ast.Node) string {
	var out strings.Builder
	for n := block.FirstChild(); n != nil; {
		down := true
		switch n := n.(type) {
		case *ast.Text:
			out.Write(n.Value(m.source))
			if n.HardLineBreak() {
				out.WriteByte('\n')
			} else if n.SoftLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(n.Value)
		case *ast.AutoLink:
			out.Write(n.URL(m.source))
		case *ast.RawHTML:
			if tag := strings.ToLower(string(n.Segments.Value(m.source))); strings.HasPrefix(tag, "<br") {
				out.WriteByte('\n')
			}
		case *ast.Image:
			down = false // what it shows is said beside it
		}
		n = following(block, n, down)
	}
	return out.String()
}

// following returns the next node below block, in reading order.
func following(block, n ast.Node, down bool) ast.Node {
	if down && n.FirstChild() != nil {
		return n.FirstChild()
	}
	for n != nil && n != block {
		if n.NextSibling() != nil {
			return n.NextSibling()
		}
		n = n.Parent()
	}
	return nil
}
