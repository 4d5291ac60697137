package index

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// word is a content word of a question: the terms that it may have become in
// the languages of the index.
type word struct {
	start   int    // in the question
	written string // as it is there, in lower case; empty in scripts without spaces
	terms   []string
	near    []string // terms that may be meant, if no text has the word: see widen
	common  bool     // small talk
	hollow  bool     // a pair of characters of what questions are asked with
	part    float64  // of a word, which counts as much of one; 0: it is a whole one
	idf     float64  // what it counts in the ranking
	weight  float64  // what it counts in the confidence
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
	var words []word
	holes := holesOf(query)
	own := map[int]bool{} // where the content words of the query's own language start
	for _, t := range analyze(asked, query) {
		own[t.start] = true
	}
	for _, language := range languages {
		for _, t := range analyze(language, query) {
			if !own[t.start] {
				continue
			}
			at := slices.IndexFunc(words, func(w word) bool { return w.start == t.start })
			if at < 0 {
				if len(words) == maxWords {
					continue
				}
				written := strings.ToLower(query[t.start:t.end])
				w := word{start: t.start, written: written, common: smallTalk[written]}
				if first, _ := utf8.DecodeRuneInString(written); scriptOf(first).unspaced() {
					w.written, w.hollow = "", holes.touch(t.start, t.end)
				}
				words = append(words, w)
				at = len(words) - 1
			}
			if !slices.Contains(words[at].terms, t.term) {
				words[at].terms = append(words[at].terms, t.term)
			}
		}
	}
	out := make([]word, 0, len(words))
	for _, w := range words {
		// A word said twice counts once: visitors repeat themselves.
		if !slices.ContainsFunc(out, func(before word) bool { return slices.Equal(before.terms, w.terms) }) {
			out = append(out, w)
		}
	}
	return out
}

// holes are the places of a query where it has what questions are asked with, in scripts without spaces.
type holes [][2]int

func holesOf(query string) (found holes) {
	var scripts []script
	for _, r := range query {
		if s := scriptOf(r); r >= 0x250 && s.unspaced() && !slices.Contains(scripts, s) {
			scripts = append(scripts, s)
		}
	}
	for _, s := range scripts {
		if s == kana && slices.Contains(scripts, han) || s == han && !slices.Contains(scripts, kana) || s != han && s != kana {
			found = found.add(query, hollow[s], s == hangul)
		} else if s == kana {
			found = found.add(query, hollow[kana], false)
		}
	}
	return found
}

func (h holes) add(query string, phrases []string, atEnd bool) holes {
	for _, phrase := range phrases {
		for at := 0; ; {
			i := strings.Index(query[at:], phrase)
			if i < 0 {
				break
			}
			start := at + i
			at = start + len(phrase)
			next, _ := utf8.DecodeRuneInString(query[at:])
			if !atEnd || scriptOf(next) != hangul {
				h = append(h, [2]int{start, at})
			}
		}
	}
	return h
}

func (h holes) touch(start, end int) bool {
	return slices.ContainsFunc(h, func(hole [2]int) bool { return hole[0] < end && start < hole[1] })
}
