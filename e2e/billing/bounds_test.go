package billing

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/persistence/testbed"
)

// assigned are plans that nobody sells.
const assigned = `
default: wide
plans:
  - { id: wide, name: Wide, about: To begin with., limits: { answers: 100, bots: 3, seats: 3, passages: 4, pages: 2 }, features: [api] }
  - { id: narrow, name: Narrow, about: For one., limits: { answers: 100, bots: 1, seats: 1, passages: 4, pages: 2 } }
`

// A business races for the last bots and seats of its plan, on both databases: it gets as many as the plan has. Then the operator gives it a
// smaller plan: what is there stays, and nothing more comes.
func TestAServerBoundsWhatAPlanBounds(t *testing.T) {
	t.Parallel()
	for name, database := range map[string]func(*testing.T) []string{
		"SQLite":   func(*testing.T) []string { return nil },
		"Postgres": func(t *testing.T) []string { return []string{"DATABASE_URL=" + testbed.Postgres(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "plans.yaml")
			if err := os.WriteFile(file, []byte(assigned), 0o600); err != nil {
				t.Fatal(err)
			}
			s := &shop{t: t, server: server.Start(t, append(database(t), "PARLEY_PLANS="+file)...)}
			s.Owner = owner.Register(t, s.server.URL(), owner.Registration{Email: "olga@acme.example", Password: "copper lantern meadow violin", Company: "Acme", Name: "Olga"})
			s.bounds()
		})
	}
}

func (s *shop) bounds() {
	t := s.t
	var me struct{ Tenant struct{ ID string } }
	s.Call(http.MethodGet, "me", nil, &me)
	bot := s.MakeBot("First")

	s.race("bots", 2, "plan_bots", func(i int) string { return fmt.Sprintf(`{"name":"Bot %d"}`, i) })
	s.race("invitations", 2, "plan_seats", func(i int) string { return fmt.Sprintf(`{"email":"colleague%d@acme.example","role":"agent"}`, i) })

	long := strings.Repeat("A heading\n\nA paragraph that says something of its own, at some length, so that there are many of them.\n\n", 300)
	var added owner.Source
	s.Call(http.MethodPost, "bots/"+bot+"/sources", map[string]any{"title": "All our terms", "text": long}, &added)
	if read := s.AwaitRead(bot, added.ID); read.State != "failed" || !strings.Contains(read.Error, "no room") {
		t.Errorf("what does not fit is %s: %s", read.State, read.Error)
	}
	s.AddText(bot, "Hours", "We are open from nine to five.")

	var key struct{ Key string }
	s.Call(http.MethodPost, "api-keys", map[string]any{"name": "Shop", "scopes": []string{"read"}}, &key)
	s.refused(key.Key, "bots", "", http.StatusOK, "")

	s.server.Stop() // SQLite's folder is for one process
	if said, err := s.server.Command("billing", "assign", me.Tenant.ID, "narrow").CombinedOutput(); err != nil {
		t.Fatalf("parley billing assign: %v\n%s", err, said)
	}
	s.server.Run()

	s.refused(key.Key, "bots", "", http.StatusForbidden, "plan_feature")
	s.refused(s.Token, "bots", `{"name":"One more"}`, http.StatusForbidden, "plan_bots")
	s.refused(s.Token, "webhooks", `{"url":"https://hooks.example/"}`, http.StatusForbidden, "plan_feature")
	var used struct {
		Bots, Seats struct{ Used, Limit int64 }
		Passages    struct{ Used int64 }
	}
	s.Call(http.MethodGet, "usage", nil, &used)
	if used.Bots.Used != 3 || used.Bots.Limit != 1 || used.Seats.Used != 3 || used.Passages.Used != 1 {
		t.Errorf("after all that it uses %+v", used)
	}
}

// race has many ask for the same at once, of whom so many get it, and the others are told why not.
func (s *shop) race(path string, served int, code string, body func(i int) string) {
	s.t.Helper()
	const racers = 16
	codes := make([]string, racers)
	var all sync.WaitGroup
	for i := range racers {
		all.Go(func() {
			answer, err := s.Try(http.MethodPost, path, "application/json", strings.NewReader(body(i)))
			switch {
			case err != nil:
				codes[i] = err.Error()
			case answer.Status != http.StatusCreated:
				codes[i] = answer.Problem().Code
			}
		})
	}
	all.Wait()
	got := map[string]int{}
	for _, c := range codes {
		got[c]++
	}
	if got[""] != served || got[code] != racers-served {
		s.t.Errorf("of %d who ask for %s: %v", racers, path, got)
	}
}

// refused sends something with a token, and checks what it gets. Without a body it reads.
func (s *shop) refused(token, path, body string, status int, code string) {
	s.t.Helper()
	method := http.MethodGet
	if body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL()+"/api/v1/"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var said bytes.Buffer
	if _, err := said.ReadFrom(answer.Body); err != nil {
		s.t.Fatal(err)
	}
	if answer.StatusCode != status || !strings.Contains(said.String(), code) {
		s.t.Errorf("%s %s: %d %s, want %d %s", method, path, answer.StatusCode, said.String(), status, code)
	}
}
