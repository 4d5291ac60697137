package rest

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// readyTimeout is how long a part may take to say that it is well.
const readyTimeout = 2 * time.Second

// Part is something that the platform stands on.
type Part struct {
	Check func(ctx context.Context) error
	// Helpful parts are missed, but visitors are served without them.
	Helpful bool
}

// InstallationHeader names, at /healthz, the installation that a process belongs to.
const InstallationHeader = "X-Parley-Installation"

// Alive answers while the process can answer at all. It has the installation's name: so that whoever comes through proxies
// knows where they came.
type Alive string

func (installation Alive) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if installation != "" {
		w.Header().Set(InstallationHeader, string(installation))
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
}

// Readiness says which parts can do their work: 503 unless all do that are needed.
type Readiness struct {
	Parts  map[string]Part
	Logger *slog.Logger
	// Causes tells why a part cannot: for a page that operators alone reach.
	Causes bool
}

// readiness is what is shown. Status is ok, degraded (a helpful part is away) or unavailable.
type readiness struct {
	Status string            `json:"status"`
	Parts  map[string]string `json:"parts"`
	Causes map[string]string `json:"causes,omitempty"`
}

func (r Readiness) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	ctx, cancel := context.WithTimeout(request.Context(), readyTimeout)
	defer cancel()
	shown := r.look(ctx)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if shown.Status == "unavailable" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(shown) // to a client that went away
}

// look asks all parts at once.
func (r Readiness) look(ctx context.Context) readiness {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		shown = readiness{Status: "ok", Parts: map[string]string{}, Causes: map[string]string{}}
	)
	for name, part := range r.Parts {
		wg.Go(func() {
			err := part.Check(ctx)
			mu.Lock()
			defer mu.Unlock()
			if shown.Parts[name] = "ok"; err == nil {
				return
			}
			shown.Parts[name] = "unavailable"
			switch {
			case !part.Helpful:
				shown.Status = "unavailable"
			case shown.Status == "ok":
				shown.Status = "degraded"
			}
			if r.Causes {
				shown.Causes[name] = err.Error()
			}
			if !part.Helpful { // else it says so itself, once
				r.Logger.WarnContext(ctx, "not ready", slog.String("part", name), slog.Any("error", err))
			}
		})
	}
	wg.Wait()
	return shown
}
