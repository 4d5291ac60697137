package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"parley/transport/rest"
)

// ServeCmd is `parley serve`.
type ServeCmd struct {
	Config
	Demo bool `help:"Make a demo business whose bot has read the documentation, and print how to sign in to it."`

	logger  *slog.Logger     // nil: to standard error
	onReady func(url string) // nil: nobody waits
}

// Run serves until ctx ends, and then drains.
func (s *ServeCmd) Run(ctx context.Context) error {
	if err := s.settle(ctx); err != nil {
		return err
	}
	logger := s.logger
	if logger == nil {
		logger = newLogger(&s.Config, os.Stderr)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Addr, err)
	}
	s.Addr = listener.Addr().String() // the port may have been ours to choose
	if listener, err = encrypted(&s.Config, listener, logger); err != nil {
		return err
	}
	handler, begin, registry := &swap{}, &starting{}, newRegistry()
	handler.set(begin)
	operators, err := startAdmin(ctx, &s.Config, registry, begin, logger)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer operators.close()
	server := rest.NewServer(handler)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	defer server.Close()

	platform, err := build(ctx, &s.Config, logger, registry, begin.wait)
	if err != nil {
		if ctx.Err() != nil {
			return nil // told to end before it had begun
		}
		return err
	}
	if s.Demo {
		if platform.demo, err = platform.makeDemo(ctx); err != nil {
			platform.close(ctx)
			return fmt.Errorf("make the demo: %w", err)
		}
	}
	web, err := platform.web()
	if err != nil {
		platform.close(ctx)
		return err
	}
	handler.set(web.handler)
	operators.set(rest.Readiness{Parts: web.parts, Logger: logger, Causes: true})
	for _, name := range s.Idle() {
		logger.Warn("a setting has no effect beside the others", slog.String("name", name))
	}
	logger.Info("ready", slog.String("at", s.Public()), slog.Any("uses", platform.uses()))
	if platform.demo != nil {
		platform.demo.announce(os.Stdout, s.Public())
	}
	if s.onReady != nil {
		s.onReady(s.Public())
	}
	// Starting takes some 30 MB, which would be held until a collection happens by itself.
	go debug.FreeOSMemory()

	go platform.mindReach(ctx, web)

	select {
	case <-ctx.Done():
	case err := <-served:
		if !errors.Is(err, http.ErrServerClosed) {
			platform.close(context.Background())
			return fmt.Errorf("serve: %w", err)
		}
	}
	logger.Info("ending: sockets are told to reconnect, answers may end", slog.Duration("within", s.Drain))
	defer time.AfterFunc(s.Drain+closing+slack, func() {
		logger.Error("something hangs; ending now")
		os.Exit(1)
	}).Stop()
	platform.drain(web, server, handler)
	platform.close(context.Background())
	return nil
}

// swap is a handler that can be exchanged while it serves.
type swap struct{ current atomic.Pointer[http.Handler] }

func (s *swap) set(h http.Handler) { s.current.Store(&h) }

func (s *swap) ServeHTTP(w http.ResponseWriter, r *http.Request) { (*s.current.Load()).ServeHTTP(w, r) }
