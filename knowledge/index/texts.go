package index

import (
	"slices"
	"strings"
)

// Texts tells what texts of any language are found by, one word at a time and without an Index: for a search
// whose terms are kept where nobody can read them.
type Texts struct{}

// Terms returns what a text is found by: of each of its content words the stem, in the text's own language, and the word as it was
// written, without case and accents. Each stands once.
func (Texts) Terms(text string) []string {
	var terms []string
	seen := make(map[string]bool)
	add := func(term string) {
		if term != "" && len(term) <= maxTerm && !seen[term] {
			seen[term] = true
			terms = append(terms, term)
		}
	}
	for _, t := range analyze(Detect(text), text) {
		add(t.term)
		add(spelled(text, t))
	}
	return terms
}

// Asked returns the terms of each content word that somebody looks for, at most of them: a text has the word if it has any of
// its terms. The language of a few words is not known, so that each is taken for a word of all languages.
func (Texts) Asked(query string, most int) (words [][]string) {
	var places []int
	for _, t := range analyze(Detect(query), query) {
		if len(words) == most {
			break
		}
		places = append(places, t.start)
		words = append(words, []string{t.term})
		if own := spelled(query, t); own != t.term {
			words[len(words)-1] = append(words[len(words)-1], own)
		}
	}
	for _, tongue := range tongues {
		for _, t := range analyze(tongue.language, query) {
			if at := slices.Index(places, t.start); at >= 0 && !slices.Contains(words[at], t.term) {
				words[at] = append(words[at], t.term)
			}
		}
	}
	return words
}

// spelled is a word as it stands in a text.
func spelled(text string, t token) string { return fold(strings.ToLower(text[t.start:t.end])) }
