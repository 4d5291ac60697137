package llmtest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Model is the server's handler. It is safe for concurrent use.
type Model struct {
	routes *http.ServeMux

	mu      sync.Mutex
	scripts []Script
	served  []int // calls that each script has served
	calls   []*Call
	changed chan struct{}    // closed and replaced at each change of calls
	release chan struct{}    // closed and replaced to end what hangs
	gates   map[string]*Gate // by question
	brief   bool

	embeddings      []Embeddings
	embedded        []int // calls that each of them has served
	embeddingsCalls []EmbeddingsCall
}

// NewModel returns a model that behaves as the scripts say.
func NewModel(scripts ...Script) *Model {
	m := &Model{changed: make(chan struct{}), release: make(chan struct{}), gates: make(map[string]*Gate)}
	m.Play(scripts...)
	m.routes = http.NewServeMux()
	m.routes.HandleFunc("POST /v1/chat/completions", m.complete)
	m.routes.HandleFunc("POST /v1/embeddings", m.embed)
	m.routes.HandleFunc("PUT /control/scripts", m.putScripts)
	m.routes.HandleFunc("GET /control/calls", m.getCalls)
	m.routes.HandleFunc("GET /control/auxiliary", m.getAuxiliary)
	m.routes.HandleFunc("GET /control/text", m.getText)
	m.routes.HandleFunc("PUT /control/embeddings", m.putEmbeddings)
	m.routes.HandleFunc("GET /control/embeddings", m.getEmbeddings)
	m.routes.HandleFunc("DELETE /control", func(http.ResponseWriter, *http.Request) { m.Reset() })
	return m
}

func (m *Model) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.routes.ServeHTTP(w, r) }

// Play replaces the scripts. For each call the first that fits, and has calls
// left to serve, is played.
func (m *Model) Play(scripts ...Script) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.scripts, m.served = scripts, make([]int, len(scripts))
}

// Reset forgets scripts, gates and calls and ends every call that hangs.
func (m *Model) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.scripts, m.served, m.calls = nil, nil, nil
	m.embeddings, m.embedded, m.embeddingsCalls = nil, nil, nil
	for _, gate := range m.gates {
		gate.open()
	}
	clear(m.gates)
	close(m.release)
	m.release = make(chan struct{})
	m.announce()
}

// script takes the script for a request, and the channel that ends its hanging.
func (m *Model) script(question string, stream bool) (Script, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, script := range m.scripts {
		if script.Auxiliary != stream && strings.Contains(question, script.Question) && (script.Times == 0 || m.served[i] < script.Times) {
			m.served[i]++
			return script, m.release
		}
	}
	return Script{}, m.release
}

// completion is what we read of a request.
type completion struct {
	Model         string    `json:"model"`
	Messages      []Message `json:"messages"`
	Stream        bool      `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
}

func (c completion) question() string {
	for i := len(c.Messages) - 1; i >= 0; i-- {
		if c.Messages[i].Role == "user" {
			return c.Messages[i].Content
		}
	}
	return ""
}

func (m *Model) complete(w http.ResponseWriter, r *http.Request) {
	var request completion
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", err.Error())
		return
	}
	question := request.question()
	script, release := m.script(question, request.Stream)
	call := m.begin(&Call{
		At: time.Now(), Model: request.Model, Messages: request.Messages, Question: question,
		Stream: request.Stream, Authorization: r.Header.Get("Authorization"),
	})
	a := answer{model: m, call: call, script: script, request: request, release: release, gate: m.gate(question), w: w, r: r}
	switch {
	case script.Status != 0:
		if script.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(script.RetryAfter))
		}
		refuse(w, script.Status, "scripted", script.Message)
	case request.Stream:
		a.stream()
	default:
		a.whole()
	}
	m.finish(call, r.Context().Err() != nil)
}

func (s Script) text(question string) string {
	if s.Text != "" {
		return s.Text
	}
	return Text(question, s.Words)
}

// refuse answers as OpenAI words its errors.
func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": kind, "code": status}})
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
