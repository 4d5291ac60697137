package extractive

import (
	"fmt"
	"regexp"
	"strings"
)

// compose writes the chosen parts, in the order of their documents' choice and
// within a document as they stand there. Blocks beside each other share a mark.
func compose(s *selection) string {
	var groups []string
	for _, d := range s.order {
		var group []string
		mark := fmt.Sprintf(" [%d]", d+1)
		flush := func() {
			if len(group) > 0 {
				groups = append(groups, marked(group, mark))
				group = nil
			}
		}
		for b, block := range s.documents[d].blocks {
			var parts []string
			for p, part := range block.parts {
				if s.has(d, b, p) {
					parts = append(parts, part)
				}
			}
			if len(parts) == 0 {
				flush()
				continue
			}
			group = append(group, render(block, parts))
		}
		flush()
	}
	return strings.Join(groups, "\n\n")
}

// render writes parts of a block as Markdown.
func render(b block, parts []string) string {
	switch b.kind {
	case list:
		if len(parts) == 1 && len(b.parts) > 1 {
			return itemText(parts[0])
		}
		return strings.Join(parts, "\n")
	case table:
		return rows(b, parts)
	case code:
		return "```\n" + strings.Join(parts, "\n") + "\n```"
	case prose:
	}
	return strings.Join(parts, " ")
}

var cellBorder = regexp.MustCompile(`\s*\|\s*`)

// rows writes rows of a table as lines, each cell with its column's name, since a chat
// window is too narrow for tables.
func rows(b block, parts []string) string {
	header := cellBorder.Split(b.parts[0], -1)
	var lines []string
	for _, part := range parts {
		if part == b.parts[0] && len(b.parts) > 1 {
			continue
		}
		lines = append(lines, "- "+row(header, cellBorder.Split(part, -1), len(b.parts) > 1))
	}
	if len(lines) == 1 {
		return strings.TrimPrefix(lines[0], "- ")
	}
	return strings.Join(lines, "\n")
}

// row writes one row; a table of two columns is taken for names and what they mean.
func row(header, cells []string, named bool) string {
	if len(cells) == 2 && cells[1] != "" {
		return cells[0] + ": " + cells[1]
	}
	kept := cells[:0:0]
	for i, cell := range cells {
		switch {
		case cell == "":
		case named && i > 0 && len(cells) == len(header) && header[i] != "":
			kept = append(kept, header[i]+": "+cell)
		default:
			kept = append(kept, cell)
		}
	}
	return strings.Join(kept, "; ")
}

// marked puts the mark behind the last block that is not code, since nothing
// may follow a fence on its line.
func marked(group []string, mark string) string {
	for i := len(group) - 1; i >= 0; i-- {
		if !strings.HasSuffix(group[i], "\n```") {
			group[i] += mark
			return strings.Join(group, "\n\n")
		}
	}
	return strings.Join(group, "\n\n") + "\n\n" + strings.TrimSpace(mark)
}
