package chaos

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/llm/llmtest"
)

// A process that is asked to end says so, lets the answers in flight end, and sends
// everybody to the next one: nothing breaks, and nothing is answered twice.
func TestDeploysBreakNoAnswer(t *testing.T) {
	r := begin(t)
	if !long {
		r.Parallel()
	}
	deploys, crowd := r.number("deploys", 2, 20), r.number("deploy_crowd", 20, 100)
	model := llmtest.NewServer(r, llmtest.Script{Words: 20, PaceMS: 50})
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	bot := s.bots(1)[0]
	visitors := make([]*client.Visitor, crowd)
	over := make(chan struct{})
	var sending sync.WaitGroup
	for i := range visitors {
		v, random := client.New(s.options(fmt.Sprintf("v%d", i), bot, s.server.Address)), r.random(i+1)
		visitors[i] = v
		r.come(v)
		sending.Go(func() {
			for n := 0; ; n++ {
				// The next question comes when the last was answered: one that waited would begin an answer at the very end.
				v.Send(context.WithoutCancel(r.Context()), fmt.Sprintf("%s asks %d", v.Name(), n))
				if err := within(r.T, settling, v.Settled); err != nil {
					r.Error(err)
					return
				}
				select {
				case <-over:
					return
				case <-time.After(time.Duration(random.Int64N(int64(thinking)))):
				}
			}
		})
	}
	random := r.random(0)
	for range deploys {
		time.Sleep(time.Second + time.Duration(random.Int64N(int64(time.Second))))
		begun, unready := time.Now(), make(chan bool, 1)
		go func() { unready <- saysUnready(s.server.URL()) }()
		if code := s.server.Stop(); code != 0 {
			r.Errorf("the process ended with code %d", code)
		}
		if !<-unready {
			r.Error("a process that ends did not say that it is not ready")
		}
		r.Logf("it ended in %v", time.Since(begun).Round(time.Millisecond))
		s.server.Launch()
		s.server.AwaitReady()
	}
	close(over)
	sending.Wait()
	logs := s.audit(visitors, check.Allow{})
	r.report(check.Calls(logs, model.Calls(), check.Allow{}))
	r.proves(r.tally(visitors), "message.completed", "closed with 4002")
}

// saysUnready asks until /readyz refuses; false: it went on to say that it is ready
// until nobody answered any more.
func saysUnready(url string) bool {
	for {
		response, err := http.Get(url + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		if response.StatusCode == http.StatusServiceUnavailable {
			return true
		}
		time.Sleep(5 * time.Millisecond)
	}
}
