package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAProcessThatStartsSaysWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	begin := &starting{}
	ask := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		begin.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	if w := ask("/readyz"); w.Code != 503 || strings.Contains(w.Body.String(), "database") {
		t.Errorf("at first: %d %s", w.Code, w.Body)
	}
	begin.wait("database")
	if w := ask("/healthz"); w.Code != 200 {
		t.Errorf("healthz: %d", w.Code)
	}
	if w := ask("/readyz"); w.Code != 503 || !strings.Contains(w.Body.String(), `"database":"unavailable"`) {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
	w := ask("/api/v1/bots")
	if w.Code != 503 || w.Header().Get("Retry-After") == "" || w.Header().Get("Content-Type") != "application/problem+json" ||
		!strings.Contains(w.Body.String(), `"code":"starting"`) || !strings.Contains(w.Body.String(), "waits for its database") {
		t.Errorf("a request: %d %v %s", w.Code, w.Header(), w.Body)
	}
}
