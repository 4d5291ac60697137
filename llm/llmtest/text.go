package llmtest

import "strings"

// DefaultWords is the length of an answer whose script says nothing else.
const DefaultWords = 60

// vocabulary has words of one to four bytes a character, joined emoji, a combining accent,
// right-to-left text and what JSON must escape.
var vocabulary = strings.Fields("lorem ipsum dolor sit amet naïve Größe żółć Καλημέρα привет 東京 안녕 नमस्ते مرحبا " +
	"שלום 🚀 👩\u200d👩\u200d👧\u200d👦 e\u0301te\u0301 ﬁn “so” \"quoted\" 50% £9 café über ça tempor magna aliqua ut enim veniam")

// Text is the answer to a question, words long: FNV-1a (32 bits) over the
// question's UTF-8 bytes seeds a linear congruential generator (× 1664525 + 1013904223), whose
// upper 16 bits pick each word. A sentence has nine words, a paragraph four sentences.
func Text(question string, words int) string {
	if words <= 0 {
		words = DefaultWords
	}
	state := uint32(2166136261)
	for i := range len(question) {
		state = (state ^ uint32(question[i])) * 16777619
	}
	var b strings.Builder
	for n := 1; n <= words; n++ {
		state = state*1664525 + 1013904223
		b.WriteString(vocabulary[state>>16%uint32(len(vocabulary))])
		switch {
		case n == words:
			b.WriteString(".")
		case n%36 == 0:
			b.WriteString(".\n\n")
		case n%9 == 0:
			b.WriteString(". ")
		default:
			b.WriteString(" ")
		}
	}
	return b.String()
}
