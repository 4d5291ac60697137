package chaos

import (
	"context"
	"fmt"
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

// However often the process is killed, nothing that was acknowledged is lost,
// each broken answer is marked and its question answered again, and nobody is charged twice.
func TestKillingTheServerLosesNothingOnSQLite(t *testing.T) {
	r := begin(t)
	s := r.survive()
	r.noPlantedFiles(s.server.Data)
}

func TestKillingTheServerLosesNothingOnPostgres(t *testing.T) {
	r := begin(t)
	database := testbed.PostgresServer(r)
	r.survive("DATABASE_URL=" + database.URL())
	r.noPlantedFiles(database.Folder())
}

// The shape of a run. A kill takes some two seconds with the start that follows it.
const (
	lifetime = 3 * time.Second        // of a process that is ready until it is killed, at most
	starting = 600 * time.Millisecond // of one that is killed while it starts, at most
	thinking = time.Second            // of a visitor between two messages, at most
	stayed   = 20                     // messages of a conversation, at most
	settling = 90 * time.Second       // until nothing is owed to anybody any more
	again    = 2 * time.Second        // the goal: from readiness until a broken question is answered again
)

func (r *run) survive(env ...string) *site {
	if !long {
		r.Parallel()
	}
	kills, crowd := r.number("kills", 3, 200), r.number("crowd", 24, 100)
	model := llmtest.NewServer(r, llmtest.Script{Words: 20, PaceMS: 50})
	asking := r.site(append(env, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")...)
	bots := asking.bots(2)
	planted, knowing := asking.plant()

	// Most ask the model, whose answers take a second: almost every kill breaks some.
	seats := make([]*seat, crowd)
	over := make(chan struct{})
	var crowded sync.WaitGroup
	for i := range seats {
		at := &seat{site: asking, bot: bots[i%len(bots)]}
		if i%8 == 0 {
			at = &seat{site: planted, bot: knowing, confides: true}
		}
		at.name, at.random = fmt.Sprintf("v%d", i), r.random(i+1)
		seats[i] = at
		crowded.Go(func() { at.occupy(over) })
	}
	lives := asking.kill(kills, r.random(0))
	close(over)
	crowded.Wait()

	var visitors []*client.Visitor
	var waits waits
	for _, of := range []*site{asking, planted} {
		var its []*client.Visitor
		for _, at := range seats {
			if at.owner == of.owner {
				its = append(its, at.visitors...)
			}
		}
		logs := of.audit(its, check.Allow{Lost: true})
		for _, log := range logs {
			waits.add(log, lives)
		}
		if of == asking {
			r.report(check.Calls(logs, model.Calls(), check.Allow{Lost: true}))
		}
		visitors = append(visitors, its...)
	}
	r.proves(r.tally(visitors), "message.created", "message.completed", "contact.changed", "feedback.given", "node_lost")
	waits.report(r, lives)
	r.noPlantedText("the server's log", asking.server.Log())
	return asking
}

// proves fails a run in which something did not happen at all.
func (r *run) proves(count map[string]int, names ...string) {
	r.Helper()
	for _, name := range names {
		if count[name] == 0 {
			r.Errorf("there is no %s at all", name)
		}
	}
}

// seat is a place in the crowd. One visitor after the other takes it, each with a
// conversation of their own; the last stays.
type seat struct {
	*site
	name     string
	bot      string
	confides bool
	random   *rand.Rand
	visitors []*client.Visitor
}

func (s *seat) occupy(over <-chan struct{}) {
	for {
		v := client.New(s.options(fmt.Sprintf("%s-%d", s.name, len(s.visitors)), s.bot, s.server.Address))
		s.visitors = append(s.visitors, v)
		leave := s.come(v)
		s.converse(v, over)
		if err := within(s.T, settling, v.Settled); err != nil {
			s.Error(err)
			return
		}
		select {
		case <-over:
			s.farewell(v)
			return
		default:
			leave()
		}
	}
}

// farewell asks once more for what was given up last, and leaves the markers
// that the kills may have kept from being left.
func (s *seat) farewell(v *client.Visitor) {
	for _, e := range slices.Backward(v.Events()) {
		if e.Data.Reason == "failed" {
			if err := s.retry(v, e.Data.Message); err != nil {
				s.Errorf("%s asks for another try: %v", v.Name(), err)
			}
			break
		}
	}
	if s.confides {
		s.confide(v)
	}
	v.Send(s.Context(), "Thank you, says "+v.Name()+".")
	if err := within(s.T, settling, v.Settled); err != nil {
		s.Error(err)
	}
}

// converse sends messages, at times in bursts, whoever is there to hear them.
func (s *seat) converse(v *client.Visitor, over <-chan struct{}) {
	messages := 3 + s.random.IntN(stayed-2)
	for n := range messages {
		pause, burst := time.Duration(s.random.Int64N(int64(thinking))), s.random.IntN(4) == 0
		text := fmt.Sprintf("%s %s, asks %s for the %dth time", questions[s.random.IntN(len(questions))], marker("message"), v.Name(), n)
		if !burst { // else at once behind the last one
			if err := within(s.T, settling, v.Settled); err != nil {
				return // which occupy tells
			}
			select {
			case <-time.After(pause):
			case <-over:
				return
			}
		}
		if n == 2 && s.confides {
			s.confide(v)
		}
		v.Send(s.Context(), text)
	}
}

var questions = []string{
	"Within how many days are returns accepted?",
	"When does the shop open in the morning?",
	"How long does delivery take abroad?",
	"How long does the warranty last?",
	"Do you sell elephants?", // nothing is known of it
}

// life is that of one process.
type life struct {
	launched time.Time
	ready    time.Time // zero: it was killed before
	killed   time.Time // zero: it was not
}

// kill kills the server at random instants and starts it again, each time at once. At
// times it does not live to be ready. The last one lives.
func (s *site) kill(kills int, random *rand.Rand) []life {
	s.Helper()
	begun := time.Now()
	lives := []life{{launched: begun, ready: begun}}
	for n := range kills {
		last := &lives[len(lives)-1]
		span := time.Duration(random.Int64N(int64(lifetime)))
		if last.ready.IsZero() {
			span = time.Duration(random.Int64N(int64(starting)))
		}
		stillborn := random.IntN(6) == 0 && n < kills-1
		time.Sleep(span)
		s.server.Kill()
		last.killed = time.Now()
		next := life{launched: time.Now()}
		s.server.Launch()
		if !stillborn {
			s.server.AwaitReady()
			next.ready = time.Now()
		}
		lives = append(lives, next)
	}
	s.Logf("killed and started %d times in %v", kills, time.Since(begun).Round(time.Millisecond))
	return lives
}

// waits is how long broken questions waited, while a process was ready to serve,
// for the next thing to happen to them.
type waits struct {
	again  []time.Duration // until they were answered again
	failed []time.Duration // until it was said that they are given up, after two attempts
	broken map[int]bool    // the lives in which an answer was broken
}

// add finds in a conversation's log what the kills broke.
func (w *waits) add(log []client.Event, lives []life) {
	if w.broken == nil {
		w.broken = make(map[int]bool)
	}
	var begun, broken client.Event // message.started: of the last answer, of the last broken one
	for _, e := range log {
		switch {
		case e.Type == "message.started":
			begun = e
			if broken.Data.Question == e.Data.Question {
				w.again = append(w.again, readiness(lives, broken.At, e.At))
				broken = client.Event{}
			}
		case e.Type == "message.interrupted" && e.Data.Message == begun.Data.Message:
			w.broken[lifeOf(lives, begun.At)] = true
			if e.Data.Reason == "node_lost" {
				broken = begun
			} else {
				w.failed = append(w.failed, readiness(lives, begun.At, e.At))
			}
		}
	}
}

// lifeOf is the index of the life in which something happened.
func lifeOf(lives []life, at time.Time) int {
	i := slices.IndexFunc(lives, func(l life) bool { return l.launched.After(at) })
	if i < 0 {
		return len(lives) - 1
	}
	return max(0, i-1)
}

// readiness is how long processes that came after that of broken were ready to serve, until at.
func readiness(lives []life, broken, at time.Time) (total time.Duration) {
	for _, l := range lives[lifeOf(lives, broken)+1:] {
		if l.ready.IsZero() || at.Before(l.ready) {
			continue
		}
		end := at
		if !l.killed.IsZero() && l.killed.Before(at) {
			end = l.killed
		}
		total += end.Sub(l.ready)
	}
	return total
}

func (w *waits) report(r *run, lives []life) {
	r.Helper()
	r.Logf("%d of %d kills broke answers", len(w.broken), len(lives)-1)
	for _, some := range []struct {
		what  string
		waits []time.Duration
	}{{"answered again", w.again}, {"given up after two attempts", w.failed}} {
		if len(some.waits) == 0 {
			r.Logf("%s: none", some.what)
			continue
		}
		slices.Sort(some.waits)
		n := len(some.waits)
		r.Logf("%s: %d, p50 %v, p99 %v after readiness", some.what, n,
			some.waits[n/2].Round(time.Millisecond), some.waits[n*99/100].Round(time.Millisecond))
		r.took(some.what+", the last one", some.waits[n-1], again)
	}
}

// A question that kills the process is not tried for ever: it fails visibly,
// whoever asked may have it tried again, and all others are answered meanwhile.
func TestAQuestionThatKillsTheProcessFailsAndMayBeAskedAgain(t *testing.T) {
	r := begin(t)
	r.Parallel()
	const poison = "What kills you?"
	model := llmtest.NewServer(r,
		llmtest.Script{Question: poison, Fault: llmtest.Hang, After: 3},
		llmtest.Script{Words: 20, PaceMS: 20})
	s := r.site("OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	bot := s.bots(1)[0]
	unlucky, other := client.New(s.options("unlucky", bot, s.server.Address)), client.New(s.options("other", bot, s.server.Address))
	both := []*client.Visitor{unlucky, other}
	for _, v := range both {
		r.come(v)
	}
	unlucky.Send(r.Context(), poison)
	unlucky.Send(r.Context(), "Then what do you live on?")
	for attempt := 1; attempt <= 2; attempt++ {
		called := func(calls []llmtest.Call) bool {
			n := 0
			for _, call := range calls {
				if call.Question == poison && call.Sent > 0 {
					n++
				}
			}
			return n >= attempt
		}
		if err := model.Await(r.Context(), called); err != nil {
			r.Fatal(err)
		}
		other.Send(r.Context(), fmt.Sprintf("And you, after %d?", attempt))
		s.server.Kill()
		s.server.Run()
	}
	r.settle(both, settling)
	failed := unlucky.Events()
	failed = slices.DeleteFunc(failed, func(e client.Event) bool { return e.Data.Reason != "failed" })
	if calls := len(model.CallsFor(poison)); len(failed) != 1 || calls != 2 {
		r.Fatalf("%d answers failed, after %d calls of the model", len(failed), calls)
	}

	// The wish outlives another process, whose memory is the log.
	s.server.Kill()
	s.server.Run()
	model.Play(llmtest.Script{Words: 20, PaceMS: 20})
	if err := r.retry(unlucky, failed[0].Data.Message); err != nil {
		r.Fatal(err)
	}
	r.settle(both, settling)
	if calls := len(model.CallsFor(poison)); calls != 3 {
		r.Errorf("the model was called %d times for the question, want once more", calls)
	}
	s.audit(both, check.Allow{Lost: true})
	if log := unlucky.Events(); log[len(log)-1].Type != "message.completed" {
		r.Errorf("the log ends with %s", log[len(log)-1].Raw)
	}
}

// retry asks again for the answer that failed.
func (r *run) retry(v *client.Visitor, failed string) error {
	return within(r.T, settling, func(ctx context.Context) error { return v.Retry(ctx, failed) })
}

// within bounds a wait.
func within(t *testing.T, patience time.Duration, wait func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return wait(ctx)
}
