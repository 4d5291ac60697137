package index

import "slices"

// Word is a content word of a short text, as a search would look for it.
type Word struct {
	Terms  []string // its stems in the languages of the texts that it stands among
	Common bool     // small talk: it says little
}

// leastShare is how much of the texts a language must have to count for all of them: the language of a few words is
// often mistaken.
const leastShare = 0.1

// Words returns the content words of texts that belong together, such as the questions that a bot was asked. Words
// that a search would not tell apart share a term.
func Words(texts []string) [][]Word {
	spoken := map[Language]int{}
	for _, text := range texts {
		spoken[Detect(text)]++
	}
	var languages []Language
	for language, n := range spoken {
		if float64(n) >= leastShare*float64(len(texts)) {
			languages = append(languages, language)
		}
	}
	slices.Sort(languages)
	all := make([][]Word, len(texts))
	for i, text := range texts {
		for _, w := range parse(text, languages) {
			all[i] = append(all[i], Word{Terms: w.terms, Common: w.common})
		}
	}
	return all
}
