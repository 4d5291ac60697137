package llmtest

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// Server is a model that listens.
type Server struct {
	*Model
	URL string // up to and with "/v1"
}

// NewServer starts a model for the length of a test.
func NewServer(t testing.TB, scripts ...Script) *Server {
	t.Helper()
	model := NewModel(scripts...)
	server := httptest.NewServer(model)
	t.Cleanup(func() {
		model.Reset()
		server.CloseClientConnections()
		server.Close()
	})
	return &Server{Model: model, URL: server.URL + "/v1"}
}

// Serve serves the model until the listener is closed.
func Serve(listener net.Listener, model *Model) error {
	server := &http.Server{Handler: model, ReadHeaderTimeout: 10 * time.Second}
	if err := server.Serve(listener); err != nil {
		return fmt.Errorf("serve the model: %w", err)
	}
	return nil
}
