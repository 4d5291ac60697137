package extractive

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// words cuts text into what is compared: lower-case words, and pairs of characters for
// scripts that put no space between words.
func words(text string) []string {
	var found []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			found = append(found, string(word))
			word = word[:0]
		}
	}
	var before rune // of a script without spaces
	alone := false  // before has no pair yet
	flushWide := func() {
		if alone {
			found = append(found, string(before))
		}
		before, alone = 0, false
	}
	for _, r := range norm.NFKC.String(strings.ToLower(text)) {
		switch {
		case unspaced(r):
			flush()
			if before != 0 {
				found = append(found, string([]rune{before, r}))
				alone = false
			} else {
				alone = true
			}
			before = r
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			flushWide()
			word = append(word, r)
		case (r == '\'' || r == '’') && len(word) > 0:
			// "it's" is one word, and its stem is "it".
			word = append(word, '\'')
		default:
			flush()
			flushWide()
		}
	}
	flush()
	flushWide()
	return found
}

// unspaced tells the scripts that put no space between words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

// suffixes of European languages that change the form of a word more often than what it means.
var suffixes = strings.Fields("'s ization isation ations ation ungen ments ment ings ing ions ion ung ness ies ied ed ly en er em es e s y ' os as")

// stem maps the forms of a word to one string, which need not be a word. It is coarse on
// purpose: it sees a few passages about one subject, where taking two words for one
// costs less than missing a match.
func stem(word string) string {
	const shortest, longest = 3, 7 // characters that are kept
	for range 2 {
		for _, suffix := range suffixes {
			rest, found := strings.CutSuffix(word, suffix)
			if !found || utf8.RuneCountInString(rest) < shortest || suffix == "s" && strings.HasSuffix(rest, "s") {
				continue
			}
			word = rest
			break
		}
	}
	runes := []rune(word)
	if n := len(runes); n > shortest && runes[n-1] == runes[n-2] {
		runes = runes[:n-1] // cancelling, cancel
	}
	return string(runes[:min(len(runes), longest)])
}

// join is the stem of two words that may also be written as one; "" where that is
// unlikely, or where the stem would be the first word's alone.
func join(first, second string) string {
	const longest = 5 // bytes of the first
	if first == "" || len(first) > longest || unspacedWord(first) {
		return ""
	}
	return stem(first + second)
}

// terms is a bag of stems, with what two neighbours make when they are written
// together ("log in", "login"; "e-mail", "email").
type terms struct {
	single map[string]bool
	joined map[string]bool
}

func termsOf(texts ...string) terms {
	t := terms{single: map[string]bool{}, joined: map[string]bool{}}
	for _, text := range texts {
		before := ""
		for _, word := range words(text) {
			t.single[stem(word)] = true
			if together := join(before, word); together != "" {
				t.joined[together] = true
			}
			before = word
		}
	}
	return t
}

func (t terms) has(term string) bool { return t.single[term] || t.joined[term] }
