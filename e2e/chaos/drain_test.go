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

// A process that is told to end while half of its visitors are answered lets these answers end, in time, and everybody comes back to its
// successor with all that they had.
func TestAProcessThatEndsLosesNothingOfAnybodys(t *testing.T) {
	r := begin(t)
	if !long {
		r.Parallel()
	}
	crowd := r.number("drained", 200, 1000)
	const words = 60 // three seconds
	model := llmtest.NewServer(r, llmtest.Script{Words: words, PaceMS: 50})
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test", "PARLEY_DRAIN=15s")
	bot := s.bots(1)[0]
	visitors := make([]*client.Visitor, crowd)
	for i := range visitors {
		visitors[i] = client.New(s.options(fmt.Sprintf("v%d", i), bot, s.server.Address))
		r.come(visitors[i])
		visitors[i].Send(r.Context(), visitors[i].Name()+" says hello")
	}
	s.settle(visitors, settling)

	streaming := visitors[:crowd/2]
	var begun sync.WaitGroup
	for _, v := range streaming {
		begun.Go(func() {
			v.Send(r.Context(), v.Name()+" asks")
			if err := within(r.T, settling, func(ctx context.Context) error {
				return v.Reach(ctx, func(p client.Progress) bool { return p.Started && p.Shown > 0 })
			}); err != nil {
				r.Error(err)
			}
		})
	}
	begun.Wait()
	told := time.Now()
	if code := s.server.Stop(); code != 0 {
		r.Errorf("the process ended with code %d", code)
	}
	r.Logf("it ended in %v", time.Since(told).Round(time.Millisecond))
	s.server.Launch()
	s.server.AwaitReady()
	ready := time.Now()
	var back []time.Duration
	for _, v := range visitors {
		for deadline := ready.Add(settling); ; time.Sleep(10 * time.Millisecond) {
			opened := v.Opened()
			if last := opened[len(opened)-1]; last.After(told) {
				back = append(back, last.Sub(ready))
				break
			}
			if time.Now().After(deadline) {
				r.Fatalf("%s did not come back", v.Name())
			}
		}
	}
	s.settle(visitors, settling)
	slices.Sort(back)
	r.Logf("%d came back to its successor %v…%v…%v after that was ready", len(back),
		back[0].Round(time.Millisecond), back[len(back)/2].Round(time.Millisecond), back[len(back)-1].Round(time.Millisecond))
	logs := s.audit(visitors, check.Allow{})
	for _, log := range logs {
		r.report(check.Texts(log, func(question string) string { return llmtest.Text(question, words) }))
	}
	r.report(check.Calls(logs, model.Calls(), check.Allow{}))
	r.proves(r.tally(visitors), "message.completed", "closed with 4002")
	s.noErrors()
}
