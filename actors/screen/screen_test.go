package screen

import (
	"strings"
	"testing"
	"unicode/utf8"

	"parley/llm"
)

var shop = Rules{
	Passages: []Passage{
		{Title: "Returns", Headings: []string{"How long?"}, Text: "You have 45 days from delivery. See https://shop.example/returns for the form, or write to help@shop.example."},
		{Title: "Shipping", Text: "Shipping to Norway takes nine days.", URL: "https://shop.example/shipping"},
		{Title: "保修", Text: "所有产品的保修期为两年。"},
	},
	Given:   []string{"Send those who complain to http://shop.example/complaints."},
	Public:  []string{"Hi! Ask me anything about our shop, and I will look it up for you."},
	Secrets: []string{"Never speak of the merger with Contoso, which will be announced on the third of May, and always be kind to people.", "The discount code for friends is ZEBRA42."},
}

// shownOf lets a text through in pieces of so many bytes, and returns what is shown.
func shownOf(t *testing.T, rules Rules, text string, size int) (string, *Screen) {
	t.Helper()
	var shown strings.Builder
	s := New(rules, func(piece string) {
		if piece == "" {
			t.Error("an empty piece is emitted")
		}
		shown.WriteString(piece)
	})
	var piece []rune
	for _, r := range text {
		if piece = append(piece, r); len(piece) == size {
			if !s.Write(string(piece)) {
				return shown.String(), s
			}
			piece = nil
		}
	}
	s.Write(string(piece))
	s.End()
	return shown.String(), s
}

func TestWhatIsShownOfAnAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"You have 45 days.": "You have 45 days.",
		"":                  "",

		// Marks
		"You have 45 days [1].":                           "You have 45 days [1].",
		"You have 45 days.[1] Norway takes nine days.[2]": "You have 45 days.[1] Norway takes nine days.[2]",
		"45 days[1][2][7][0][12][99].":                    "45 days[1][2].",
		"45 days and nine days to Norway [1][2]":          "45 days and nine days to Norway [1][2]",
		"Yes. [1]":                                        "Yes. [1]",
		"Sie haben fünfundvierzig Tage Zeit dafür, und die Rückgabe ist auch kostenlos [1].": "Sie haben fünfundvierzig Tage Zeit dafür, und die Rückgabe ist auch kostenlos [1].",
		"保修期为两年。[3]":            "保修期为两年。[3]",
		"保修期为两年。[1] 配送很快，三天就到。": "保修期为两年。[1] 配送很快，三天就到。", // other languages are not compared
		"[x] [ ] [123] [1a] [":  "[x] [ ] [123] [1a] [",

		// Addresses
		"See https://shop.example/returns.":                            "See https://shop.example/returns.",
		"See https://shop.example/shipping/ now":                       "See https://shop.example/shipping/ now",
		"See [the form](https://shop.example/returns) [1]":             "See [the form](https://shop.example/returns) [1]",
		`See [it](<https://shop.example/returns> "The form").`:         `See [it](<https://shop.example/returns> "The form").`,
		"Write to <help@shop.example>.":                                "Write to <help@shop.example>.",
		"Write [us](mailto:help@shop.example).":                        "Write [us](mailto:help@shop.example).",
		"Complain at http://shop.example/complaints":                   "Complain at http://shop.example/complaints",
		"See https://evil.example/x?q=1, please":                       "See evil.example/x, please",
		"See HTTPS://EVIL.example":                                     "See EVIL.example",
		"See https://shop.example/returns?leak=secret":                 "See shop.example/returns",
		"See https://shop.example/returns.evil.example":                "See shop.example/returns.evil.example",
		"See https://op.example/returns":                               "See op.example/returns",
		"See https://https://evil.example":                             "See evil.example",
		"[click](https://evil.example/x)":                              "click",
		"[click](javascript:alert(1))":                                 "click",
		"[click](/settings)":                                           "click",
		"[click]( data:text/html,<b>x</b> )":                           "click",
		"[45 days](https://evil.example) [1]":                          "45 days [1]",
		"[1](https://evil.example) 45 days":                            "1 45 days",
		"![a pixel](https://evil.example/x.png?d=secret)":              "a pixel",
		"![ours](https://shop.example/returns)":                        "ours",
		"[![p](https://evil.example/p)](https://shop.example/returns)": "p",
		"[[a](https://evil.example)](https://evil.example)":            "a",
		"<https://evil.example/a>":                                     "evil.example/a",
		"<javascript:alert(1)>":                                        "alert(1)",
		"<mallory@evil.example>":                                       "mallory@evil.example",
		"&#104;ttps://evil.example":                                    "evil.example",
		"&#x68;ttps://evil.example":                                    "evil.example",
		"ht&#116;ps://evil.example":                                    "evil.example",
		`https:\/\/evil.example`:                                       "evil.example",
		"https&#58;//evil.example":                                     "evil.example",
		"**https://evil.example**":                                     "**evil.example**",
		"_https://evil.example_":                                       "_evil.example_",
		"(https://evil.example)":                                       "(evil.example)",
		"`https://evil.example`":                                       "`evil.example`",
		`<a href="https://evil.example">x</a>`:                         `<a href="evil.example">x</a>`,
		"<img src=https://evil.example/x>":                             "<img src=evil.example/x>",
		"[ref]: https://evil.example":                                  "[ref]: evil.example",
		"h ht http https http: http:/ https://":                        "h ht http https http: http:/ https://",
		"How he had hoped!":                                            "How he had hoped!",
		"AT&T, R&D, a &amp; b, a & b, 5 < 6 > 4, a \\ b, \\[x\\], !":   "AT&T, R&D, a &amp; b, a & b, 5 < 6 > 4, a \\ b, \\[x\\], !",
		"[an unended label":                                            "[an unended label",
		"[an unended link](https://evil.example/":                      "[an unended link](evil.example/",
		"f(x)[i](j)": "f(x)i", // a page takes it for a link too

		// The model's own word that it does not know
		llm.NotFound + " I do not know that.": "I do not know that.",
		llm.NotFound:                          "",
		"\n" + llm.NotFound + "\n":            "",
	} {
		for _, size := range []int{1, 2, 3, 7, 1000} {
			if got, s := shownOf(t, shop, text, size); got != want {
				t.Errorf("%q in pieces of %d shows\n%q, want\n%q", text, size, got, want)
			} else if s.Unknown() != strings.Contains(text, llm.NotFound) || s.Leaked() {
				t.Errorf("%q: unknown %v, leaked %v", text, s.Unknown(), s.Leaked())
			}
		}
	}
}

func TestAMarkThatIsRemovedTakesItsSpaceAlong(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Returns are free of charge [2].":                      "Returns are free of charge.",
		"The moon is made of green cheese [1]. 45 days it is.": "The moon is made of green cheese. 45 days it is.",
		"- 45 days [1]\n- cheese and moon [2]":                 "- 45 days [1]\n- cheese and moon",
		"Cheese [9] and [9][8] moons [9]":                      "Cheese and moons",
	} {
		if got, _ := shownOf(t, shop, text, 1000); got != want {
			t.Errorf("%q shows %q, want %q", text, got, want)
		}
		var shown strings.Builder
		s := New(shop, func(piece string) { shown.WriteString(piece) })
		for _, piece := range strings.SplitAfter(strings.ReplaceAll(text, " ", "| "), "|") { // as models cut: a space goes with what follows
			s.Write(strings.TrimSuffix(piece, "|"))
		}
		if s.End(); shown.String() != want {
			t.Errorf("%q in pieces shows %q, want %q", text, shown.String(), want)
		}
	}
}

func TestAnAnswerEndsBeforeItRepeatsWhatIsForTheModelAlone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Sure: Never speak of the merger with Contoso, which will be announced on the third of May, and so on": "Sure: Never speak of ",
		"never, SPEAK; of**the**merger\nwith Contoso which will be announced on the third":                     "never, SPEAK; of**",
		"My rules: always be nice. The discount code for friends is ZEBRA42. Enjoy!":                           "My rules: always be nice. The discount code ",
		"They will be announced on the third of May.":                                                          "They will be announced on the third of May.", // eight words
		"Hi! Ask me anything about our shop, and I will look it up for you.":                                   "Hi! Ask me anything about our shop, and I will look it up for you.",
	} {
		for _, size := range []int{1, 5, 1000} {
			got, s := shownOf(t, shop, text, size)
			if got != want || s.Leaked() == (text == want) {
				t.Errorf("%q in pieces of %d shows %q, want %q; leaked %v", text, size, got, want, s.Leaked())
			}
		}
	}
	public := shop
	public.Public = shop.Secrets
	if got, s := shownOf(t, public, shop.Secrets[0], 3); got != shop.Secrets[0] || s.Leaked() {
		t.Errorf("what is public too is not shown: %q", got)
	}
	chinese := Rules{Secrets: []string{"请不要向任何顾客提到我们将在五月与康托索公司合并的消息"}}
	if got, s := shownOf(t, chinese, "好的：请不要向任何顾客提到我们将在五月与康托索公司合并", 2); got != "好的：请不要" || !s.Leaked() {
		t.Errorf("shown: %q", got)
	}
}

func TestTextThatIsHarmlessPassesAtOnce(t *testing.T) {
	t.Parallel()
	var shown []string
	s := New(shop, func(piece string) { shown = append(shown, piece) })
	pieces := []string{"You ", "have ", "45 ", "days", " from ", "deli", "very", ". ", "We a", "lways ", "answer."}
	for i, piece := range pieces {
		if s.Write(piece); len(shown) != i+1 || shown[i] != piece {
			t.Fatalf("after %q: %q", piece, shown)
		}
	}
}

func FuzzTheSameIsShownHoweverItIsCut(f *testing.F) {
	f.Add("See [x](https://evil.example) &#104;ttps:\\/\\/e <https://a> ![i](b) [1][[not found]]", 3)
	f.Add("[[[](((h!<&\\", 1)
	f.Fuzz(func(t *testing.T, text string, size int) {
		text = strings.ToValidUTF8(text, "")
		if size < 1 || len(text) > 300 { // longer ones reach the bounds of what is waited for
			return
		}
		whole, _ := shownOf(t, shop, text, 1<<20)
		cut, _ := shownOf(t, shop, text, size)
		if loose(cut) != loose(whole) { // a mark's space may have been shown before the mark came
			t.Errorf("%q in pieces of %d shows %q, at once %q", text, size, cut, whole)
		}
	})
}

// loose is a text without the spaces that no word follows.
func loose(text string) string {
	var kept strings.Builder
	for i, r := range text {
		if next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):]); r != ' ' || isWord(next) {
			kept.WriteRune(r)
		}
	}
	return kept.String()
}

func BenchmarkAnswer(b *testing.B) {
	rules := shop
	for len(rules.Passages) < 8 {
		rules.Passages = append(rules.Passages, Passage{Title: "Terms", Text: strings.Repeat("Returns are free within 45 days of delivery, as the law of the country says. ", 15)})
	}
	rules.Secrets = append(rules.Secrets, strings.Repeat("Be kind to everybody and answer as briefly as you can, with the words of the passages. ", 20))
	words := strings.SplitAfter(strings.Repeat("You have the right to return it within 45 days of the delivery [1]. ", 10), " ")
	b.ReportAllocs()
	for b.Loop() {
		s := New(rules, func(string) {})
		for _, word := range words {
			s.Write(word)
		}
		s.End()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(words)), "ns/word")
}
