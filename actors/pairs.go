package actors

import (
	"cmp"
	"slices"
	"strings"

	"parley/actors/speech"
	"parley/chat"
	"parley/knowledge"
)

// pairFor returns the question and answer of the owner's that a question asks for: its passages, in order; none if
// there is none. One that its owner corrected is before all others, then the one that is most alike, then the best hit.
func pairFor(question string, hits []knowledge.Hit) []knowledge.Hit {
	best, found := 0.0, -1
	for i, hit := range hits {
		if hit.Kind != knowledge.KindFAQ || len(hit.Headings) == 0 {
			continue
		}
		alike := speech.Alike(question, hit.Headings[len(hit.Headings)-1])
		if alike > 0 && hit.Title == knowledge.CorrectedAnswers {
			alike++
		}
		if alike > best {
			best, found = alike, i
		}
	}
	if found < 0 {
		return nil
	}
	// A long answer is several passages.
	var pair []knowledge.Hit
	for _, hit := range hits {
		if hit.Source == hits[found].Source && slices.Equal(hit.Headings, hits[found].Headings) {
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

// pair answers in the owner's words.
func (w *answering) pair(pair []knowledge.Hit) *answered {
	w.trace.Provider, w.trace.Passages = ByFAQ, traced(pair)
	w.found()
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
		usage: &chat.Usage{Provider: ByFAQ},
	}
}
