package index

import (
	"slices"
	"testing"
)

func TestWordsOfTextsThatBelongTogetherShareTheirStems(t *testing.T) {
	t.Parallel()
	words := Words([]string{"How long do refunds take?", "refund", "Wie lange dauert die Rückerstattung?", "Gilt die Rückerstattung auch für Schuhe?", "I want to cancel an order please", ""})
	content := func(at int) (all []string) {
		for _, w := range words[at] {
			if !w.Common {
				all = append(all, w.Terms...)
			}
		}
		return all
	}
	if !slices.Contains(content(0), "refund") || !slices.Contains(content(1), "refund") {
		t.Errorf("refunds: %v, refund: %v", content(0), content(1))
	}
	shared := slices.ContainsFunc(content(2), func(term string) bool { return slices.Contains(content(3), term) })
	if !shared || slices.Contains(content(2), "die") {
		t.Errorf("German: %v, %v", content(2), content(3))
	}
	if got := content(4); slices.Contains(got, "to") || slices.Contains(got, "i") || !slices.Contains(got, "cancel") {
		t.Errorf("a language that one text seems to be in counts: %v", got)
	}
	if len(words[5]) > 0 || len(Words(nil)) > 0 {
		t.Errorf("words of nothing: %v", words[5])
	}
}
