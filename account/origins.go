package account

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"parley/chat"
)

// maxDomains bounds a bot's list: it is read at every connection.
const maxDomains = 100

// ParseDomains checks the list of sites where a bot's widget may run and
// returns it in the form that Allowed reads: lower case, international names
// as punycode, without repetitions.
//
//	shop.example          this host, any scheme, on the scheme's default port
//	shop.example:8443     this port only
//	*.shop.example        every host below it, but not itself
//	localhost:*           every port
//
// Errors are chat.Errors with code "domain_invalid" that name the entry.
func ParseDomains(list []string) ([]string, error) {
	parsed := make([]string, 0, len(list))
	for _, entry := range list {
		p, err := parsePattern(strings.TrimSpace(entry))
		if err != nil {
			return nil, chat.Fail(chat.Invalid, "domain_invalid", fmt.Sprintf("%q cannot be used: %s", shorten(entry), err))
		}
		if s := p.String(); !slices.Contains(parsed, s) {
			parsed = append(parsed, s)
		}
	}
	if len(parsed) > maxDomains {
		return nil, chat.Fail(chat.Invalid, "too_many_domains", fmt.Sprintf("A bot may run on %d domains at most.", maxDomains))
	}
	return parsed, nil
}

// Allowed tells whether a browser's Origin header is among a bot's domains, as
// ParseDomains returned them. An empty list allows nothing, and neither does an
// origin that is not exactly scheme, host and port of the web, such as "null".
func Allowed(domains []string, origin string) bool {
	o, ok := parseOrigin(origin)
	if !ok {
		return false
	}
	for _, domain := range domains {
		if p, err := parsePattern(domain); err == nil && p.matches(o) {
			return true
		}
	}
	return false
}

// SameOrigin tells whether a browser's Origin header is the platform's own,
// where every bot may run: its demo and preview pages.
func SameOrigin(publicURL, origin string) bool {
	o, ok := parseOrigin(origin)
	if !ok {
		return false
	}
	public, err := url.Parse(publicURL)
	if err != nil {
		return false
	}
	own, ok := parseOrigin(public.Scheme + "://" + public.Host)
	return ok && o == own
}

// SameHost tells whether a browser's Origin header is that of a page which came
// from the very host that is asked: the one of the request's Host header. It lets a
// platform be reached by other names than its public one, as net/http does.
func SameHost(origin, host string) bool {
	o, ok := parseOrigin(origin)
	if !ok {
		return false
	}
	asked, ok := parseOrigin(o.scheme + "://" + host)
	return ok && asked == o
}

// pattern is one entry of the list.
type pattern struct {
	host string // "*.": and what is below
	port string // "": the scheme's default, "*": any
}

func (p pattern) String() string {
	host := p.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p.port == "" {
		return host
	}
	return host + ":" + p.port
}

func (p pattern) matches(o site) bool {
	switch p.port {
	case "*":
	case "":
		if o.port != defaultPort(o.scheme) {
			return false
		}
	default:
		if o.port != p.port {
			return false
		}
	}
	if below, ok := strings.CutPrefix(p.host, "*."); ok {
		// The dot belongs to the suffix: "*.shop.example" is not "evilshop.example".
		return len(o.host) > len(below)+1 && strings.HasSuffix(o.host, "."+below)
	}
	return o.host == p.host
}

// The reasons are shown to the owner behind the entry they are about.
const (
	reasonEmpty    = plain("it is empty.")
	reasonScheme   = plain("leave out the scheme and write only the host, such as shop.example.")
	reasonPath     = plain("leave out everything behind the host, such as paths.")
	reasonEvery    = plain("name your own site. A star may only stand for what is below it, as in *.shop.example.")
	reasonDot      = plain("leave out the dot at its end.")
	reasonPort     = plain("its port must be a number from 1 to 65535, or a star.")
	reasonHost     = plain("it is not the name of a host.")
	reasonWildcard = plain("a star may only stand at its beginning, as in *.shop.example.")
)

// plain is a reason in words.
type plain string

func (p plain) Error() string { return string(p) }

func parsePattern(entry string) (pattern, error) {
	switch {
	case entry == "":
		return pattern{}, reasonEmpty
	case strings.Contains(entry, "://"):
		return pattern{}, reasonScheme
	case strings.ContainsAny(entry, "/?#@\\ \t\r\n"):
		return pattern{}, reasonPath
	case entry == "*" || strings.HasPrefix(entry, "*:"):
		return pattern{}, reasonEvery
	}
	host, port, err := splitPort(entry)
	if err != nil {
		return pattern{}, err
	}
	if port != "" && port != "*" {
		if port, err = canonicalPort(port); err != nil {
			return pattern{}, err
		}
	}
	below, wild := strings.CutPrefix(host, "*.")
	switch {
	case strings.Contains(below, "*"):
		return pattern{}, reasonWildcard
	case strings.HasSuffix(below, "."):
		return pattern{}, reasonDot
	}
	name, ok := canonicalHost(below)
	if !ok {
		return pattern{}, reasonHost
	}
	if !wild {
		return pattern{host: name, port: port}, nil
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return pattern{}, reasonWildcard
	}
	// "*.com" would be everybody's; "*.localhost" is this machine's.
	if !strings.Contains(name, ".") && name != "localhost" {
		return pattern{}, reasonEvery
	}
	return pattern{host: "*." + name, port: port}, nil
}

// site is an origin in canonical form: the port is always there.
type site struct{ scheme, host, port string }

func parseOrigin(origin string) (site, bool) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return site{}, false
	}
	// Whatever else a URL may hold makes it something that no browser sends as an origin.
	if _, rest, _ := strings.Cut(origin, "://"); rest != u.Host {
		return site{}, false
	}
	name, port, err := splitPort(u.Host)
	if err != nil || strings.HasSuffix(u.Host, ":") {
		return site{}, false
	}
	host, ok := canonicalHost(name)
	if !ok {
		return site{}, false
	}
	if port == "" {
		return site{u.Scheme, host, defaultPort(u.Scheme)}, true
	}
	if port, err = canonicalPort(port); err != nil {
		return site{}, false
	}
	return site{u.Scheme, host, port}, true
}

// splitPort cuts "host:port", "[::1]:port" and hosts without a port; the brackets go.
func splitPort(s string) (host, port string, err error) {
	if rest, ok := strings.CutPrefix(s, "["); ok {
		host, after, closed := strings.Cut(rest, "]")
		if !closed || !strings.Contains(host, ":") || after != "" && after[0] != ':' {
			return "", "", reasonHost
		}
		if after == ":" {
			return "", "", reasonPort
		}
		return host, strings.TrimPrefix(after, ":"), nil
	}
	host, port, found := strings.Cut(s, ":")
	if found && port == "" {
		return "", "", reasonPort
	}
	return host, port, nil
}

func canonicalPort(port string) (string, error) {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '+' {
		return "", reasonPort
	}
	return strconv.FormatUint(n, 10), nil
}

// canonicalHost returns a name in lower case and punycode, or an address in its
// short form. A name that ends with a dot is another origin to browsers, and refused.
func canonicalHost(name string) (string, bool) {
	if addr, err := netip.ParseAddr(name); err == nil {
		return addr.String(), addr.Zone() == ""
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || ascii == "" || len(ascii) > 253 || strings.HasSuffix(ascii, ".") {
		return "", false
	}
	// What is kept is read again, and must still be a name then: bytes that are no text become one that is none.
	if again, err := idna.Lookup.ToASCII(ascii); err != nil || again != ascii {
		return "", false
	}
	for label := range strings.SplitSeq(ascii, ".") {
		if label == "" || len(label) > 63 {
			return "", false
		}
		for _, c := range label {
			if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return "", false
			}
		}
	}
	// "1.2.3" and "0x7f.1" are addresses to browsers, and never sent in this form.
	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	return ascii, last[0] < '0' || last[0] > '9'
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// shorten keeps an error readable when the entry is not.
func shorten(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}
