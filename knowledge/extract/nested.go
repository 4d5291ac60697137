package extract

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// adopt adds blocks that were read elsewhere under the open headings.
func (o *outline) adopt(blocks []Block) {
	var whole, joined []string
	for _, b := range blocks {
		if !slices.Equal(b.Headings, whole) || joined == nil {
			whole = b.Headings
			joined = append(slices.Clone(o.path), whole...)
			if len(joined) > maxDepth {
				joined = append(joined[:maxDepth-1:maxDepth-1], joined[len(joined)-1])
			}
		}
		b.Headings, b.Page = joined, max(b.Page, o.page)
		o.blocks = append(o.blocks, b)
		o.size += len(b.Text)
	}
	if len(blocks) > 0 {
		for i := range o.open {
			o.open[i].empty = false
		}
	}
}

// chapter reads markup all of which was meant to be read: of a book, of a letter.
func chapter(ctx context.Context, data []byte, declared string) (title string, blocks []Block, err error) {
	if len(data) > maxHTML {
		return "", nil, ErrTooBig
	}
	if declared == "" {
		declared = declaredCharset(data)
	}
	root, err := html.Parse(interruptible{ctx, strings.NewReader(decode(data, declared))})
	if ctx.Err() != nil {
		return "", nil, ctx.Err()
	}
	if err != nil {
		return "", nil, ErrBroken.Because(err)
	}
	return pageTitle(root), read(root), nil
}
