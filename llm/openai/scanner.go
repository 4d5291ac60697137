package openai

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// errJSON is JSON that cannot be read.
var errJSON = errors.New("not valid JSON")

// scanner walks one JSON text without decoding it. It checks the structure it
// walks through; numbers and literals that are skipped are not looked at.
type scanner struct {
	data    []byte
	at      int
	scratch []byte // holds the strings that had escapes
}

func (s *scanner) fail(wanted string) error {
	return fmt.Errorf("%w: %s expected at byte %d", errJSON, wanted, s.at)
}

// peek returns the next byte that is not space; 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.at++
	return true
}

// object calls visit at each value; visit must read or skip it.
func (s *scanner) object(visit func(key []byte) error) error {
	if !s.take('{') {
		return s.fail("{")
	}
	if s.take('}') {
		return nil
	}
	for {
		key, err := s.string()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return s.fail(":")
		}
		if err := visit(key); err != nil {
			return err
		}
		if s.take('}') {
			return nil
		}
		if !s.take(',') {
			return s.fail(", or }")
		}
	}
}

// array calls visit at each element; visit must read or skip it.
func (s *scanner) array(visit func() error) error {
	if !s.take('[') {
		return s.fail("[")
	}
	if s.take(']') {
		return nil
	}
	for {
		if err := visit(); err != nil {
			return err
		}
		if s.take(']') {
			return nil
		}
		if !s.take(',') {
			return s.fail(", or ]")
		}
	}
}

// skip passes over one value of any kind, without recursion.
func (s *scanner) skip() error {
	depth := 0
	for {
		switch c := s.peek(); c {
		case 0:
			return s.fail("a value")
		case '"':
			if err := s.skipString(); err != nil {
				return err
			}
		case '{', '[':
			depth++
			s.at++
		case '}', ']':
			if depth == 0 {
				return s.fail("a value")
			}
			depth--
			s.at++
		case ',', ':':
			if depth == 0 {
				return s.fail("a value")
			}
			s.at++
			continue
		default:
			s.skipWord()
		}
		if depth == 0 {
			return nil
		}
	}
}

// skipWord passes over a number or a literal.
func (s *scanner) skipWord() {
	for s.at++; s.at < len(s.data); s.at++ {
		switch s.data[s.at] {
		case ',', ':', '}', ']', '"', '{', '[', ' ', '\t', '\r', '\n':
			return
		}
	}
}

func (s *scanner) skipString() error {
	for at := s.at + 1; at < len(s.data); at++ {
		switch s.data[at] {
		case '\\':
			at++
		case '"':
			s.at = at + 1
			return nil
		}
	}
	return s.fail("the end of a string")
}

// stringOr reads a string into to, and passes over a value of another kind: null
// is common, and some servers put lists where OpenAI has a string.
func (s *scanner) stringOr(to *[]byte) error {
	if s.peek() != '"' {
		return s.skip()
	}
	text, err := s.string()
	*to = text
	return err
}

// integerOr reads a non-negative integer into to, and passes over anything else.
func (s *scanner) integerOr(to *int64) error {
	s.peek()
	from := s.at
	if err := s.skip(); err != nil {
		return err
	}
	var n int64
	for _, c := range s.data[from:s.at] {
		if c < '0' || c > '9' || n > 1<<50 {
			return nil
		}
		n = n*10 + int64(c-'0')
	}
	*to = n
	return nil
}

// string reads a string: a piece of the data where it has no escapes.
func (s *scanner) string() ([]byte, error) {
	if s.peek() != '"' {
		return nil, s.fail("a string")
	}
	from := s.at + 1
	if err := s.skipString(); err != nil {
		return nil, err
	}
	raw := s.data[from : s.at-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw, nil
	}
	from = len(s.scratch)
	text, err := unescape(s.scratch, raw)
	s.scratch = text
	return text[from:], err
}

// unescape appends raw with its escapes resolved to text. Half of a surrogate pair, which JSON can spell and UTF-8
// cannot, becomes the three bytes that UTF-8 would have for it, for joiner to
// find its other half in the next chunk.
func unescape(text, raw []byte) ([]byte, error) {
	for at := 0; at < len(raw); at++ {
		c := raw[at]
		if c != '\\' {
			text = append(text, c)
			continue
		}
		at++
		if at == len(raw) {
			return text, fmt.Errorf("%w: an escape without its character", errJSON)
		}
		switch c := raw[at]; c {
		case '"', '\\', '/':
			text = append(text, c)
		case 'b':
			text = append(text, '\b')
		case 'f':
			text = append(text, '\f')
		case 'n':
			text = append(text, '\n')
		case 'r':
			text = append(text, '\r')
		case 't':
			text = append(text, '\t')
		case 'u':
			r, ok := hex4(raw[at+1:])
			if !ok {
				return text, fmt.Errorf("%w: \\u without four digits", errJSON)
			}
			at += 4
			if utf16.IsSurrogate(r) && at+2 < len(raw) && raw[at+1] == '\\' && raw[at+2] == 'u' {
				if low, ok := hex4(raw[at+3:]); ok {
					if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
						r = pair
						at += 6
					}
				}
			}
			text = appendRune(text, r)
		default:
			return text, fmt.Errorf("%w: the escape \\%c", errJSON, c)
		}
	}
	return text, nil
}

func hex4(digits []byte) (rune, bool) {
	if len(digits) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range digits[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// appendRune is utf8.AppendRune for halves of surrogate pairs too.
func appendRune(text []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return append(text, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F) // each byte takes the bits that it has room for
	}
	return utf8.AppendRune(text, r)
}
