package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

// ports is everything that a store has to offer to the API.
type ports interface {
	account.Store
	account.Sessions
	account.Members
	account.Invitations
	Bots
	chat.Conversations
	chat.Log
	chat.Traces
	chat.Webhooks
	Sources
	Sites
	chat.Inbox
	chat.Triage
	chat.Notes
	chat.Reads
	chat.Labels
	chat.Replies
	improve.Gaps
	improve.Tests
	improve.Answers
	Mails
	assigner
}

// world is the API over a store, with two businesses: Mia's, and Sam's, which
// has nothing to do with it.
type world struct {
	t      *testing.T
	url    string
	engine *fakeEngine
	log    *journal
	heard  *announcements
	hooks  *fakeHooks
	tests  improve.Tests
	asked  *fakeAsker

	mia, sam business
}

// business is one tenant with a bot, a source and a conversation.
type business struct {
	webhook                   string
	tokens                    signIn
	bot, source, conversation string
}

const goodPassword = "correct horse battery staple"

var testKey = []byte("0123456789abcdef0123456789abcdef")

// setup returns a world over memory; change may alter its configuration.
func setup(t *testing.T, change ...func(*Config)) (*world, *inMemory) {
	t.Helper()
	m := newInMemory()
	return setupOver(t, m, m, m, change...), m
}

func setupOver(t *testing.T, store ports, reader Reader, library Library, change ...func(*Config)) *world {
	t.Helper()
	w, config := configOver(t, store, reader, library, change...)
	w.t = t
	server := httptest.NewUnstartedServer(nil)
	server.Config = NewServer(New(config))
	server.Start()
	t.Cleanup(server.Close)
	w.url = server.URL
	w.mia, w.sam = w.found("mia@acme.example", "Acme"), w.found("sam@rival.example", "Rival")
	return w
}

// configOver is an API over a store that serves nobody yet.
func configOver(t testing.TB, store ports, reader Reader, library Library, change ...func(*Config)) (*world, Config) {
	t.Helper()
	accounting := account.Config{
		Store: store, Sessions: store, Members: store, Invitations: store, Key: testKey, PublicURL: "http://parley.example",
	}
	secrets, _ := store.(account.IdentitySecrets)
	accounting.Keys, _ = store.(account.APIKeys)
	accounting.Access, _ = store.(account.Access)
	accounting.Operators, _ = store.(account.Operators)
	accounting.Supports, _ = store.(account.Supports)
	accounts, err := account.NewService(accounting)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{log: &journal{}, heard: &announcements{}, hooks: &fakeHooks{}, tests: store, asked: &fakeAsker{}, engine: &fakeEngine{log: store, conversations: store, reads: store, desk: store}}
	config := Config{
		Accounts: accounts, Customers: account.NewCustomers(secrets, testKey), Bots: store, Sources: store, Sites: store, Reader: reader, Library: library, Conversations: store, Log: store, Traces: store,
		Engine: w.engine, Announcer: w.heard, Webhooks: store, Hooks: w.hooks,
		Inbox: store, Triage: store, Notes: store, Reads: store, Labels: store, Replies: store, Mails: store, Members: store,
		Gaps: store, Tests: store, OldAnswers: store, Asker: w.asked, Runs: improve.Runner{Tests: store, Asker: w.asked},
		Key: testKey, PublicURL: "http://parley.example",
		Limits:  Limits{Upload: 1 << 20},
		Ready:   map[string]Part{"database": {Check: func(context.Context) error { return nil }}},
		Metrics: prometheus.NewRegistry(), ServeMetrics: true,
		Widget: fstest.MapFS{
			"widget.js":          {Data: []byte("// loader")},
			"widget/app-1234.js": {Data: []byte(strings.Repeat("// the widget\n", 100))},
			"demo.html":          {Data: []byte(`<script src="/widget.js" data-bot="__BOT__"></script>`)},
		},
		Dashboard: fstest.MapFS{
			"index.html":        {Data: []byte("<title>Parley</title>")},
			"favicon.svg":       {Data: []byte("<svg/>")},
			"assets/app-99.css": {Data: []byte("body{}")},
		},
		DemoBot: "bot_demo", BotMark: "__BOT__",
		Logger: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	keepPrivate(&config, store)
	kept := newBooks()
	config.Billing, config.Counts, config.Ledger = billing.New(billing.Config{Store: kept, Counts: kept, Logger: config.Logger}), kept, kept
	config.Activity.Anomalies = noAnomalies{}
	if kept, ok := store.(account.Anomalies); ok {
		config.Activity.Anomalies = kept
	}
	if pairs, ok := reader.(improve.Pairs); ok {
		config.Fixes = improve.Fixer{Sources: store, Pairs: pairs}
	}
	for _, c := range change {
		c(&config)
	}
	return w, config
}

// found makes a business through the API.
func (w *world) found(email, company string) (b business) {
	w.t.Helper()
	w.json("POST", "/api/v1/auth/register", "", `{"email":"`+email+`","password":"`+goodPassword+`","company":"`+company+`"}`, 201, &b.tokens)
	var made struct{ ID string }
	w.json("POST", "/api/v1/bots", b.tokens.AccessToken, `{"name":"`+company+` bot"}`, 201, &made)
	b.bot = made.ID
	w.json("POST", "/api/v1/bots/"+b.bot+"/sources", b.tokens.AccessToken, `{"title":"Secrets of `+company+`","text":"The secret of `+company+` is a recipe."}`, 202, &made)
	b.source = made.ID
	var answered reply
	w.json("POST", "/api/v1/bots/"+b.bot+"/answers", b.tokens.AccessToken, `{"text":"Hello `+company+`"}`, 200, &answered)
	b.conversation = answered.Conversation
	w.json("POST", "/api/v1/webhooks", b.tokens.AccessToken, `{"url":"https://hooks.example/"}`, 201, &made)
	b.webhook = made.ID
	return b
}

// hire has somebody join a business by invitation.
func (w *world) hire(b business, name, role string) signIn {
	w.t.Helper()
	email := strings.ToLower(name) + "@team.example"
	var invited struct{ Link string }
	w.json("POST", "/api/v1/invitations", b.tokens.AccessToken, `{"email":"`+email+`","role":"`+role+`"}`, 201, &invited)
	_, token, _ := strings.Cut(invited.Link, "#")
	var tokens signIn
	w.json("POST", "/api/v1/invitations/accept", "", `{"token":"`+token+`","name":"`+name+`","password":"`+goodPassword+`"}`, 200, &tokens)
	return tokens
}

// json makes a request that must succeed and reads its answer.
func (w *world) json(method, path, token, body string, status int, into any) {
	w.t.Helper()
	got := w.do(request{method: method, path: path, token: token, body: body})
	if got.status != status {
		w.t.Fatalf("%s %s: %d %s", method, path, got.status, got.body)
	}
	if into != nil {
		if err := json.Unmarshal([]byte(got.body), into); err != nil {
			w.t.Fatalf("%s %s: %v in %s", method, path, err, got.body)
		}
	}
}

type request struct {
	method, path, token, body string
	header                    map[string]string
}

type response struct {
	status int
	header http.Header
	body   string
}

func (w *world) do(r request) response {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), r.method, w.url+r.path, strings.NewReader(r.body))
	if err != nil {
		w.t.Fatal(err)
	}
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: time.Minute}
	res, err := client.Do(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatalf("%s %s: %v", r.method, r.path, err)
	}
	return response{res.StatusCode, res.Header, string(body)}
}

// scenario is one request and what its answer must be.
type scenario struct {
	name   string
	method string
	path   string
	token  string
	body   string
	header map[string]string

	status int
	has    []string // in the body
	hasNot []string // in the body
	after  func(t *testing.T, w *world, got response)
}

// play runs scenarios, in order, in one world. {bot}, {source} and
// {conversation} stand for Mia's.
func (w *world) play(scenarios []scenario) {
	fill := strings.NewReplacer("{bot}", w.mia.bot, "{source}", w.mia.source, "{conversation}", w.mia.conversation)
	for _, s := range scenarios {
		w.t.Run(s.name, func(t *testing.T) {
			within := *w
			within.t = t
			got := within.do(request{s.method, fill.Replace(s.path), s.token, fill.Replace(s.body), s.header})
			if got.status != s.status {
				t.Errorf("status %d, want %d: %s", got.status, s.status, got.body)
			}
			for _, text := range s.has {
				if text = fill.Replace(text); !strings.Contains(got.body, text) {
					t.Errorf("no %s in %s", text, got.body)
				}
			}
			for _, text := range s.hasNot {
				if text = fill.Replace(text); strings.Contains(got.body, text) {
					t.Errorf("%s in %s", text, got.body)
				}
			}
			if s.status >= 400 {
				checkProblem(t, got)
			}
			if s.after != nil {
				s.after(t, &within, got)
			}
		})
	}
}

// checkProblem asserts what holds for every failure.
func checkProblem(t *testing.T, got response) {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil {
		t.Fatalf("not a problem: %v in %q", err, got.body)
	}
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("content type %q", kind)
	}
	if p.Status != got.status || p.Code == "" || p.Detail == "" || !chat.ValidID("req", p.RequestID) || p.RequestID != got.header.Get("X-Request-Id") {
		t.Errorf("problem %+v of request %s", p, got.header.Get("X-Request-Id"))
	}
}

// journal is what was logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// announcements is what was announced.
type announcements struct {
	mu        sync.Mutex
	keys      []string
	listeners map[string][]chat.Listener // by topic
}

func (a *announcements) Announce(_ context.Context, topic string, keys ...string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, key := range keys {
		a.keys = append(a.keys, topic+" "+key)
		for _, listener := range a.listeners[topic] {
			listener.Heard(key)
		}
	}
	return nil
}

func (a *announcements) Subscribe(_ context.Context, topic string, listener chat.Listener) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.listeners == nil {
		a.listeners = map[string][]chat.Listener{}
	}
	a.listeners[topic] = append(a.listeners[topic], listener)
	return nil
}

func (a *announcements) has(key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, k := range a.keys {
		if k == key {
			return true
		}
	}
	return false
}

var (
	_ Reader  = (*knowledge.Reader)(nil)
	_ Library = (*knowledge.Library)(nil)
	_ Sources = knowledge.Store(nil)
	_ ports   = (*inMemory)(nil)
)
