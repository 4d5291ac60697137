package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthzFailsUnlessTheServerIsReady(t *testing.T) {
	for status, well := range map[int]bool{http.StatusOK: true, http.StatusServiceUnavailable: false, http.StatusNotFound: false} {
		asked := ""
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = r.URL.Path
			w.WriteHeader(status)
		}))
		at := strings.TrimPrefix(server.URL, "http://")
		_, port, _ := strings.Cut(at, ":")
		for _, addr := range []string{at, ":" + port, "0.0.0.0:" + port} { // as it may be listened on
			c, err := parse(t, "--addr="+addr)
			if err != nil {
				t.Fatal(err)
			}
			if err := (&HealthzCmd{*c}).Run(t.Context()); (err == nil) != well || asked != "/readyz" {
				t.Errorf("%s answers %d to %s: %v", addr, status, asked, err)
			}
		}
		server.Close()
	}
	if err := (&HealthzCmd{Config{Addr: nowhere(t)}}).Run(t.Context()); err == nil {
		t.Error("a server that is not there is well")
	}
}
