package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/transport/rest"
)

// newRegistry has what every Go program tells of itself.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}

// admin is what operators alone reach: it tells more than is good for the public, and answers from the
// first moment of a start to the last of an end.
type admin struct {
	server *http.Server
	ready  *swap // /readyz
}

// startAdmin serves at the configured address; nil: there is none.
func startAdmin(ctx context.Context, c *Config, registry *prometheus.Registry, ready http.Handler, logger *slog.Logger) (*admin, error) {
	if c.MetricsAddr == "" {
		return nil, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.MetricsAddr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for operators (PARLEY_METRICS_ADDR): %w", c.MetricsAddr, err)
	}
	c.MetricsAddr = listener.Addr().String() // the port may have been ours to choose
	a := &admin{ready: &swap{}}
	a.ready.set(ready)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("GET /healthz", rest.Alive(""))
	mux.Handle("GET /readyz", a.ready)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	a.server = rest.NewServer(mux)
	go func() {
		if err := a.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("the operators' address is not served any more", slog.Any("error", err))
		}
	}()
	return a, nil
}

// set says what /readyz asks from now on.
func (a *admin) set(ready http.Handler) {
	if a != nil {
		a.ready.set(ready)
	}
}

func (a *admin) close() {
	if a != nil {
		_ = a.server.Close() // nothing is lost with it
	}
}
