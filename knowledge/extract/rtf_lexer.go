package extract

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// rtfKind is what RTF is made of.
type rtfKind int

const (
	rtfOpen rtfKind = iota
	rtfClose
	rtfText // characters, or the bytes of one
	rtfWord // a control word, or a control symbol
)

type rtfToken struct {
	kind      rtfKind
	text      []byte
	word      string
	value     int  // 1 if none is given
	ignorable bool // whoever does not know the word skips its group
}

// rtfLexer cuts RTF into tokens.
type rtfLexer struct {
	data []byte
	at   int
}

// skip leaves out bytes that are no RTF.
func (l *rtfLexer) skip(n int) { l.at = min(l.at+max(n, 0), len(l.data)) }

// rtfMarks are characters that are no text.
var rtfMarks = [256]bool{'\r': true, '\n': true, 0: true, '{': true, '}': true, '\\': true, '\t': true}

func (l *rtfLexer) next() (rtfToken, bool) {
	for l.at < len(l.data) {
		c := l.data[l.at]
		l.at++
		switch c {
		case '\r', '\n', 0:
		case '{':
			return rtfToken{kind: rtfOpen}, true
		case '}':
			return rtfToken{kind: rtfClose}, true
		case '\\':
			return l.control(), true
		case '\t':
			return rtfToken{kind: rtfWord, word: "tab"}, true
		default:
			begin := l.at - 1
			for l.at < len(l.data) && !rtfMarks[l.data[l.at]] {
				l.at++
			}
			return rtfToken{kind: rtfText, text: l.data[begin:l.at]}, true
		}
	}
	return rtfToken{}, false
}

// control reads what follows a backslash.
func (l *rtfLexer) control() rtfToken {
	if l.at >= len(l.data) {
		return rtfToken{kind: rtfWord}
	}
	c := l.data[l.at]
	l.at++
	switch {
	case c == '\'':
		if l.at+2 > len(l.data) {
			l.at = len(l.data)
			return rtfToken{kind: rtfWord}
		}
		b, err := strconv.ParseUint(string(l.data[l.at:l.at+2]), 16, 8)
		l.at += 2
		if err != nil {
			return rtfToken{kind: rtfWord}
		}
		return rtfToken{kind: rtfText, text: []byte{byte(b)}}
	case c == '\r' || c == '\n':
		return rtfToken{kind: rtfWord, word: "par", value: 1}
	case c == '*':
		for l.at < len(l.data) && l.data[l.at] <= ' ' {
			l.at++
		}
		if l.at < len(l.data) && l.data[l.at] == '\\' {
			l.at++
			if l.at < len(l.data) && letter26(l.data[l.at]) {
				t := l.word()
				t.ignorable = true
				return t
			}
			l.at--
		}
		return rtfToken{kind: rtfWord, ignorable: true, word: "*"}
	case c == '{' || c == '}' || c == '\\': // themselves, or the second half of a character
		return rtfToken{kind: rtfText, text: []byte{c}}
	case !letter26(c):
		return rtfToken{kind: rtfWord, word: string(rune(c))}
	}
	l.at--
	return l.word()
}

func letter26(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// word reads a control word with its number and the space that ends it.
func (l *rtfLexer) word() rtfToken {
	begin := l.at
	for l.at < len(l.data) && letter26(l.data[l.at]) && l.at-begin < 32 {
		l.at++
	}
	t := rtfToken{kind: rtfWord, word: string(l.data[begin:l.at]), value: 1}
	begin = l.at
	if l.at < len(l.data) && l.data[l.at] == '-' {
		l.at++
	}
	for l.at < len(l.data) && '0' <= l.data[l.at] && l.data[l.at] <= '9' && l.at-begin < 11 {
		l.at++
	}
	if n, err := strconv.Atoi(string(l.data[begin:l.at])); err == nil {
		t.value = n
	}
	if l.at < len(l.data) && l.data[l.at] == ' ' {
		l.at++
	}
	return t
}

// codePage is the encoding of a Windows code page, by name; "" if it is none that is known.
func codePage(n int) string {
	switch {
	case n >= 1250 && n <= 1258 || n == 874:
		return "windows-" + strconv.Itoa(n)
	case n == 437 || n == 850:
		return "cp" + strconv.Itoa(n)
	}
	return map[int]string{932: "shift_jis", 936: "gbk", 949: "euc-kr", 950: "big5", 54936: "gb18030", 65001: "utf-8", 866: "ibm866", 10000: "macintosh"}[n]
}

// fontPage is the encoding of a font's character set; "" for the document's own.
func fontPage(n int) string {
	return map[int]string{
		77: "macintosh", 128: "shift_jis", 129: "euc-kr", 134: "gbk", 136: "big5", 161: "windows-1253", 162: "windows-1254", 163: "windows-1258",
		177: "windows-1255", 178: "windows-1256", 186: "windows-1257", 204: "windows-1251", 222: "windows-874", 238: "windows-1250", 255: "cp437",
	}[n]
}

// fromPage decodes text in a code page, Western if it is none that is known.
func fromPage(data []byte, page string) string {
	var from encoding.Encoding
	switch page {
	case "cp437":
		from = charmap.CodePage437
	case "cp850":
		from = charmap.CodePage850
	default:
		if from, _ = charset.Lookup(page); from == nil {
			from = charmap.Windows1252
		}
	}
	decoded, err := from.NewDecoder().Bytes(data)
	if err != nil {
		return ""
	}
	return strings.ToValidUTF8(string(decoded), "")
}
