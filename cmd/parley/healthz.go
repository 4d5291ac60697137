package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// HealthzCmd is `parley healthz`.
type HealthzCmd struct{ Config }

// Run fails unless the server at the configured address is ready.
func (h *HealthzCmd) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	host, port, err := net.SplitHostPort(h.Addr)
	if err != nil {
		return fmt.Errorf("PARLEY_ADDR %q is not host:port", h.Addr)
	}
	if address := net.ParseIP(host); host == "" || address != nil && address.IsUnspecified() {
		host = "127.0.0.1" // it listens on every interface
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("ask the server: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: status %d", response.StatusCode)
	}
	return nil
}
