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
	said := map[string]int{} // to the last hit that was seen to hold the word, from 1
	eachWord(text, func(word string) { said[word] = 0 })
	for i, hit := range hits {
		held := 0
		eachWord(hit.Text, func(word string) {
			if last, ok := said[word]; ok && last != i+1 {
				said[word] = i + 1
				held++
			}
		})
		if held > 0 && 2*held >= len(said) {
			citations = append(citations, citation(0, hit))
		}
	}
	return citations
}

func citation(mark int, hit knowledge.Hit) chat.Citation {
	source, part := origin(hit)
	return chat.Citation{
		Mark: mark, Source: source, Part: part, Title: hit.Title, URL: hit.URL,
		Quote: shorten(hit.Text, maxQuote), Page: hit.Page,
	}
}

// eachWord calls f for the words of a text that carry meaning: four letters or more, in lower case.
func eachWord(text string, f func(word string)) {
	text = strings.ToLower(text)
	begin, letters := 0, 0
	for i, r := range text {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9', r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if letters == 0 {
				begin = i
			}
			letters++
			continue
		case letters >= 4:
			f(text[begin:i])
		}
		letters = 0
	}
	if letters >= 4 {
		f(text[begin:])
	}
}

// shorten cuts text to n characters, with an ellipsis where something is missing.
func shorten(text string, n int) string {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:n-1])) + "…"
}
