package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// readyTimeout is how long a part may take to say that it is well.
const readyTimeout = 2 * time.Second

// alive answers while the process can answer at all.
func (s *server) alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
}

// readiness is what /readyz shows. Causes go to the log: this page is public.
type readiness struct {
	Status string            `json:"status"`
	Parts  map[string]string `json:"parts"`
}

// ready answers 503 unless every part is ready, all asked at once.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		shown = readiness{Status: "ok", Parts: map[string]string{}}
	)
	for name, check := range s.Ready {
		wg.Go(func() {
			err := check(ctx)
			mu.Lock()
			defer mu.Unlock()
			if shown.Parts[name] = "ok"; err != nil {
				shown.Status, shown.Parts[name] = "unavailable", "unavailable"
				s.Logger.WarnContext(ctx, "not ready", "part", name, "error", err)
			}
		})
	}
	wg.Wait()
	w.Header().Set("Content-Type", "application/json")
	if shown.Status != "ok" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(shown)
}
