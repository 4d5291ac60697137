package chaos

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"parley/actors"
	"parley/chat"
	"parley/llm"
	"parley/persistence/testbed"
)

// One tenant that sends a hundred times what each of the others sends is not felt by them:
// neither when they write nor when they wait for the model.
func TestAFloodIsNotFeltByOthersOnSQLite(t *testing.T) { begin(t).flood("") }

func TestAFloodIsNotFeltByOthersOnPostgres(t *testing.T) {
	if !long {
		t.Skip("the short form is content with SQLite")
	}
	begin(t).flood(testbed.Postgres(t))
}

// The load. It is offered: nobody waits for an answer before they go on.
const (
	quietEvery  = 200 * time.Millisecond // between two messages of a quiet tenant
	quietTalks  = 20                     // conversations of a quiet tenant at a time: none waits for its own last answer
	floodTalks  = 1000
	newTalk     = 10                      // one message of so many begins a conversation
	answerTakes = 1500 * time.Millisecond // so that the flood's answers fill its share of the node (512) in the long form
	pieces      = 4
)

// flood offers the load of quiet tenants alone and with the flood, in turn, and
// compares what the quiet ones waited for within the server.
func (r *run) flood(url string) {
	r.Helper()
	quiet, times := r.number("tenants", 10, 20), r.number("flood", 30, 100)
	rounds, length := r.number("rounds", 1, 5), time.Duration(r.number("seconds", 1, 10))*time.Second
	store := r.store(url)
	w := &witness{Log: store, letters: map[string]*letter{}, opens: map[chat.Ref]time.Duration{}}
	model := &clerk{witness: w}
	in := r.inside(store, model, func(c *actors.Config) { c.Log = w })
	var tenants []*sender
	for i := range quiet + 1 {
		s := &sender{in: in, witness: w, bot: in.bot(), every: quietEvery, talks: make([]actors.Visitor, quietTalks), random: r.random(i)}
		if i == quiet {
			s.flood, s.every, s.talks = true, quietEvery/time.Duration(times), make([]actors.Visitor, floodTalks)
		}
		s.settleIn()
		tenants = append(tenants, s)
	}
	calm, flooder := tenants[:quiet], tenants[quiet]
	r.offer(calm, 500*time.Millisecond) // what is slow but once is over
	r.rest(in, model)
	w.take()

	all, others := map[bool][][]*letter{}, time.Duration(0)
	for round := range rounds {
		for _, flooded := range []bool{false, true} {
			those := calm
			if flooded {
				those = append(slices.Clone(calm), flooder)
			}
			used, late := processorTime(), lateness()
			r.offer(those, length)
			used = processorTime() - used
			timers := late()
			if !flooded {
				others = max(others, percentile(timers, 99))
			}
			machine := fmt.Sprintf("this process kept %.2f processors busy, timers were late by %s", used.Seconds()/length.Seconds(), tell(timers))
			answering := in.engine.Stats().Answering
			r.rest(in, model)
			letters, writes := w.take()
			all[flooded] = append(all[flooded], letters)
			r.Logf("round %d, %s: %s; %s; %d answers were open at the end; %s", round+1, phase(flooded), summary(letters), writes, answering, machine)
		}
	}
	busy := others > 5*time.Millisecond // a quiet machine is late by 1 to 3
	if busy {
		r.Logf("the machine does something else as well: timers were late by %v without the flood. Times are told and not judged.", others)
	}
	r.judge("to the beginning of its commit", all, busy, func(l *letter) (time.Duration, bool) {
		return l.begun.Sub(l.posted), !l.begun.IsZero()
	})
	r.judge("from the commit of its start to the call of the model", all, busy, func(l *letter) (time.Duration, bool) {
		return l.called.Sub(l.started), !l.called.IsZero()
	})
	for _, l := range slices.Concat(append(all[false], all[true]...)...) {
		if !l.flood && (l.refusal != nil || l.called.IsZero()) {
			r.Errorf("a message of a quiet tenant was refused or not answered: %v", l.refusal)
		}
	}
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// lateness begins to look how late the machine wakes whoever sleeps; the function
// that it returns ends that and tells, in order. No queueing here can be shorter than that for long.
func lateness() (end func() []time.Duration) {
	var late []time.Duration
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			begun := time.Now()
			select {
			case <-over:
				return
			case <-time.After(2 * time.Millisecond):
				late = append(late, time.Since(begun)-2*time.Millisecond)
			}
		}
	}()
	return func() []time.Duration {
		close(over)
		<-ended
		slices.Sort(late)
		return late
	}
}

func phase(flooded bool) string {
	if flooded {
		return "with the flood"
	}
	return "without"
}

// judge compares a time of the quiet tenants' messages with the flood and without, by the
// median round of each: what else runs on this machine may spoil one.
// Goal: within the larger of 1.25 times and 5 ms more.
func (r *run) judge(what string, all map[bool][][]*letter, busy bool, took func(*letter) (time.Duration, bool)) {
	r.Helper()
	rounds := func(flooded bool, p int) time.Duration {
		var each []time.Duration
		for _, round := range all[flooded] {
			each = append(each, percentile(durations(round, took), p))
		}
		slices.Sort(each)
		return percentile(each, 50)
	}
	alone, beset := rounds(false, 99), rounds(true, 99)
	goal := max(alone*5/4, alone+5*time.Millisecond)
	verdict := "met"
	if beset > goal {
		verdict = "MISSED"
	}
	r.Logf("a quiet tenant's message, %s: p99 %v without the flood, %v with it, ratio %.2f, difference %v; goal %v: %s", what,
		alone.Round(time.Microsecond), beset.Round(time.Microsecond), float64(beset)/float64(alone),
		(beset - alone).Round(time.Microsecond), goal.Round(time.Microsecond), verdict)
	if long && !busy && beset > 5*goal {
		r.Errorf("%s: it takes %v, the goal is %v", what, beset, goal)
	}
	// If half of them wait so long, they stand in line behind the flood.
	if half := rounds(true, 50); !busy && half > answerTakes/4 && half > 5*rounds(false, 50) {
		r.Errorf("%s: half of them take %v", what, half)
	}
}

// letter is one message on its way.
type letter struct {
	to      chat.Ref
	flood   bool
	posted  time.Time // Engine.Post was called
	begun   time.Time // the commit that carries it began
	started time.Time // the commit of its answer's message.started ended
	called  time.Time // the model was asked
	refusal error
}

// durations of the quiet tenants' letters, in order.
func durations(letters []*letter, took func(*letter) (time.Duration, bool)) (all []time.Duration) {
	for _, l := range letters {
		if d, ok := took(l); ok && !l.flood {
			all = append(all, d)
		}
	}
	slices.Sort(all)
	return all
}

func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

func summary(letters []*letter) string {
	write := durations(letters, func(l *letter) (time.Duration, bool) { return l.begun.Sub(l.posted), !l.begun.IsZero() })
	call := durations(letters, func(l *letter) (time.Duration, bool) { return l.called.Sub(l.started), !l.called.IsZero() })
	flood, refused := 0, 0
	for _, l := range letters {
		if l.flood {
			flood++
			if l.refusal != nil {
				refused++
			}
		}
	}
	return fmt.Sprintf("%d messages and %d of the flood (%d refused); to their commit %s, to the model %s",
		len(letters)-flood, flood, refused, tell(write), tell(call))
}

// witness is a log that sees when each message's commit begins and ends.
type witness struct {
	chat.Log
	mutex   sync.Mutex
	letters map[string]*letter // by client id, which is the question's text too
	asked   sync.Map           // client id by the question's message
	opens   map[chat.Ref]time.Duration
	appends int
	commits []time.Duration
}

func (w *witness) post(to chat.Ref, clientID string, flood bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.letters[clientID] = &letter{to: to, flood: flood, posted: time.Now()}
}

// Open implements chat.Log.
func (w *witness) Open(ctx context.Context, refs []chat.Ref) ([]chat.Opened, error) {
	begun := time.Now()
	opened, err := w.Log.Open(ctx, refs)
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, ref := range refs {
		w.opens[ref] = time.Since(begun)
	}
	return opened, err
}

// see changes what is known of a letter, if it belongs to this part of the run.
func (w *witness) see(clientID string, change func(*letter)) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if l := w.letters[clientID]; l != nil {
		change(l)
	}
}

// Append implements chat.Log.
func (w *witness) Append(ctx context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	begun := time.Now()
	outcomes, err := w.Log.Append(ctx, batch)
	ended := time.Now()
	for _, a := range batch {
		for _, body := range a.Bodies {
			switch body := body.(type) {
			case chat.MessageCreated:
				w.asked.Store(body.Message, body.ClientID)
				w.see(body.ClientID, func(l *letter) {
					if l.begun.IsZero() {
						l.begun = begun
					}
				})
			case chat.MessageStarted:
				if id, ok := w.asked.LoadAndDelete(body.Question); ok && err == nil {
					w.see(id.(string), func(l *letter) { l.started = ended })
				}
			}
		}
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.appends += len(batch)
	w.commits = append(w.commits, ended.Sub(begun))
	return outcomes, err
}

// take returns what was seen since the last time.
func (w *witness) take() (letters []*letter, writes string) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for _, l := range w.letters {
		letters = append(letters, l)
	}
	slices.Sort(w.commits)
	opens := slices.Sorted(maps.Values(w.opens))
	writes = fmt.Sprintf("%d appends in %d commits of %s, %d logs opened in %s; %s",
		w.appends, len(w.commits), tell(w.commits), len(opens), tell(opens), slowest(letters, w.opens))
	w.letters, w.opens, w.appends, w.commits = map[string]*letter{}, map[chat.Ref]time.Duration{}, 0, nil
	return letters, writes
}

// slowest says what the slowest hundredth of the quiet tenants' letters waited for.
func slowest(letters []*letter, opens map[chat.Ref]time.Duration) string {
	var quiet []*letter
	for _, l := range letters {
		if !l.flood && !l.begun.IsZero() {
			quiet = append(quiet, l)
		}
	}
	slices.SortFunc(quiet, func(a, b *letter) int { return cmp.Compare(b.begun.Sub(b.posted), a.begun.Sub(a.posted)) })
	var waited, opening time.Duration
	opened, some := 0, quiet[:(len(quiet)+99)/100]
	for _, l := range some {
		waited += l.begun.Sub(l.posted)
		if took, ok := opens[l.to]; ok {
			opening += took
			opened++
		}
	}
	return fmt.Sprintf("%d of the slowest %d opened their log, for %v of the %v that they waited together",
		opened, len(some), opening.Round(time.Microsecond), waited.Round(time.Microsecond))
}

func tell(sorted []time.Duration) string {
	return fmt.Sprintf("p50 %v p99 %v", percentile(sorted, 50).Round(time.Microsecond), percentile(sorted, 99).Round(time.Microsecond))
}

// clerk is a model that takes its time, unless it is to hurry.
type clerk struct {
	*witness
	hurry atomic.Bool
}

func (*clerk) Name() string { return "clerk" }

func (c *clerk) Answer(ctx context.Context, request llm.Request, emit func(string) error) (llm.Result, error) {
	called := time.Now()
	c.see(request.Question, func(l *letter) { l.called = called })
	for piece := range pieces {
		if !c.hurry.Load() {
			select {
			case <-time.After(answerTakes / pieces):
			case <-ctx.Done():
				return llm.Result{}, ctx.Err()
			}
		}
		if err := emit(fmt.Sprintf("piece %d of the answer to a question. ", piece)); err != nil {
			return llm.Result{}, err
		}
	}
	return llm.Result{Model: "clerk-1", Finish: "stop", InputTokens: 10, OutputTokens: 10}, nil
}

// sender is a tenant whose visitors write.
type sender struct {
	in      inside
	witness *witness
	bot     chat.Bot
	flood   bool
	every   time.Duration
	talks   []actors.Visitor
	random  *rand.Rand
	sent    int
}

func (s *sender) settleIn() {
	for i := range s.talks {
		s.talks[i] = s.visitor()
	}
}

// visitor is one who was never here.
func (s *sender) visitor() actors.Visitor {
	return actors.Visitor{
		Ref: chat.Ref{Tenant: s.bot.Tenant, Conversation: chat.NewID(chat.ConversationPrefix)},
		Bot: s.bot.ID, ID: chat.NewID(chat.VisitorPrefix), Page: "https://shop.example/", Locale: "en",
	}
}

// send posts the next message; done is called when it was committed or refused.
func (s *sender) send(done func()) {
	talk := &s.talks[s.sent%len(s.talks)]
	if s.random.IntN(newTalk) == 0 {
		*talk = s.visitor()
	}
	s.sent++
	id, to := fmt.Sprintf("%s number %d", strings.TrimPrefix(s.bot.ID, chat.BotPrefix+"_"), s.sent), *talk
	go func() {
		defer done()
		s.witness.post(to.Ref, id, s.flood)
		_, err := s.in.engine.Post(context.Background(), to, chat.Author{Kind: chat.ByVisitor}, id, id)
		if err != nil {
			s.witness.see(id, func(l *letter) { l.refusal = err })
		}
	}()
}

// offer lets tenants send for a while, each at its own pace, and waits for the acknowledgements.
func (r *run) offer(tenants []*sender, length time.Duration) {
	var sending, posting sync.WaitGroup
	begun := time.Now()
	for _, s := range tenants {
		due := begun.Add(time.Duration(s.random.Int64N(int64(s.every)))) // not all at one instant
		sending.Go(func() {
			for ; due.Before(begun.Add(length)); due = due.Add(s.every) {
				time.Sleep(time.Until(due)) // what is overdue is sent at once
				posting.Add(1)
				s.send(posting.Done)
			}
		})
	}
	sending.Wait()
	posting.Wait()
}

// rest lets the server come to the end of what it was asked.
func (r *run) rest(in inside, model *clerk) {
	model.hurry.Store(true)
	defer model.hurry.Store(false)
	r.await("all is answered", func() bool {
		answering := in.engine.Stats().Answering
		return answering == 0
	})
}
