package index

import (
	"iter"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/clipperhouse/uax29/v2/words"
	"golang.org/x/text/unicode/norm"
)

// token is a word of a text after analysis, and where it stood.
type token struct {
	term       string
	start, end int
}

// maxTerm keeps encoded blobs out of the index, in bytes.
const maxTerm = 64

// analyzer makes terms of the words of a language. It is safe for concurrent use.
type analyzer struct {
	language Language
	chain    analysis.Analyzer // nil: stops and endings do
	stops    map[string]bool
	endings  []string

	mu   sync.RWMutex
	seen map[string][]piece // what became of words: texts repeat theirs
}

// piece is a term of a word, and where it stands in it.
type piece struct {
	term       string
	start, end int
}

// remembered bounds analyzer.seen, in words.
const remembered = 1 << 15

// analyze cuts text into the stems of its content words. Names such as
// utm_source, plausible.io and apiKey are found by their parts too. What is written without spaces is cut into
// overlapping pairs of characters.
func analyze(language Language, text string) []token {
	a := analyzerOf(language)
	tokens := make([]token, 0, len(text)/6+1)
	var run run
	at := 0
	for each := words.FromString(text); each.Next(); {
		word := each.Value()
		start := at
		at += len(word)
		first, _ := utf8.DecodeRuneInString(word)
		if s := scriptOf(first); first >= 0x250 && s.unspaced() {
			tokens = run.add(tokens, word, start)
			continue
		}
		tokens = run.end(tokens)
		if !hasLetter(word) {
			continue
		}
		for _, p := range a.terms(word) {
			tokens = append(tokens, token{p.term, start + p.start, start + p.end})
		}
	}
	return run.end(tokens)
}

func hasLetter(word string) bool {
	if len(word) == 0 {
		return false
	}
	if c := word[0]; c < utf8.RuneSelf && (c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9') {
		return true
	}
	for _, r := range word {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// terms returns what a word is found by; none if it is a function word.
func (a *analyzer) terms(word string) []piece {
	a.mu.RLock()
	terms, known := a.seen[word]
	a.mu.RUnlock()
	if known {
		return terms
	}
	terms = a.make(word)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen == nil || len(a.seen) >= remembered {
		a.seen = make(map[string][]piece, 1024)
	}
	a.seen[strings.Clone(word)] = terms
	return terms
}

func (a *analyzer) make(word string) (terms []piece) {
	if term := a.stem(word); term != "" {
		terms = append(terms, piece{term, 0, len(word)})
		for start, part := range compound(word) {
			if term := a.stem(part); term != "" {
				terms = append(terms, piece{term, start, start + len(part)})
			}
		}
	}
	return terms
}

// stem returns what the forms of a word have in common, or "" for a function word and for what is no word.
func (a *analyzer) stem(word string) string {
	word = norm.NFKC.String(word)
	if a.stops[strings.ToLower(word)] {
		return ""
	}
	if a.chain != nil {
		stream := a.chain.Analyze([]byte(word))
		if len(stream) == 0 {
			return ""
		}
		word = string(stream[0].Term)
	} else {
		word = a.strip(strings.ToLower(word))
	}
	if a.language != "vi" { // whose marks make other words
		word = fold(word)
	}
	if len(word) > maxTerm {
		return ""
	}
	return word
}

// fold leaves out the accents that people leave out when they type.
func fold(word string) string {
	ascii := true
	for i := range len(word) {
		ascii = ascii && word[i] < utf8.RuneSelf
	}
	if ascii {
		return word
	}
	var b strings.Builder
	for _, r := range norm.NFD.String(word) {
		switch {
		case r >= 0x300 && r < 0x370: // combining accents of Latin, Greek and Cyrillic
		case r >= 0x591 && r <= 0x5c7: // points of Hebrew
		default:
			b.WriteRune(r)
		}
	}
	return norm.NFC.String(b.String())
}

// run is a stretch of text without spaces.
type run struct {
	text        string
	start, stop int
	clusters    []int // where each character with its marks begins
}

func (r *run) add(tokens []token, word string, start int) []token {
	if r.text != "" && r.stop != start {
		tokens = r.end(tokens)
	}
	if r.text == "" {
		r.start = start
	}
	r.stop = start + len(word)
	r.text += word
	return tokens
}

// end appends the pairs of characters of the run.
func (r *run) end(tokens []token) []token {
	if r.text == "" {
		return tokens
	}
	r.clusters = r.clusters[:0]
	joined := false
	for i, c := range r.text {
		if mark := unicode.IsMark(c); !mark && !joined {
			r.clusters = append(r.clusters, i)
		}
		joined = c == '\u17d2' || c == '\u1039' // what follows is written below
	}
	r.clusters = append(r.clusters, len(r.text))
	if n := len(r.clusters); n == 2 {
		tokens = append(tokens, token{r.text, r.start, r.start + len(r.text)})
	} else {
		for i := 0; i+2 < n; i++ {
			from, to := r.clusters[i], r.clusters[i+2]
			tokens = append(tokens, token{r.text[from:to], r.start + from, r.start + to})
		}
	}
	r.text = ""
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
