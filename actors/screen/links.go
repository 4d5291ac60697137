package screen

import (
	"html"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is waited for, in bytes.
const (
	maxLabel   = 400   // of the text between brackets
	maxAddress = 2_000 // of an address
)

var (
	scheme    = regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]{1,31}:(//)?`)
	autolink  = regexp.MustCompile(`(?i)^[a-z][a-z0-9+.-]{1,31}:[^\s<>]*$`)
	mailbox   = regexp.MustCompile(`(?i)^[\w.!#$%&'*+/=?^{|}~-]+@[a-z0-9.-]+$`)
	reference = regexp.MustCompile(`(?i)^&(#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});`)
	unended   = regexp.MustCompile(`(?i)^&(#?|#\d{1,7}|#x[0-9a-f]{0,6}|[a-z][a-z0-9]{0,31})$`)
)

// addresses are those that may stay links: they stand in what the answer is made of.
type addresses struct{ text func() string }

func newAddresses(texts []string) addresses {
	return addresses{sync.OnceValue(func() string { return strings.ToLower(strings.Join(texts, "\n")) })}
}

// may tells whether an address was given, with its scheme or without. One that is part of a longer one was not.
func (a addresses) may(address string) bool {
	lower := strings.ToLower(html.UnescapeString(strings.Trim(strings.TrimSpace(address), "<>")))
	body := ""
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if rest, found := strings.CutPrefix(lower, scheme); found {
			body = strings.TrimRight(rest, "/")
		}
	}
	if len(body) < 4 {
		return false
	}
	text := a.text()
	for from := 0; ; {
		at := strings.Index(text[from:], body)
		if at < 0 {
			return false
		}
		at += from
		if begins(text[:at]) && ended(text[at+len(body):]) {
			return true
		}
		from = at + 1
	}
}

// begins tells whether an address may begin behind the text.
func begins(before string) bool {
	if strings.HasSuffix(before, "://") || strings.HasSuffix(before, "mailto:") {
		return true
	}
	last, size := utf8.DecodeLastRuneInString(before)
	return size == 0 || !unicode.IsLetter(last) && !unicode.IsDigit(last) && !strings.ContainsRune("-._~@%/:?&=#+", last)
}

// ended tells whether an address may end before the text.
func ended(after string) bool {
	after = strings.TrimPrefix(after, "/")
	after = strings.TrimLeft(after, `.,;:!?)]}*_"'>|`+"`")
	first, size := utf8.DecodeRuneInString(after)
	return size == 0 || unicode.IsSpace(first) || first == '<' || unspaced(first) || first == '。' || first == '，' || first == '）'
}

// withoutScheme makes text of an address, which no page takes for a link.
func withoutScheme(address string) string { return scheme.ReplaceAllString(address, "") }

// place is an address as text, without what it says behind the place that it leads to.
func place(address string) string {
	address = withoutScheme(address)
	if at := strings.IndexAny(address, "?#"); at >= 0 {
		address = address[:at]
	}
	return address
}

// bare cuts the address at the beginning of a text from what follows: whatever a page would take for a part
// of it belongs to it. open tells that it may go on.
func bare(text string) (address, rest string, open bool) {
	end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"'`", r) })
	if open = end < 0; open {
		end = len(text)
	}
	token := text[:end]
	address = strings.TrimRight(token, ".,;:!?)]}*_")
	return address, token[len(address):] + text[end:], open
}

// spelled undoes what a page undoes before it looks for addresses: escapes and character references of letters, colons and slashes.
func spelled(token string) string {
	if !strings.ContainsAny(token, `&\`) {
		return token
	}
	var b strings.Builder
	for token != "" {
		if found := reference.FindString(token); found != "" {
			if r, _ := utf8.DecodeRuneInString(html.UnescapeString(found)); isSpelling(r) {
				b.WriteRune(r)
				token = token[len(found):]
				continue
			}
		}
		if len(token) > 1 && token[0] == '\\' && (token[1] == '/' || token[1] == ':' || token[1] == '.') {
			token = token[1:]
		}
		_, size := utf8.DecodeRuneInString(token)
		b.WriteString(token[:size])
		token = token[size:]
	}
	return b.String()
}

// isSpelling tells the characters that "https://" is made of, whatever its case.
func isSpelling(r rune) bool { return strings.ContainsRune("htpsHTPS:/", r) }

// closing finds the bracket that closes the one at the beginning of a text; -1: it is not there.
func closing(text string, opens, closes byte, most int) int {
	depth := 0
	for i := 0; i < len(text) && i < most; i++ {
		switch text[i] {
		case '\\':
			i++
		case opens:
			depth++
		case closes:
			if depth--; depth == 0 {
				return i
			}
		case '\n':
			if i+1 < len(text) && text[i+1] == '\n' {
				return -1
			}
		}
	}
	return -1
}
