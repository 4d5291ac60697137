package extract

import (
	"context"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strings"
)

var xmlEncoding = regexp.MustCompile(`^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)`)

// markupText reads XML of any kind: the text of its elements, under those that are named as titles.
func markupText(ctx context.Context, data []byte) (text, error) {
	declared := ""
	if match := xmlEncoding.FindSubmatch(data[:min(len(data), 200)]); match != nil {
		declared = string(match[1])
	}
	single := &tokenReader{r: strings.NewReader(decode(data, declared))}
	decoder := xml.NewDecoder(single)
	decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded already
	decoder.Entity = xml.HTMLEntity
	var r xmlReader
	if err := tokens(ctx, "the XML", single, decoder, func(t xml.Token) error { r.token(t); return r.check(ctx) }); err != nil {
		return text{}, err
	}
	r.flush("")
	return text{blocks: r.finish()}, nil
}

// xmlReader takes each element with text of its own for a paragraph, and elements
// that begin within text for a part of it.
type xmlReader struct {
	outline
	line  strings.Builder
	stack []xmlElement
}

type xmlElement struct {
	name   string
	inline bool
}

func (r *xmlReader) token(t xml.Token) {
	switch t := t.(type) {
	case xml.StartElement:
		inline := strings.TrimSpace(r.line.String()) != ""
		if !inline {
			r.line.Reset()
		}
		r.stack = append(r.stack, xmlElement{strings.ToLower(t.Name.Local), inline})
	case xml.EndElement:
		if len(r.stack) == 0 {
			return
		}
		last := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		switch {
		case last.inline:
		case slices.Contains(titleNames, last.name) || last.name == "head":
			r.titled(r.line.String())
		default:
			r.flush(last.name)
		}
		if n := len(r.open); n > 0 && r.open[n-1].level > len(r.stack) {
			r.close(len(r.stack) + 1)
		}
	case xml.CharData:
		r.line.Write(t)
	}
}

// titled opens a heading that ends with the element around it.
func (r *xmlReader) titled(title string) {
	r.line.Reset()
	r.heading(max(len(r.stack), 1), title)
}

// prose are names of elements that say nothing about the text in them.
var prose = map[string]bool{
	"": true, "p": true, "para": true, "simpara": true, "paragraph": true, "text": true, "body": true, "content": true, "encoded": true, "description": true,
	"summary": true, "section": true, "div": true, "item": true, "li": true, "listitem": true, "entry": true, "line": true, "row": true, "cell": true,
	"td": true, "th": true, "value": true, "note": true, "span": true,
}

// flush ends a paragraph. Short ones are values, which mean nothing without their element's name.
func (r *xmlReader) flush(name string) {
	content := r.line.String()
	r.line.Reset()
	if strings.Contains(content, "</") || strings.Contains(content, "<br") || strings.Contains(content, "<p>") {
		content = fragmentText(content) // markup within text, as in feeds
	}
	if content = tidy(content); content != "" && len(content) < maxLabelled && !prose[name] {
		content = name + ": " + content
	}
	r.add(Paragraph, content)
}

// maxLabelled is how long a value may be that is shown with its name, in bytes.
const maxLabelled = 100
