package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/account"
	"parley/chat"
)

// fuzzed is an API over memory with one business, asked without a network.
type fuzzed struct {
	handler http.Handler
	token   string
	bot     string
}

func fuzzedAPI(f *testing.F) *fuzzed {
	f.Helper()
	m := newInMemory()
	_, config := configOver(f, m, m, m, func(c *Config) { c.Logger = slog.New(slog.DiscardHandler) })
	tokens, err := config.Accounts.Register(context.Background(), account.Registration{Email: "mia@acme.example", Password: goodPassword, Company: "Acme"})
	if err != nil {
		f.Fatal(err)
	}
	a := &fuzzed{handler: New(config), token: tokens.Access}
	made := a.ask(http.MethodPost, "/api/v1/bots", "application/json", http.Header{"Authorization": {"Bearer " + a.token}}, []byte(`{"name":"Ada"}`))
	var b struct{ ID string }
	if err := json.Unmarshal(made.Body.Bytes(), &b); err != nil || b.ID == "" {
		f.Fatalf("make a bot: %d %s", made.Code, made.Body)
	}
	a.bot = b.ID
	return a
}

func (a *fuzzed) ask(method, path, media string, header http.Header, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/", bytes.NewReader(body))
	r.Method, r.URL.Path, r.URL.RawPath = method, path, ""
	for name, values := range header {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w
}

// judge asserts what holds for whatever was asked: no failure of ours, and a refusal that is written as one.
func judge(t *testing.T, got *httptest.ResponseRecorder) {
	t.Helper()
	var p problem
	switch {
	case got.Code >= http.StatusInternalServerError && got.Code != http.StatusServiceUnavailable:
		t.Errorf("%d %s", got.Code, got.Body)
	case got.Code >= http.StatusBadRequest && (json.Unmarshal(got.Body.Bytes(), &p) != nil || p.Code == "" || p.Detail == "" || !chat.ValidID("req", p.RequestID)):
		t.Errorf("%d, which is no problem as we write it: %s", got.Code, got.Body)
	}
	if strings.Contains(got.Body.String(), "goroutine ") {
		t.Errorf("it tells of our insides: %s", got.Body)
	}
}

// held are the routes for which the memory of these tests keeps what they need. All others are sent what is torn, and
// what is good, by e2e/access.
var held = regexp.MustCompile(`^/api/v1/(bots|conversations|labels|replies|invitations|members|webhooks|api-keys)`)

// FuzzBodies sends anything to each route that takes a body, as an owner.
func FuzzBodies(f *testing.F) {
	a := fuzzedAPI(f)
	var routes []string // in the same order each time: an input names one by its number
	for path, item := range newServer(Config{}).api.OpenAPI().Paths {
		for method := range operationsOf(item) {
			if method != http.MethodGet && method != http.MethodDelete && held.MatchString(path) && !strings.Contains(path, "/identity") {
				routes = append(routes, method+" "+path)
			}
		}
	}
	slices.Sort(routes)
	for i, body := range []string{
		`{}`, `{"name":"x"}`, `{"name":null}`, `[]`, `"x"`, `{"title":"x","text":"x"}`, `{"url":"http://[::1"}`, `{"domains":["*.shop.example:8443","localhost:*"]}`, `{"pairs":[{"question":"a","answer":"b"}]}`,
		`{"text":"\u0000\ud800"}`, `{"limit":1e400}`, `{"limit":-9223372036854775809}`, `{"a":{"a":{"a":{"a":{}}}}}`, `{"role":"owner"}`, "{\"name\":\"\xff\"}", `{"name":"x","name":"y"}`, strings.Repeat("[", 500),
	} {
		for route := range routes {
			if i < 3 || route%5 == i%5 { // not all on all: these run with every test
				f.Add(uint16(route), "application/json", []byte(body))
			}
		}
	}
	f.Add(uint16(3), "text/csv", []byte("question,phrase\n\"a\nb\",c"))
	header := http.Header{"Authorization": {"Bearer " + a.token}}
	f.Fuzz(func(t *testing.T, route uint16, media string, body []byte) {
		method, path, _ := strings.Cut(routes[int(route)%len(routes)], " ")
		got := a.ask(method, strings.ReplaceAll(replace(path, nil), "{bot}", a.bot), media, header, body)
		if judge(t, got); t.Failed() {
			t.Log(method, path)
		}
	})
}

// FuzzUploads sends anything as a form with a file.
func FuzzUploads(f *testing.F) {
	a := fuzzedAPI(f)
	const media = "multipart/form-data; boundary=b"
	for _, form := range []string{
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n",
		"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../etc/passwd\"\r\n\r\nx\r\n--b--",
		"--b\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nT\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename*=utf-8''%F0%9F%92%A9.pdf\r\n\r\n%PDF-\r\n--b--",
		"--b\r\nContent-Disposition: form-data; name=file; filename=\"\x00\"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--b--", "--b\r\n\r\n", "--b--", "",
	} {
		f.Add(media, []byte(form))
	}
	f.Add("multipart/form-data", []byte("--\r\n"))
	f.Add(`multipart/form-data; boundary="`+strings.Repeat("x", 80)+`"`, []byte("x"))
	header := http.Header{"Authorization": {"Bearer " + a.token}}
	f.Fuzz(func(t *testing.T, media string, form []byte) {
		judge(t, a.ask(http.MethodPost, "/api/v1/bots/"+a.bot+"/sources", media, header, form))
	})
}

// FuzzCallers lets anybody in who has a good token from where it counts, and nobody else, whatever their headers say.
func FuzzCallers(f *testing.F) {
	a := fuzzedAPI(f)
	for _, seed := range [][5]string{
		{"Bearer x.y.z", "", "", "", "parley.example"}, {"", account.AccessCookie + "=TOKEN", "http://parley.example", "same-origin", "parley.example"},
		{"", account.AccessCookie + "=TOKEN", "https://evil.example", "cross-site", "parley.example"}, {"bearer TOKEN", "", "null", "", "x"}, {"Bearer  TOKEN ", "", "", "", ""},
		{"", account.AccessCookie + "=TOKEN; " + account.AccessCookie + "=y", "http://parley.example:80", "none", "parley.example:80"}, {"Basic TOKEN", account.AccessCookie + "=TOKEN", "http://[::1]", "same-site", "[::1]"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4])
	}
	f.Fuzz(func(t *testing.T, authorization, cookie, origin, site, host string) {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/bots", nil)
		r.Host = host
		for name, value := range map[string]string{"Authorization": authorization, "Cookie": cookie, "Origin": origin, "Sec-Fetch-Site": site} {
			if value != "" {
				r.Header.Set(name, strings.ReplaceAll(value, "TOKEN", a.token))
			}
		}
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, r)
		judge(t, w)
		if w.Code != http.StatusOK {
			return
		}
		// What lets somebody in: the token in a header that no other website can set, or the cookie from a page of ours.
		inHeader := strings.Contains(authorization, "TOKEN") && strings.EqualFold(strings.TrimSpace(strings.ReplaceAll(authorization, "TOKEN", "")), "Bearer")
		ours := origin == "" || origin == "http://parley.example" || origin == "http://parley.example:80" || strings.HasSuffix(strings.ToLower(origin), "://"+strings.ToLower(host))
		byPage := authorization == "" && strings.Contains(cookie, "TOKEN") && ours && (site == "" || site == "same-origin" || site == "none")
		if !inHeader && !byPage {
			t.Errorf("Authorization %q, Cookie %q, Origin %q, Sec-Fetch-Site %q, Host %q got in", authorization, cookie, origin, site, host)
		}
	})
}
