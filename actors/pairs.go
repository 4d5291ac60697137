package actors

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/actors/speech"
	"parley/chat"
	"parley/knowledge"
)

// ownWords are books that know their owner's questions and answers without a search, in which a pair may be missing: it finds nothing
// by words that say nothing ("Who are you?"), and what is said twice only once.
type ownWords interface {
	Pairs(fits func(question string) bool) []knowledge.Hit
}

// exactly returns the passages of the owner's pairs with that very question.
func exactly(books knowledge.Books, question string) []knowledge.Hit {
	if own, can := books.(ownWords); can {
		return own.Pairs(func(known string) bool { return sameWords(question, known) })
	}
	return nil
}

// pairFor returns the question and answer of the owner's that a question asks for, of those found: its passages, in order; none if
// there is none. One that its owner corrected is before all others, then the one that is most alike, then the best hit.
func pairFor(books knowledge.Books, question string, found []knowledge.Hit) []knowledge.Hit {
	hits := append(exactly(books, question), found...)
	most, best := 0.0, -1
	for i, hit := range hits {
		if hit.Kind != knowledge.KindFAQ || len(hit.Headings) == 0 {
			continue
		}
		alike := speech.Alike(question, hit.Headings[len(hit.Headings)-1])
		if alike > 0 && hit.Title == knowledge.CorrectedAnswers {
			alike++
		}
		if alike > most {
			most, best = alike, i
		}
	}
	if best < 0 {
		return nil
	}
	// A long answer is several passages.
	headings := hits[best].Headings
	whole := append(exactly(books, headings[len(headings)-1]), hits...)
	var pair []knowledge.Hit
	for _, hit := range whole {
		known := slices.ContainsFunc(pair, func(other knowledge.Hit) bool { return other.Order == hit.Order })
		if hit.Source == hits[best].Source && slices.Equal(hit.Headings, headings) && !known {
			pair = append(pair, hit)
		}
	}
	slices.SortFunc(pair, func(a, b knowledge.Hit) int { return cmp.Compare(a.Order, b.Order) })
	for i := 1; i < len(pair); i++ {
		if pair[i].Order != pair[i-1].Order+1 { // the same question again
			return pair[:i]
		}
	}
	return pair
}

// sameWords tells whether two texts have the same letters and digits in the same order, whatever their case.
func sameWords(a, b string) bool {
	next := func(text string) (rune, string) {
		for i, r := range text {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r), text[i+utf8.RuneLen(r):]
			}
		}
		return 0, ""
	}
	for {
		var x, y rune
		x, a = next(a)
		if y, b = next(b); x != y {
			return false
		}
		if x == 0 {
			return true
		}
	}
}

// pair answers in the owner's words.
func (w *answering) pair(pair []knowledge.Hit) *answered {
	w.trace.Provider, w.trace.Passages = ByFAQ, traced(pair)
	w.found(false)
	text := ""
	for _, hit := range pair {
		if text != "" && !strings.HasSuffix(text, " ") && !strings.HasSuffix(text, "\n") {
			text += " " // it was cut between sentences
		}
		text += hit.Text
	}
	text = strings.TrimSpace(text)
	w.emit(text)
	return &answered{
		text: text, by: ByFAQ, hits: pair, citations: []chat.Citation{citation(0, pair[0])}, offer: w.offer(),
	}
}
