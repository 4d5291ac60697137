package index

import (
	"iter"
	"strings"
	"sync"
	"unicode"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/registry"

	// Each registers its language's analyzer and stop words.
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ar"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cjk"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/da"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/de"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/en"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/es"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fa"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fi"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fr"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hi"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hu"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/it"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/nl"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/no"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/pt"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ro"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ru"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/sv"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/tr"
)

// Language names an analysis: a BCP 47 primary tag, or "cjk" for Chinese,
// Japanese and Korean, which are cut into pairs of characters.
type Language string

// fallback analyses text whose language shows no trace: short, or without function words.
const fallback Language = "en"

// spaced are the languages that are told apart by their function words.
var spaced = []Language{"en", "es", "de", "fr", "it", "pt", "nl", "sv", "da", "no", "fi", "ro", "hu", "tr", "ru", "ar", "fa", "hi"}

type analyzers struct {
	byLanguage map[Language]analysis.Analyzer
	stops      map[string][]Language // which languages a function word belongs to
}

var loaded = sync.OnceValue(func() analyzers {
	cache := registry.NewCache()
	a := analyzers{byLanguage: map[Language]analysis.Analyzer{}, stops: map[string][]Language{}}
	for _, language := range append([]Language{"cjk"}, spaced...) {
		analyzer, err := cache.AnalyzerNamed(string(language))
		if err != nil {
			panic("index: no analyzer " + string(language) + ": " + err.Error())
		}
		a.byLanguage[language] = analyzer
		if language == "cjk" {
			continue
		}
		words, err := cache.TokenMapNamed("stop_" + string(language))
		if err != nil {
			panic("index: no stop words " + string(language) + ": " + err.Error())
		}
		for word := range words {
			a.stops[word] = append(a.stops[word], language)
		}
	}
	return a
})

// sample is how much of a text decides its language, in bytes.
const sample = 16 << 10

// Detect tells the language of a text by its script and function words.
func Detect(text string) Language {
	if len(text) > sample {
		text = text[:sample]
	}
	letters, wide := 0, 0
	for _, r := range text {
		if unicode.IsLetter(r) {
			letters++
			if isCJK(r) {
				wide++
			}
		}
	}
	// One character of these scripts says about as much as four letters.
	if wide*4 > letters-wide {
		if wide > 0 {
			return "cjk"
		}
		return fallback
	}
	votes := map[Language]float64{}
	stops := loaded().stops
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && !unicode.IsMark(r) }) {
		for _, language := range stops[word] {
			votes[language] += 1 / float64(len(stops[word])) // shared words say less
		}
	}
	best := fallback
	for _, language := range spaced {
		if votes[language] > votes[best] {
			best = language
		}
	}
	return best
}

func isCJK(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// token is a word of a text after analysis, and where it stood.
type token struct {
	term       string
	start, end int
}

// analyze cuts text into the stems of its content words. Names such as
// utm_source, plausible.io and apiKey are found by their parts too.
func analyze(language Language, text string) []token {
	analyzer := loaded().byLanguage[language]
	stream := analyzer.Analyze([]byte(text))
	tokens := make([]token, 0, len(stream))
	for _, t := range stream {
		if len(t.Term) == 0 || len(t.Term) > maxTerm {
			continue
		}
		tokens = append(tokens, token{string(t.Term), t.Start, t.End})
		for start, part := range compound(text[t.Start:t.End]) {
			for _, p := range analyzer.Analyze([]byte(part)) {
				tokens = append(tokens, token{string(p.Term), t.Start + start, t.Start + start + len(part)})
			}
		}
	}
	return tokens
}

// compound yields the parts of a name with the place where each begins; none if it has but one.
func compound(word string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		start := 0
		for i := 1; i < len(word); i++ {
			c, before := word[i], word[i-1]
			switch {
			case c == '.' || c == '_':
			case isUpper(c) && isLower(before):
			case isUpper(before) && isUpper(c) && i+1 < len(word) && isLower(word[i+1]): // HTTPServer
			default:
				continue
			}
			if part := strings.Trim(word[start:i], "._"); part != "" && !yield(start, part) {
				return
			}
			start = i
		}
		if start > 0 {
			if part := strings.Trim(word[start:], "._"); part != "" {
				yield(start, part)
			}
		}
	}
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }

// maxTerm keeps encoded blobs out of the index, in bytes.
const maxTerm = 64
