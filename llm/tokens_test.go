package llm_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"parley/llm"
)

func TestTokensAreEstimatedByScript(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text string
		want int
	}{
		"nothing":                       {"", 0},
		"one letter":                    {"a", 1},
		"one word":                      {"four", 1},
		"a sentence":                    {"I would like to buy a train ticket to Tokyo, please.", 13}, // GPT-4 counts 13
		"German, umlauts are two bytes": {"Größe über alles", 5},
		"Russian, half a token each":    {"Привет", 3},
		"Chinese, a token each":         {"人工智能正在改变世界", 10}, // GPT-4o counts about 10
		"Japanese, kana too":            {"人工知能は世界を変革しています", 15},
		"Korean":                        {"안녕하세요", 5},
		"both":                          {"東京 to Osaka", 2 + 3},
		"an emoji":                      {"🚀", 1},
		"bytes that are no characters":  {"\xff\xfe\xfd\xfc\xfb", 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := llm.Tokens(c.text); got != c.want {
				t.Errorf("Tokens(%q) = %d, want %d", c.text, got, c.want)
			}
		})
	}
}

func TestShortenCutsAtASentenceOrAWord(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		text   string
		tokens int
		want   string
	}{
		"what fits stays":               {" It fits. ", 10, "It fits."},
		"a sentence":                    {"The order is late. It will come on Monday.", 7, "The order is late."},
		"a word where that keeps more":  {"Yes. The order A-17 will be there on Monday", 8, "Yes. The order A-17 will be"},
		"a line":                        {"Visitor: where is A-17\nBusiness: it is on its way", 7, "Visitor: where is A-17"},
		"Chinese":                       {"订单迟到了。星期一到。", 7, "订单迟到了。"},
		"no word to cut at":             {strings.Repeat("x", 40), 5, strings.Repeat("x", 20)},
		"a decimal point ends nothing":  {"It costs 12.50 euros altogether", 4, "It costs 12.50"},
		"no room":                       {"Anything", 0, ""},
		"invalid bytes become a mark":   {"a\xffb", 10, "a\uFFFDb"},
		"never within a character":      {"ééééééé", 1, "éé"},
		"a mark at the very end of all": {"One. Two. Three!", 3, "One. Two."},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := llm.Shorten(c.text, c.tokens)
			if got != c.want {
				t.Errorf("Shorten(%q, %d) = %q, want %q", c.text, c.tokens, got, c.want)
			}
			if llm.Tokens(got) > c.tokens || !utf8.ValidString(got) {
				t.Errorf("%q is %d tokens, valid %v", got, llm.Tokens(got), utf8.ValidString(got))
			}
		})
	}
}
