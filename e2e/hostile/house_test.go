package hostile

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
)

func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "6") // most of their time the tests wait, for starts and for clocks
	os.Exit(server.Main(m))
}

// marker is in all that people write here. It must not be in any log.
const marker = "zqxhostile"

// patience bounds the wait for what takes no time on a machine with nothing else to do.
const patience = 60 * time.Second

// house is a running server with two businesses. One has a bot with something
// to know and a visitor who talks to it; whatever happens must not harm them.
type house struct {
	t       *testing.T
	server  *server.Server
	pid     int
	owner   *owner.Owner
	other   *owner.Owner
	bot     string // the owner's
	theirs  string // the other's bot
	visitor *client.Visitor
	said    int   // messages of the visitor
	held    int64 // events that they hold and that were found in the log
}

const (
	question = "Within how many days are returns accepted?"
	answer   = "Returns are accepted within seven days of delivery."
)

// open starts a server and moves in.
func open(t *testing.T, env ...string) *house {
	t.Helper()
	s := server.New(t, env...)
	shareEngine(t, s.Data)
	s.Run()
	return moveIn(t, s)
}

// moveIn makes the businesses, bots and the visitor on a running server.
func moveIn(t *testing.T, s *server.Server) *house {
	t.Helper()
	h := &house{t: t, server: s, pid: s.PID()}
	h.owner, h.other = h.register("good"), h.register("other")
	h.bot, h.theirs = h.owner.MakeBot(marker+" shop"), h.other.MakeBot(marker+" rival")
	h.owner.Call(http.MethodPatch, "bots/"+h.bot, map[string]any{"model": "extractive"}, nil)
	h.owner.Call(http.MethodPut, "bots/"+h.bot+"/domains", map[string]any{"domains": []string{"shop.example"}}, nil)
	h.owner.AddText(h.bot, marker+" returns", answer+" The shop opens at nine in the morning.")
	h.visitor = client.New(client.Options{URL: h.socketURL(), Bot: h.bot, Origin: shop, Name: "good"})
	ctx, leave := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if err := h.visitor.Run(ctx); err != nil {
			t.Errorf("the good visitor was sent away: %v", err)
		}
	}()
	t.Cleanup(func() {
		leave()
		<-gone
		if !t.Failed() {
			h.compare(t, 0)
		}
		h.quiet()
	})
	h.unharmed(t)
	return h
}

// shareEngine lets the server use the compiled PDF engine of earlier runs: making it takes 10 s.
func shareEngine(t *testing.T, data string) {
	t.Helper()
	caches, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	shared := filepath.Join(caches, "parley-test-pdfium")
	if err := os.MkdirAll(shared, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(shared, filepath.Join(data, "cache")); err != nil {
		t.Fatal(err)
	}
}

func (h *house) register(name string) *owner.Owner {
	return owner.Register(h.t, h.server.URL(), owner.Registration{
		Email: marker + name + "@shop.example", Password: marker + " battery staple", Company: marker + name, Name: marker + name,
	})
}

func (h *house) socketURL() string { return "ws://" + h.server.Address + "/api/v1/socket" }

// unharmed checks that the good business has all that it had, and goes on.
func (h *house) unharmed(t *testing.T) {
	t.Helper()
	if !h.server.Alive() || h.server.PID() != h.pid {
		t.Fatal("the process has ended")
	}
	if response, err := http.Get(h.server.URL() + "/healthz"); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("the process does not say that it is alive: %v, %v", response, err)
	} else {
		response.Body.Close()
	}
	if found := h.search(question); len(found) == 0 || !strings.Contains(found[0].Text, answer) {
		t.Fatalf("the good source is not found any more: %v", found)
	}
	h.talk(t)
}

type passage struct {
	Source, Title, Text string
}

func (h *house) search(query string) []passage {
	h.t.Helper()
	var found struct{ Passages []passage }
	h.owner.Call(http.MethodPost, "bots/"+h.bot+"/search", map[string]any{"query": query}, &found)
	return found.Passages
}

// speak lets the good visitor ask, and waits for nothing.
func (h *house) speak(ctx context.Context) {
	h.said++
	h.visitor.Send(ctx, fmt.Sprintf("%s This is %s number %d.", question, marker, h.said))
}

// talk lets the good visitor ask, and holds what they saw against the log.
func (h *house) talk(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	h.speak(ctx)
	if err := h.visitor.Settled(ctx); err != nil {
		t.Fatalf("the good visitor waits in vain: %v", err)
	}
	h.compare(t, h.held)
	h.held = int64(len(h.visitor.Events()))
	if last := h.visitor.Events()[h.held-1]; last.Type != "message.completed" || !strings.Contains(last.Data.Text, "seven days") {
		t.Errorf("the good visitor was answered with %s", last.Raw)
	}
}

// compare holds what the good visitor saw behind a seq against the log.
func (h *house) compare(t *testing.T, after int64) {
	t.Helper()
	for _, breach := range h.visitor.Violations() {
		t.Errorf("the good visitor: %s", breach)
	}
	seen, log := h.visitor.Events(), h.owner.LogAfter(h.visitor.Conversation(), after)
	messages := 0
	for _, e := range seen {
		if e.Type == "message.created" {
			messages++
		}
	}
	if messages != h.said {
		t.Errorf("%d messages were acknowledged, the good visitor holds %d", h.said, messages)
	}
	if seen = seen[after:]; len(seen) != len(log) {
		t.Fatalf("behind %d, the good visitor holds %d events of %d", after, len(seen), len(log))
	}
	for i, e := range log {
		if e.Seq != after+int64(i)+1 || !sameJSON(e.Raw, seen[i].Raw) {
			t.Errorf("event %d of the log is %s, the good visitor saw %s", after+int64(i)+1, e.Raw, seen[i].Raw)
		}
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// quiet checks that the log has nothing of what people wrote, and no panic.
func (h *house) quiet() {
	h.t.Helper()
	log := bytes.ToLower(h.server.Log())
	for _, word := range []string{marker, "panic", "battery staple"} {
		if at := bytes.Index(log, []byte(word)); at >= 0 {
			h.t.Errorf("the log has %q: …%s…", word, log[max(0, at-300):min(len(log), at+300)])
		}
	}
}

// refused checks a refusal: its status and code, and that its words are a
// sentence that has the ones given.
func refused(t *testing.T, got owner.Answer, status int, code, says string) {
	t.Helper()
	problem := got.Problem()
	if got.Status != status || problem.Status != status || problem.Code != code {
		t.Errorf("got %d %s, want %d %s", got.Status, got.Body, status, code)
		return
	}
	inWords(t, problem.Detail, says)
	if problem.RequestID == "" || strings.Contains(string(got.Body), marker) {
		t.Errorf("it names no request, or repeats what was sent: %s", got.Body)
	}
}

// inWords checks that something is said in a sentence, with the words given in it.
func inWords(t *testing.T, said, says string) {
	t.Helper()
	if !strings.Contains(said, says) || !strings.HasSuffix(said, ".") && !strings.HasSuffix(said, ")") || len(strings.Fields(said)) < 3 {
		t.Errorf("it says %q, want a sentence with %q", said, says)
	}
}
