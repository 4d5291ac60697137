package rest

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// What browsers may do with our answers: one policy for each kind of page, none of them with unsafe-inline, eval or
// somebody else's script. Pictures may come from anywhere over https, because owners link to theirs; so a page can
// tell a picture's server something, and nothing else.
const (
	// policyNothing is for what is no page: data of the API, scripts, pictures.
	policyNothing = "default-src 'none'; frame-ancestors 'none'"
	// policyPage is for the dashboard. Its scripts set styles by the object model, which needs no permission.
	policyPage = "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	// policyDemo is for /demo, which the dashboard shows in a frame where a bot is tried.
	policyDemo = "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
	// policyDocs is for pages of text and pictures. A drawing with a style of its own says which (docs/drawing.go).
	policyDocs = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	// policyChat is for a page that is the widget and nothing else. The widget brings its style along as sheets of its script.
	policyChat = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// powers are those of browsers that no page of ours uses, so that a script that got in has none of them either.
const powers = "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()"

// secureFor is how long browsers come back over TLS alone: a year, which is what lists of such sites ask for.
// Subdomains are left out, they may be somebody else's.
const secureFor = "max-age=31536000"

// protect sets the headers that hold for every answer; what is more than data says what it may do instead.
func (s *server) protect(next http.Handler) http.Handler {
	strict := lasting(s.PublicURL)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Content-Security-Policy", policyNothing)
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Permissions-Policy", powers)
		header.Set("Cache-Control", "no-store")
		if strict {
			header.Set("Strict-Transport-Security", secureFor)
		}
		next.ServeHTTP(w, r)
	})
}

// lasting tells whether browsers may be told to use TLS alone for an address: one that is https, and of a name that
// means the same machine for everybody. For "localhost" it would hold for all that its owner ever runs there.
func lasting(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return host != "localhost" && !strings.HasSuffix(host, ".localhost") && net.ParseIP(host) == nil
}

// policy replaces what an answer may do.
func policy(w http.ResponseWriter, policy string) {
	w.Header().Set("Content-Security-Policy", policy)
}

// sockets adds the websockets of the host that was asked to a page's policy. By the standard 'self' has them;
// Safari before 15.4 did not know.
func sockets(policy, host string) string {
	if !plainHost(host) {
		return policy
	}
	named := " ws://" + host + " wss://" + host
	if strings.Contains(policy, "connect-src 'self'") {
		return strings.Replace(policy, "connect-src 'self'", "connect-src 'self'"+named, 1)
	}
	return policy + "; connect-src 'self'" + named
}

// plainHost tells whether a Host header holds nothing that a policy would take for something else.
func plainHost(host string) bool {
	return host != "" && strings.Trim(strings.ToLower(host), "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == ""
}
