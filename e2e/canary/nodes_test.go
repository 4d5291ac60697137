package canary

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"parley/account/oidctest"
	"parley/e2e/server"
	"parley/llm/llmtest"
)

// public is where the platform says that it is. Nobody goes there: browsers that are sent to it are led through their gate.
const public = "http://parley.example"

// start runs the nodes, and what they ask: a model, and an issuer that signs people in.
func (h *house) start(nodes int, env []string) {
	h.t.Helper()
	h.model = &echo{embeddings: llmtest.NewModel()}
	model := httptest.NewServer(h.model)
	h.issuer = &issuer{Issuer: oidctest.New()}
	h.t.Cleanup(func() {
		model.CloseClientConnections()
		model.Close()
		h.issuer.Close()
	})
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	env = append(env, "OPENAI_BASE_URL="+model.URL+"/v1", "OPENAI_API_KEY=sk-test", "PARLEY_EMBEDDING_MODEL=test",
		"PARLEY_WEBHOOK_NETWORKS=127.0.0.0/8", "PARLEY_MAIL_AFTER=1s", "PARLEY_LOG_LEVEL=debug", "OTEL_EXPORTER_OTLP_ENDPOINT="+h.traces.listen(h.t),
		"PARLEY_PUBLIC_URL="+public, "PARLEY_KEY="+base64.StdEncoding.EncodeToString(key),
		"PARLEY_OIDC_ISSUER="+h.issuer.URL, "PARLEY_OIDC_CLIENT_ID="+oidctest.ClientID, "PARLEY_OIDC_CLIENT_SECRET="+oidctest.ClientSecret)
	for range nodes {
		node := server.New(h.t, env...)
		if nodes > 1 {
			node.Set("PARLEY_CLUSTER_ADDR=" + free(h.t))
		}
		h.nodes = append(h.nodes, node)
	}
	h.run()
}

func (h *house) run() {
	h.t.Helper()
	for _, node := range h.nodes {
		node.Launch()
	}
	for _, node := range h.nodes {
		node.AwaitReady()
	}
}

func (h *house) stop() {
	h.t.Helper()
	for _, node := range h.nodes {
		node.End()
	}
	for _, node := range h.nodes {
		node.Exit()
	}
}

func (h *house) urls() (all []string) {
	for _, node := range h.nodes {
		all = append(all, node.URL())
	}
	return all
}

func (h *house) logs() (all []received) {
	for _, node := range h.nodes {
		all = append(all, received{"the log of " + node.Address, node.Log()})
	}
	return all
}

func (h *house) metrics() []byte {
	h.t.Helper()
	var all [][]byte
	for _, url := range h.urls() {
		all = append(all, fetch(h.t, url+"/metrics"))
	}
	return bytes.Join(all, []byte("\n"))
}

func fetch(t *testing.T, url string) []byte {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
