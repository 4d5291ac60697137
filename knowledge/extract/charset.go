package extract

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/gogs/chardet"
	"golang.org/x/net/html/charset"
)

// decode makes valid UTF-8 of text in whatever encoding. Bytes that are UTF-8
// are so whatever was declared; else the declared encoding counts if it can be right; else the bytes decide.
func decode(data []byte, declared string) string {
	if order := utf16Order(data); order != nil {
		return decodeUTF16(data, order)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if valid(data) {
		return strings.ToValidUTF8(string(data), "")
	}
	guess, err := chardet.NewHtmlDetector().DetectBest(data[:min(len(data), 64<<10)])
	if err != nil {
		guess = &chardet.Result{}
	}
	names := []string{declared, guess.Charset}
	if name := strings.ToLower(declared); strings.HasPrefix(name, "utf") || western(name) && !western(guess.Charset) && guess.Confidence >= certain {
		// It is not UTF-8. And every byte is a letter in Western Europe, which editors declare by default.
		names = names[1:]
	}
	for _, name := range names {
		if text, ok := decodeAs(data, name); ok {
			return text
		}
	}
	text, _ := decodeAs(data, "windows-1252")
	return text
}

// certain is from where on the bytes are believed against the declaration, in percent: chardet gives texts of a few sentences
// some 60 to 90, and chance finds up to 40.
const certain = 50

// western tells whether a charset is that of Western Europe, by one of its names.
func western(name string) bool {
	switch strings.ToLower(name) {
	case "iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252", "us-ascii", "ascii", "iso-8859-15":
		return true
	}
	return false
}

// valid allows for a character that is cut at the end, and for some damage: of 20 characters beyond ASCII one may be
// wrong. In text of another encoding hardly any is right by chance.
func valid(data []byte) bool {
	right, wrong := 0, 0
	for utf8.FullRune(data) {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == utf8.RuneError && size == 1:
			wrong++
		case size > 1:
			right++
		}
		data = data[size:]
	}
	return wrong*20 <= right
}

func decodeAs(data []byte, name string) (string, bool) {
	encoding, _ := charset.Lookup(name)
	if encoding == nil {
		return "", false
	}
	decoded, err := encoding.NewDecoder().Bytes(data)
	if err != nil {
		return "", false
	}
	text := strings.ToValidUTF8(string(decoded), "")
	// What has no character in the encoding is replaced. A few of those are damage, many another encoding.
	return text, strings.Count(text, "\ufffd")*200 <= len(data)
}

func decodeUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}
