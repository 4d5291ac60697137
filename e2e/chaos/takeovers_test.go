package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

// How the answers are that are cut short by an agent: some 250 ms long.
const (
	takenWords = 50
	takenPace  = 5 // milliseconds
)

// silenceGoal is how long it may take until the bot is silent whom an agent silences, p99.
const silenceGoal = 50 * time.Millisecond

func TestTakeoversSilenceTheBotOnSQLite(t *testing.T) {
	r := begin(t)
	r.quick()
	r.takeovers()
}

func TestTakeoversSilenceTheBotOnPostgresAndRedis(t *testing.T) {
	r := begin(t)
	r.quick()
	r.takeovers("DATABASE_URL="+testbed.Postgres(r), "REDIS_URL="+testbed.Redis(r))
}

// takeovers: however an agent comes in between, the bot says nothing any more once the conversation is theirs: not to the
// visitor, not to the agent, and not in the log; and its provider is told to stop.
func (r *run) takeovers(env ...string) {
	takes, crowd := r.number("takes", 200, 5_000), r.number("visitors", 10, 20)
	model := llmtest.NewServer(r, llmtest.Script{Words: takenWords, PaceMS: takenPace})
	s := r.site(append(env, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test", "PARLEY_LIMITS=off")...)
	bot := s.bots(1)[0]
	var names []string
	for i := range crowd / 2 { // each takes from two visitors, as fast as they ask
		names = append(names, fmt.Sprintf("Agent %d", i))
	}
	agents := s.staff(names...)

	var mutex sync.Mutex
	var silences []time.Duration
	midAnswer, cut := 0, make(map[string]int) // questions whose answer was cut short, with what was shown of it
	visitors := make([]*client.Visitor, crowd)
	var working sync.WaitGroup
	begun := time.Now()
	for i := range visitors {
		v := client.New(s.options(fmt.Sprintf("v%d", i), bot, s.server.Address))
		visitors[i] = v
		r.come(v)
		working.Go(func() {
			random := r.random(i)
			for n := range (takes + crowd - 1) / crowd {
				question := fmt.Sprintf("Question %d of visitor %d?", n, i)
				took, shown, err := s.takeover(v, agents[(i+n)%len(agents)], question, random)
				if err != nil {
					r.Errorf("%s, take %d: %v", v.Name(), n, err)
					return
				}
				mutex.Lock()
				silences = append(silences, took)
				if shown > 0 && shown < len(llmtest.Text(question, takenWords)) {
					midAnswer++
					cut[question] = shown
				}
				mutex.Unlock()
			}
		})
	}
	working.Wait()
	r.settle(visitors, time.Minute)
	r.Logf("%d takeovers in %v, %.0f%% of them in mid-answer", len(silences), time.Since(begun).Round(time.Millisecond), 100*float64(midAnswer)/float64(max(1, len(silences))))
	if 2*midAnswer < len(silences) {
		r.Errorf("%d of %d takeovers came in mid-answer", midAnswer, len(silences))
	}
	slices.Sort(silences)
	if len(silences) > 0 {
		r.Logf("from the take to silence: %s, %v at most (goal p99 %v)", tell(silences), silences[len(silences)-1], silenceGoal)
		if p99 := percentile(silences, 99); long && p99 > 5*silenceGoal {
			r.Errorf("p99 is %v", p99)
		}
	}
	for _, log := range s.audit(visitors, check.Allow{People: true}) {
		r.report(fenced("the log", log))
	}
	for _, v := range visitors {
		r.report(fenced(v.Name(), v.Events()))
		for _, a := range agents {
			r.report(fenced(a.Name+" in "+v.Name(), shownTo(a, v.Conversation())))
		}
		r.report(s.silent(v))
	}
	// The model notices that a client left when it writes the next word.
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	if err := model.Await(ctx, func(calls []llmtest.Call) bool {
		return !slices.ContainsFunc(calls, func(call llmtest.Call) bool { return !call.Ended })
	}); err != nil {
		r.Error(err)
	}
	stopped := 0
	for _, call := range model.Calls() {
		if shown := cut[call.Question]; shown > 0 {
			switch {
			case call.Cancelled:
				stopped++
			case call.Sent < len(strings.SplitAfter(llmtest.Text(call.Question, takenWords), " ")):
				r.Errorf("the provider was not told to stop with %q: it sent %d words", call.Question, call.Sent)
			}
		}
	}
	r.Logf("the provider saw %d of %d answers that were cut short being cancelled; it had sent the rest of the others already", stopped, len(cut))
	s.noErrors()
}

// takeover has a question asked, taken over at an instant that is most often in the middle of its answer, said something to, and
// given back. It returns the time from the take until the visitor was shown the change and nothing of the bot came
// any more, and how many bytes of the answer were shown.
func (s *site) takeover(v *client.Visitor, agent *client.Agent, question string, random *rand.Rand) (took time.Duration, shown int, err error) {
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	v.Send(ctx, question)
	// One in eight comes around the answer's start, and one around its end.
	far := func(p client.Progress) bool { return p.Shown > 0 }
	pause := time.Duration(random.Int64N(int64(takenWords * takenPace * 4 / 5 * time.Millisecond)))
	switch random.IntN(8) {
	case 0:
		far, pause = func(p client.Progress) bool { return p.Acknowledged }, time.Duration(random.Int64N(int64(3*time.Millisecond)))
	case 1:
		far, pause = func(p client.Progress) bool { return p.Shown > 0 }, takenWords*takenPace*time.Millisecond
	}
	if err := v.Reach(ctx, far); err != nil {
		return 0, 0, err
	}
	time.Sleep(pause)
	conversation := v.Conversation()
	about := map[string]any{"conversation": conversation}
	watched := random.IntN(2) == 0
	if watched {
		if err := agent.Do(ctx, "conversation.watch", map[string]any{"conversation": conversation, "after": len(v.Events())}); err != nil {
			return 0, 0, err
		}
	}
	before := len(v.Events())
	begun := time.Now()
	if err := agent.Do(ctx, "conversation.take", about); err != nil {
		return 0, 0, err
	}
	var taken client.Event
	for taken.Seq == 0 {
		for _, e := range v.Events()[before:] {
			if e.Type == "status.changed" && e.Data.Status == "agent" {
				taken = e
			}
		}
		if taken.Seq == 0 {
			if ctx.Err() != nil {
				return 0, 0, errors.New("the visitor was not shown the take")
			}
			time.Sleep(time.Millisecond)
		}
	}
	shown = v.Progress().Shown
	time.Sleep(time.Duration(random.Int64N(int64(30 * time.Millisecond)))) // a word that came too late would be seen
	took = max(taken.Came.Sub(begun), v.Spoke().Sub(begun))
	send := map[string]any{"conversation": conversation, "client_id": "a-" + question, "text": "A person answers: " + question}
	if err := agent.Do(ctx, "message.send", send); err != nil {
		return 0, 0, err
	}
	if err := agent.Do(ctx, "conversation.release", about); err != nil {
		return 0, 0, err
	}
	if watched { // whoever goes on to another conversation leaves this one, having seen what became of it
		if err := agent.Await(ctx, conversation, givenBack); err != nil {
			return 0, 0, err
		}
		return took, shown, agent.Do(ctx, "conversation.unwatch", about)
	}
	return took, shown, nil
}

// givenBack tells whether the last change of status that was shown gave the conversation to the bot. The acknowledgement
// of a release may come before it.
func givenBack(shown []client.Shown) bool {
	for _, s := range slices.Backward(shown) {
		if s.Type == "status.changed" {
			return s.Data.Status == "bot"
		}
	}
	return false
}

// fenced reads a log for what the bot said while an agent had the conversation.
func fenced(whose string, log []client.Event) (breaches []string) {
	agent := ""
	for _, e := range log {
		switch {
		case e.Type == "status.changed":
			agent = ""
			if e.Data.Status == "agent" {
				agent = e.Data.Agent.Name
			}
		case agent != "" && (strings.HasPrefix(e.Type, "message.") && e.Type != "message.created"):
			breaches = append(breaches, fmt.Sprintf("%s: %s (seq %d) while %s has the conversation", whose, e.Type, e.Seq, agent))
		}
	}
	return breaches
}

// shownTo is what an agent was shown of a conversation, deltas as well, without what a later watch showed again.
func shownTo(a *client.Agent, conversation string) (all []client.Event) {
	last := int64(0)
	for _, shown := range a.Shown(conversation) {
		if shown.Seq == 0 && last > 0 || shown.Seq > last {
			all = append(all, shown.Event)
			last = max(last, shown.Seq)
		}
	}
	return all
}

// silent reads the database itself: between a change of status that comes with an answer's end and the next change, nothing was begun.
func (s *site) silent(v *client.Visitor) (breaches []string) {
	kept := s.books.Kept(v.Conversation())
	open, person := "", false
	for _, e := range kept.Events {
		switch e.Type {
		case "status.changed":
			if person = !person; open != "" {
				breaches = append(breaches, fmt.Sprintf("%s: in SQL, the status changes at %d while %s is open", v.Name(), e.Seq, open))
			}
		case "message.started":
			if open = e.Message; person {
				breaches = append(breaches, fmt.Sprintf("%s: in SQL, %s begins at %d while a person has it", v.Name(), e.Message, e.Seq))
			}
		case "message.completed", "message.interrupted":
			open = ""
		}
	}
	return breaches
}

// staff invites agents, lets them join, and sits them down at the desk.
func (s *site) staff(names ...string) (agents []*client.Agent) {
	s.Helper()
	for i, name := range names {
		token := s.owner.Hire(owner.Registration{Email: fmt.Sprintf("agent%d@shop.example", i), Password: "correct horse battery", Name: name})
		a, err := client.Sit(s.Context(), "ws://"+s.server.Address+"/api/v1/socket", token)
		if err != nil {
			s.Fatal(err)
		}
		s.Cleanup(a.Leave)
		agents = append(agents, a)
	}
	return agents
}

// Of two agents who take at the same instant, one has the conversation, and the other is told who.
func TestOfTwoAgentsWhoTakeAtOnceOneWins(t *testing.T) {
	r := begin(t)
	r.quick()
	rounds := r.number("rounds", 100, 1_000)
	model := llmtest.NewServer(t, llmtest.Script{Words: 5})
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test", "PARLEY_LIMITS=off")
	bot := s.bots(1)[0]
	agents := s.staff("Ada", "Ben")
	v := client.New(s.options("v", bot, s.server.Address))
	r.come(v)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	v.Send(ctx, "Hello?")
	if err := v.Settled(ctx); err != nil {
		t.Fatal(err)
	}
	about := map[string]any{"conversation": v.Conversation()}
	for _, a := range agents {
		if err := a.Do(ctx, "conversation.watch", about); err != nil {
			t.Fatal(err)
		}
	}
	wins := map[string]int{}
	for round := range rounds {
		errs := make([]error, len(agents))
		var start, taking sync.WaitGroup
		start.Add(1)
		for i, a := range agents {
			taking.Go(func() {
				start.Wait()
				errs[i] = a.Do(ctx, "conversation.take", about)
			})
		}
		start.Done()
		taking.Wait()
		winner, loser := 0, 1
		if errs[0] != nil {
			winner, loser = 1, 0
		}
		var refused *client.RefusedTo
		if errs[winner] != nil || !errors.As(errs[loser], &refused) || refused.Code != "taken" || !strings.Contains(refused.Message, agents[winner].Name) {
			t.Fatalf("round %d: %v", round, errs)
		}
		wins[agents[winner].Name]++
		if err := agents[winner].Do(ctx, "conversation.release", about); err != nil {
			t.Fatal(err)
		}
	}
	r.Logf("of %d rounds, %v won", rounds, wins)
	log := s.owner.Log(v.Conversation())
	if want := 2 * rounds; len(log)-3 != want {
		t.Errorf("the log has %d changes of status, want %d", len(log)-3, want)
	}
	last := log[len(log)-1].Seq
	for _, a := range agents { // each event once, in order
		if err := a.Await(ctx, v.Conversation(), func(shown []client.Shown) bool { return len(shown) > 0 && shown[len(shown)-1].Seq == last }); err != nil {
			t.Error(err)
		}
		seqs := int64(0)
		for _, shown := range a.Shown(v.Conversation()) {
			if shown.Seq > 0 && shown.Seq != seqs+1 {
				t.Errorf("%s was shown %d behind %d", a.Name, shown.Seq, seqs)
			}
			seqs = max(seqs, shown.Seq)
		}
	}
	r.settle([]*client.Visitor{v}, time.Minute)
	s.audit([]*client.Visitor{v}, check.Allow{People: true})
	s.noErrors()
}
