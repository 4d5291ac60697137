package crawl

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is a website that counts what it is asked for.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]http.HandlerFunc // by path and query
	asked map[string]int
}

func serve(t *testing.T) *site {
	t.Helper()
	s := &site{pages: map[string]http.HandlerFunc{}, asked: map[string]int{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		at := r.URL.RequestURI()
		s.asked[at]++
		page := s.pages[at]
		if page == nil && strings.HasPrefix(at, "/generated/") {
			page = generated
		}
		s.mu.Unlock()
		if page == nil {
			http.NotFound(w, r)
			return
		}
		page(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// put puts a page where it is read from now on.
func (s *site) put(at string, page http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[at] = page
}

// visits returns how often each address was asked for since the last time.
func (s *site) visits() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked := s.asked
	s.asked = map[string]int{}
	return asked
}

// total is how many requests there were since visits.
func (s *site) total() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n2 := range maps.Values(s.asked) {
		n += n2
	}
	return n
}

// html is a page with a title, a text and links. It tells by an ETag whether it has changed.
func html(title, text string, links ...string) http.HandlerFunc {
	return markup("", title, text, links...)
}

// markup is html with something in its head.
func markup(head, title, text string, links ...string) http.HandlerFunc {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><html><head><title>%s</title>%s</head><body><nav>", title, head)
	for _, l := range links {
		fmt.Fprintf(&b, `<a href="%s">%s</a> `, l, l)
	}
	fmt.Fprintf(&b, "</nav><main><h1>%s</h1><p>%s</p></main></body></html>", title, text)
	body := b.String()
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("ETag", fmt.Sprintf("%q", fmt.Sprint(len(body), text)))
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(body))
	}
}

func moved(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusMovedPermanently) }
}

func file(kind string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content)
	}
}

// zipped is a page that is sent packed.
func zipped(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed(body))
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

// generated is one of as many pages as anybody wants, each of which leads to 10,000 others.
func generated(w http.ResponseWriter, r *http.Request) {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html><title>Calendar %[1]s</title><h1>Calendar %[1]s</h1><p>Nothing happens on the day %[1]s.</p><nav>", r.URL.Path)
	for i := range 10_000 {
		fmt.Fprintf(&b, "<a href=/generated/%d>x</a>", i)
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = w.Write([]byte(b.String()))
}

// twice returns what was asked for more than once.
func twice(asked map[string]int) (all []string) {
	for at, n := range asked {
		if n > 1 {
			all = append(all, fmt.Sprintf("%s %d times", at, n))
		}
	}
	slices.Sort(all)
	return all
}
