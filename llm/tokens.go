package llm

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// bytesPerToken is OpenAI's rule of thumb for English ("1 token ≈ 4 characters",
// help.openai.com, "What are tokens and how to count them"). Counted in bytes it is about
// right for other alphabets too: their letters take two bytes and about half a token.
const bytesPerToken = 4

// Tokens estimates how many tokens a text is, without any model's tokenizer: a token
// for each four bytes, and for each character of the scripts of China, Japan and
// Korea, which GPT-4's tokenizer takes one by one and GPT-4o's nearly so. It is made for
// windows and limits, where a fifth more or less does no harm; what is
// billed is what the provider counts.
func Tokens(text string) int {
	wide, bytes := 0, 0
	for i, r := range text {
		if isWide(r) {
			wide++
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		bytes += size
	}
	return wide + (bytes+bytesPerToken-1)/bytesPerToken
}

func isWide(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// Shorten returns as much of the beginning of a text as is at most so many tokens: up
// to the end of a sentence, or of a word where that would lose more than half, or of
// a character where there is no word. What it returns is valid UTF-8.
func Shorten(text string, tokens int) string {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if Tokens(text) <= tokens {
		return text
	}
	end, sentence, word := 0, 0, 0
	wide, bytes := 0, 0
	for i, r := range text {
		size := utf8.RuneLen(r)
		if isWide(r) {
			wide++
		} else {
			bytes += size
		}
		if wide+(bytes+bytesPerToken-1)/bytesPerToken > tokens {
			break
		}
		end = i + size
		next, _ := utf8.DecodeRuneInString(text[end:])
		switch {
		case strings.ContainsRune("。！？", r), strings.ContainsRune(".!?…", r) && unicode.IsSpace(next), next == '\n':
			sentence, word = end, end
		case unicode.IsSpace(next):
			word = end
		}
	}
	switch {
	case sentence > end/2:
		end = sentence
	case word > end/2:
		end = word
	}
	return strings.TrimSpace(text[:end])
}
