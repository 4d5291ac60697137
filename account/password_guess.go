package account

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// leastBits is how hard to guess a password must be, as the power of two of the guesses that find it: 67 million, where a
// hundred in an hour are taken for an account, and 50 in a second are made by a core that has stolen the hash.
const leastBits = 26

// guessBits estimates how many guesses find a password, by somebody who tries words, names, walks over the keyboard, runs, dates and
// repetitions before single characters, and knows the words of the context: the least sum over all ways to cut the password into
// such parts. The method is zxcvbn's (Wheeler, USENIX Security 2016). Only the first 64 characters count.
func guessBits(password string, context []string) float64 {
	text := []rune(strings.ToLower(norm.NFKC.String(password)))
	return textBits(text[:min(len(text), 64)], context) + capitalBits(password)
}

// textBits are those of a text in small letters, which is written in one way.
func textBits(text []rune, context []string) float64 {
	near := make(map[string]bool)
	for _, word := range context {
		near[word] = true
	}
	best := make([]float64, len(text)+1)
	for end := 1; end <= len(text); end++ {
		best[end] = best[end-1] + characterBits(text[end-1])
		for from := max(0, end-longestWord); from <= end-3; from++ {
			if bits, ok := partBits(text[from:end], near); ok {
				best[end] = min(best[end], best[from]+bits)
			}
		}
		best[end] = min(best[end], repeatBits(text[:end], best))
	}
	return best[len(text)]
}

// characterBits are those of one that belongs to nothing.
func characterBits(r rune) float64 {
	switch {
	case unicode.IsDigit(r):
		return math.Log2(10)
	case unicode.IsLetter(r) && r < utf8.RuneSelf:
		return math.Log2(26)
	case unicode.IsLetter(r):
		return 7
	case r == ' ':
		return 2 // between words
	default:
		return math.Log2(33)
	}
}

// partBits are those of something that is guessed as a whole.
func partBits(part []rune, near map[string]bool) (bits float64, ok bool) {
	word := string(part)
	bits = math.Inf(1)
	if near[word] {
		bits = 1
	}
	if known, found := words()[word]; found {
		bits = min(bits, float64(known))
	}
	if plain := unleet(part); plain != word {
		if near[plain] {
			bits = min(bits, 2)
		}
		if known, found := words()[plain]; found {
			bits = min(bits, float64(known)+1)
		}
	}
	if isYear(word) {
		bits = min(bits, math.Log2(120))
	}
	if isWalk(part) {
		bits = min(bits, 5+math.Log2(float64(len(part)))) // where it begins, which way, how far
	}
	return bits, !math.IsInf(bits, 1)
}

// repeatBits are those of a text that ends with a block that was just before: the block, and how often.
func repeatBits(text []rune, best []float64) float64 {
	bits := math.Inf(1)
	for size := 1; size <= len(text)/2; size++ {
		block, times := text[len(text)-size:], 1
		for at := len(text) - 2*size; at >= 0 && string(text[at:at+size]) == string(block); at -= size {
			times++
		}
		if times > 1 {
			// The first of them, with what is before it, has its cost; those behind it cost their number.
			bits = min(bits, best[len(text)-size*(times-1)]+math.Log2(float64(times)))
		}
	}
	return bits
}

// capitalBits are those of capital letters: the first one, or all, are tried before others.
func capitalBits(password string) float64 {
	capitals := 0
	for _, r := range password {
		if unicode.IsUpper(r) {
			capitals++
		}
	}
	if capitals == 0 {
		return 0
	}
	return 1 + math.Log2(float64(capitals))
}

// leet is what people write instead of letters.
var leet = map[rune]rune{'0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '@': 'a', '$': 's', '!': 'i', '+': 't', '€': 'e'}

func unleet(part []rune) string {
	plain := make([]rune, len(part))
	for i, r := range part {
		plain[i] = r
		if letter, ok := leet[r]; ok {
			plain[i] = letter
		}
	}
	return string(plain)
}

func isYear(word string) bool {
	return len(word) == 4 && (strings.HasPrefix(word, "19") || strings.HasPrefix(word, "20")) && unicode.IsDigit(rune(word[2])) && unicode.IsDigit(rune(word[3]))
}

// walks are the rows and slants of keyboards, and what is counted and recited.
var walks = []string{
	"abcdefghijklmnopqrstuvwxyz", "01234567890", "1234567890", "qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./", "qwertzuiopü+", "yxcvbnm,.-", "asdfghjklöä",
	"azertyuiop", "qsdfghjklm", "wxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p",
	"zaq12wsxcde34rfvbgt56yhnmju78ik", "!@#$%^&*()", "!\"§$%&/()=", "147258369", "789456123", "a1b2c3d4e5f6g7h8i9",
}

// isWalk tells whether a part goes along one of them, forwards or back.
func isWalk(part []rune) bool {
	forth := string(part)
	back := make([]rune, len(part))
	for i, r := range part {
		back[len(part)-1-i] = r
	}
	for _, walk := range walks {
		if strings.Contains(walk, forth) || strings.Contains(walk, string(back)) {
			return true
		}
	}
	return false
}
