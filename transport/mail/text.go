package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what others chose and a header shows, in characters.
const (
	maxName    = 80
	maxSubject = 150
)

// line makes one line of a text: no line break and no control or direction character reaches
// a header. It is cut to so many characters.
func line(text string, most int) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	text = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Bidi_Control) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:most-1])) + "…"
}

// body keeps line breaks and drops what no reader shows.
func body(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text))
}
