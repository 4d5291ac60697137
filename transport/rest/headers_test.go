package rest

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"parley/chat"
)

// Every answer says what browsers may do with it, and no page may do what a script needs that got into it.
func TestEveryAnswerSaysWhatBrowsersMayDo(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) {
		c.Docs = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<h1>Docs</h1>") })
		c.Socket = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "the socket") })
		c.Directory = directory{chat.Bot{ID: "bot_1", Tenant: "tnt_1", Name: "Ada"}}
	})
	html := map[string]string{"Accept": "text/html"}
	for _, path := range []string{
		"/", "/settings/team", "/index.html", "/demo", "/chat/bot_1", "/chat/nothing", "/docs/", "/docs/start", "/widget.js", "/widget/app-1234.js", "/assets/app-99.css", "/favicon.svg",
		"/assets/none.js", "/openapi.json", "/healthz", "/readyz", "/metrics", "/api/v1/socket", "/api/v1/me", "/api/v1/bots", "/api/v1/none", "/api/v1//bots",
	} {
		got := w.do(request{method: "GET", path: path, header: html})
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Permissions-Policy": "microphone=()", "Cross-Origin-Opener-Policy": "same-origin"} {
			if value := got.header.Get(name); !strings.Contains(value, want) {
				t.Errorf("%s: %s is %q", path, name, value)
			}
		}
		if got.header.Get("Referrer-Policy") == "" || got.header.Get("Cache-Control") == "" || got.header.Get("Cross-Origin-Resource-Policy") == "" {
			t.Errorf("%s: %v", path, got.header)
		}
		if got.header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s is not behind TLS, and asks for it", path)
		}
		checkPolicy(t, path, got.header.Values("Content-Security-Policy"))
	}
}

// checkPolicy asserts what holds for each policy of ours.
func checkPolicy(t *testing.T, path string, policies []string) {
	t.Helper()
	if len(policies) != 1 {
		t.Errorf("%s has %d policies", path, len(policies))
		return
	}
	has := map[string]string{}
	for directive := range strings.SplitSeq(policies[0], ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		if _, twice := has[name]; twice {
			t.Errorf("%s names %s twice, and browsers take the first: %s", path, name, policies[0])
		}
		has[name] = value
	}
	for name, value := range has {
		for source := range strings.FieldsSeq(value) {
			open := source == "*" || source == "data:" || source == "http:" || source == "https:" || source == "ws:" || source == "wss:" || source == "blob:"
			if strings.HasPrefix(source, "'unsafe") || open && name != "img-src" || source == "*" || source == "http:" {
				t.Errorf("%s lets %s be %s", path, name, source)
			}
		}
	}
	if has["default-src"] != "'none'" && has["default-src"] != "'self'" {
		t.Errorf("%s: what is not named may be %q", path, has["default-src"])
	}
	if has["frame-ancestors"] != "'none'" && (path != "/demo" || has["frame-ancestors"] != "'self'") {
		t.Errorf("%s may be framed by %q", path, has["frame-ancestors"])
	}
	if has["default-src"] == "'self'" && (has["object-src"] != "'none'" || has["base-uri"] != "'none'" || has["form-action"] == "") {
		t.Errorf("%s leaves a way: %s", path, policies[0])
	}
}

func TestBrowsersAreHeldToTLSWhereTheyCameByIt(t *testing.T) {
	t.Parallel()
	for public, want := range map[string]bool{
		"https://chat.example": true, "https://chat.example:8443": true, "HTTPS://chat.example": true,
		"http://chat.example": false, "": false, "https://localhost:8443": false, "https://demo.localhost": false, "https://127.0.0.1": false, "https://[::1]:8443": false,
	} {
		if got := lasting(public); got != want {
			t.Errorf("%s: %v", public, got)
		}
	}
	w, _ := setup(t, func(c *Config) { c.PublicURL = "https://parley.example" })
	for _, path := range []string{"/", "/demo", "/api/v1/me", "/widget.js", "/nothing.png"} {
		if got := w.do(request{method: "GET", path: path}).header.Get("Strict-Transport-Security"); !strings.Contains(got, "max-age=31536000") {
			t.Errorf("%s: %q", path, got)
		}
	}
}

// A Host header is the client's, and stands in the page's policy.
func TestAHostAddsNothingToAPolicyButItself(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "a b", "a;script-src *", "a,b", "*", "a'b", "a\"b", "ünï.example", "a/b", "x?y", "a\nb"} {
		if got := sockets(policyPage, host); got != policyPage {
			t.Errorf("%q: %s", host, got)
		}
	}
	for _, host := range []string{"chat.example", "chat.example:8443", "127.0.0.1:8080", "[::1]:8080", "Chat-1.Example"} {
		for _, p := range []string{policyPage, policyDemo, policyChat} {
			got := sockets(p, host)
			if !strings.Contains(got, "connect-src 'self' ws://"+host+" wss://"+host) {
				t.Errorf("%s: %s", host, got)
			}
			checkPolicy(t, "/demo", []string{got})
		}
	}
}
