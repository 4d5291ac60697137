package extract

import (
	"context"
	"strings"
)

// plain reads text: paragraphs are set apart by empty lines.
func plain(ctx context.Context, data []byte) (text, error) {
	var o outline
	err := paragraphs(ctx, &o, decode(data, ""))
	return text{blocks: o.finish()}, err
}

func paragraphs(ctx context.Context, o *outline, content string) error {
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n\n").Replace(content)
	var lines []string
	for line := range strings.SplitSeq(content, "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
			continue
		}
		o.add(Paragraph, strings.Join(lines, "\n"))
		lines = lines[:0]
		if err := o.check(ctx); err != nil {
			return err
		}
	}
	o.add(Paragraph, strings.Join(lines, "\n"))
	return o.check(ctx)
}
