package faultproxy

import (
	"encoding/json"
	"net/http"
	"time"
)

// Control lets a test in another process break things:
//
//	POST /cut  /reset  /stall  /resume  /refuse  /accept  /delay?for=50ms
//	GET  /                                              {"connections":2}
//
// Each answers with how many connections it found.
func (p *Proxy) Control() http.Handler {
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, n int) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]int{"connections": n}) // a test that is gone needs no answer
	}
	do := func(name string, f func()) {
		mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, _ *http.Request) {
			f()
			say(w, p.Connections())
		})
	}
	do("stall", p.Stall)
	do("resume", p.Resume)
	do("refuse", func() { p.Refuse(true) })
	do("accept", func() { p.Refuse(false) })
	mux.HandleFunc("POST /cut", func(w http.ResponseWriter, _ *http.Request) { say(w, p.Cut()) })
	mux.HandleFunc("POST /reset", func(w http.ResponseWriter, _ *http.Request) { say(w, p.Reset()) })
	mux.HandleFunc("POST /delay", func(w http.ResponseWriter, r *http.Request) {
		d, err := time.ParseDuration(r.FormValue("for"))
		if err != nil || d < 0 {
			http.Error(w, "for must be a duration such as 50ms", http.StatusBadRequest)
			return
		}
		p.Delay(d)
		say(w, p.Connections())
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { say(w, p.Connections()) })
	return mux
}
