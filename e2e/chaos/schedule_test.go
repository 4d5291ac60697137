package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/server"
)

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

func TestASeedRepeatsItsSchedule(t *testing.T) {
	t.Parallel()
	planned := func(seed uint64) []fault {
		r := &run{T: t, seed: seed}
		return plan(r.random(0), nodeBreakages, 10*time.Minute, time.Second)
	}
	if !slices.Equal(planned(1), planned(1)) {
		t.Error("one seed makes two schedules")
	}
	if slices.Equal(planned(1), planned(2)) {
		t.Error("two seeds make one schedule")
	}
	for _, kind := range nodeBreakages {
		if !slices.ContainsFunc(planned(1), func(f fault) bool { return f.kind == kind.kind }) {
			t.Errorf("in ten minutes no node is %s", kind.kind)
		}
	}
}
