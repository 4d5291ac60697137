package index

import (
	"cmp"
	"slices"
)

// Word is a content word of a short text, as a search would look for it.
type Word struct {
	Terms  []string // its stems in the languages of the texts that it stands among
	Common bool     // small talk: it says little
}

// The language of a few words is often mistaken: one counts if some of the texts are in it.
const (
	leastTexts = 2
	leastShare = 0.05
)

// Words returns the content words of texts that belong together, such as the questions that a bot was asked. Words
// that a search would not tell apart share a term.
func Words(texts []string) [][]Word {
	detected, spoken := make([]Language, len(texts)), map[Language]int{}
	for i, text := range texts {
		detected[i] = Detect(text)
		spoken[detected[i]]++
	}
	languages := make([]Language, 0, len(spoken)) // the most frequent first
	for language := range spoken {
		languages = append(languages, language)
	}
	slices.SortFunc(languages, func(a, b Language) int { return cmp.Or(cmp.Compare(spoken[b], spoken[a]), cmp.Compare(a, b)) })
	for i, language := range languages {
		if i > 0 && (spoken[language] < leastTexts || float64(spoken[language]) < leastShare*float64(len(texts))) {
			languages = languages[:i]
			break
		}
	}
	all := make([][]Word, len(texts))
	for i, text := range texts {
		if !slices.Contains(languages, detected[i]) {
			detected[i] = languages[0]
		}
		for _, w := range parseAs(detected[i], text, languages) {
			all[i] = append(all[i], Word{Terms: w.terms, Common: w.common})
		}
	}
	return all
}
