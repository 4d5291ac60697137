package knowledge

import (
	"strings"
	"testing"
)

func TestTheOwnersAnswersAreFoundByTheirQuestionAlone(t *testing.T) {
	t.Parallel()
	b := &books{sources: map[string]book{
		"src_2": {source: Source{ID: "src_2", Kind: KindFAQ, Title: "Questions"}, passages: []Passage{
			{Source: "src_2", Order: 0, Headings: []string{"Questions", "Who are you?"}, Text: "We are"},
			{Source: "src_2", Order: 1, Headings: []string{"Questions", "Who are you?"}, Text: "Ada & Co."},
			{Source: "src_2", Order: 2, Headings: []string{"Questions", "Where?"}, Text: "Here."},
		}},
		"src_1": {source: Source{ID: "src_1", Kind: KindFile}, passages: []Passage{{Headings: []string{"Who are you?"}, Text: "A file."}}},
	}}
	var texts []string
	for _, hit := range b.Pairs(func(question string) bool { return question == "Who are you?" }) {
		if hit.Kind != KindFAQ || hit.Title != "Questions" || hit.Added != "src_2" {
			t.Errorf("found %+v", hit)
		}
		texts = append(texts, hit.Text)
	}
	if got := strings.Join(texts, " "); got != "We are Ada & Co." {
		t.Errorf("found %q", got)
	}
}
