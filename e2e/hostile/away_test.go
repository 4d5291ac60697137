package hostile

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/e2e/server"
	"parley/persistence/testbed"
)

// eventually waits for something that another process does.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// health asks one of the pages for machines.
func health(s *server.Server, path string) (status int, parts map[string]string) {
	response, err := http.Get(s.URL() + path)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	var page struct{ Parts map[string]string }
	_ = json.NewDecoder(response.Body).Decode(&page) // /healthz may say it otherwise
	return response.StatusCode, page.Parts
}

// awaits checks that a server is alive, not ready, and says for want of what.
func awaits(t *testing.T, s *server.Server, part string) {
	t.Helper()
	eventually(t, "it is not ready for want of its "+part, func() bool {
		status, parts := health(s, "/readyz")
		return status == http.StatusServiceUnavailable && parts[part] == "unavailable"
	})
	if status, _ := health(s, "/healthz"); status != http.StatusOK {
		t.Errorf("healthz answers %d", status)
	}
}

// logged waits until the log has a line with all of the words.
func logged(t *testing.T, s *server.Server, words ...string) {
	t.Helper()
	eventually(t, "the log says "+strings.Join(words, " … "), func() bool {
		for line := range bytes.Lines(s.Log()) {
			if !slices.ContainsFunc(words, func(word string) bool { return !bytes.Contains(line, []byte(word)) }) {
				return true
			}
		}
		return false
	})
}

// neverTells checks that the log has no password of an address.
func neverTells(t *testing.T, s *server.Server, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	if password, _ := u.User.Password(); password == "" || bytes.Contains(s.Log(), []byte(password)) {
		t.Errorf("the log tells the password of %s", u.Redacted())
	}
}

func TestADatabaseThatIsAwayIsWaitedForAndNothingIsLost(t *testing.T) {
	t.Parallel()
	database := testbed.PostgresServer(t)
	at, err := url.Parse(database.URL())
	if err != nil {
		t.Fatal(err)
	}
	database.Stop(t)

	s := server.New(t, "DATABASE_URL="+database.URL())
	s.Launch()
	awaits(t, s, "database")
	logged(t, s, "the database is away; trying again", at.Host, "connection refused")
	refusedAtStart, err := http.Get(s.URL() + "/api/v1/me")
	if err != nil {
		t.Fatal(err)
	}
	refusedAtStart.Body.Close()
	if refusedAtStart.StatusCode != http.StatusServiceUnavailable || refusedAtStart.Header.Get("Retry-After") == "" {
		t.Errorf("while it starts, a request is answered with %d", refusedAtStart.StatusCode)
	}
	begun := time.Now()
	database.Start(t)
	back := time.Now()
	s.AwaitReady()
	t.Logf("Postgres took %v to start, parley served %v later", back.Sub(begun).Round(time.Millisecond), time.Since(back).Round(time.Millisecond))

	h := moveIn(t, s)
	visitor := h.arrive(t)
	visitor.chats("before", question)
	database.Stop(t)
	awaits(t, s, "database")
	h.refuseWhileAway(t, visitor)
	if !s.Alive() || s.PID() != h.pid {
		t.Fatal("the process has ended")
	}
	h.speak(t.Context()) // whose widget sends again by itself
	database.Start(t)
	s.AwaitReady()
	visitor.chats("away", question+" "+marker)
	h.once(t, visitor.conversation, "away")
	h.unharmed(t)
	neverTells(t, s, database.URL())
}

// refuseWhileAway checks that what cannot be stored is refused with a code that says to try again.
func (h *house) refuseWhileAway(t *testing.T, visitor *socket) {
	t.Helper()
	for what, attempt := range map[string]func(){
		"a message": func() {
			visitor.say(message("away", "away", question+" "+marker))
			visitor.refused("away", "unavailable", "try again")
		},
		"a search": func() {
			got, err := h.owner.Try(http.MethodGet, "bots", "", nil)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, got, 503, "unavailable", "try again")
		},
		"an upload": func() {
			refused(t, h.upload("a.txt", []byte(marker)), 503, "unavailable", "try again")
		},
		"a first message": func() { // its visitor is welcomed: nothing has to be read for somebody new
			s := h.arrive(t)
			s.say(message("away", "first", question))
			s.refused("away", "unavailable", "try again")
		},
	} {
		begun := time.Now()
		attempt()
		t.Logf("%s was refused after %v", what, time.Since(begun).Round(time.Millisecond))
	}
}

// once checks that a conversation has the message of a client_id once, and its answer.
func (h *house) once(t *testing.T, conversation, clientID string) {
	t.Helper()
	var here, answers []client.Event
	for _, e := range h.owner.Log(conversation) {
		switch {
		case e.Data.ClientID == clientID:
			here = append(here, e)
		case e.Type == "message.started" && len(here) == 1 && e.Data.Question == here[0].Data.Message:
			answers = append(answers, e)
		}
	}
	if len(here) != 1 || len(answers) != 1 {
		t.Errorf("%s is there %d times, with %d answers", clientID, len(here), len(answers))
	}
}

func TestARedisThatIsAwayIsDoneWithout(t *testing.T) {
	t.Parallel()
	cache := testbed.RedisServer(t)
	at, err := url.Parse(cache.URL())
	if err != nil {
		t.Fatal(err)
	}
	cache.Stop(t)
	h := open(t, "REDIS_URL="+cache.URL(), "PARLEY_LIMITS=on")
	logged(t, h.server, "redis is away", at.Host, "connection refused")
	h.unharmed(t)
	cache.Start(t)
	logged(t, h.server, "redis is back", at.Host)
	h.unharmed(t)
	cache.Kill(t)
	h.unharmed(t)
	if n := bytes.Count(h.server.Log(), []byte(`msg="redis is away`)); n > 2 {
		t.Errorf("the log says %d times that Redis is away, which it was twice", n)
	}
	neverTells(t, h.server, cache.URL())
}
