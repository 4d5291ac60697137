package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"

	"parley/chat"
)

// starting answers while the parts are not there yet: alive, but not ready. It
// says which part is waited for, in the form in which /readyz does later.
type starting struct{ missing atomic.Pointer[string] }

// wait notes the part without which the start does not go on.
func (s *starting) wait(part string) { s.missing.Store(&part) }

// parts are those that are known not to be ready.
func (s *starting) parts() map[string]string {
	parts := map[string]string{"serving": "unavailable"}
	if missing := s.missing.Load(); missing != nil {
		parts[*missing] = "unavailable"
	}
	return parts
}

// problem is what requests are refused with.
func (s *starting) problem() *chat.Error {
	message := "Parley is starting. Please try again in a moment."
	if missing := s.missing.Load(); missing != nil {
		message = "Parley is starting and waits for its " + *missing + ". Please try again in a moment."
	}
	return chat.Fail(chat.Unavailable, "starting", message)
}

func (s *starting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	switch r.URL.Path {
	case "/healthz":
		fmt.Fprintln(w, "ok")
	case "/readyz":
		header.Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "unavailable", "parts": s.parts()}) // to a client that went away
	default:
		problem := s.problem()
		header.Set("Content-Type", "application/problem+json")
		header.Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		_ = json.NewEncoder(w).Encode(map[string]any{
			"status": http.StatusServiceUnavailable, "title": http.StatusText(http.StatusServiceUnavailable),
			"code": problem.Code, "detail": problem.Message, "retry_after": 2,
		})
	}
}
