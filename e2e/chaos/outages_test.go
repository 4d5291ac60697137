package chaos

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

// The shape of a run.
const (
	calm       = time.Second      // before an outage and after it
	impatience = time.Second      // between two messages of a visitor who does not wait for answers, on average
	patient    = 30 * time.Second // how long a request may take until it is answered, one way or the other
	unhurried  = 5 * time.Second  // more, for a machine that does other things as well
	backAgain  = 2 * time.Second  // the goal: from the end of an outage until the first message that waited is acknowledged,
	allBack    = 5 * time.Second  // and the last one
	fattening  = 64 << 20         // bytes that the server may grow by while clients keep sending
)

// spoken is what a model says that has no fault.
var spoken = llmtest.Script{Words: 10, PaceMS: 20}

// While the database is away, what is sent waits or is refused in clear
// words; when it is back, all goes on without anybody's help.
func TestADatabaseThatGoesAwayLosesNothing(t *testing.T) {
	r := begin(t)
	r.quick()
	database := testbed.PostgresServer(r)
	model := llmtest.NewServer(r, spoken)
	s := r.site("DATABASE_URL="+database.URL(), "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	away := time.Duration(r.number("away", 4, 20)) * time.Second
	c := s.gather(r.number("crowd", 20, 100), "unavailable", "too_many_waiting", "rate_limited")
	ends := []func(testing.TB){database.Stop}
	if long {
		ends = append(ends, database.Kill)
	}
	for i, end := range ends {
		if i > 0 {
			time.Sleep(allBack) // nobody waits for the end of two
		}
		c.suffer(func() { end(r) }, away, func() { database.Start(r) })
	}
	c.disperse(check.Allow{Lost: true, Failed: true})
}

// Redis holds only what may be lost: nobody notices that it is away, or that
// it has forgotten everything.
func TestARedisThatForgetsEverythingIsNotMissed(t *testing.T) {
	r := begin(t)
	r.quick()
	cache := testbed.RedisServer(r)
	model := llmtest.NewServer(r, spoken)
	s := r.site("REDIS_URL="+cache.URL(), "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test",
		// Limits are counted in Redis: on, but never reached.
		"PARLEY_LIMITS=on", "PARLEY_LIMIT_MESSAGES=1000000", "PARLEY_LIMIT_OPENS=1000000", "PARLEY_LIMIT_CONNECTIONS=1000000")
	away := time.Duration(r.number("away", 2, 20)) * time.Second
	c := s.gather(r.number("crowd", 20, 100))
	o := c.suffer(func() { cache.Stop(r) }, away, func() { cache.Start(r) })
	outages := []*outage{o}
	if long {
		outages = append(outages, c.suffer(func() { cache.Freeze(r) }, away, func() { cache.Thaw(r) }))
	}
	c.disperse(check.Allow{})
	for _, o := range outages {
		c.unfelt(o)
	}
}

// A model that takes calls and never answers is given up after 30 seconds and asked
// again. In the short form it is started again before, and its calls break.
func TestAModelThatHangsIsAskedAgain(t *testing.T) {
	r := begin(t)
	r.quick()
	model := llmtest.NewServer(r, spoken)
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	away := time.Duration(r.number("away", 2, 40)) * time.Second
	c := s.gather(r.number("crowd", 20, 60), "too_many_waiting")
	o := c.suffer(func() { model.Play(llmtest.Script{Fault: llmtest.Silent}) }, away, func() {
		if !long {
			model.Reset()
		}
		model.Play(spoken)
	})
	c.disperse(check.Allow{})
	c.unfelt(o)
	if long {
		s.stuck(model)
	}
}

// stuck asks what the model never answers: that ends as well, and may be asked again.
func (s *site) stuck(model *llmtest.Server) {
	s.Helper()
	const (
		question = "What do you never answer?"
		tries    = 3
		silence  = 30 * time.Second
	)
	model.Play(llmtest.Script{Question: question, Fault: llmtest.Silent}, spoken)
	v := client.New(s.options("stuck", s.bots(1)[0], s.server.Address))
	s.come(v)
	begun := time.Now()
	v.Send(s.Context(), question)
	s.settle([]*client.Visitor{v}, 2*tries*silence)
	s.took("the end of a question that the model never answers", time.Since(begun), tries*silence)
	failed := failures(v)
	if len(failed) != 1 {
		s.Fatalf("%d answers failed", len(failed))
	}
	model.Play(spoken)
	if err := s.retry(v, failed[0]); err != nil {
		s.Error(err)
	}
	s.settle([]*client.Visitor{v}, settling)
	s.audit([]*client.Visitor{v}, check.Allow{Failed: true})
}

// A model that fails half of the time costs patience and nothing else: most is made
// good before anybody sees it, and what was seen to break may be asked again.
func TestAModelThatFailsHalfOfTheTimeLosesNothing(t *testing.T) {
	r := begin(t)
	r.quick()
	model := llmtest.NewServer(r, spoken)
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	away := time.Duration(r.number("away", 3, 20)) * time.Second
	c := s.gather(r.number("crowd", 20, 60), "too_many_waiting")
	c.suffer(func() { model.Play(moods(r.random(0))...) }, away, func() { model.Play(spoken) })
	logs := c.disperse(check.Allow{Failed: true})
	r.report(check.Calls(logs, model.Calls(), check.Allow{Failed: true}))
	if c.failed == 0 {
		r.Error("no answer failed: the model was too good")
	}
}

// moods are scripts for one call each, of which half fail.
func moods(random *rand.Rand) []llmtest.Script {
	kinds := []llmtest.Script{
		{Status: 503, Message: "overloaded"},
		{Status: 429, Message: "slow down", RetryAfter: 1},
		{Status: 429, Message: "come back tomorrow", RetryAfter: 3600},
		{Fault: llmtest.Cut, After: 3},
		{Fault: llmtest.End, After: 1},
		{Fault: llmtest.Error, After: 0, Message: "the GPU is on fire"},
	}
	scripts := make([]llmtest.Script, 5000)
	for i := range scripts {
		scripts[i] = spoken
		if random.IntN(2) == 0 {
			fault := kinds[random.IntN(len(kinds))]
			fault.Words, fault.PaceMS = spoken.Words, spoken.PaceMS
			scripts[i] = fault
		}
		scripts[i].Times = 1
	}
	return scripts
}

// quick lets short forms run beside each other.
func (r *run) quick() {
	if !long {
		r.Parallel()
	}
}

// crowd is visitors who keep asking, whatever becomes of it.
type crowd struct {
	*site
	bots     []string
	codes    []string // by which a message may be refused
	visitors []*client.Visitor
	quiet    chan struct{} // closed: nobody says anything more
	talking  sync.WaitGroup
	process  int
	outages  []*outage
	failed   int // answers that were seen to fail
}

// gather makes a crowd of n. Half of them wait until they are answered, the others do not.
func (s *site) gather(n int, codes ...string) *crowd {
	c := &crowd{site: s, bots: s.bots(2), codes: codes, quiet: make(chan struct{}), process: s.server.PID()}
	for range n {
		c.join()
	}
	return c
}

// join brings one more visitor.
func (c *crowd) join() {
	n := len(c.visitors)
	v := client.New(c.options(fmt.Sprintf("v%d", n), c.bots[n%len(c.bots)], c.server.Address))
	c.visitors = append(c.visitors, v)
	c.come(v)
	random := c.random(n + 1)
	c.talking.Go(func() {
		for k := 1; ; k++ {
			select {
			case <-c.quiet:
				return
			case <-time.After(time.Duration(random.Int64N(int64(2 * impatience)))):
			}
			if n%2 == 0 && within(c.T, settling, v.Settled) != nil {
				return // which disperse tells
			}
			v.Send(c.Context(), fmt.Sprintf("What does %s want to know at the %dth time?", v.Name(), k))
		}
	})
}

// outage is what was seen of one, by those who kept sending.
type outage struct {
	began, ended time.Time
	acked        int           // messages that were sent and acknowledged during the outage
	slowest      time.Duration // the longest that one of them waited for that
}

// suffer lets the crowd talk on while something is away. Newcomers come meanwhile.
func (c *crowd) suffer(leave func(), away time.Duration, back func()) *outage {
	c.Helper()
	time.Sleep(calm)
	memory := c.watch()
	o := &outage{}
	leave()
	o.began = time.Now()
	for range max(1, len(c.visitors)/10) {
		c.join()
	}
	time.Sleep(away)
	back()
	o.ended = time.Now()
	time.Sleep(calm)
	memory()
	c.outages = append(c.outages, o)
	if !c.server.Alive() || c.server.PID() != c.process {
		c.Fatal("the process has ended")
	}
	return o
}

// watch begins to look at the server's memory; the function that it returns tells.
func (c *crowd) watch() (tell func()) {
	before, err := c.server.Memory()
	if err != nil {
		c.Logf("memory is not looked at: %v", err)
		return func() {}
	}
	done, most := make(chan struct{}), make(chan int64)
	go func() {
		highest := before
		for {
			now, _ := c.server.Memory() // it was told before
			highest = max(highest, now)
			select {
			case <-done:
				most <- highest
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}()
	return func() {
		c.Helper()
		close(done)
		grown := <-most - before
		c.Logf("the server had %.1f MB, and %.1f more at most", float64(before)/1e6, float64(grown)/1e6)
		if grown > fattening {
			c.Errorf("the server grew by %d bytes while clients kept sending", grown)
		}
	}
}

// unfelt checks that messages were acknowledged as ever while something was away.
func (c *crowd) unfelt(o *outage) {
	c.Helper()
	if o.acked == 0 {
		c.Error("nothing was acknowledged during the outage")
	}
	c.took("the slowest message of the outage", o.slowest, backAgain)
}

// tell says what became of what was sent.
func (c *crowd) tell(o *outage) {
	c.Helper()
	var sent, waited int
	var until []time.Duration // after the outage, until what had been sent before its end was acknowledged
	refused := make(map[string]int)
	for _, v := range c.visitors {
		for _, s := range v.Sent() {
			// A visitor who has too many questions open waits for their answers, not for the end of the outage.
			crowded := slices.Contains(s.Refusals, "too_many_waiting")
			if s.Began.Before(o.ended) && s.Acked.After(o.ended) && !crowded {
				until = append(until, s.Acked.Sub(o.ended))
			}
			if s.Began.Before(o.began) || s.Began.After(o.ended) {
				continue
			}
			sent++
			for _, code := range s.Refusals {
				refused[code]++
			}
			switch {
			case s.Acked.IsZero():
				c.Errorf("%s waits for ever", s.ClientID)
			case s.Acked.Before(o.ended):
				o.acked++
				o.slowest = max(o.slowest, s.Acked.Sub(s.Began))
			case len(s.Refusals) == 0:
				waited++
			}
		}
	}
	c.Logf("away for %v: %d messages were sent; %d were acknowledged meanwhile (the slowest after %v), %d waited until its end and were never refused; refusals %v",
		o.ended.Sub(o.began).Round(time.Millisecond), sent, o.acked, o.slowest.Round(time.Millisecond), waited, refused)
	if len(until) == 0 {
		return // nobody had to wait for its end
	}
	slices.Sort(until)
	c.took("first of those acknowledged after the outage", until[0], backAgain)
	c.took("last of those", until[len(until)-1], allBack)
}

// disperse lets the crowd be answered, asks again for what failed, and judges
// what it went through.
func (c *crowd) disperse(allow check.Allow) [][]client.Event {
	c.Helper()
	close(c.quiet)
	c.talking.Wait()
	c.settle(c.visitors, settling)
	for _, o := range c.outages {
		c.tell(o)
	}
	var retrying sync.WaitGroup
	for _, v := range c.visitors {
		failed := failures(v)
		c.failed += len(failed)
		retrying.Go(func() { c.insist(v, failed) })
	}
	retrying.Wait()
	c.Logf("%d answers failed", c.failed)
	c.tally(c.visitors)
	c.answered()
	return c.audit(c.visitors, allow)
}

// remembered is how many failed answers of a conversation may be asked for again.
const remembered = 5

// insist asks again for a visitor's failed answers, as far as they are remembered.
func (c *crowd) insist(v *client.Visitor, failed []string) {
	forgotten := max(0, len(failed)-remembered)
	for _, answer := range failed[forgotten:] {
		if err := c.retry(v, answer); err != nil {
			c.Errorf("%s asks for another try: %v", v.Name(), err)
			continue
		}
		if err := within(c.T, settling, v.Settled); err != nil {
			c.Error(err)
		}
	}
	if left := failures(v); len(left) > forgotten {
		c.Errorf("%s asked again, and %d answers are still failed", v.Name(), len(left))
	}
}

// failures are the answers that failed to questions that were not answered since, oldest first.
func failures(v *client.Visitor) (answers []string) {
	question := make(map[string]string) // by answer
	failed := make(map[string]string)   // by question
	for _, e := range v.Events() {
		switch {
		case e.Type == "message.started":
			question[e.Data.Message] = e.Data.Question
		case e.Type == "message.completed":
			delete(failed, question[e.Data.Message])
		case e.Data.Reason == "failed":
			failed[question[e.Data.Message]] = e.Data.Message
		}
	}
	for _, e := range v.Events() {
		if e.Data.Reason == "failed" && failed[question[e.Data.Message]] == e.Data.Message {
			answers = append(answers, e.Data.Message)
		}
	}
	return answers
}

// answered checks how requests were answered: within their time, and by no
// other refusals than were to be expected.
func (c *crowd) answered() {
	c.Helper()
	var slowest time.Duration
	refused := make(map[string]int)
	for _, v := range c.visitors {
		for _, s := range v.Sent() {
			slowest = max(slowest, s.Slowest)
			for _, code := range s.Refusals {
				refused[code]++
			}
		}
	}
	c.Logf("the slowest answer to a message.send came after %v; refusals in all %v", slowest.Round(time.Millisecond), refused)
	if slowest > patient+unhurried {
		c.Errorf("a message.send waited %v for an answer", slowest)
	}
	for _, code := range slices.Sorted(maps.Keys(refused)) {
		if !slices.Contains(c.codes, code) {
			c.Errorf("%d messages were refused as %s", refused[code], code)
		}
	}
}
