package extract

import "strings"

// plain reads text: paragraphs are set apart by empty lines.
func plain(data []byte) (text, error) {
	var o outline
	paragraphs(&o, decode(data, ""))
	return text{blocks: o.finish()}, nil
}

func paragraphs(o *outline, content string) {
	content = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n\n").Replace(content)
	var lines []string
	for line := range strings.SplitSeq(content, "\n") {
		if strings.TrimSpace(line) != "" {
			lines = append(lines, line)
			continue
		}
		o.add(Paragraph, strings.Join(lines, "\n"))
		lines = lines[:0]
	}
	o.add(Paragraph, strings.Join(lines, "\n"))
}
