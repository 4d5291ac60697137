package knowledge

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/knowledge/extract"
)

func texts(passages []Passage) (out []string) {
	for _, p := range passages {
		out = append(out, strings.Join(p.Headings, " > ")+": "+p.Text)
	}
	return out
}

func TestPassagesFollowTheDocument(t *testing.T) {
	t.Parallel()
	a, b := []string{"A"}, []string{"A", "B"}
	got := split("src", "Doc", []extract.Block{
		{Headings: a, Text: "One."}, {Headings: a, Text: "Two."},
		{Headings: a, Kind: extract.Item, Text: "- first"}, {Headings: a, Kind: extract.Item, Text: "- second"},
		{Headings: b, Text: "Below."},
		{Headings: []string{"Why?"}, Kind: extract.Answer, Text: "Because."},
		{Headings: []string{"Why?"}, Kind: extract.Answer, Text: "Asked again."},
	})
	if diff := cmp.Diff([]string{
		"Doc > A: One.\n\nTwo.\n- first\n- second",
		"Doc > A > B: Below.",
		"Doc > Why?: Because.",
		"Doc > Why?: Asked again.",
	}, texts(got)); diff != "" {
		t.Error(diff)
	}
}

func TestATitleIsNotSaidTwice(t *testing.T) {
	t.Parallel()
	got := split("src", "returns", []extract.Block{{Headings: []string{"Returns", "Cost"}, Text: "Free."}})
	if diff := cmp.Diff([]string{"Returns > Cost: Free."}, texts(got)); diff != "" {
		t.Error(diff)
	}
}

func TestATableThatIsCutKeepsItsHeader(t *testing.T) {
	t.Parallel()
	blocks := []extract.Block{{Kind: extract.Row, Text: "Plan | Price"}}
	for range 30 {
		blocks = append(blocks, extract.Block{Kind: extract.Row, Text: strings.Repeat("Team plan ", 8) + "| 29", Lead: "Plan | Price"})
	}
	got := split("src", "", blocks)
	if len(got) < 2 {
		t.Fatalf("%d passages", len(got))
	}
	for _, p := range got {
		if !strings.HasPrefix(p.Text, "Plan | Price\nTeam plan ") {
			t.Errorf("%.60q", p.Text)
		}
	}
}

func TestAPassageIsOnThePageWhereItBegins(t *testing.T) {
	t.Parallel()
	got := split("src", "", []extract.Block{{Text: "a", Page: 3}, {Text: "b", Page: 4}, {Headings: []string{"H"}, Text: "c", Page: 4}})
	if len(got) != 2 || got[0].Page != 3 || got[1].Page != 4 {
		t.Errorf("%+v", got)
	}
}

func TestALongParagraphIsCutBetweenSentences(t *testing.T) {
	t.Parallel()
	sentence := "Dr. Smith, who lives at No. 7, was asked e.g. about the 3. of May and said so. "
	got := split("src", "", []extract.Block{{Text: strings.TrimSpace(strings.Repeat(sentence, 60))}})
	if len(got) < 4 {
		t.Fatalf("%d passages", len(got))
	}
	for i, p := range got {
		if n := utf8.RuneCountInString(p.Text); n > passageMax || i < len(got)-1 && n < passageSize-len(sentence) {
			t.Errorf("passage %d has %d characters", i, n)
		}
		if !strings.HasPrefix(p.Text, "Dr. Smith") || !strings.HasSuffix(strings.TrimSpace(p.Text), "said so.") {
			t.Errorf("passage %d: %.20q … %q", i, p.Text, p.Text[len(p.Text)-20:])
		}
	}
}

func TestSentencesEndWhereTheyEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"One. Two? Three!":                       {"One. ", "Two? ", "Three!"},
		"Mr. Jones paid 3.50 in the U.S. today.": {"Mr. Jones paid 3.50 in the U.S. today."},
		"Das ist z. B. am 3. Mai. Ja.":           {"Das ist z. B. am 3. Mai. ", "Ja."},
		"我们在柏林。你呢？":                              {"我们在柏林。", "你呢？"},
		"Call me at 9 p.m. please. Thanks.":      {"Call me at 9 p.m. please. ", "Thanks."},
		"- one\n- two":                           {"- one\n", "- two"},
		"":                                       nil,
	} {
		if diff := cmp.Diff(want, sentences(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestNothingIsLostInPassagesAndNoneIsTooLong(t *testing.T) {
	t.Parallel()
	words := rapid.SampledFrom([]string{"word ", "Dr. ", "ends. ", "über ", "超市", "a\nb ", strings.Repeat("x", 3000), "? ", " "})
	rapid.Check(t, func(t *rapid.T) {
		var blocks []extract.Block
		all := ""
		for range rapid.IntRange(0, 12).Draw(t, "blocks") {
			b := extract.Block{Text: strings.TrimSpace(strings.Join(rapid.SliceOfN(words, 1, 300).Draw(t, "words"), ""))}
			b.Kind = rapid.SampledFrom([]extract.Kind{extract.Paragraph, extract.Item, extract.Row, extract.Code, extract.Answer}).Draw(t, "kind")
			b.Headings = rapid.SampledFrom([][]string{nil, {"A"}, {"A", "B"}}).Draw(t, "headings")
			if b.Text != "" {
				blocks = append(blocks, b)
				all += b.Text
			}
		}
		got := ""
		for _, p := range split("src", "", blocks) {
			if width(p.Text) > passageMax+2*len(blocks) || strings.TrimSpace(p.Text) == "" {
				t.Fatalf("a passage of %d characters", width(p.Text))
			}
			got += p.Text
		}
		if squashed(got) != squashed(all) {
			t.Fatalf("got %d characters of %d", len(squashed(got)), len(squashed(all)))
		}
	})
}

func squashed(s string) string { return strings.Join(strings.Fields(s), "") }
