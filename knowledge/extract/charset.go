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
	if name := strings.ToLower(declared); name != "" && !strings.HasPrefix(name, "utf") {
		if text, ok := decodeAs(data, name); ok {
			return text
		}
	}
	if guess, err := chardet.NewHtmlDetector().DetectBest(data[:min(len(data), 64<<10)]); err == nil {
		if text, ok := decodeAs(data, guess.Charset); ok {
			return text
		}
	}
	text, _ := decodeAs(data, "windows-1252")
	return text
}

// valid allows for a character that is cut at the end.
func valid(data []byte) bool {
	for range utf8.UTFMax {
		if utf8.Valid(data) {
			return true
		}
		if len(data) == 0 {
			return false
		}
		data = data[:len(data)-1]
	}
	return false
}

func decodeAs(data []byte, name string) (string, bool) {
	encoding, _ := charset.Lookup(name)
	if encoding == nil {
		return "", false
	}
	text, err := encoding.NewDecoder().Bytes(data)
	if err != nil {
		return "", false
	}
	return strings.ToValidUTF8(string(text), ""), true
}

func decodeUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(data)/2)
	for ; len(data) >= 2; data = data[2:] {
		units = append(units, order.Uint16(data))
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}
