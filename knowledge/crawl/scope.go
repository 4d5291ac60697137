package crawl

import (
	"errors"
	"net"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// MaxAddress is the length of the longest address that is looked at, in bytes.
const MaxAddress = 2000

// Scope is what belongs to a site: a host, and the paths on it that are read.
type Scope struct {
	scheme, host string
	within       string
	exclude      []string
}

// ErrAddress says that a site's address is none.
var ErrAddress = errors.New("not an address of a site")

// NewScope returns the scope of a site at an address. Pages are read whose path is, or is below, within; empty: that of the address
// up to its last slash. Paths that are, or are below, one of exclude are left out.
func NewScope(site, within string, exclude []string) (Scope, error) {
	address, ok := canonical(site)
	if !ok {
		return Scope{}, ErrAddress
	}
	if within == "" {
		within = address.EscapedPath()[:strings.LastIndexByte(address.EscapedPath(), '/')+1]
	}
	s := Scope{scheme: address.Scheme, host: address.Host, within: canonicalPath(within)}
	for _, e := range exclude {
		if e = canonicalPath(strings.TrimSpace(e)); e != "/" {
			s.exclude = append(s.exclude, e)
		}
	}
	return s, nil
}

// Origin is the scheme and host of the site.
func (s Scope) Origin() string { return s.scheme + "://" + s.host }

// Resolve returns the one way in which an address is written: no fragment, no default port, no tracking, its query sorted, and with
// the scheme and host of the site where only "www." or the scheme is another. Base is the page on which it stands.
// It is false for what is no address of the web.
func (s Scope) Resolve(base, reference string) (string, bool) {
	reference = strings.Map(func(r rune) rune { // as browsers do
		if r == '\t' || r == '\n' || r == '\r' {
			return -1
		}
		return r
	}, strings.TrimSpace(reference))
	if len(reference) > MaxAddress {
		return "", false
	}
	from, err := url.Parse(base)
	if err != nil {
		return "", false
	}
	parsed, err := from.Parse(reference)
	if err != nil {
		return "", false
	}
	address, ok := canonical(parsed.String())
	if !ok {
		return "", false
	}
	if bare(address.Host) == bare(s.host) {
		address.Scheme, address.Host = s.scheme, s.host
	}
	if whole := address.String(); len(whole) <= MaxAddress {
		return whole, true
	}
	return "", false
}

// Canonical is an address in the one way in which it is written, whatever the site.
func Canonical(address string) (string, bool) {
	parsed, ok := canonical(address)
	if !ok {
		return "", false
	}
	return parsed.String(), true
}

// Rehost is a canonical address on the scheme and host of another.
func Rehost(address, other string) string {
	scheme, rest, _ := strings.Cut(other, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host + pathAndQuery(address)
}

// bare is a host without what two names of one site differ by. A port is part of it.
func bare(host string) string { return strings.TrimPrefix(host, "www.") }

// Here tells whether a canonical address is on the site's host.
func (s Scope) Here(address string) bool {
	return strings.HasPrefix(address, s.Origin()+"/")
}

// Within tells whether a canonical address is one of the site's that may be read.
func (s Scope) Within(address string) bool {
	return s.Here(address) && below(pathOf(address), s.within)
}

// Excluded tells whether its owner left a canonical address out.
func (s Scope) Excluded(address string) bool {
	p := pathOf(address)
	return slices.ContainsFunc(s.exclude, func(e string) bool { return below(p, e) })
}

// below tells whether a path is the folder or in it.
func below(p, folder string) bool {
	return p == folder || p+"/" == folder || strings.HasPrefix(p, strings.TrimSuffix(folder, "/")+"/")
}

// pathOf is the path of a canonical address.
func pathOf(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	_, rest, _ = strings.Cut(rest, "/")
	p, _, _ := strings.Cut(rest, "?")
	return "/" + p
}

// pathAndQuery is what robots.txt has rules for.
func pathAndQuery(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	_, rest, _ = strings.Cut(rest, "/")
	return "/" + rest
}

func canonical(address string) (*url.URL, bool) {
	parsed, err := url.Parse(strings.TrimSpace(address))
	if err != nil || parsed.Opaque != "" || parsed.User != nil {
		return nil, false
	}
	scheme := strings.ToLower(parsed.Scheme)
	if scheme != "http" && scheme != "https" {
		return nil, false
	}
	host, ok := canonicalHost(scheme, parsed.Hostname(), parsed.Port())
	if !ok {
		return nil, false
	}
	p := canonicalPath(parsed.EscapedPath())
	unescaped, err := url.PathUnescape(p)
	if err != nil {
		return nil, false
	}
	return &url.URL{Scheme: scheme, Host: host, Path: unescaped, RawPath: p, RawQuery: canonicalQuery(parsed.RawQuery)}, true
}

func canonicalHost(scheme, name, port string) (string, bool) {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if !strings.Contains(name, ":") { // an IPv6 address is no name
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			if strings.IndexFunc(name, func(r rune) bool { return r > 127 }) >= 0 {
				return "", false
			}
			ascii = name // an underscore, for instance, which exists
		}
		name = ascii
	}
	if name == "" || name[0] == '.' || strings.HasSuffix(name, ".") || strings.Contains(name, "..") || strings.ContainsAny(name, " /\\@%?#[]<>\"") {
		return "", false
	}
	if port == "80" && scheme == "http" || port == "443" && scheme == "https" {
		port = ""
	}
	if port != "" {
		return net.JoinHostPort(name, port), true
	}
	if strings.Contains(name, ":") {
		return "[" + name + "]", true
	}
	return name, true
}

// canonicalPath writes an escaped path in one way: no dots, no empty segments, and only those characters escaped that must be.
func canonicalPath(escaped string) string {
	if at := strings.IndexByte(escaped, ';'); at >= 0 && strings.HasPrefix(strings.ToLower(escaped[at+1:]), "jsessionid=") {
		escaped = escaped[:at]
	}
	clean := path.Clean("/" + recode(escaped))
	if strings.HasSuffix(escaped, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// recode decodes what need not be escaped and encodes the rest with capitals.
func recode(escaped string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := 0; i < len(escaped); i++ {
		c := escaped[i]
		if c == '%' && i+2 < len(escaped) && hex(escaped[i+1]) >= 0 && hex(escaped[i+2]) >= 0 {
			c = byte(hex(escaped[i+1])<<4 | hex(escaped[i+2]))
			i += 2
			if unreserved(c) {
				out.WriteByte(c)
				continue
			}
		} else if c != '%' && c > ' ' && c < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", rune(c)) {
			out.WriteByte(c)
			continue
		}
		out.WriteByte('%')
		out.WriteByte(digits[c>>4])
		out.WriteByte(digits[c&15])
	}
	return out.String()
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

// tracking are parameters that tell who came from where, and never which page is meant.
var tracking = map[string]bool{
	"gclid": true, "fbclid": true, "msclkid": true, "dclid": true, "yclid": true, "twclid": true, "igshid": true, "mc_cid": true, "mc_eid": true,
	"_ga": true, "_gl": true, "_hsenc": true, "_hsmi": true, "phpsessid": true, "jsessionid": true, "sessionid": true, "session_id": true,
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	kept := strings.Split(raw, "&")
	for i, pair := range kept {
		kept[i] = recode(pair)
	}
	kept = slices.DeleteFunc(kept, func(pair string) bool {
		name := strings.ToLower(key(pair))
		return pair == "" || strings.HasPrefix(name, "utm_") || tracking[name]
	})
	slices.SortStableFunc(kept, func(a, b string) int { return strings.Compare(key(a), key(b)) })
	return strings.Join(kept, "&")
}

func key(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	return name
}
