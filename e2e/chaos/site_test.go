package chaos

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
)

// origin is where visitors come from: a page that every bot may be used on.
const origin = "https://shop.example"

// site is a server with a business on it, and the checker's own way into its database.
type site struct {
	*run
	server  *server.Server
	cluster *server.Cluster // nil: the server is alone
	owner   *owner.Owner
	books   *check.Database
}

// site starts a server, on SQLite unless env ("NAME=value") has a DATABASE_URL, and registers a business.
func (r *run) site(env ...string) *site {
	r.Helper()
	return r.siteOn(server.Start(r, env...), env...)
}

// siteOn registers a business at a server that runs with env.
func (r *run) siteOn(at *server.Server, env ...string) *site {
	r.Helper()
	s := &site{run: r, server: at}
	for _, setting := range env {
		if url, ok := strings.CutPrefix(setting, "DATABASE_URL="); ok {
			s.books = check.Postgres(r, url)
		}
	}
	if s.books == nil {
		s.books = check.SQLite(r, at.Data)
	}
	s.owner = owner.Register(r, at.URL(), owner.Registration{
		Email: "owner@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Owner",
	})
	return s
}

// bots makes bots that visitors may talk to and that know nothing but what the
// model does: every question reaches it.
func (s *site) bots(n int) []string {
	s.Helper()
	var ids []string
	for i := range n {
		bot := s.owner.MakeBot(fmt.Sprintf("Bot %d", i))
		s.welcome(bot)
		ids = append(ids, bot)
	}
	return ids
}

// welcome lets a bot be used by visitors.
func (s *site) welcome(bot string) {
	s.Helper()
	s.owner.Call(http.MethodPut, "bots/"+bot+"/domains", map[string]any{"domains": []string{"shop.example"}}, nil)
}

// options are those of a visitor of a bot, who connects to address: the server's or a proxy's.
func (s *site) options(name, bot, address string) client.Options {
	return client.Options{URL: "ws://" + address + "/api/v1/socket", Bot: bot, Origin: origin, Name: name}
}

// come lets a visitor be connected for the rest of the test, or until leave is
// called, which returns when the visitor is gone. Only the server can send a visitor away for good, and must not.
func (r *run) come(v *client.Visitor) (leave func()) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := v.Run(ctx); err != nil {
			r.Errorf("%s was sent away: %v", v.Name(), err)
		}
	})
	leave = func() {
		stop()
		running.Wait()
	}
	r.Cleanup(leave)
	return leave
}

// settle waits until nothing is owed to anybody any more.
func (r *run) settle(visitors []*client.Visitor, patience time.Duration) {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	begun := time.Now()
	for _, v := range visitors {
		if err := v.Settled(ctx); err != nil {
			r.Error(err)
		}
	}
	r.Logf("settled in %v", time.Since(begun).Round(time.Millisecond))
}

// healed is how long it takes at most, and a little, until somebody is shown what a fault between nodes has kept from them and
// nothing has followed: nodes compare what they hold and show with SQL each 10 s.
const healed = 15 * time.Second

// verdicts is how many breaches are told in full.
const verdicts = 30

// audit judges all conversations, once they are settled, and returns their logs.
func (s *site) audit(visitors []*client.Visitor, allow check.Allow) (logs [][]client.Event) {
	s.Helper()
	var breaches []string
	abreast := time.Now().Add(healed)
	for _, v := range visitors {
		log := s.owner.Log(v.Conversation())
		for len(v.Events()) < len(log) && time.Now().Before(abreast) {
			time.Sleep(20 * time.Millisecond)
		}
		logs = append(logs, log)
		kept := s.books.Kept(v.Conversation())
		if kept == nil {
			breaches = append(breaches, v.Conversation()+": it is not in the database")
		}
		breaches = append(breaches, check.Conversation(check.Account{Visitor: v, Log: log, Kept: kept}, allow)...)
	}
	s.report(append(breaches, s.books.Usage()...))
	return logs
}

// report fails for each breach.
func (r *run) report(breaches []string) {
	r.Helper()
	for i, breach := range breaches {
		if i == verdicts {
			r.Errorf("and %d more", len(breaches)-i)
			break
		}
		r.Error(breach)
	}
}

// noErrors fails for each thing that the server took for its own fault.
func (s *site) noErrors() {
	s.Helper()
	for line := range strings.Lines(string(s.server.Log())) {
		if strings.Contains(line, "level=ERROR") {
			s.Errorf("the server logged: %s", line)
		}
	}
}

// tally says what visitors went through, and how their log reads: events by
// type, interruptions by reason.
func (r *run) tally(visitors []*client.Visitor) map[string]int {
	r.Helper()
	count := make(map[string]int)
	for _, v := range visitors {
		for name, n := range v.Counts() {
			count[name] += n
		}
		for _, e := range v.Events() {
			name := e.Type
			if name == "message.interrupted" {
				name = e.Data.Reason
			}
			count[name]++
		}
	}
	r.Logf("%v", count)
	return count
}
