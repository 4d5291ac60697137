package knowledge

import (
	"strings"
	"testing"
)

func TestPassagesThatSayTheSameAreOneHit(t *testing.T) {
	t.Parallel()
	terms := "You can return whatever you bought from us within 45 days of its arrival. Send it back in the parcel that it came in, and " +
		"put the paper that was with it on top. We pay for the way back, and give you your money as soon as it is here. " +
		"What was made for you alone cannot be returned, unless there is something wrong with it."
	for name, c := range map[string]struct {
		a, b Passage
		same bool
	}{
		"the same":                   {Passage{Text: terms}, Passage{Text: terms}, true},
		"laid out otherwise":         {Passage{Text: terms}, Passage{Text: strings.ToUpper(strings.ReplaceAll(terms, ". ", ".\n\n* "))}, true},
		"with a line around it":      {Passage{Text: terms}, Passage{Text: terms + " Print this page."}, true},
		"under other headings":       {Passage{Text: terms, Headings: []string{"Returns"}}, Passage{Text: terms, Headings: []string{"Terms"}}, true},
		"with another number":        {Passage{Text: terms}, Passage{Text: strings.Replace(terms, "45", "14", 1)}, false},
		"half of it":                 {Passage{Text: terms}, Passage{Text: terms[:len(terms)/2]}, false},
		"other words":                {Passage{Text: terms}, Passage{Text: "Our shop in Lisbon is open from Monday to Friday, and on Saturdays in the morning."}, false},
		"short, to other questions":  {Passage{Text: "Yes.", Headings: []string{"FAQ", "Do you ship abroad?"}}, Passage{Text: "Yes.", Headings: []string{"FAQ", "Is it free?"}}, false},
		"short, to the same":         {Passage{Text: "Yes.", Headings: []string{"Is it free?"}}, Passage{Text: "Yes!", Headings: []string{"Is it free?"}}, true},
		"nothing but signs, in both": {Passage{Text: "—"}, Passage{Text: "***"}, true},
	} {
		var e echoes
		if e.said(c.a, sketchOf(c.a)) {
			t.Errorf("%s: the first was said before", name)
		}
		if got := e.said(c.b, sketchOf(c.b)); got != c.same {
			t.Errorf("%s: said before: %v", name, got)
		}
	}
}

func TestTheSameTextUnderTwoAddressesIsOneHit(t *testing.T) {
	t.Parallel()
	l, m := library(t)
	text := "Apples are delivered in boxes of twenty, which you can send back to us for free once they are empty."
	m.know("tnt", "bot", "src_1", "t", text)
	m.know("tnt", "bot", "src_2", "t", text+" Print.", "Apples are sweet.")
	if got := search(t, l, "bot", "apples"); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func BenchmarkSketch(b *testing.B) {
	p := Passage{Text: strings.Repeat("Some words of a text that says nothing new at all. ", 24)}
	for b.Loop() {
		sketchOf(p)
	}
}
