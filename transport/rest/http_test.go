package rest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ulule/limiter/v3"

	"parley/chat"
)

func TestPages(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) {
		c.Docs = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<h1>Docs</h1>") })
		c.Socket = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "the socket") })
	})
	html := map[string]string{"Accept": "text/html,application/xhtml+xml"}
	header := func(name, want string) func(*testing.T, *world, response) {
		return func(t *testing.T, _ *world, got response) {
			if value := got.header.Get(name); !strings.Contains(value, want) {
				t.Errorf("%s: %q, want %q", name, value, want)
			}
		}
	}
	w.play([]scenario{
		{name: "dashboard", method: "GET", path: "/", header: html, status: 200, has: []string{"<title>Parley"}, after: header("Content-Security-Policy", "default-src 'self'")},
		{name: "dashboard for whoever takes anything", method: "HEAD", path: "/", status: 200},
		{name: "an address of the dashboard", method: "GET", path: "/bots/bot_1/knowledge", header: html, status: 200, has: []string{"<title>Parley"}, after: header("Cache-Control", "no-cache")},
		{name: "a picture of the dashboard", method: "GET", path: "/favicon.svg", status: 200, has: []string{"<svg/>"}, after: header("Content-Type", "image/svg+xml")},
		{name: "a part of the dashboard", method: "GET", path: "/assets/app-99.css", status: 200, after: header("Cache-Control", "immutable")},
		{name: "a part that is gone", method: "GET", path: "/assets/app-98.css", header: html, status: 404},
		{name: "a file that is not there", method: "GET", path: "/nothing.png", status: 404},
		{name: "a folder", method: "GET", path: "/assets/", status: 404},
		{name: "out of the folder", method: "GET", path: "/assets/..%2f..%2fgo.mod", status: 404},
		{name: "posting to a page", method: "POST", path: "/", status: 404},
		{name: "loader", method: "GET", path: "/widget.js", status: 200, has: []string{"// loader"}, after: header("Access-Control-Allow-Origin", "*")},
		{name: "loader is asked for again within minutes", method: "GET", path: "/widget.js", status: 200, after: header("Cache-Control", "max-age=300")},
		{name: "widget", method: "GET", path: "/widget/app-1234.js", status: 200, after: header("Cache-Control", "immutable")},
		{name: "widget for other websites", method: "GET", path: "/widget/app-1234.js", status: 200, after: header("Cross-Origin-Resource-Policy", "cross-origin")},
		{name: "demo", method: "GET", path: "/demo", status: 200, has: []string{`data-bot="bot_demo"`}, after: header("Content-Security-Policy", "default-src 'self'")},
		{name: "demo of another bot", method: "GET", path: "/demo?bot=bot_1", status: 200, has: []string{"widget.js"}},
		{name: "docs", method: "GET", path: "/docs/start", status: 200, has: []string{"<h1>Docs"}, after: header("Content-Security-Policy", "default-src 'none'")},
		{name: "socket", method: "GET", path: "/api/v1/socket", status: 200, has: []string{"the socket"}},
		{name: "socket, wrongly asked", method: "POST", path: "/api/v1/socket", status: 200, has: []string{"the socket"}},
		{name: "alive", method: "GET", path: "/healthz", status: 200, has: []string{`"ok"`}},
		{name: "ready", method: "GET", path: "/readyz", status: 200, has: []string{`"status":"ok"`, `"database":"ok"`}},
		{name: "metrics", method: "GET", path: "/metrics", status: 200, has: []string{`parley_http_request_seconds_count{method="GET",route="GET /healthz",status="200"} 1`}, hasNot: []string{"tnt_"}},
		{name: "no such API", method: "GET", path: "/api/v1/nothing", header: html, status: 404, has: []string{`"code":"not_found"`}},
		{name: "no such method", method: "PUT", path: "/api/v1/bots", status: 405, has: []string{`"code":"method_not_allowed"`}, after: header("Allow", "GET")},
		{name: "specification", method: "GET", path: "/openapi.json", status: 200, has: []string{`"openapi":"3.1.0"`}},
	})
}

func TestPagesAreCompressedAndNotSentTwice(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	zipped := w.do(request{method: "GET", path: "/widget/app-1234.js", header: map[string]string{"Accept-Encoding": "gzip"}})
	if zipped.header.Get("Content-Encoding") != "gzip" || len(zipped.body) > 200 {
		t.Fatalf("encoding %q, %d bytes", zipped.header.Get("Content-Encoding"), len(zipped.body))
	}
	reader, err := gzip.NewReader(strings.NewReader(zipped.body))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil || string(plain) != strings.Repeat("// the widget\n", 100) {
		t.Errorf("unzipped %d bytes, %v", len(plain), err)
	}
	again := w.do(request{method: "GET", path: "/widget/app-1234.js", header: map[string]string{"Accept-Encoding": "gzip", "If-None-Match": zipped.header.Get("ETag")}})
	if again.status != 304 || again.body != "" {
		t.Errorf("again: %d, %d bytes", again.status, len(again.body))
	}
}

func TestAProgramWithoutPagesSaysHowToGetThem(t *testing.T) {
	t.Parallel()
	empty := fstest.MapFS{"placeholder.txt": {Data: []byte("run make")}}
	w, _ := setup(t, func(c *Config) { c.Widget, c.Dashboard = empty, empty })
	for _, path := range []string{"/", "/widget.js", "/demo"} {
		got := w.do(request{method: "GET", path: path, header: map[string]string{"Accept": "text/html"}})
		if got.status != 503 || !strings.Contains(got.body, "make build") {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

func TestAPartThatIsAwayIsNamed(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) {
		c.Ready["redis"] = Part{Check: func(context.Context) error { return errors.New("dial tcp 10.0.0.7: refused") }}
	})
	got := w.do(request{method: "GET", path: "/readyz"})
	if got.status != 503 || !strings.Contains(got.body, `"database":"ok"`) || !strings.Contains(got.body, `"redis":"unavailable"`) || strings.Contains(got.body, "10.0.0.7") {
		t.Errorf("%d %s", got.status, got.body)
	}
	if !strings.Contains(w.log.String(), "10.0.0.7") {
		t.Error("the log does not say why")
	}
}

func TestAPartThatOnlyHelpsMayBeAway(t *testing.T) {
	t.Parallel()
	parts := map[string]Part{
		"database": {Check: func(context.Context) error { return nil }},
		"redis":    {Check: func(context.Context) error { return errors.New("dial tcp 10.0.0.7: refused") }, Helpful: true},
	}
	for _, causes := range []bool{false, true} {
		w := httptest.NewRecorder()
		Readiness{Parts: parts, Logger: slog.New(slog.DiscardHandler), Causes: causes}.ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		body := w.Body.String()
		if w.Code != 200 || !strings.Contains(body, `"status":"degraded"`) || !strings.Contains(body, `"redis":"unavailable"`) || strings.Contains(body, "10.0.0.7") != causes {
			t.Errorf("causes %v: %d %s", causes, w.Code, body)
		}
	}
}

func TestMetricsAreNotShownUnlessTheyAreTurnedOn(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.ServeMetrics = false })
	if got := w.do(request{method: "GET", path: "/metrics"}); got.status != 404 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestFailuresOfOursTellTheLogAndNotTheClient(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	path := "/api/v1/bots/" + w.mia.bot
	for _, c := range []struct {
		away   error
		status int
		has    string
	}{
		{errors.New("disk on fire at /var/lib"), 500, `"code":"internal"`},
		{chat.ErrUnavailable.Because(errors.New("disk on fire at /var/lib")), 503, `"code":"unavailable"`},
	} {
		m.mu.Lock()
		m.away = c.away
		m.mu.Unlock()
		got := w.do(request{method: "GET", path: path, token: w.mia.tokens.AccessToken})
		checkProblem(t, got)
		if got.status != c.status || !strings.Contains(got.body, c.has) || strings.Contains(got.body, "fire") {
			t.Errorf("%d %s", got.status, got.body)
		}
		if id := got.header.Get("X-Request-Id"); !strings.Contains(w.log.String(), "request="+id) {
			t.Errorf("request %s is not in the log", id)
		}
	}
	if log := w.log.String(); strings.Count(log, "disk on fire") != 2 || !strings.Contains(log, "tenant="+w.mia.tokens.Tenant) {
		t.Errorf("log:\n%s", log)
	}
}

func TestAPanicIsAProblem(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) {
		c.Docs = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a bug") })
	})
	got := w.do(request{method: "GET", path: "/docs/"})
	if got.status != 500 || strings.Contains(got.body, "a bug") {
		t.Errorf("%d %s", got.status, got.body)
	}
	checkProblem(t, got)
	if !strings.Contains(w.log.String(), "a bug") || !strings.Contains(w.log.String(), "goroutine") {
		t.Error("the log has no stack")
	}
}

func TestTheLogHasNothingThatPeopleWrote(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.do(request{method: "POST", path: "/api/v1/auth/login", body: `{"email":"canary@acme.example","password":"canary horse battery"}`})
	w.do(request{method: "POST", path: "/api/v1/bots/" + w.mia.bot + "/answers", token: w.mia.tokens.AccessToken, body: `{"text":"canary question"}`})
	w.do(request{method: "GET", path: "/canary/page?q=canary"})
	w.do(request{method: "POST", path: "/api/v1/bots", token: w.mia.tokens.AccessToken, body: `{"name":["canary"]}`})
	if log := w.log.String(); strings.Contains(log, "canary") || !strings.Contains(log, "route=\"POST /api/v1/bots/{bot}/answers\"") {
		t.Errorf("log:\n%s", log)
	}
}

func TestASlowBodyTimesOut(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits.BodyTime = 200 * time.Millisecond })
	connection, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_, _ = io.WriteString(connection, "POST /api/v1/auth/login HTTP/1.1\r\nHost: parley.example\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"email\":")
	_ = connection.SetReadDeadline(time.Now().Add(10 * time.Second))
	answer := make([]byte, 4096)
	n, err := io.ReadAtLeast(connection, answer, 100)
	if err != nil || !strings.Contains(string(answer[:n]), "408 Request Timeout") || !strings.Contains(string(answer[:n]), `"code":"body_timeout"`) {
		t.Errorf("%v: %s", err, answer[:n])
	}
}

func TestLimitsSayWhenToComeBack(t *testing.T) {
	t.Parallel()
	two := Rate{2, time.Hour}
	w, _ := setup(t, func(c *Config) {
		c.Limits = Limits{SignIn: two, Answers: two, Searches: two, Uploads: two, Register: Rate{3, time.Hour}}
	})
	mia, sam := w.mia.tokens.AccessToken, w.sam.tokens.AccessToken
	for name, c := range map[string]struct {
		path, token, body string
		left              int // of the limit, after what setup used
		otherPath, other  string
	}{
		"log in":   {"/api/v1/auth/login", "", `{"email":"nobody@acme.example","password":"x"}`, 2, "", ""},
		"register": {"/api/v1/auth/register", "", `{"email":"nobody","password":"x","company":"x"}`, 1, "", ""},
		"answers":  {"/api/v1/bots/" + w.mia.bot + "/answers", mia, `{"text":"x"}`, 1, "/api/v1/bots/" + w.sam.bot + "/answers", sam},
		"searches": {"/api/v1/bots/" + w.mia.bot + "/search", mia, `{"query":"x"}`, 2, "/api/v1/bots/" + w.sam.bot + "/search", sam},
		"uploads":  {"/api/v1/bots/" + w.mia.bot + "/sources", mia, `{"text":"x","title":"x"}`, 1, "/api/v1/bots/" + w.sam.bot + "/sources", sam},
	} {
		for range c.left {
			if got := w.do(request{method: "POST", path: c.path, token: c.token, body: c.body}); got.status == 429 {
				t.Errorf("%s: within the limit: %s", name, got.body)
			}
		}
		got := w.do(request{method: "POST", path: c.path, token: c.token, body: c.body})
		var p problem
		if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != 429 || p.Code != "rate_limited" || p.RetryAfter < 1 || p.RetryAfter > 3600 {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
		if got.header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", name)
		}
		if c.other != "" {
			if got := w.do(request{method: "POST", path: c.otherPath, token: c.other, body: c.body}); got.status == 429 {
				t.Errorf("%s: another business is limited too", name)
			}
		}
	}
}

func TestLimitsCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits = Limits{Off: true, SignIn: Rate{1, time.Hour}} })
	for range 3 {
		if got := w.do(request{method: "POST", path: "/api/v1/auth/login", body: `{"email":"nobody@acme.example","password":"x"}`}); got.status != 401 {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
}

func TestACounterThatIsAwayTurnsNobodyAway(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits.Store = brokenStore{} })
	if got := w.do(request{method: "POST", path: "/api/v1/auth/login", body: `{"email":"mia@acme.example","password":"` + goodPassword + `"}`}); got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// brokenStore cannot count.
type brokenStore struct{ limiter.Store }

func (brokenStore) Get(context.Context, string, limiter.Rate) (limiter.Context, error) {
	return limiter.Context{}, errors.New("away")
}

func TestEveryKindOfFailureHasAStatus(t *testing.T) {
	t.Parallel()
	for _, kind := range []chat.Kind{chat.Invalid, chat.Unauthorized, chat.Forbidden, chat.NotFound, chat.Conflict, chat.TooLarge, chat.Unsupported, chat.Limited, chat.Unavailable, chat.Internal} {
		if statuses[kind] < 400 {
			t.Errorf("%s has %d", kind, statuses[kind])
		}
	}
}

var update = flag.Bool("update", false, "write openapi.json anew")

func TestTheSpecificationIsTheOneInTheRepository(t *testing.T) {
	t.Parallel()
	document, err := json.MarshalIndent(newServer(Config{}).api.OpenAPI(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	document = append(document, '\n')
	if *update {
		if err := os.WriteFile("openapi.json", document, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile("openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(document, kept) {
		t.Error("openapi.json is not what the code says: run go generate ./transport/rest")
	}
}
