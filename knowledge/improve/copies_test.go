package improve

import (
	"slices"
	"testing"

	"parley/knowledge"
)

func TestCopiesOfWhatAVisitorSaidAreFound(t *testing.T) {
	t.Parallel()
	pairs := []knowledge.Pair{
		{Question: "How long does a refund take?", Answer: "Two weeks."},
		{Question: "Where is the parcel?", Answer: "Bo Larsson, 12 Cheddar Lane gets it on Monday."},
		{Question: "Hello", Answer: "Hello!"},
		{Question: "Do you ship to Norway?", Answer: "Yes."},
	}
	s := &shelf{sources: []knowledge.Source{{ID: "src_1", Kind: knowledge.KindFAQ, Title: knowledge.CorrectedAnswers}}, pairs: map[string][]knowledge.Pair{"src_1": pairs}}
	tests := []Question{{ID: "tst_1", Text: "Say hello", Nothing: true}, {ID: "tst_2", Text: "how long  DOES a refund take", Phrase: "weeks"}, {ID: "tst_3", Text: "What?", Phrase: "12 Cheddar Lane, Somerset"}}
	refund := "Hi, I am Bo. How long does a refund take?"
	for name, c := range map[string]struct {
		said []string
		want []string // questions
	}{
		"a part of what was said":        {[]string{refund}, []string{pairs[0].Question, tests[1].Text}},
		"word for word, however short":   {[]string{"hello!"}, []string{"Hello"}},
		"within an answer and a wish":    {[]string{"I mean 12 cheddar lane", "12 Cheddar Lane"}, []string{pairs[1].Question, "What?"}},
		"not within another word":        {[]string{"o you ship to Norwa"}, nil},
		"nothing that has letters":       {[]string{"", "?!"}, nil},
		"somebody who said other things": {[]string{"Two weeks of rain", "Is there a refund for ships?"}, nil},
		"who said nothing":               {nil, nil},
	} {
		found, err := Fixer{Sources: s, Pairs: s}.Copies(t.Context(), "tnt_1", "bot_1", tests, c.said)
		var questions []string
		for _, f := range found {
			questions = append(questions, f.Question)
			if f.Bot != "bot_1" || (f.Source == "src_1") == (f.Test != "") {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if err != nil || !slices.Equal(questions, c.want) {
			t.Errorf("%s: %q, %v", name, questions, err)
		}
	}
	if found, err := (Fixer{Sources: &shelf{}, Pairs: s}).Copies(t.Context(), "tnt_1", "bot_1", nil, []string{refund}); err != nil || found != nil {
		t.Errorf("without corrections: %v, %v", found, err)
	}
}
