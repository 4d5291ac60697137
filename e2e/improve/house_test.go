package improve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// patience bounds the wait for what takes no time on a machine with nothing else to do.
const patience = 60 * time.Second

// onBoth plays on SQLite and on Postgres.
func onBoth(t *testing.T, play func(t *testing.T, h *house)) {
	t.Run("SQLite", func(t *testing.T) { play(t, open(t)) })
	t.Run("Postgres", func(t *testing.T) { play(t, open(t, onPostgres(t))) })
}

func onPostgres(t *testing.T) string { return "DATABASE_URL=" + testbed.Postgres(t, testbed.NoSync) }

// house is a running server with a business that has a bot.
type house struct {
	*owner.Owner
	t      *testing.T
	server *server.Server
	bot    string
	asked  int
}

func open(t *testing.T, env ...string) *house {
	t.Helper()
	s := server.Start(t, append(env, "PARLEY_FETCH_PRIVATE=on")...)
	o := owner.Register(t, s.URL(), owner.Registration{Email: "mia@shop.example", Password: "correct horse battery staple", Company: "Shop", Name: "Mia"})
	h := &house{Owner: o, t: t, server: s, bot: o.MakeBot("Helper")}
	h.AddText(h.bot, "Shipping", "We ship to Norway and Sweden. Shipping costs five euros. Parcels arrive within three days.")
	return h
}

// path is an address below the bot's.
func (h *house) path(of string) string { return "bots/" + h.bot + "/" + of }

// reply is an answer of the bot.
type reply struct {
	Conversation string `json:"conversation"`
	Text         string `json:"text"`
	Offer        string `json:"offer"`
	Citations    []struct {
		Source string `json:"source"`
		Part   string `json:"part"`
		Title  string `json:"title"`
	} `json:"citations"`
}

// ask asks in a new conversation.
func (h *house) ask(text string) (answer reply) {
	h.t.Helper()
	h.asked++
	h.Call(http.MethodPost, h.path("answers"), map[string]any{"text": text, "client_id": fmt.Sprint("ask-", h.asked)}, &answer)
	return answer
}

// place is where an answer ended.
type place struct {
	Conversation string `json:"conversation"`
	Seq          int64  `json:"seq"`
}

// gaps is what was not answered well.
type gaps struct {
	Total  int
	Groups []group
}

// group is questions that ask for the same.
type group struct {
	Question string
	Count    int
	Reasons  struct{ Unanswered, Disliked int }
	Places   []place
	Draft    struct{ Question, Answer string }
}

func (h *house) gaps(state string) (found gaps) {
	h.t.Helper()
	h.Call(http.MethodGet, h.path("gaps?state="+state), nil, &found)
	return found
}

// eventually waits until something is so.
func (h *house) eventually(what string, is func() bool) {
	h.t.Helper()
	h.within(patience, what, is)
}

func (h *house) within(wait time.Duration, what string, is func() bool) {
	h.t.Helper()
	for deadline := time.Now().Add(wait); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("%s: not after %v", what, wait)
		}
	}
}

// site is a website whose pages a test writes.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]string // path → HTML; others are not there
}

func serve(t *testing.T) *site {
	t.Helper()
	s := &site{pages: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		page, there := s.pages[r.URL.Path]
		s.mu.Unlock()
		if !there {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, page)
	}))
	t.Cleanup(s.Close)
	return s
}

// write puts a page there, "" takes it away.
func (s *site) write(path, title, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if text == "" {
		delete(s.pages, path)
		return
	}
	s.pages[path] = "<!doctype html><html lang=en><title>" + title + "</title><body><main><h1>" + title + "</h1><p>" + strings.ReplaceAll(text, "\n", "</p><p>") + "</p></main></body></html>"
}
