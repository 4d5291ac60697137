package fetch_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"code.dny.dev/ssrf"

	"parley/chat"
	"parley/knowledge/fetch"
)

// site serves a few pages, and a client that may reach it and nothing else.
func site(t *testing.T, inner string) (string, *fetch.Client) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<p>hello")
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/page", http.StatusFound) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	mux.HandleFunc("/inside", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner, http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "file:///etc/passwd")
		w.WriteHeader(http.StatusFound)
	})
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.CopyN(w, zeros{}, fetch.MaxSize+1) })
	mux.HandleFunc("/bomb", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = io.CopyN(packed, zeros{}, 4*fetch.MaxSize)
		_ = packed.Close()
	})
	mux.HandleFunc("/stuck", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	allowed := server.Listener.Addr().String()
	return server.URL, fetch.New(fetch.WithGuard(func(_, address string, _ syscall.RawConn) error {
		if address != allowed {
			return ssrf.ErrProhibitedIP
		}
		return nil
	}))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAPageIsGotWithANameThatTellsItsType(t *testing.T) {
	t.Parallel()
	url, client := site(t, "")
	for _, path := range []string{"/page", "/moved"} {
		page, err := client.Get(t.Context(), fetch.Request{URL: url + path})
		if err != nil || string(page.Body) != "<p>hello" || page.Name != "page.html" || page.URL != url+"/page" {
			t.Errorf("%s: %+v, error %v", path, page, err)
		}
	}
}

func TestWhatCannotBeGotSaysWhy(t *testing.T) {
	t.Parallel()
	var reached bool
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(inner.Close)
	url, client := site(t, inner.URL)
	for path, code := range map[string]string{
		"/missing": "url_status", "/round": "url_unreachable", "/inside": "url_forbidden", "/file": "url_unreachable",
		"/huge": "url_too_large", "/bomb": "url_too_large",
	} {
		_, err := client.Get(t.Context(), fetch.Request{URL: url + path})
		var words *chat.Error
		if !errors.As(err, &words) || words.Code != code {
			t.Errorf("%s: %v, want %s", path, err, code)
		}
	}
	for _, address := range []string{"ftp://x", "file:///etc/passwd", "http://user:secret@x", ":", ""} {
		if _, err := client.Get(t.Context(), fetch.Request{URL: address}); !errors.Is(err, fetch.ErrUnreachable) {
			t.Errorf("%q: %v", address, err)
		}
	}
	if reached {
		t.Error("a redirect led to another machine")
	}
}

func TestPrivateAddressesAreNotReachedByDefault(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://203.0.113.1:3128") // would be asked instead, if it counted
	var reached bool
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	t.Cleanup(inner.Close)
	port := inner.URL[strings.LastIndex(inner.URL, ":"):]
	client := fetch.New()
	for _, address := range []string{
		inner.URL, "http://localhost" + port, "http://localhost", "http://127.1", "http://[::1]" + port, "http://0.0.0.0" + port, "http://[::ffff:127.0.0.1]" + port,
		"http://169.254.169.254/latest/meta-data/", "http://10.0.0.1", "http://192.168.0.1", "http://[fd00::1]", "http://2130706433",
	} {
		if _, err := client.Get(t.Context(), fetch.Request{URL: address}); !errors.Is(err, fetch.ErrForbidden) && !errors.Is(err, fetch.ErrUnreachable) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if reached {
		t.Error("a private address was reached")
	}
	if _, err := client.Get(t.Context(), fetch.Request{URL: inner.URL}); !errors.Is(err, fetch.ErrForbidden) {
		t.Errorf("not said to be private: %v", err)
	}
}

func TestGivingUpIsNotThePagesFault(t *testing.T) {
	t.Parallel()
	url, client := site(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Get(ctx, fetch.Request{URL: url + "/stuck"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
