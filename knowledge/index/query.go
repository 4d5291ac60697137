package index

import (
	"slices"
	"strings"
)

// word is a content word of a question: the terms that it may have become in
// the languages of the index.
type word struct {
	terms  []string
	common bool    // small talk
	idf    float64 // what it counts in the ranking
	weight float64 // what it counts in the confidence
}

// maxWords bounds the work of a search; what a question has beyond it is left out.
const maxWords = 64

// parse finds the content words of a query. Function words of its own
// language and of the languages searched are left out, and so is what people say around a question.
func parse(query string, languages []Language) []word {
	expected := fallback
	if len(languages) > 0 {
		expected = languages[0]
	}
	asked, _ := detect(query, expected)
	return parseAs(asked, query, languages)
}

// parseAs is parse for a query whose own language is known.
func parseAs(asked Language, query string, languages []Language) []word {
	type found struct {
		start int
		word
	}
	var words []found
	own := map[int]bool{} // where the content words of the query's own language start
	for _, t := range analyze(asked, query) {
		own[t.start] = true
	}
	for _, language := range languages {
		for _, t := range analyze(language, query) {
			if !own[t.start] {
				continue
			}
			at := slices.IndexFunc(words, func(f found) bool { return f.start == t.start })
			if at < 0 {
				if len(words) == maxWords {
					continue
				}
				words = append(words, found{t.start, word{common: smallTalk[strings.ToLower(query[t.start:t.end])]}})
				at = len(words) - 1
			}
			if !slices.Contains(words[at].terms, t.term) {
				words[at].terms = append(words[at].terms, t.term)
			}
		}
	}
	out := make([]word, 0, len(words))
	for _, f := range words {
		// A word said twice counts once: visitors repeat themselves.
		if !slices.ContainsFunc(out, func(w word) bool { return slices.Equal(w.terms, f.terms) }) {
			out = append(out, f.word)
		}
	}
	return out
}
