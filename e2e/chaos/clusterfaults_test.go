package chaos

import (
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
