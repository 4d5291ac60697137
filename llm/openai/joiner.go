package openai

import (
	"unicode/utf16"
	"unicode/utf8"
)

// joiner makes valid UTF-8 of pieces that were cut anywhere. Servers that
// stream token by token cut inside of characters, as raw bytes or as halves of
// a surrogate pair; what is incomplete is held until its rest comes. What can never become a character is
// U+FFFD, as encoding/json has it: one for each byte, one for half a pair.
type joiner struct{ held []byte }

// add returns the text that is complete now; it may be empty.
func (j *joiner) add(piece []byte) string {
	if len(j.held) == 0 && utf8.Valid(piece) {
		return string(piece)
	}
	joined := append(j.held, piece...)
	whole := len(joined) - incomplete(joined)
	text := repair(joined[:whole])
	j.held = append([]byte(nil), joined[whole:]...)
	return text
}

// rest returns what is left at the end of the stream.
func (j *joiner) rest() string {
	text := repair(j.held)
	j.held = nil
	return text
}

// incomplete counts the bytes at the end that may begin a character: a UTF-8 sequence
// that is too short, or the first half of a surrogate pair, perhaps followed by a piece of the second.
func incomplete(text []byte) int {
	short := 0
	for n := 1; n <= min(3, len(text)); n++ {
		if tail := text[len(text)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) || isPrefixOfSurrogate(tail) {
				short = n
			}
			break
		}
	}
	if before := text[:len(text)-short]; endsInHighSurrogate(before) && (short == 0 || text[len(before)] == 0xED) {
		return short + 3
	}
	return short
}

// isPrefixOfSurrogate tells a surrogate's encoding that lacks its last byte. The utf8
// package takes it for complete and wrong.
func isPrefixOfSurrogate(tail []byte) bool {
	return len(tail) == 2 && tail[0] == 0xED && tail[1] >= 0xA0 && tail[1] <= 0xBF
}

func endsInHighSurrogate(text []byte) bool {
	r, ok := surrogate(text[max(0, len(text)-3):])
	return ok && r < 0xDC00
}

// surrogate decodes the three bytes that stand for half of a pair.
func surrogate(text []byte) (rune, bool) {
	if len(text) < 3 || text[0] != 0xED || text[1] < 0xA0 || text[1] > 0xBF || text[2]&0xC0 != 0x80 {
		return 0, false
	}
	return 0xD000 | rune(text[1]&0x3F)<<6 | rune(text[2]&0x3F), true
}

// repair joins the halves of pairs and replaces what is not a character.
func repair(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	valid := make([]byte, 0, len(text)+8)
	for len(text) > 0 {
		if high, ok := surrogate(text); ok {
			text = text[3:]
			r := rune(utf8.RuneError)
			if low, ok := surrogate(text); ok {
				if pair := utf16.DecodeRune(high, low); pair != utf8.RuneError {
					r = pair
					text = text[3:]
				}
			}
			valid = utf8.AppendRune(valid, r)
			continue
		}
		r, size := utf8.DecodeRune(text)
		valid = utf8.AppendRune(valid, r)
		text = text[size:]
	}
	return string(valid)
}
