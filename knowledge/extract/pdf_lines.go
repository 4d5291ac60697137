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

var bullet = regexp.MustCompile(`^([•◦▪‣·●○■–*-]|\(?(\d{1,2}|[a-z])[.)])\s`)

// joinLines makes paragraphs of a page's lines. A line ends a paragraph when it ends
// a sentence short of the page's width, or the next is further below than lines are; bullets and headings begin one.
func joinLines(lines []pdfLine, isHeading func(string) bool, known vocabulary) []string {
	width, leading := typicalWidth(lines), typicalLeading(lines)
	var out []string
	var paragraph strings.Builder
	end := func() {
		if paragraph.Len() > 0 {
			out = append(out, paragraph.String())
			paragraph.Reset()
		}
	}
	for i, l := range lines {
		text := l.text
		if isHeading(text) {
			end()
			out = append(out, strings.TrimSuffix(text, hyphen))
			continue
		}
		if bullet.MatchString(text) {
			end()
		}
		var next pdfLine
		if i+1 < len(lines) {
			next = lines[i+1]
		}
		if begin, parted := strings.CutSuffix(text, hyphen); parted {
			paragraph.WriteString(begin)
			paragraph.WriteString(known.between(begin, next.text))
			continue
		}
		paragraph.WriteString(text)
		short := utf8.RuneCountInString(text)*10 < width*8
		apart := leading > 0 && l.placed() && next.placed() && l.bottom-next.bottom > leading*3/2
		if short && (endsSentence(text) || !continues(next.text)) || apart {
			end()
		} else {
			paragraph.WriteByte(' ')
		}
	}
	end()
	return out
}

// typicalWidth is the length of the long lines.
func typicalWidth(lines []pdfLine) int {
	widths := make([]int, 0, len(lines))
	for _, l := range lines {
		widths = append(widths, utf8.RuneCountInString(l.text))
	}
	slices.Sort(widths)
	if len(widths) == 0 {
		return 0
	}
	return widths[len(widths)*9/10]
}

// typicalLeading is how far most lines stand below the one before, 0 if that is not known.
func typicalLeading(lines []pdfLine) float64 {
	var steps []float64
	for i := 1; i < len(lines); i++ {
		if step := lines[i-1].bottom - lines[i].bottom; step > 1 && lines[i].placed() && lines[i-1].placed() {
			steps = append(steps, step)
		}
	}
	if len(steps) < 3 {
		return 0
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}

// vocabulary is how often words occur within lines, in lower case: parts of words that the end of a line parts
// are not among them.
type vocabulary map[string]int

var wordLike = regexp.MustCompile(`[\pL\pN]+(-[\pL\pN]+)*`)

func (v vocabulary) learn(lines []pdfLine) {
	for _, l := range lines {
		words := wordLike.FindAllString(strings.ToLower(l.text), -1)
		for i, word := range words {
			if strings.HasSuffix(l.text, hyphen) && i == len(words)-1 {
				break
			}
			v[word]++
		}
	}
}

// between returns the hyphen that belongs between two parts of a word, if one does: "well-" and "known" are one word as often as
// "pre-" and "sent". How the word is written elsewhere decides, or else whether the second part begins as a word does.
func (v vocabulary) between(begin, end string) string {
	first, second := strings.ToLower(lastPart.FindString(begin)), strings.ToLower(wordLike.FindString(end))
	whole, parted := v[first+second], v[first+"-"+second]
	if first == "" || second == "" {
		return ""
	}
	if whole != parted {
		if parted > whole {
			return "-"
		}
		return ""
	}
	if r, _ := utf8.DecodeRuneInString(end); unicode.IsUpper(r) && !allUpper(lastPart.FindString(begin)) || unicode.IsDigit(r) {
		return "-"
	}
	return ""
}

var lastPart = regexp.MustCompile(`[\pL\pN]+(-[\pL\pN]+)*$`)

func allUpper(s string) bool { return strings.ToUpper(s) == s }

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
