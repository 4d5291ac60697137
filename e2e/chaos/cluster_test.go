package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/llm/llmtest"
)

// nodes is how many a cluster has.
const nodes = 3

// membership is how long a node that is not heard of is believed to live (PARLEY_CLUSTER_TTL).
const membership = 3 * time.Second

// silent is the silence after which visitors and agents take a connection to a node for dead.
const silent = 8 * time.Second

// siteOnCluster starts a cluster and registers a business on it. Postgres witnesses who writes.
func (r *run) siteOnCluster(model *llmtest.Model, env ...string) *site {
	r.Helper()
	model.Brief()
	env = append(env, "PARLEY_CLUSTER_TTL="+membership.String())
	if !long {
		env = append(env, "PARLEY_DRAIN=10s") // instead of 15; on a busy machine answers take longer than 5
	}
	c := server.NewCluster(r, nodes, model, env...)
	r.Logf("the nodes are joined by %s", c.Network)
	c.Run()
	s := &site{run: r, server: c.Nodes[0].Server, cluster: c, books: check.Postgres(r, c.Postgres.URL())}
	s.books.Witness()
	s.owner = owner.Register(r, s.server.URL(), owner.Registration{
		Email: "owner@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Owner",
	})
	return s
}

// socketOf is the URL of the socket at an address.
func socketOf(address string) string { return "ws://" + address + "/api/v1/socket" }

// addresses are where visitors come in.
func (s *site) addresses() []string {
	if s.cluster == nil {
		return []string{s.server.Address}
	}
	return s.cluster.Addresses()
}

// sockets are those of all nodes.
func (s *site) sockets() (urls []string) {
	for _, address := range s.addresses() {
		urls = append(urls, socketOf(address))
	}
	return urls
}

// guestOf are the options of visitor i: at the server, or at one node after the other.
func (s *site) guestOf(name, bot string, i int) client.Options {
	if s.cluster == nil {
		return s.options(name, bot, s.server.Address)
	}
	all := s.sockets()
	options := s.options(name, bot, "")
	options.URL, options.Silence = all[i%len(all)], silent
	options.Others = slices.Delete(all, i%len(all), i%len(all)+1)
	return options
}

// entrance is where agents come in.
func (s *site) entrance() client.Entrance {
	if s.cluster == nil {
		return client.Entrance{URL: socketOf(s.server.Address)}
	}
	all := s.sockets()
	return client.Entrance{URL: all[0], Others: all[1:], Silence: silent}
}

// balance watches which nodes are ready, as a balancer does, until the test ends, and returns what chooses one of them.
func (s *site) balance() (route func() string) {
	var ready [nodes]atomic.Bool
	stop := make(chan struct{})
	var looking sync.WaitGroup
	for i, n := range s.cluster.Nodes {
		ready[i].Store(true)
		looking.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(500 * time.Millisecond):
					ready[i].Store(n.Ready())
				}
			}
		})
	}
	s.Cleanup(func() {
		close(stop)
		looking.Wait()
	})
	sockets := s.sockets()
	return func() string {
		var open []string
		for i := range sockets {
			if ready[i].Load() {
				open = append(open, sockets[i])
			}
		}
		if len(open) == 0 {
			open = sockets
		}
		return open[rand.IntN(len(open))]
	}
}

// badge is an access token that is renewed before it is no good any more.
type badge struct {
	*site
	as owner.Registration

	mu    sync.Mutex
	token string
	since time.Time
}

// renewal is how old a token may become: it is good for fifteen minutes.
const renewal = 8 * time.Minute

// show returns the token. One that cannot be renewed now is good for a while.
func (b *badge) show() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if time.Since(b.since) < renewal {
		return b.token
	}
	entrances := b.addresses()
	body, err := json.Marshal(b.as)
	if err != nil {
		return b.token
	}
	signingIn := http.Client{Timeout: 5 * time.Second}
	response, err := signingIn.Post("http://"+entrances[rand.IntN(len(entrances))]+"/api/v1/auth/login", "application/json", bytes.NewReader(body))
	if err != nil {
		return b.token
	}
	defer response.Body.Close()
	var account struct {
		Token string `json:"access_token"`
	}
	if json.NewDecoder(response.Body).Decode(&account) == nil && account.Token != "" {
		b.token, b.since = account.Token, time.Now()
	}
	return b.token
}

// revive starts a node that has ended, and again if it cannot start because of what else is broken, until it is ready.
func (s *site) revive(n *server.Node) {
	s.Helper()
	n.Launch()
	for begun := time.Now(); !n.Ready(); time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > settling {
			s.Fatalf("%s does not come back", n.Name)
		}
		if !n.Alive() {
			s.Logf("%s ended at its start with code %d", n.Name, n.Exit())
			time.Sleep(500 * time.Millisecond)
			n.Launch()
		}
	}
}

// oneWriter fails if two activations of a conversation wrote, says how many conversations had writers on several
// nodes, one after the other, and returns that number.
func (s *site) oneWriter() (shared int) {
	s.Helper()
	writes := s.books.Writes()
	shared, breaches := check.Writers(writes)
	s.report(breaches)
	s.Logf("Postgres saw %d openings and appends; %d conversations were written to by several nodes, one after the other", len(writes), shared)
	return shared
}

// gauges follow what nodes count, over the ends of their processes.
type gauges struct {
	*site
	stop    chan struct{}
	running sync.WaitGroup
	mu      sync.Mutex
	counted map[string]float64 // by metric, of processes that have ended
	last    []map[string]float64
}

// counters are followed.
var counters = []string{"parley_fenced_total", "parley_moved_total", "parley_cluster_evictions_total", "parley_cluster_requests_total"}

// count begins to follow; tell ends it and tells.
func (s *site) count() *gauges {
	g := &gauges{site: s, stop: make(chan struct{}), counted: make(map[string]float64)}
	for range s.cluster.Nodes {
		g.last = append(g.last, make(map[string]float64))
	}
	for i, n := range s.cluster.Nodes {
		g.running.Go(func() {
			for {
				select {
				case <-g.stop:
					g.look(i, n)
					return
				case <-time.After(time.Second):
					g.look(i, n)
				}
			}
		})
	}
	return g
}

func (g *gauges) look(i int, n *server.Node) {
	now, err := n.Metrics(counters...)
	if err != nil {
		return // it is dead, paused or cut off
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for name, value := range now {
		if value < g.last[i][name] { // another process
			g.counted[name] += g.last[i][name]
		}
		g.last[i][name] = value
	}
}

func (g *gauges) tell() map[string]float64 {
	g.Helper()
	close(g.stop)
	g.running.Wait()
	for _, last := range g.last {
		for name, value := range last {
			g.counted[name] += value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(g.counted)) {
		g.Logf("%s: %v", name, g.counted[name])
	}
	return g.counted
}

// varying is what differs between lines of a log that say the same.
var varying = regexp.MustCompile(`time=\S+ |[a-z]{3}_[0-9a-z]{26}|\d+(\.\d+)?(ms|µs|s)?`)

// complaints says what nodes took for faults, and fails for what is one however the world around them breaks.
func (s *site) complaints() {
	s.Helper()
	count := make(map[string]int)
	for _, n := range s.cluster.Nodes {
		log := n.Log()
		for _, word := range []string{"panic:", "DATA RACE", "fatal error:"} {
			if at := bytes.Index(log, []byte(word)); at >= 0 {
				s.Errorf("%s logged:\n%s", n.Name, log[at:min(len(log), at+4000)])
			}
		}
		for line := range strings.Lines(string(log)) {
			if strings.Contains(line, "level=ERROR") {
				count[varying.ReplaceAllString(strings.TrimSpace(line), "#")]++
			}
		}
	}
	kinds := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return count[b] - count[a] })
	for _, kind := range kinds[:min(len(kinds), 12)] {
		s.Logf("%6d × %.300s", count[kind], kind)
	}
}

// distribution says how times are spread.
func distribution(times []time.Duration) string {
	if len(times) == 0 {
		return "none"
	}
	slices.Sort(times)
	return fmt.Sprintf("%d: %s, %v at most", len(times), tell(times), times[len(times)-1].Round(time.Millisecond))
}
