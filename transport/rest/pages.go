package rest

import (
	"bytes"
	"net/http"
	"path"
	"strings"

	"parley/chat"
)

// How long browsers keep things. Names with a hash in them never change.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheMinutes = "public, max-age=300"
	cacheChecked = "no-cache"
)

func (s *server) routePages() {
	widget, dashboard := newAssets(s.Widget), newAssets(s.Dashboard)

	// Other websites load the widget, so these two are open to all of them.
	shared := func(cache string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
			widget.serve(w, r, strings.TrimPrefix(r.URL.Path, "/"), cache)
		}
	}
	s.mux.HandleFunc("GET /widget.js", shared(cacheMinutes))
	s.mux.HandleFunc("GET /widget/", shared(cacheForever))

	s.mux.HandleFunc("GET /demo", func(w http.ResponseWriter, r *http.Request) {
		policy(w, sockets(policyDemo, r.Host))
		widget.serveWith(w, r, "demo.html", cacheChecked, func(page []byte) []byte {
			return bytes.ReplaceAll(page, []byte(s.BotMark), []byte(s.DemoBot))
		})
	})
	if s.Directory != nil {
		s.mux.HandleFunc("GET /chat/{bot}", s.serveChat)
	}
	if s.Docs != nil {
		s.mux.HandleFunc("GET /docs/", func(w http.ResponseWriter, r *http.Request) {
			policy(w, policyDocs)
			w.Header().Set("Cache-Control", cacheChecked)
			s.Docs.ServeHTTP(w, r)
		})
	}
	s.mux.HandleFunc("GET /assets/", func(w http.ResponseWriter, r *http.Request) {
		dashboard.serve(w, r, strings.TrimPrefix(r.URL.Path, "/"), cacheForever)
	})
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			writeProblem(w, r, chat.ErrNotFound)
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		policy(w, sockets(policyPage, r.Host))
		// An address of the dashboard is not a file: its page finds out what to show.
		if name == "" || !dashboard.has(name) && strings.Contains(r.Header.Get("Accept"), "text/html") {
			name = "index.html"
		}
		dashboard.serve(w, r, name, cacheChecked)
	})
}
