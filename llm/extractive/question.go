package extractive

import (
	"math"
	"unicode"
)

// question is what is asked for, weighted.
type question struct {
	wants []want
	total float64 // of all weights
}

// want is one word of the question in its forms, any of which will do.
type want struct {
	forms  []string
	weight float64
	pair   bool // two characters of a script without spaces
}

// unknownPair is what a pair of characters that no text has counts for: more
// often than not it is the end of one word and the beginning of the next.
const unknownPair = 0.25

// ask weighs the words of a question by how few of the texts contain them: ln(1 + n/df), as
// BM25's idf without its negative side. A word that no text has weighs most, so that an answer about
// something else does not seem to fit.
func ask(text string, texts []terms) question {
	var q question
	seen := map[string]bool{}
	all := words(text)
	for i, word := range all {
		if idle[word] || seen[stem(word)] || inflection(word) {
			continue
		}
		seen[stem(word)] = true
		forms := []string{stem(word)}
		// "log in" is also "login".
		if i+1 < len(all) {
			forms = append(forms, join(word, all[i+1]))
		}
		if i > 0 {
			forms = append(forms, join(all[i-1], word))
		}
		q.wants = append(q.wants, want{forms: forms, pair: unspacedWord(word)})
	}
	for i := range q.wants {
		with := 0.0
		for _, t := range texts {
			if q.wants[i].in(t) {
				with++
			}
		}
		weight := math.Log(1 + float64(len(texts))/math.Max(with, 0.5))
		if with == 0 && q.wants[i].pair {
			weight *= unknownPair
		}
		q.wants[i].weight = weight
		q.total += weight
	}
	return q
}

// inflection tells a pair of hiragana: grammar, where it is not the rest of a word that kanji began.
func inflection(word string) bool {
	for _, r := range word {
		if !unicode.Is(unicode.Hiragana, r) {
			return false
		}
	}
	return word != ""
}

// unspacedWord tells a piece of a script without spaces.
func unspacedWord(word string) bool {
	for _, r := range word {
		return unspaced(r)
	}
	return false
}

func (w want) in(t terms) bool {
	for i, form := range w.forms {
		// A joined form must be a word there: two words beside each other are matched one by one.
		if i == 0 && t.has(form) || t.single[form] {
			return true
		}
	}
	return false
}

// covered is the share of the question's weight, 0–1, that any of the texts has.
func (q question) covered(texts ...terms) float64 {
	if q.total == 0 {
		return 0
	}
	sum := 0.0
	for _, w := range q.wants {
		for _, t := range texts {
			if w.in(t) {
				sum += w.weight
				break
			}
		}
	}
	return sum / q.total
}

// matched counts the words of the question that a text has.
func (q question) matched(t terms) int {
	n := 0
	for _, w := range q.wants {
		if w.in(t) {
			n++
		}
	}
	return n
}

// asks tells whether a text has a word that says what it is about.
func asks(text string) bool { return len(ask(text, nil).wants) > 0 }
