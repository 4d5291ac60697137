package chaos

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/llm/llmtest"
)

// brief is an answer that is there at once.
var brief = llmtest.Script{Words: 4}

// failover is the goal: from kill -9 of a node until the last message that had to wait for that is acknowledged.
const failover = membership + time.Second

// Whoever was served by a node that is killed is served by another when its membership has run out.
func TestClusterFailoverTakesNoLongerThanAMembership(t *testing.T) {
	r := begin(t)
	r.quick()
	crowd, kills := r.number("visitors", 40, 400), r.number("kills", 1, 6)
	model := llmtest.NewModel(brief)
	s := r.siteOnCluster(model)
	bots := s.bots(2)
	visitors := make([]*client.Visitor, crowd)
	over := make(chan struct{})
	var talking sync.WaitGroup
	for i := range visitors {
		options := s.guestOf(fmt.Sprintf("v%d", i), bots[i%len(bots)], i)
		options.Retry = 100 * time.Millisecond
		v, random := client.New(options), r.random(10_000+i)
		visitors[i] = v
		r.come(v)
		talking.Go(func() {
			for n := 0; ; n++ {
				v.Send(r.Context(), fmt.Sprintf("%s asks %d", v.Name(), n))
				if err := within(r.T, settling, v.Settled); err != nil {
					r.Error(err)
					return
				}
				pause := 300*time.Millisecond + time.Duration(random.Int64N(int64(400*time.Millisecond)))
				if long {
					pause *= 4
				}
				select {
				case <-over:
					return
				case <-time.After(pause):
				}
			}
		})
	}
	s.settle(visitors, settling)
	counts, random := s.count(), r.random(0)
	var instants []time.Time
	victim := random.IntN(nodes)
	for range kills {
		time.Sleep(time.Second + time.Duration(random.Int64N(int64(time.Second))))
		n := s.cluster.Nodes[victim]
		victim = (victim + 1 + random.IntN(nodes-1)) % nodes // one that just came back serves nobody yet
		n.Kill()
		instants = append(instants, time.Now())
		r.Logf("%s was killed at %s", n.Name, time.Now().UTC().Format("15:04:05.000"))
		time.Sleep(2 * failover) // dead for longer than anybody waits
		s.revive(n)
	}
	close(over)
	talking.Wait()
	s.settle(visitors, settling)
	for _, at := range instants {
		s.failedOver(visitors, at)
	}
	counts.tell()
	logs := s.audit(visitors, check.Allow{Lost: true})
	r.report(check.Calls(logs, model.Calls(), check.Allow{Lost: true}))
	r.tally(visitors)
	if s.oneWriter() == 0 && long { // of a few, the one that was killed may have had none
		r.Error("no conversation ever moved to another node")
	}
	s.complaints()
}

// hitch is how long a message may take without having had to wait for anything but the machine.
const hitch = 250 * time.Millisecond

// failedOver says, for each visitor, how long after a kill the last message was acknowledged that had to wait.
func (s *site) failedOver(visitors []*client.Visitor, killed time.Time) {
	s.Helper()
	var until, apart, back []time.Duration
	refused := make(map[string]int)
	for _, v := range visitors {
		last := time.Duration(0)
		for _, m := range v.Sent() {
			if m.Acked.Before(killed) || m.Began.After(killed.Add(2*failover)) {
				continue
			}
			for _, code := range m.Refusals {
				refused[code]++
			}
			if m.Acked.Sub(m.Began) > hitch {
				last = max(last, m.Acked.Sub(killed))
			}
		}
		if last == 0 {
			continue
		}
		until = append(until, last)
		if slices.ContainsFunc(v.Opened(), func(at time.Time) bool { return at.After(killed) && at.Before(killed.Add(2*failover)) }) {
			back = append(back, last)
		} else {
			apart = append(apart, last)
		}
	}
	s.Logf("%d of %d visitors had to wait; from the kill until they were served: %s (goal %v); refusals %v", len(until), len(visitors), distribution(until), failover, refused)
	s.Logf("of those who were at the node itself: %s; of those who were at others: %s", distribution(back), distribution(apart))
	if len(until) > 0 && long && until[len(until)-1] > failover {
		s.Errorf("somebody was served %v after the kill, the goal is %v", until[len(until)-1], failover)
	}
}

// A node that is to end gives its idle conversations up at once, and writes its answers to their end.
func TestClusterDrainGivesUpWhatIsIdleAtOnce(t *testing.T) {
	r := begin(t)
	r.quick()
	idle, streaming := r.number("idle", 150, 3000), r.number("streaming", 10, 60)
	const released = 2 * time.Second // the goal
	model := llmtest.NewModel(
		llmtest.Script{Question: "at length", Words: streamedWords, PaceMS: r.number("pace", 60, 100)}, // for longer than all else takes
		brief)
	s := r.siteOnCluster(model)
	bots, node := s.bots(2), s.cluster.Nodes[drained]
	time.Sleep(membership) // a Redis that has just begun lets nobody claim anything
	var visitors []*client.Visitor
	for i := range idle + streaming {
		v := client.New(s.guestOf(fmt.Sprintf("v%d", i), bots[i%len(bots)], drained))
		visitors = append(visitors, v)
		r.come(v)
		v.Send(r.Context(), fmt.Sprintf("Hello from %s", v.Name()))
		if i%200 == 199 {
			s.settle(visitors, settling)
		}
	}
	s.settle(visitors, settling)
	talkers := visitors[idle:]
	for _, v := range talkers {
		v.Send(r.Context(), fmt.Sprintf("Tell %s at length", v.Name()))
	}
	for _, v := range talkers {
		if err := within(r.T, settling, func(ctx context.Context) error {
			return v.Reach(ctx, func(p client.Progress) bool { return p.Shown > 0 })
		}); err != nil {
			r.Fatal(err)
		}
	}
	if held, err := node.Metrics("parley_sessions"); err != nil || held["parley_sessions"] < float64(idle) {
		r.Errorf("the node has %v conversations in memory (%v), want those of %d visitors", held["parley_sessions"], err, idle)
	}

	begun := time.Now()
	node.End()
	until := s.idleGone(idle, streaming, begun)
	code := node.Exit()
	r.Logf("it ended in %v, with code %d", time.Since(begun).Round(time.Millisecond), code)
	if code != 0 {
		r.Errorf("the node ended with code %d", code)
	}
	r.Logf("from SIGTERM until the last of %d idle conversations was given up: %v (goal %v)", idle, until.Round(time.Millisecond), released)
	if long && until > released {
		r.Errorf("it took %v to give up %d idle conversations, the goal is %v", until, idle, released)
	}
	s.settle(talkers, settling)
	for _, v := range visitors { // each is served by another node
		v.Send(r.Context(), fmt.Sprintf("And now, asks %s", v.Name()))
	}
	s.settle(visitors, settling)
	logs := s.audit(visitors, check.Allow{})
	for _, log := range logs {
		r.report(check.Texts(log, func(question string) string {
			if len(question) > 10 && question[len(question)-9:] == "at length" {
				return llmtest.Text(question, streamedWords)
			}
			return llmtest.Text(question, brief.Words)
		}))
	}
	r.report(check.Calls(logs, model.Calls(), check.Allow{}))
	r.tally(visitors)
	s.oneWriter()
	s.complaints()
}

// drained is the node that is to end: the owner goes to another.
const drained = nodes - 1

// streamedWords is how long the answers are that a drain lets end.
const streamedWords = 50

// idleGone waits until the node that ends holds no conversations but those that it answered in, and says when that was.
func (s *site) idleGone(idle, streaming int, begun time.Time) time.Duration {
	s.Helper()
	node := s.cluster.Nodes[drained]
	for held := idle; node.Alive(); time.Sleep(20 * time.Millisecond) {
		now, err := node.Metrics("parley_sessions", "parley_answers_open")
		if err != nil {
			break // it does not tell any more
		}
		if here := int(now["parley_sessions"]); here != held {
			held = here
			s.Logf("%v after SIGTERM it holds %d conversations, in %v of which it answers", time.Since(begun).Round(time.Millisecond), here, now["parley_answers_open"])
		}
		if here := int(now["parley_sessions"]); here <= streaming {
			break
		}
	}
	return time.Since(begun)
}

// One node after the other is replaced while visitors talk: no answer breaks, and they do not come to the others all at once.
func TestClusterRollingRestartBreaksNothing(t *testing.T) {
	r := begin(t)
	r.quick()
	crowd := r.number("visitors", 60, 1500)
	model := llmtest.NewModel(llmtest.Script{Words: 20, PaceMS: 50})
	s := r.siteOnCluster(model)
	bots, route := s.bots(2), s.balance()
	visitors := make([]*client.Visitor, crowd)
	over := make(chan struct{})
	var talking sync.WaitGroup
	for i := range visitors {
		options, random := s.guestOf(fmt.Sprintf("v%d", i), bots[i%len(bots)], i), r.random(10_000+i)
		options.Route = route
		v := client.New(options)
		visitors[i] = v
		r.come(v)
		talking.Go(func() {
			for n := 0; ; n++ {
				pause := time.Duration(random.Int64N(int64(4 * time.Second)))
				if long {
					pause *= 10
				}
				select {
				case <-over:
					return
				case <-time.After(pause):
				}
				v.Send(r.Context(), fmt.Sprintf("%s asks %d", v.Name(), n))
				if err := within(r.T, settling, v.Settled); err != nil {
					r.Error(err)
					return
				}
			}
		})
	}
	time.Sleep(2 * time.Second)
	counts := s.count()
	var drains []time.Time
	for _, n := range s.cluster.Nodes {
		begun := time.Now()
		drains = append(drains, begun)
		if code := n.Stop(); code != 0 {
			r.Errorf("%s ended with code %d", n.Name, code)
		}
		r.Logf("%s ended in %v", n.Name, time.Since(begun).Round(time.Millisecond))
		s.revive(n)
		time.Sleep(500 * time.Millisecond)
	}
	close(over)
	talking.Wait()
	s.settle(visitors, settling)
	for i, at := range drains {
		until := time.Now()
		if i+1 < len(drains) {
			until = drains[i+1]
		}
		s.cameBack(visitors, at, until)
	}
	counts.tell()
	logs := s.audit(visitors, check.Allow{})
	for _, log := range logs {
		r.report(check.Texts(log, func(question string) string { return llmtest.Text(question, 20) }))
	}
	r.report(check.Calls(logs, model.Calls(), check.Allow{}))
	r.proves(r.tally(visitors), "message.completed", "closed with 4002")
	s.oneWriter()
	s.complaints()
}

// cameBack shows when visitors came back whom a node sent away, in tenths of a second, and compares the most of them with what it would be if
// they came evenly.
func (s *site) cameBack(visitors []*client.Visitor, drained, until time.Time) {
	s.Helper()
	const tenth, evenly = 100 * time.Millisecond, 3
	var times []time.Duration
	for _, v := range visitors {
		for _, at := range v.Opened() {
			if at.After(drained) && at.Before(until) {
				times = append(times, at.Sub(drained))
			}
		}
	}
	if len(times) == 0 {
		s.Error("nobody came back")
		return
	}
	slices.Sort(times)
	window := percentile(times, 99) - percentile(times, 1) // without the few who were late for another reason
	tenths := make([]int, 1+int(times[len(times)-1]/tenth))
	for _, at := range times {
		tenths[int(at/tenth)]++
	}
	peak, uniform := slices.Max(tenths), float64(len(times))/max(1, float64(window)/float64(tenth))
	s.Logf("%d came back, %s; in each tenth of a second: %v; %d at most, %.1f if they came evenly, ratio %.2f (goal %d)",
		len(times), distribution(times), tenths, peak, uniform, float64(peak)/uniform, evenly)
	if long && float64(peak) > evenly*uniform {
		s.Errorf("%d came back in a tenth of a second, evenly it would be %.1f", peak, uniform)
	}
}
