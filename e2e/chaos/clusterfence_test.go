package chaos

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/e2e/server"
	"parley/llm/llmtest"
)

// However much nodes disagree about who has a conversation, one activation of it writes: the others are refused by SQL, and those who
// talk notice nothing.
func TestClusterFenceLetsOneActivationWrite(t *testing.T) {
	r := begin(t)
	r.quick()
	crowd, rounds := r.number("visitors", 30, 300), r.number("rounds", 1, 12)
	model := llmtest.NewModel(llmtest.Script{Words: 10, PaceMS: 20})
	s := r.siteOnCluster(model)
	bots := s.bots(2)
	visitors := make([]*client.Visitor, crowd)
	over, stop := context.WithCancel(r.Context())
	defer stop()
	var talking sync.WaitGroup
	for i := range visitors {
		v, random := client.New(s.guestOf(fmt.Sprintf("v%d", i), bots[i%len(bots)], i)), r.random(10_000+i)
		visitors[i] = v
		r.come(v)
		// Half of them come through two nodes at a time and say everything twice.
		if i%2 == 0 {
			talking.Go(func() {
				for over.Err() == nil {
					v.Double(over)
					rest(over, time.Second)
				}
			})
		}
		talking.Go(func() {
			for n := 0; over.Err() == nil; n++ {
				v.Send(r.Context(), fmt.Sprintf("%s asks %d", v.Name(), n))
				if err := within(r.T, settling, v.Settled); err != nil {
					r.Error(err)
					return
				}
				pause := time.Duration(random.Int64N(int64(time.Second)))
				if long {
					pause *= 4
				}
				rest(over, pause)
			}
		})
	}
	counts, random := s.count(), r.random(0)
	for range rounds {
		for _, step := range []func(n *server.Node){
			func(n *server.Node) { // its claims are forgotten while it cannot know
				n.Cut(server.Cache)
				rest(over, membership+time.Second)
				s.flush()
				rest(over, time.Second)
				n.Heal()
			},
			func(n *server.Node) { // it wakes up and believes that no time has passed
				n.Pause()
				rest(over, membership+2*time.Second)
				n.Resume()
			},
			func(n *server.Node) { // nobody can ask it, and it can ask nobody
				n.Cut(server.Cache, server.Peers)
				rest(over, membership+2*time.Second)
				n.Heal()
			},
			func(*server.Node) { s.flush() },
		} {
			rest(over, time.Duration(random.Int64N(int64(time.Second))))
			step(s.cluster.Nodes[random.IntN(nodes)])
		}
	}
	rest(over, time.Second)
	stop()
	talking.Wait()
	s.settle(visitors, settling)
	counted := counts.tell()
	r.Logf("SQL refused %v activations and appends", counted["parley_fenced_total"])
	logs := s.audit(visitors, check.Allow{Lost: true})
	r.report(check.Calls(logs, model.Calls(), check.Allow{Lost: true}))
	r.tally(visitors)
	refused := make(map[string]int)
	for _, v := range visitors {
		for _, m := range v.Sent() {
			for _, code := range m.Refusals {
				refused[code]++
			}
		}
	}
	r.Logf("refusals that visitors saw: %v", refused)
	for _, code := range []string{"fenced", "internal", "conflict"} {
		if refused[code] > 0 {
			r.Errorf("%d messages were refused as %s", refused[code], code)
		}
	}
	if s.oneWriter() == 0 {
		r.Error("no conversation ever moved to another node")
	}
	s.complaints()
}

// rest lets time pass, or ctx end.
func rest(ctx context.Context, pause time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}
