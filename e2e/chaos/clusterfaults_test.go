package chaos

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/server"
	"parley/llm/llmtest"
)

// Visitors who come to another node each time, agents and other programs hold on to one truth while nodes die, end, stop and
// are cut off, one at a time, and Postgres, Redis and the model go away, forget and fail.
func TestClusterFaultsLoseNothing(t *testing.T) {
	r := begin(t)
	r.quick()
	crowd, staff, asking := r.number("visitors", 40, 3000), r.number("agents", 4, 12), r.number("callers", 2, 8)
	faults := r.schedule(time.Duration(r.number("seconds", 20, 600)) * time.Second)
	at := pace{visitors: time.Second, agents: 300 * time.Millisecond}
	if long {
		at = pace{visitors: 100 * time.Second, agents: 400 * time.Millisecond}
	}

	model := llmtest.NewModel(said)
	s := r.siteOnCluster(model, unmailed)
	o := s.office(model, crowd, staff, at)
	o.attended = o.visitors[:min(len(o.visitors), known)]
	o.connect(asking)
	counts := s.count()
	o.open()
	faults.run(s)
	count := o.close(check.Allow{People: true, Lost: true, Failed: true})
	counts.tell()
	if s.oneWriter() == 0 {
		r.Error("no conversation ever moved to another node")
	}
	s.complaints()
	if long {
		r.proves(count, "node_lost", "closed with 4002")
	}
}

// said is what the model says when it is well: for half a second or so.
var said = llmtest.Script{Words: saidWords, PaceMS: 2 * saidPace}

// known is how many visitors agents know of: they watch up to 50 conversations.
const known = 40

// schedule is what breaks, and when, as the seed has it.
type schedule struct {
	nodes  []fault // one at a time: never are two nodes out
	shared []fault // of what all nodes need
}

// fault is something that breaks for a while.
type fault struct {
	kind  string
	node  int
	rest  time.Duration // before it
	lasts time.Duration
}

// breakage is a way to break something, for how long at least and at most.
type breakage struct {
	kind        string
	least, most time.Duration
	do          func(s *site, n *server.Node, lasts time.Duration)
}

// What breaks of a node.
var nodeBreakages = []breakage{
	{"killed", 8 * time.Second, 14 * time.Second, func(s *site, n *server.Node, lasts time.Duration) {
		n.Kill()
		time.Sleep(lasts)
		s.revive(n)
	}},
	{"paused", time.Second, 10 * time.Second, paused},
	{"cut from Redis", 2 * time.Second, 15 * time.Second, cutFrom(server.Cache)},
	{"ended", 0, 3 * time.Second, func(s *site, n *server.Node, lasts time.Duration) {
		if code := n.Stop(); code != 0 {
			s.Errorf("%s ended with code %d", n.Name, code)
		}
		time.Sleep(lasts)
		s.revive(n)
	}},
	{"cut from its peers", 2 * time.Second, 15 * time.Second, cutFrom(server.Peers)},
	{"cut from Postgres", 2 * time.Second, 12 * time.Second, cutFrom(server.Database)},
	{"cut from everything", 4 * time.Second, 12 * time.Second, cutFrom(server.Everything...)},
	{"paused for long", 30 * time.Second, 30 * time.Second, paused},
	{"cut from visitors", 2 * time.Second, 12 * time.Second, cutFrom(server.Visitors)},
	{"cut from Redis and its peers", 4 * time.Second, 12 * time.Second, cutFrom(server.Cache, server.Peers)},
}

// What breaks of the rest.
var sharedBreakages = []breakage{
	{"Redis forgets all", 0, 0, func(s *site, _ *server.Node, _ time.Duration) { s.flush() }},
	{"Redis restarts", 0, 5 * time.Second, func(s *site, _ *server.Node, lasts time.Duration) {
		s.cluster.Redis.Stop(s)
		time.Sleep(lasts)
		s.cluster.Redis.Start(s)
	}},
	{"Postgres restarts", 0, 2 * time.Second, func(s *site, _ *server.Node, lasts time.Duration) {
		s.cluster.Postgres.Stop(s)
		time.Sleep(lasts)
		s.cluster.Postgres.Start(s)
	}},
	{"the model fails", 3 * time.Second, 10 * time.Second, func(s *site, _ *server.Node, lasts time.Duration) {
		s.model(lasts, moods(s.random(2))...)
	}},
	{"Redis hangs", 8 * time.Second, 8 * time.Second, func(s *site, _ *server.Node, lasts time.Duration) {
		s.cluster.Redis.Freeze(s)
		time.Sleep(lasts)
		s.cluster.Redis.Thaw(s)
	}},
	{"Postgres crashes", 0, 2 * time.Second, func(s *site, _ *server.Node, lasts time.Duration) {
		s.cluster.Postgres.Kill(s)
		time.Sleep(lasts)
		s.cluster.Postgres.Start(s)
	}},
	{"the model is slow", 3 * time.Second, 10 * time.Second, func(s *site, _ *server.Node, lasts time.Duration) {
		s.model(lasts, llmtest.Script{Words: saidWords, PaceMS: 20 * saidPace, FirstMS: 2000})
	}},
}

func paused(_ *site, n *server.Node, lasts time.Duration) {
	n.Pause()
	time.Sleep(lasts)
	n.Resume()
}

func cutFrom(sides ...server.Side) func(*site, *server.Node, time.Duration) {
	return func(_ *site, n *server.Node, lasts time.Duration) {
		n.Cut(sides...)
		time.Sleep(lasts)
		n.Heal()
	}
}

// model lets the model behave otherwise for a while.
func (s *site) model(lasts time.Duration, scripts ...llmtest.Script) {
	s.cluster.Model.Play(scripts...)
	time.Sleep(lasts)
	s.cluster.Model.Play(said)
}

// flush has Redis forget everything.
func (s *site) flush() {
	s.Helper()
	if err := s.cluster.Redis.Flush(s.Context()); err != nil {
		s.Errorf("flush Redis: %v", err)
	}
}

// schedule plans faults for so long, and prints them. Each kind comes once before any comes again, in the short form as many as there is
// time for.
func (r *run) schedule(length time.Duration) schedule {
	r.Helper()
	s := schedule{
		nodes:  plan(r.random(0), nodeBreakages, length, 5*time.Second),
		shared: plan(r.random(1), sharedBreakages, length, 15*time.Second),
	}
	var text strings.Builder
	for _, of := range []struct {
		what   string
		faults []fault
	}{{"nodes", s.nodes}, {"what they share", s.shared}} {
		at := time.Duration(0)
		fmt.Fprintf(&text, "\n%s:", of.what)
		for _, f := range of.faults {
			at += f.rest
			fmt.Fprintf(&text, "\n  %8v %v", at.Round(time.Millisecond), f)
			at += f.lasts
		}
	}
	r.Logf("the schedule, without the time that starts take:%s", text.String())
	return s
}

func (f fault) String() string {
	if f.node < 0 {
		return fmt.Sprintf("%s, for %v", f.kind, f.lasts.Round(time.Millisecond))
	}
	return fmt.Sprintf("node%d is %s, for %v", f.node+1, f.kind, f.lasts.Round(time.Millisecond))
}

func plan(random *rand.Rand, kinds []breakage, length, mostRest time.Duration) (faults []fault) {
	ofNodes := kinds[0].kind == nodeBreakages[0].kind
	for at := time.Duration(0); at < length; {
		order := random.Perm(len(kinds))
		if !long { // what matters most comes first
			for i := range order {
				order[i] = i
			}
		}
		for _, i := range order {
			kind := kinds[i]
			f := fault{kind: kind.kind, node: -1, rest: time.Duration(random.Int64N(int64(mostRest))), lasts: kind.least}
			if kind.most > kind.least {
				f.lasts += time.Duration(random.Int64N(int64(kind.most - kind.least)))
			}
			if ofNodes {
				f.node = random.IntN(nodes)
			}
			if !long {
				f.rest, f.lasts = f.rest/4, max(kind.least, f.lasts/3)
			}
			if at += f.rest + f.lasts; at >= length && len(faults) > 0 {
				return faults
			}
			faults = append(faults, f)
		}
	}
	return faults
}

// run lets all of it happen.
func (p schedule) run(s *site) {
	s.Helper()
	var breaking sync.WaitGroup
	begun := time.Now()
	breaking.Go(func() { s.suffer(p.shared, sharedBreakages, begun) })
	s.suffer(p.nodes, nodeBreakages, begun)
	breaking.Wait()
}

func (s *site) suffer(faults []fault, kinds []breakage, begun time.Time) {
	s.Helper()
	for _, f := range faults {
		time.Sleep(f.rest)
		s.Logf("%8v %v", time.Since(begun).Round(time.Millisecond), f)
		var n *server.Node
		if f.node >= 0 {
			n = s.cluster.Nodes[f.node]
		}
		for _, kind := range kinds {
			if kind.kind == f.kind {
				kind.do(s, n, f.lasts)
			}
		}
	}
}
