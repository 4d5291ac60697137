package improve

import (
	"testing"

	"parley/chat"
)

func TestAnAnswerPassesIfItIsWhatWasExpected(t *testing.T) {
	t.Parallel()
	cited := []chat.Citation{{Source: "src_site", Part: "src_page"}, {Source: "src_faq"}}
	for name, c := range map[string]struct {
		expected Question
		answer   Asked
		why      string
	}{
		"a phrase":                   {Question{Phrase: "within 14  Days"}, Asked{Text: "You get it back within\n14 days. [1]"}, ""},
		"around a mark":              {Question{Phrase: "14 days, by card."}, Asked{Text: "It takes **14 days** [1], by card [2][3]."}, ""},
		"other quotes":               {Question{Phrase: "don't"}, Asked{Text: "We don’t."}, ""},
		"brackets that are no marks": {Question{Phrase: "see [page] 2"}, Asked{Text: "See [page] 2 [12]"}, ""},
		"a phrase that is not there": {Question{Phrase: "30 days"}, Asked{Text: "14 days"}, "The expected words are not in the answer."},
		"a source":                   {Question{Source: "src_faq"}, Asked{Citations: cited}, ""},
		"a page of a site":           {Question{Source: "src_page"}, Asked{Citations: cited}, ""},
		"a page of its site":         {Question{Source: "src_site", Part: "src_page"}, Asked{Citations: cited}, ""},
		"another page of the site":   {Question{Source: "src_site", Part: "src_other"}, Asked{Citations: cited}, "The expected page is not cited, but the site that it belongs to."},
		"a page of another site":     {Question{Source: "src_other", Part: "src_page"}, Asked{Citations: cited}, "The expected source is not cited."},
		"another source":             {Question{Source: "src_other"}, Asked{Citations: cited}, "The expected source is not cited."},
		"both missing":               {Question{Source: "src_other", Phrase: "x"}, Asked{Citations: cited}, "The expected source is not cited. The expected words are not in the answer."},
		"nothing":                    {Question{Nothing: true}, Asked{Text: "I do not know.", By: ByNothing}, ""},
		"something for nothing":      {Question{Nothing: true}, Asked{Text: "14 days", By: ByModel}, "It should have said that it does not know."},
		"nothing for something":      {Question{Phrase: "days"}, Asked{Text: "I know nothing of days.", By: ByNothing}, "It said that it does not know."},
	} {
		if why := judge(c.expected, c.answer); why != c.why {
			t.Errorf("%s: %q, want %q", name, why, c.why)
		}
	}
}

func TestARunIsComparedWithTheOneBefore(t *testing.T) {
	t.Parallel()
	result := func(id string, passed bool) Result {
		return Result{Question: Question{ID: id, Text: "about " + id}, Passed: passed}
	}
	before := Run{State: Finished, Results: []Result{result("a", true), result("b", false), result("c", true), result("gone", true), result("e", false)}}
	now := Run{State: Finished, Results: []Result{result("e", true), result("a", true), result("b", false), result("c", false), result("new", true)}}
	want := []Change{{"c", "about c", VerdictPassed, VerdictFailed}, {"e", "about e", VerdictFailed, VerdictPassed}, {"new", "about new", VerdictNone, VerdictPassed}, {"gone", "about gone", VerdictPassed, VerdictNone}}
	got := Changes(before, now)
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("change %d: %v, want %v", i, got[i], want[i])
		}
	}
	// What is not asked yet is not gone.
	if got := Changes(before, Run{State: Running, Results: []Result{result("a", true)}}); len(got) > 0 {
		t.Errorf("while it runs: %v", got)
	}
}
