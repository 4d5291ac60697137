package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"parley/llm/llmtest"
	"parley/transport/wire"
)

// journal is a log that several goroutines write to.
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

// traces is a collector of traces.
type traces struct {
	mu    sync.Mutex
	spans []*otlp.Span
	raw   bytes.Buffer
}

func (c *traces) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var export collector.ExportTraceServiceRequest
	if proto.Unmarshal(body, &export) != nil {
		return // then spans are missed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.raw.Write(body)
	for _, resource := range export.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

// observed is a server whose log, traces and metrics are looked at.
type observed struct {
	t      *testing.T
	url    string
	admin  string
	log    *journal
	traces *traces
	token  string
	stop   func()
}

func observe(t *testing.T, flags ...string) *observed {
	t.Helper()
	o := &observed{t: t, log: &journal{}, traces: &traces{}}
	gather := httptest.NewServer(o.traces)
	t.Cleanup(gather.Close)
	c, err := parse(t, append([]string{
		"--addr=127.0.0.1:0", "--metrics-addr=127.0.0.1:0", "--data=" + t.TempDir(), "--otlp-endpoint=" + gather.URL, "--log=json", "--log-level=debug", "--drain=1s",
	}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan string, 1), make(chan error, 1)
	serve := &ServeCmd{Config: *c, logger: newLogger(c, o.log), onReady: func(url string) { ready <- url }}
	go func() { ended <- serve.Run(ctx) }()
	o.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(o.stop)
	select {
	case o.url = <-ready:
	case err := <-ended:
		t.Fatal(err)
	}
	o.admin = "http://" + serve.MetricsAddr
	return o
}

// do makes a request of the API and returns its answer.
func (o *observed) do(method, path, body string) (status int, answer map[string]any) {
	o.t.Helper()
	request, err := http.NewRequest(method, o.url+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if o.token != "" {
		request.Header.Set("Authorization", "Bearer "+o.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		o.t.Fatal(err)
	}
	defer response.Body.Close()
	_ = json.NewDecoder(response.Body).Decode(&answer) // there may be none
	return response.StatusCode, answer
}

// founded registers a business and returns its bot.
func (o *observed) founded(email, password string) string {
	o.t.Helper()
	status, account := o.do("POST", "/api/v1/auth/register", fmt.Sprintf(`{"email":%q,"password":%q,"company":"Quince Ltd"}`, email, password))
	if status != http.StatusCreated {
		o.t.Fatalf("register: %d %v", status, account)
	}
	o.token = account["access_token"].(string)
	_, bot := o.do("POST", "/api/v1/bots", `{"name":"Quincy"}`)
	return bot["id"].(string)
}

// say opens a chat, says something and waits for the end of its answer.
func (o *observed) say(bot, text string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), 30*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, o.url+"/api/v1/socket", &websocket.DialOptions{
		Subprotocols: []string{wire.Subprotocol}, HTTPHeader: http.Header{"Origin": {o.url}},
	})
	if err != nil {
		o.t.Fatal(err)
	}
	defer ws.CloseNow()
	for _, frame := range []string{
		fmt.Sprintf(`{"id":"1","type":"session.open","data":{"bot":%q}}`, bot),
		fmt.Sprintf(`{"id":"2","type":"message.send","data":{"client_id":"c1","text":%q}}`, text),
	} {
		if err := ws.Write(ctx, websocket.MessageText, []byte(frame)); err != nil {
			o.t.Fatal(err)
		}
	}
	for {
		_, frame, err := ws.Read(ctx)
		if err != nil {
			o.t.Fatal(err)
		}
		if bytes.Contains(frame, []byte(`"message.completed"`)) || bytes.Contains(frame, []byte(`"message.interrupted"`)) {
			return
		}
	}
}

func TestAMessageIsOneTraceWithoutItsText(t *testing.T) {
	var asked sync.Map // traceparents that the model got
	model := llmtest.NewModel(llmtest.Script{Words: 20})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Header.Get("Traceparent"), true)
		model.ServeHTTP(w, r)
	}))
	defer server.Close()
	o := observe(t, "--openai-base-url="+server.URL+"/v1", "--openai-api-key=sk-hunter2")
	o.say(o.founded("mia@quince.example", "correct horse battery staple"), "Is the marmalade vegan?")
	o.stop() // hands over what waits

	o.traces.mu.Lock()
	defer o.traces.mu.Unlock()
	var root *otlp.Span
	for _, span := range o.traces.spans {
		if span.Name == wire.MessageSend {
			root = span
		}
	}
	if root == nil || len(root.ParentSpanId) > 0 {
		t.Fatalf("no message among %d spans, or it is below another: %v", len(o.traces.spans), root)
	}
	byID, names := map[string]*otlp.Span{}, map[string]int{}
	for _, span := range o.traces.spans {
		if bytes.Equal(span.TraceId, root.TraceId) {
			byID[string(span.SpanId)] = span
			names[span.Name]++
		}
	}
	for _, span := range byID {
		if parent := byID[string(span.ParentSpanId)]; span != root && parent == nil {
			t.Errorf("%s is below a span that is not there", span.Name)
		}
	}
	above := func(name string) (chain []string) {
		for _, span := range byID {
			for s := span; span.Name == name && s != nil; s = byID[string(s.ParentSpanId)] {
				chain = append(chain, s.Name)
			}
		}
		return chain
	}
	for name, want := range map[string][]string{
		"post": {"post", wire.MessageSend}, "retrieve": {"retrieve", "answer"}, "model": {"model", "answer"},
	} {
		if chain := above(name); len(chain) < len(want) || !slices.Equal(chain[:len(want)], want) || chain[len(chain)-1] != wire.MessageSend {
			t.Errorf("%s is below %v", name, chain)
		}
	}
	if names["append"] < 2 || names["answer"] != 1 {
		t.Errorf("spans of the message: %v", names)
	}
	told := false
	asked.Range(func(header, _ any) bool {
		told = told || strings.Contains(header.(string), hex.EncodeToString(root.TraceId))
		return true
	})
	if !told {
		t.Error("the model's server was not told of the trace")
	}
	for _, text := range []string{"marmalade", "hunter2", "quince", "Quince", "staple"} {
		if bytes.Contains(o.traces.raw.Bytes(), []byte(text)) {
			t.Errorf("the traces have %q", text)
		}
	}
}

func TestTheLogHasNobodysWordsAndNoSecrets(t *testing.T) {
	const email, password, key = "mia@quince.example", "correct horse battery staple", "sk-hunter2"
	model := llmtest.NewServer(t,
		llmtest.Script{Question: "medlar", Status: 400, Message: "cannot answer: Do you pickle medlar? with the key " + key},
		llmtest.Script{Question: "sorb", Fault: llmtest.Error, After: 1, Message: "broke off at: Who eats sorb apples?"},
		llmtest.Script{Words: 20})
	o := observe(t, "--openai-base-url="+model.URL, "--openai-api-key="+key)
	bot := o.founded(email, password)
	for _, question := range []string{"Is the marmalade vegan?", "Do you pickle medlar?", "Who eats sorb apples?"} {
		o.say(bot, question)
	}
	o.do("POST", "/api/v1/bots/"+bot+"/sources", `{"title":"Bletting","text":"Persimmons are bletted in straw."}`) // from now on there is something to find nothing in, and no model is asked
	o.do("POST", "/api/v1/bots/"+bot+"/answers", `{"text":"Is loquat in season?"}`)
	o.do("POST", "/api/v1/bots/"+bot+"/answers", `{"text":["loquat jam"]}`) // which is malformed
	for _, wrong := range []string{fmt.Sprintf(`{"email":%q,"password":"wrong-secret-4711"}`, email), `{"email":"nobody@quince.example","password":"wrong-secret-4711"}`} {
		if status, _ := o.do("POST", "/api/v1/auth/login", wrong); status != http.StatusUnauthorized {
			t.Errorf("signing in with a wrong password: %d", status)
		}
	}
	token := o.token
	o.stop()
	log := o.log.String()
	for _, text := range []string{
		email, "nobody@quince", "Quince", "Quincy", password, "staple", "wrong-secret", token, key, "hunter2",
		"marmalade", "medlar", "sorb", "loquat", "Bletting", "straw", "persimmon", "Persimmon",
	} {
		if at := strings.Index(log, text); at >= 0 {
			t.Errorf("the log has %q: %s", text, log[max(0, at-300):min(len(log), at+100)])
		}
	}
	lines := 0
	for line := range strings.Lines(log) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("a line is not JSON: %s", line)
		}
		if record["msg"] == "request" && strings.HasPrefix(fmt.Sprint(record["route"]), "POST /api/") {
			lines++
			if record["request"] == nil || record["trace"] == nil {
				t.Errorf("a request without its names: %s", line)
			}
		}
	}
	if lines < 6 || !strings.Contains(log, "refused with status 400") || !strings.Contains(log, "the model's server broke off") {
		t.Errorf("%d requests are logged, and the model's failures should be:\n%s", lines, log)
	}
}

func TestOperatorsSeeMoreThanThePublic(t *testing.T) {
	o := observe(t)
	for path, want := range map[string]int{"/metrics": 200, "/healthz": 200, "/readyz": 200, "/debug/pprof/": 200, "/debug/pprof/goroutine?debug=1": 200} {
		for at, status := range map[string]int{o.admin: want, o.url: want} {
			if at == o.url && (path == "/metrics" || strings.HasPrefix(path, "/debug")) {
				status = 404
			}
			response, err := http.Get(at + path)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != status {
				t.Errorf("%s%s: %d", at, path, response.StatusCode)
			}
		}
	}
}

func TestEveryMetricIsExplained(t *testing.T) {
	page, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(parley_[a-z_]+)").FindAllStringSubmatch(string(page), -1) {
		explained[row[1]] = true
	}
	c, err := parse(t, "--data="+t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	registry := newRegistry()
	p, err := build(t.Context(), c, newLogger(c, io.Discard), registry, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	defer p.close(context.Background())
	if _, err := p.web(); err != nil {
		t.Fatal(err)
	}
	descriptions := make(chan *prometheus.Desc)
	go func() {
		registry.Describe(descriptions)
		close(descriptions)
	}()
	measured := map[string]bool{}
	for d := range descriptions {
		if name := regexp.MustCompile(`fqName: "(parley_[a-z_]+)"`).FindStringSubmatch(d.String()); name != nil {
			measured[name[1]] = true
		}
	}
	for name := range measured {
		if !explained[name] {
			t.Errorf("docs/metrics.md does not explain %s", name)
		}
	}
	for name := range explained {
		if !measured[name] {
			t.Errorf("docs/metrics.md explains %s, which is not measured", name)
		}
	}
	if len(measured) < 30 {
		t.Errorf("only %d metrics are found", len(measured))
	}
}
