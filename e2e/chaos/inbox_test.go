package chaos

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/llm/llmtest"
)

// An inbox that is open shows each event soon after its commit.
func TestAnOpenInboxHearsOfEventsAtOnce(t *testing.T) {
	r := begin(t)
	r.quick()
	seconds, rate := r.number("seconds", 5, 60), r.number("rate", 100, 100)
	const goal = 100 * time.Millisecond
	model := llmtest.NewServer(t, llmtest.Script{Words: 5})
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test", "PARLEY_LIMITS=off")
	bot := s.bots(1)[0]
	watcher := s.staff("Ada")[0]
	visitors := make([]*client.Visitor, 50)
	for i := range visitors {
		visitors[i] = client.New(s.options(fmt.Sprintf("v%d", i), bot, s.server.Address))
		r.come(visitors[i])
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	// A question is three events: asked, begun, answered.
	ticker := time.NewTicker(3 * time.Second / time.Duration(rate))
	defer ticker.Stop()
	for i := range seconds * rate / 3 {
		<-ticker.C
		visitors[i%len(visitors)].Send(ctx, fmt.Sprintf("Question %d?", i))
	}
	r.settle(visitors, time.Minute)
	time.Sleep(2 * goal)
	heard := make(map[string][]client.Tiding)
	bare := 0
	for _, tiding := range watcher.Tidings() {
		heard[tiding.Conversation] = append(heard[tiding.Conversation], tiding)
		if tiding.Seq == 0 {
			bare++
		}
	}
	var all []time.Duration
	for _, v := range visitors {
		told := heard[v.Conversation()]
		for _, e := range v.Events() {
			i := slices.IndexFunc(told, func(t client.Tiding) bool { return t.Seq >= e.Seq })
			if i < 0 {
				t.Errorf("the inbox never heard of event %d of %s", e.Seq, v.Name())
				continue
			}
			// The visitor is shown an event right after its commit; at is rounded, and before the commit.
			all = append(all, max(0, told[i].Came.Sub(e.Came)))
		}
	}
	slices.Sort(all)
	if len(all) == 0 {
		t.Fatal("nothing happened")
	}
	p99 := percentile(all, 99)
	r.Logf("%d events at %d/s reached the inbox: %s, %v at most; %d of %d tidings without a summary (goal p99 %v)", len(all), rate, tell(all), all[len(all)-1], bare, len(watcher.Tidings()), goal)
	if long && p99 > 5*goal {
		t.Errorf("p99 is %v", p99)
	}
	s.noErrors()
}
