package extract

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hyphen marks a line whose last word goes on in the next.
const hyphen = "\x02"

func splitLines(page string) []string {
	// PDFium gives U+FFFE for a hyphen that parts a word, together with the line's end.
	page = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\ufffe", hyphen+"\n").Replace(page)
	lines := strings.Split(page, "\n")
	for i, line := range lines {
		parted := strings.HasSuffix(strings.TrimRight(line, " "), hyphen)
		lines[i] = squeeze(line)
		if parted {
			lines[i] += hyphen
		}
	}
	return lines
}

var (
	pageNumber = regexp.MustCompile(`(?i)^\W*((page|seite|página|pagina)\s+)?\d{1,4}(\s*(of|/|von|de|sur|di)\s*\d{1,4})?\W*$`)
	digits     = regexp.MustCompile(`\d+`)
)

// stripRunning removes page numbers, and the running headers and footers: first
// and last lines that return on half of at least three pages.
func stripRunning(pages [][]string) {
	const edge = 2
	key := func(line string) string { return digits.ReplaceAllString(strings.ToLower(line), "#") }
	counts := map[string]int{}
	for i, lines := range pages {
		lines = slices.DeleteFunc(lines, func(line string) bool { return line == "" })
		pages[i] = lines
		seen := map[string]bool{}
		for at, line := range lines {
			if (at < edge || at >= len(lines)-edge) && !seen[key(line)] {
				seen[key(line)] = true
				counts[key(line)]++
			}
		}
	}
	for i, lines := range pages {
		kept := lines[:0]
		last := len(lines) - 1
		for at, line := range lines {
			outer := at == 0 || at == last
			running := counts[key(line)] >= 3 && counts[key(line)]*2 >= len(pages)
			if (at < edge || at > last-edge) && running || outer && pageNumber.MatchString(line) {
				continue
			}
			kept = append(kept, line)
		}
		pages[i] = kept
	}
}

var bullet = regexp.MustCompile(`^([•◦▪‣·●○■–*-]|\(?(\d{1,2}|[a-z])[.)])\s`)

// joinLines makes paragraphs of a page's lines. A line ends a paragraph when it ends
// a sentence short of the page's width; bullets and headings begin one.
func joinLines(lines []string, isHeading func(string) bool) []string {
	width := typicalWidth(lines)
	var out []string
	var paragraph strings.Builder
	end := func() {
		if paragraph.Len() > 0 {
			out = append(out, paragraph.String())
			paragraph.Reset()
		}
	}
	for i, line := range lines {
		if isHeading(line) {
			end()
			out = append(out, strings.TrimSuffix(line, hyphen))
			continue
		}
		if bullet.MatchString(line) {
			end()
		}
		if text, parted := strings.CutSuffix(line, hyphen); parted {
			paragraph.WriteString(text)
			continue
		}
		paragraph.WriteString(line)
		short := utf8.RuneCountInString(line)*10 < width*8
		next := ""
		if i+1 < len(lines) {
			next = lines[i+1]
		}
		if short && (endsSentence(line) || !continues(next)) {
			end()
		} else {
			paragraph.WriteByte(' ')
		}
	}
	end()
	return out
}

// typicalWidth is the length of the long lines.
func typicalWidth(lines []string) int {
	widths := make([]int, 0, len(lines))
	for _, line := range lines {
		widths = append(widths, utf8.RuneCountInString(line))
	}
	slices.Sort(widths)
	if len(widths) == 0 {
		return 0
	}
	return widths[len(widths)*9/10]
}

func endsSentence(line string) bool {
	return strings.ContainsRune(".!?:;。！？؟", lastRune(strings.TrimRight(line, `"'”’)]»`)))
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// continues tells whether a line goes on with the sentence of the one before.
func continues(line string) bool {
	r, _ := utf8.DecodeRuneInString(line)
	return unicode.IsLower(r) || (unicode.IsLetter(r) && !unicode.IsUpper(r))
}

// lettersOf is what of a line is compared with bookmarks.
func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
