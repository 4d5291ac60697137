package screen

import (
	"strings"
	"sync"
	"unicode"
)

const (
	// longestRun is how many words of a secret may be repeated in a row, less one: so many do not meet by chance.
	longestRun = 12
	// shortestRun is the same for secrets that are not longer than that.
	shortestRun = 6
	// held is the length of a run from which words wait for the next: a shorter one is everyday language.
	held = 4
)

// guard stops an answer that repeats a secret word for word. What is between the words, and their case, does not matter.
type guard struct {
	words  []string
	limits []int            // of the secret that each word belongs to
	at     map[string][]int // positions of a word
	public func() string    // what may be repeated, as " word word "

	runs    map[int]int // by the position of its last word, the length of each run that ends with the last word said
	before  map[int]int // those that ended with the word before; kept to be used again
	longest int
	said    []string // the last words, longestRun at most
	word    []rune   // that is not complete
	pending []byte   // held text
	tripped bool
}

func newGuard(secrets, public []string) *guard {
	g := &guard{at: map[string][]int{}, runs: map[int]int{}, before: map[int]int{}}
	for _, secret := range secrets {
		words := plainWords(secret)
		limit := min(longestRun, max(shortestRun, len(words)))
		for _, word := range words {
			g.at[word] = append(g.at[word], len(g.words))
			g.words, g.limits = append(g.words, word), append(g.limits, limit)
		}
		g.words, g.limits = append(g.words, ""), append(g.limits, 0) // no run crosses from one to the next
	}
	g.public = sync.OnceValue(func() string { // most answers never ask
		var all []string
		for _, text := range public {
			all = append(append(all, plainWords(text)...), "\n")
		}
		return " " + strings.Join(all, " ") + " "
	})
	return g
}

// write returns what may pass of the text so far.
func (g *guard) write(text string) string {
	if g.tripped {
		return ""
	}
	var passed strings.Builder
	for _, r := range text {
		switch {
		case unspaced(r):
			g.complete()
			g.word = append(g.word, unicode.ToLower(r))
			g.pending = append(g.pending, string(r)...)
			g.complete()
		case isWord(r):
			g.word = append(g.word, unicode.ToLower(r))
			g.pending = append(g.pending, string(r)...)
		default:
			g.complete()
			g.pending = append(g.pending, string(r)...)
		}
		if g.tripped {
			g.pending = nil
			return passed.String()
		}
		if g.longest < held-1 || len(g.word) == 0 && g.longest < held {
			passed.Write(g.pending)
			g.pending = g.pending[:0]
		}
	}
	return passed.String()
}

// end returns what was held.
func (g *guard) end() string {
	g.complete()
	rest := string(g.pending)
	g.pending = nil
	if g.tripped {
		return ""
	}
	return rest
}

// complete takes the word that has ended.
func (g *guard) complete() {
	if len(g.word) == 0 || len(g.words) == 0 {
		g.word = g.word[:0]
		return
	}
	word := string(g.word)
	g.word = g.word[:0]
	if g.said = append(g.said, word); len(g.said) > longestRun {
		g.said = g.said[1:]
	}
	g.runs, g.before = g.before, g.runs
	clear(g.runs)
	g.longest = 0
	for _, at := range g.at[word] {
		run := g.before[at-1] + 1 // none ends before the first word
		g.runs[at] = run
		g.longest = max(g.longest, run)
		if limit := g.limits[at]; run >= limit && !strings.Contains(g.public(), " "+strings.Join(g.said[len(g.said)-limit:], " ")+" ") {
			g.tripped = true
		}
	}
}

// plainWords are the words of a text in lower case, and each character of a script without spaces.
func plainWords(text string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = word[:0]
		}
	}
	for _, r := range text {
		switch {
		case unspaced(r):
			flush()
			words = append(words, string(unicode.ToLower(r)))
		case isWord(r):
			word = append(word, unicode.ToLower(r))
		default:
			flush()
		}
	}
	flush()
	return words
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func unspaced(r rune) bool {
	return r >= 0x2e80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
