package speech

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold leaves the words of a text, in lower case and one form of each letter, with single spaces between: two
// texts that a reader takes for the same have one.
func Fold(text string) string {
	text = strings.ToLower(norm.NFKC.String(text))
	return strings.Join(strings.FieldsFunc(strings.NewReplacer("’", "'", "`", "'").Replace(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\''
	}), " ")
}

// unspaced tells the scripts that put no space between words.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー'
}

// words are those of a folded text; of scripts without spaces, its pairs of characters.
func words(folded string) []string {
	var found []string
	for word := range strings.FieldsSeq(folded) {
		var run []rune // of one script
		wide := false
		flush := func() {
			switch {
			case len(run) == 0:
			case !wide || len(run) == 1:
				if word := strings.TrimSuffix(strings.Trim(string(run), "'"), "'s"); word != "" {
					found = append(found, word)
				}
			default:
				for i := range run[1:] {
					found = append(found, string(run[i:i+2]))
				}
			}
			run = run[:0]
		}
		for _, r := range word {
			if unspaced(r) != wide {
				flush()
				wide = unspaced(r)
			}
			run = append(run, r)
		}
		flush()
	}
	return found
}

// stemLength is how much of a word counts where its end does not: "return", "returns" and "returned" are one.
const stemLength = 5

// stem is what the forms of a word begin with. It is coarse: what is compared is about one subject.
func stem(word string) string {
	runes := []rune(word)
	if len(runes) == 4 && runes[3] == 's' {
		return string(runes[:3])
	}
	return string(runes[:min(len(runes), stemLength)])
}

// set makes a set of the words of a list.
func set(list string) map[string]bool {
	found := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		found[word] = true
	}
	return found
}
