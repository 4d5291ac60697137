package wire

// scan reads a frame of the usual form: an object with id, type and data, each once at most, the first two without
// escapes and data flat. It takes a small part of the time and of the stack that encoding/json does, and
// readers of connections keep their stack (PERFORMANCE.md). False: the frame is
// something else, or no JSON at all, and encoding/json has to say.
func scan(frame []byte) (r Request, usual bool) {
	s := scanner{rest: frame}
	var id, kind, data []byte
	more := s.token('{') && !s.token('}')
	for more {
		name, plain := s.text()
		if !plain || !s.token(':') {
			return r, false
		}
		switch {
		case string(name) == "id" && id == nil:
			id, plain = s.text()
		case string(name) == "type" && kind == nil:
			kind, plain = s.text()
		case string(name) == "data" && data == nil:
			data, plain = s.flat()
		default:
			return r, false
		}
		if !plain {
			return r, false
		}
		if more = s.token(','); !more && !s.token('}') {
			return r, false
		}
	}
	s.space()
	if kind == nil || len(s.rest) > 0 {
		return r, false
	}
	r = Request{ID: string(id), Type: string(kind)}
	if data != nil {
		r.Data = append(r.Data, data...) // the frame's bytes are used again
	}
	return r, true
}

// scanner goes through JSON from its front. What it does not take, it leaves anywhere.
type scanner struct{ rest []byte }

func (s *scanner) space() {
	for len(s.rest) > 0 {
		switch s.rest[0] {
		case ' ', '\t', '\n', '\r':
			s.rest = s.rest[1:]
		default:
			return
		}
	}
}

// token takes one character, and the space before it.
func (s *scanner) token(c byte) bool {
	s.space()
	if len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text takes a string without escapes, and returns what is between its quotes, which is not nil.
func (s *scanner) text() (content []byte, plain bool) {
	if !s.token('"') {
		return nil, false
	}
	for i, c := range s.rest {
		switch {
		case c == '"':
			content, s.rest = s.rest[:i:i], s.rest[i+1:]
			return content, true
		case c == '\\' || c < ' ':
			return nil, false
		}
	}
	return nil, false
}

// flat takes an object of strings, integers, true, false and null, or null itself, and returns all of it.
func (s *scanner) flat() (value []byte, usual bool) {
	s.space()
	begin := s.rest
	if s.word("null") {
		return begin[:len("null")], true
	}
	more := s.token('{') && !s.token('}')
	if !more && len(s.rest) == len(begin) {
		return nil, false
	}
	for more {
		if !s.quoted() || !s.token(':') || !s.scalar() {
			return nil, false
		}
		if more = s.token(','); !more && !s.token('}') {
			return nil, false
		}
	}
	return begin[:len(begin)-len(s.rest)], true
}

func (s *scanner) scalar() bool {
	s.space()
	if len(s.rest) == 0 {
		return false
	}
	switch s.rest[0] {
	case '"':
		return s.quoted()
	case 't':
		return s.word("true")
	case 'f':
		return s.word("false")
	case 'n':
		return s.word("null")
	default:
		return s.integer()
	}
}

func (s *scanner) word(w string) bool {
	if len(s.rest) < len(w) || string(s.rest[:len(w)]) != w {
		return false
	}
	s.rest = s.rest[len(w):]
	return true
}

// integer takes one without leading zeros. A fraction or an exponent stays, and is then not what is expected.
func (s *scanner) integer() bool {
	s.word("-")
	digits := 0
	for digits < len(s.rest) && s.rest[digits] >= '0' && s.rest[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits > 1 && s.rest[0] == '0' {
		return false
	}
	s.rest = s.rest[digits:]
	return true
}

// quoted takes a string with the escapes of one character: those by number are for encoding/json.
func (s *scanner) quoted() bool {
	if !s.token('"') {
		return false
	}
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return true
		case c < ' ':
			return false
		case c == '\\':
			if i++; i == len(s.rest) || !escapes(s.rest[i]) {
				return false
			}
		}
	}
	return false
}

func escapes(c byte) bool {
	switch c {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	}
	return false
}
