package chaos

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

// However the network between visitors and the server breaks, no message is lost, doubled or
// out of order, and every question is answered once.

func TestABrokenNetworkLosesAndRepeatsNothingOnSQLite(t *testing.T) {
	r := begin(t)
	r.breakNetwork(r.number("messages", 600, 50_000))
}

func TestABrokenNetworkLosesAndRepeatsNothingOnPostgres(t *testing.T) {
	r := begin(t)
	r.breakNetwork(r.number("messages", 400, 50_000), "DATABASE_URL="+testbed.Postgres(t))
}

const (
	// replyWords is the length of an answer: messages are what this is about.
	replyWords = 4
	// unheard is the silence after which a client takes its connection for dead. Browsers wait for a minute.
	unheard = 1500 * time.Millisecond
)

func (r *run) breakNetwork(messages int, env ...string) {
	r.Helper()
	if !long {
		r.Parallel() // it is about order, not time
	}
	crowd := r.number("visitors", 100, 250)
	whole := time.Duration(r.number("whole", 500, 1500)) * time.Millisecond
	model := llmtest.NewServer(r, llmtest.Script{Words: replyWords})
	model.Brief()
	s := r.site(append(env, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")...)
	bots := s.bots(4)

	met := &met{faults: make(map[string]int)}
	visitors := make([]*client.Visitor, crowd)
	begun := time.Now()
	var talking sync.WaitGroup
	for i := range visitors {
		proxy := s.proxy()
		options := s.options(fmt.Sprintf("v%d", i), bots[i%len(bots)], proxy.Addr())
		options.Pause, options.Silence = 5*time.Millisecond, unheard
		v := client.New(options)
		visitors[i] = v
		r.come(v)
		breaker := &saboteur{visitor: v, proxy: proxy, random: r.random(2 * i), first: i, whole: whole, met: met}
		talker := &talker{run: r, visitor: v, random: r.random(2*i + 1), left: (messages + crowd - 1) / crowd}
		talking.Go(func() {
			ctx, stop := context.WithCancel(r.Context())
			var breaking sync.WaitGroup
			breaking.Go(func() { breaker.work(ctx) })
			talker.talk()
			stop()
			breaking.Wait()
		})
	}
	talking.Wait()
	r.settle(visitors, answering)
	took := time.Since(begun)
	sent := 0
	for _, v := range visitors {
		sent += len(v.Sent())
	}
	r.Logf("%d messages in %v, %.0f in a second, through %v", sent, took.Round(time.Millisecond), float64(sent)/took.Seconds(), met.faults)

	logs := s.audit(visitors, check.Allow{})
	for _, log := range logs {
		r.report(check.Texts(log, func(question string) string { return llmtest.Text(question, replyWords) }))
	}
	r.report(check.Calls(logs, model.Calls(), check.Allow{}))
	r.tally(visitors)
	s.noErrors()
	for _, fault := range breakages {
		if met.faults[fault.name] == 0 {
			r.Errorf("no connection was ever %s", fault.name)
		}
	}
	if sent < messages {
		r.Errorf("%d messages were sent, want %d", sent, messages)
	}
}
