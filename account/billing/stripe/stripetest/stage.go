package stripetest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Stage stands before the mock. Each request goes to the mock first, which fails the test unless it understands it; the answer is the mock's, or
// one that the test plays instead, since the mock's are always the same. It is safe for concurrent use.
type Stage struct {
	URL  string
	mock string
	t    testing.TB

	mu    sync.Mutex
	asked []Asked
	plays map[string][]Answer
}

// Asked is a request as it came.
type Asked struct {
	Method, Path string
	Form         url.Values // of the body, or of the address where there is none
	Header       http.Header
}

// Answer is what a test plays.
type Answer struct {
	Status int
	Header map[string]string
	Body   string
	Hang   bool // until whoever asks has gone
}

// NewStage returns a stage before a mock's address.
func NewStage(t testing.TB, mock string) *Stage {
	t.Helper()
	s := &Stage{mock: mock, t: t, plays: map[string][]Answer{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Play answers the next requests of a method and path, such as "POST /v1/prices": one after the other, the last one for ever.
func (s *Stage) Play(request string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plays[request] = answers
}

// Asked returns all requests so far.
func (s *Stage) Asked() []Asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Asked(nil), s.asked...)
}

// ServeHTTP implements http.Handler.
func (s *Stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Errorf("read a request: %v", err)
		return
	}
	asked := Asked{Method: r.Method, Path: r.URL.Path, Form: r.URL.Query(), Header: r.Header.Clone()}
	if len(body) > 0 {
		if asked.Form, err = url.ParseQuery(string(body)); err != nil {
			s.t.Errorf("%s %s: the form cannot be read: %v", r.Method, r.URL.Path, err)
		}
	}
	answer := s.rehearse(r, body)
	s.mu.Lock()
	s.asked = append(s.asked, asked)
	key := r.Method + " " + r.URL.Path
	if plays := s.plays[key]; len(plays) > 0 {
		answer = plays[0]
		if len(plays) > 1 {
			s.plays[key] = plays[1:]
		}
	}
	s.mu.Unlock()
	if answer.Hang {
		<-r.Context().Done()
		return
	}
	for name, value := range answer.Header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(max(answer.Status, http.StatusOK))
	_, _ = io.WriteString(w, answer.Body)
}

// rehearse asks the mock, and returns what it answers.
func (s *Stage) rehearse(r *http.Request, body []byte) Answer {
	again, err := http.NewRequest(r.Method, s.mock+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		s.t.Errorf("ask stripe-mock: %v", err)
		return Answer{Status: http.StatusBadGateway}
	}
	again.Header = r.Header.Clone()
	resp, err := http.DefaultClient.Do(again)
	if err != nil {
		s.t.Errorf("ask stripe-mock: %v", err)
		return Answer{Status: http.StatusBadGateway}
	}
	defer func() { _ = resp.Body.Close() }()
	said, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Errorf("stripe-mock does not understand %s %s: status %d: %s (%v)", r.Method, r.URL.Path, resp.StatusCode, strings.TrimSpace(string(said)), err)
	}
	return Answer{Status: resp.StatusCode, Body: string(said)}
}
