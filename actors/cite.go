package actors

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/chat"
	"parley/knowledge"
)

// mark is how an answer points at the passages it was given, from 1.
var mark = regexp.MustCompile(`\[(\d{1,2})\]`)

// maxQuote bounds what a citation shows of its passage, in characters.
const maxQuote = 300

// cite returns the passages that an answer rests on: those it marks, in the
// order of their first mark. A model that marks nothing is not taken at its
// word: then a passage is cited if it holds at least half of the answer's words.
func cite(text string, hits []knowledge.Hit) []chat.Citation {
	if len(hits) == 0 {
		return nil
	}
	var citations []chat.Citation
	seen := map[int]bool{}
	for _, found := range mark.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(found[1])
		if err != nil || n < 1 || n > len(hits) || seen[n] {
			continue
		}
		seen[n] = true
		citations = append(citations, citation(n, hits[n-1]))
	}
	if len(citations) > 0 {
		return citations
	}
	said := words(text)
	for _, hit := range hits {
		held, there := 0, words(hit.Text)
		for word := range said {
			if there[word] {
				held++
			}
		}
		if held > 0 && 2*held >= len(said) {
			citations = append(citations, citation(0, hit))
		}
	}
	return citations
}

func citation(mark int, hit knowledge.Hit) chat.Citation {
	return chat.Citation{
		Mark: mark, Source: hit.Source, Title: hit.Title, URL: hit.URL,
		Quote: shorten(hit.Text, maxQuote), Page: hit.Page,
	}
}

// words are the distinct words of a text that carry meaning: four letters or more.
func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if utf8.RuneCountInString(word) >= 4 {
			set[word] = true
		}
	}
	return set
}

// shorten cuts text to n characters, with an ellipsis where something is missing.
func shorten(text string, n int) string {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:n-1])) + "…"
}
