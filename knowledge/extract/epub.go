package extract

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// book reads an EPUB: its chapters in the order of the spine, without the table of contents.
func book(ctx context.Context, data []byte) (text, error) {
	files, err := openZip(data)
	if err != nil {
		return text{}, err
	}
	p, err := readPackage(ctx, files)
	if err != nil {
		return text{}, err
	}
	locked, err := lockedParts(ctx, files)
	if err != nil {
		return text{}, err
	}
	var o outline
	for _, id := range p.spine {
		item := p.items[id]
		if item.contents || !strings.Contains(item.media, "html") && !strings.Contains(item.media, "xml") {
			continue
		}
		if locked[item.part] {
			return text{}, ErrEncrypted
		}
		page, err := files.bytes(item.part)
		if err != nil {
			return text{}, err
		}
		page = closedAtOnce.ReplaceAll(page, []byte("<$1$2></$1>"))
		title, blocks, err := chapter(ctx, page, "")
		if err != nil {
			return text{}, err
		}
		if isContents(page) {
			continue
		}
		o.close(0)
		if len(blocks) > 0 && len(blocks[0].Headings) == 0 && title != p.title {
			o.under(1, title)
		}
		o.adopt(blocks)
		if err := o.check(ctx); err != nil {
			return text{}, err
		}
	}
	return text{title: p.title, blocks: o.finish()}, nil
}

// closedAtOnce matches elements that XML may close where they open, which a page would take for open.
var closedAtOnce = regexp.MustCompile(`<(title|script|style|textarea|iframe|noscript|a|div|span|p|i|b|em|strong|td|th|li|h[1-6])(\s[^<>]*)?/>`)

// bookPackage is what a book says of its parts.
type bookPackage struct {
	title string
	items map[string]bookItem
	spine []string // ids of items, in the order of reading
}

type bookItem struct {
	part, media string
	contents    bool // a list of the chapters
}

func readPackage(ctx context.Context, files *archive) (*bookPackage, error) {
	opf := ""
	err := files.parse(ctx, "META-INF/container.xml", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "rootfile" && opf == "" {
			opf = attribute(e, "full-path")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !files.has(opf) {
		return nil, ErrBroken.Because(errors.New("no list of chapters"))
	}
	p := &bookPackage{items: map[string]bookItem{}}
	within := false
	err = files.parse(ctx, opf, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			within = t.Name.Local == "title" && p.title == ""
			switch t.Name.Local {
			case "item":
				href, err := url.PathUnescape(attribute(t, "href"))
				if err != nil {
					href = attribute(t, "href")
				}
				p.items[attribute(t, "id")] = bookItem{
					part: path.Join(path.Dir(opf), href), media: attribute(t, "media-type"),
					contents: strings.Contains(attribute(t, "properties"), "nav"),
				}
			case "itemref":
				p.spine = append(p.spine, attribute(t, "idref"))
			}
		case xml.EndElement:
			within = false
		case xml.CharData:
			if within {
				p.title += squeeze(string(t))
			}
		}
		if len(p.spine) > maxPages {
			return ErrTooBig.Because(fmt.Errorf("more than %d chapters", maxPages))
		}
		return nil
	})
	return p, err
}

// lockedParts are those that need a key. Fonts are often hidden, which is no protection.
func lockedParts(ctx context.Context, files *archive) (map[string]bool, error) {
	locked := map[string]bool{}
	err := files.parse(ctx, "META-INF/encryption.xml", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "CipherReference" {
			if part, err := url.PathUnescape(attribute(e, "URI")); err == nil {
				locked[strings.TrimPrefix(part, "/")] = true
			}
		}
		return nil
	})
	return locked, err
}

// linked matches links with their text.
var linked = regexp.MustCompile(`(?is)<a\s[^>]*href[^>]*>(.*?)</a\s*>`)

// isContents tells a page that is nothing but links to chapters, and a word or two of heading.
func isContents(page []byte) bool {
	links := linked.FindAllSubmatch(page, maxPages)
	if len(links) < 2 {
		return false
	}
	within := 0
	for _, l := range links {
		within += len(squeeze(fragmentText(string(l[1]))))
	}
	_, body, found := bytes.Cut(page, []byte("<body"))
	if !found {
		body = page
	}
	return within*5 >= 2*len(squeeze(fragmentText("<body"+string(body))))
}
