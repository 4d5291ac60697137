package screen

import (
	"html"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"parley/actors/speech"
	"parley/llm"
)

// Passage is what the model was given to answer from.
type Passage struct {
	Title    string
	Headings []string
	Text     string
	URL      string
}

// Rules say what may be shown.
type Rules struct {
	Passages []Passage // "[1]" is the first
	Given    []string  // other texts whose addresses may stay links: the owner's
	Public   []string  // what may be repeated besides the passages
	Secrets  []string  // what must not be repeated
}

// Screen is between a model and a visitor, for one answer. It is for one goroutine.
type Screen struct {
	emit     func(string)
	guard    *guard
	links    addresses
	passages []func() holding // which most answers cite one or two of
	pending  string
	last     rune   // that was shown
	said     []byte // the end of what was shown
	language string // that it is in, once enough was said
	unknown  bool
	shown    bool
}

// holding is what a passage holds.
type holding struct {
	words    map[string]bool
	language string
}

// New returns a screen that hands on what may be shown.
func New(rules Rules, emit func(string)) *Screen {
	s := &Screen{emit: emit}
	given, public := rules.Given, rules.Public
	for _, p := range rules.Passages {
		whole := p.Title + "\n" + strings.Join(p.Headings, "\n") + "\n" + p.Text
		s.passages = append(s.passages, sync.OnceValue(func() holding { return holding{speech.Content(whole), speech.Detect(p.Text)} }))
		given = append(given[:len(given):len(given)], whole, p.URL)
		public = append(public[:len(public):len(public)], whole)
	}
	s.links, s.guard = newAddresses(given), newGuard(rules.Secrets, public)
	return s
}

// Write takes a piece of the model's. It returns false when nothing more of the answer will be shown.
func (s *Screen) Write(piece string) bool {
	s.pending += s.guard.write(piece)
	s.process(false)
	return !s.guard.tripped // what is still pending then is half of something
}

// End hands on what was held.
func (s *Screen) End() {
	if s.pending += s.guard.end(); !s.guard.tripped {
		s.process(true)
	}
}

// Unknown tells whether the model said that it does not know (llm.NotFound).
func (s *Screen) Unknown() bool { return s.unknown }

// Leaked tells whether the answer was ended because it repeated a secret.
func (s *Screen) Leaked() bool { return s.guard.tripped }

// Shown tells whether anything was.
func (s *Screen) Shown() bool { return s.shown }

// process shows what can be decided; at the end, everything.
func (s *Screen) process(final bool) {
	var out strings.Builder
	write := func(text string) {
		if !s.shown && out.Len() == 0 {
			text = strings.TrimLeft(text, " \n\t")
		}
		if text == "" {
			return
		}
		out.WriteString(text)
		s.last, _ = utf8.DecodeLastRuneInString(text)
		s.remember(text)
	}
	for s.pending != "" {
		at := s.suspicious()
		if at > 0 {
			write(s.pending[:at])
			s.pending = s.pending[at:]
			continue
		}
		text, rest, wait := s.decide(final)
		if wait {
			break
		}
		s.pending = rest
		write(text)
	}
	if out.Len() > 0 {
		s.shown = true
		s.emit(out.String())
	}
}

// suspicious is where the next thing begins that has to be looked at.
func (s *Screen) suspicious() int {
	before := s.last
	for i, r := range s.pending {
		switch r {
		case '[', '!', '<', '&', '\\':
			return i
		case ' ': // goes with the mark behind it, if they come together: to hold every space would hold up every word
			if strings.HasPrefix(s.pending[i:], " [") {
				return i
			}
		case 'h', 'H':
			if !unicode.IsLetter(before) && !unicode.IsDigit(before) {
				return i
			}
		}
		before = r
	}
	return len(s.pending)
}

// decide looks at what begins the pending text: what of it is shown, and what is looked at next; or wait, for more of it.
// Once it is final nothing is waited for.
func (s *Screen) decide(final bool) (text, rest string, wait bool) {
	p := s.pending
	one := func() (string, string, bool) {
		_, size := utf8.DecodeRuneInString(p)
		return p[:size], p[size:], false
	}
	switch p[0] {
	case ' ':
		return s.bracket(p[1:], false, final)
	case '!':
		if len(p) == 1 && !final {
			return "", p, true
		}
		if len(p) > 1 && p[1] == '[' {
			return s.bracket(p[1:], true, final)
		}
	case '[':
		return s.bracket(p, false, final)
	case '<':
		return s.angle(final)
	case '&':
		if found := reference.FindString(p); found != "" {
			if r, _ := utf8.DecodeRuneInString(html.UnescapeString(found)); isSpelling(r) {
				return "", string(r) + p[len(found):], false
			}
		} else if unended.MatchString(p) && !final {
			return "", p, true
		}
	case '\\':
		if len(p) == 1 && !final {
			return "", p, true
		}
		if len(p) > 1 {
			if p[1] == '/' || p[1] == ':' {
				return "", p[1:], false
			}
			_, size := utf8.DecodeRuneInString(p[1:])
			return p[:1+size], p[1+size:], false
		}
	case 'h', 'H':
		return s.address(final)
	}
	return one()
}

// address decides on a word that may be an address.
func (s *Screen) address(final bool) (text, rest string, wait bool) {
	p := s.pending
	token, after, open := bare(p)
	plain := spelled(token)
	lower := strings.ToLower(plain)
	isHTTP := strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
	switch {
	case isHTTP && open && !final && len(p) < maxAddress,
		!isHTTP && open && !final && couldBecome(lower):
		return "", p, true
	case !isHTTP || withoutScheme(plain) == "":
		return p[:1], p[1:], false
	case s.links.may(plain):
		return plain, after, false
	}
	return "", place(plain) + after, false
}

// couldBecome tells the beginnings of "https://", of which the end may be a reference that is not complete.
func couldBecome(lower string) bool {
	if cut := strings.LastIndexAny(lower, `&\`); cut >= 0 && (cut == len(lower)-1 || unended.MatchString(lower[cut:])) {
		lower = lower[:cut]
	}
	return strings.HasPrefix("http://", lower) || strings.HasPrefix("https://", lower)
}

// angle decides on what stands between angle brackets.
func (s *Screen) angle(final bool) (text, rest string, wait bool) {
	p := s.pending
	end := strings.IndexFunc(p[1:], func(r rune) bool { return unicode.IsSpace(r) || r == '<' || r == '>' }) + 1
	switch {
	case end == 0 && !final && len(p) < maxAddress:
		return "", p, true
	case end == 0 || p[end] != '>':
		return p[:1], p[1:], false
	}
	inner := p[1:end]
	switch {
	case mailbox.MatchString(inner):
		if s.links.may("mailto:" + inner) {
			return p[:end+1], p[end+1:], false
		}
		return "", inner + p[end+1:], false
	case autolink.MatchString(inner):
		if s.links.may(inner) {
			return p[:end+1], p[end+1:], false
		}
		return "", place(inner) + p[end+1:], false
	}
	return p[:1], p[1:], false
}

var markNumber = regexp.MustCompile(`^\d{1,2}$`)

// bracket decides on what begins with a bracket, behind a space perhaps: llm.NotFound, a mark, a link, a picture, or nothing of these.
func (s *Screen) bracket(p string, picture, final bool) (text, rest string, wait bool) {
	space := strings.TrimSuffix(s.pending[:len(s.pending)-len(p)], "!")
	if after, found := strings.CutPrefix(p, llm.NotFound); found {
		s.unknown = true
		return "", after, false
	}
	if strings.HasPrefix(llm.NotFound, p) && !final {
		return "", s.pending, true
	}
	end := closing(p, '[', ']', maxLabel)
	switch {
	case end < 0 && !final && len(p) < maxLabel && !strings.Contains(p, "\n\n"):
		return "", s.pending, true
	case end < 0, end+1 == len(p) && final && !markNumber.MatchString(p[1:end]):
		return s.pending[:1], s.pending[1:], false
	case end+1 == len(p) && !final:
		return "", s.pending, true // what follows decides
	}
	label, after := p[1:end], p[end+1:]
	if strings.HasPrefix(after, "(") {
		to := closing(after, '(', ')', maxAddress)
		if to < 0 && !final && len(after) < maxAddress && !strings.Contains(after, "\n\n") {
			return "", s.pending, true
		}
		if to >= 0 {
			address, _, _ := strings.Cut(strings.TrimSpace(after[1:to]), " ")
			nested := strings.Contains(label, "](") || strings.ContainsAny(label, "<!")
			if !picture && !nested && s.links.may(address) {
				return space + p[:end+1] + after[:to+1], after[to+1:], false
			}
			return space, label + after[to+1:], false
		}
	}
	if !picture && markNumber.MatchString(label) {
		if n, err := strconv.Atoi(label); err == nil && !s.unknown && s.holds(n) {
			return space + p[:end+1], after, false
		}
		if next, _ := utf8.DecodeRuneInString(after); isWord(next) {
			return space, after, false
		}
		return "", after, false
	}
	return s.pending[:1], s.pending[1:], false
}

// leastHeld is the share of a sentence's words that a passage must hold to be cited for it: a sentence that says the same in
// other words keeps that many, since names and things keep theirs.
const leastHeld = 0.25

// leastSaid is how many words a sentence must have to be compared: "Yes." says nothing that a passage could hold.
const leastSaid = 2

// holds tells whether the passage n holds what was said last. A passage in another language cannot be compared.
func (s *Screen) holds(n int) bool {
	if n < 1 || n > len(s.passages) {
		return false
	}
	passage := s.passages[n-1]()
	if s.language == "" {
		s.language = speech.Detect(string(s.said))
	}
	if s.language != "" && passage.language != "" && s.language != passage.language {
		return true
	}
	said := speech.Content(sentence(string(s.said[max(0, len(s.said)-longSentence):])))
	return len(said) < leastSaid || speech.Shared(said, passage.words) >= leastHeld
}

var (
	marks    = regexp.MustCompile(`\[\d{1,2}\]`)
	boundary = regexp.MustCompile(`[.!?…]["'”’)*_]*\s|[。！？]|\n`)
)

// sentence is the last one that was said, without its marks.
func sentence(said string) string {
	said = strings.TrimRight(marks.ReplaceAllString(said, ""), " \t\n\r.!?…。！？,;:\"'”’*_")
	if ends := boundary.FindAllStringIndex(said, -1); len(ends) > 0 {
		said = said[ends[len(ends)-1][1]:]
	}
	return said
}

// remembered is how much of what was shown is kept to look back at, in bytes.
const remembered = 1_500

// longSentence is how much of that is looked through for the last sentence, in bytes.
const longSentence = 600

func (s *Screen) remember(text string) {
	if s.said = append(s.said, text...); len(s.said) > 2*remembered {
		s.said = append(s.said[:0], s.said[len(s.said)-remembered:]...)
	}
}
