package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/e2e/faultproxy"
	"parley/e2e/owner"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

// Agents who take, hand over, write and close while the process is killed under them hold on to one truth: what they
// were told is so, what they wrote is there once, and nobody speaks but whoever has the conversation.
func TestPeopleWorkWhileTheServerIsKilledOnSQLite(t *testing.T) {
	begin(t).workThroughKills()
}

func TestPeopleWorkWhileTheServerIsKilledOnPostgres(t *testing.T) {
	r := begin(t)
	r.workThroughKills("DATABASE_URL=" + testbed.PostgresServer(r).URL())
}

func (r *run) workThroughKills(env ...string) {
	r.quick()
	kills := r.number("kills", 3, 100)
	o := r.office(env...)
	o.open()
	o.kill(kills, r.random(0))
	count := o.close(check.Allow{People: true, Lost: true})
	o.noErrors()
	if long {
		r.proves(count, "node_lost")
	}
}

// The same when connections to the database break in the middle of commits, so that nobody knows what has happened.
func TestPeopleWorkWhileTheDatabaseLeavesDoubts(t *testing.T) {
	r := begin(t)
	r.quick()
	proxy, address := r.behind(testbed.Postgres(r))
	breaks := r.number("breaks", 20, 600)
	o := r.office("DATABASE_URL=" + address)
	o.open()
	random, met := r.random(0), 0
	begun := time.Now()
	for range breaks {
		time.Sleep(time.Duration(random.Int64N(int64(500 * time.Millisecond))))
		switch random.IntN(3) {
		case 0:
			met += proxy.Reset()
		case 1:
			met += proxy.Tear(faultproxy.Down) // what was asked is done, and nobody hears of it
		default:
			met += proxy.Tear(faultproxy.Up)
		}
	}
	r.Logf("%d connections were broken in %v", met, time.Since(begun).Round(time.Millisecond))
	o.close(check.Allow{People: true, Lost: true, Failed: true})
	for line := range strings.Lines(string(o.server.Log())) {
		if strings.Contains(line, "level=ERROR") && !brokenConnection.MatchString(line) {
			r.Errorf("the server logged: %s", line)
		}
	}
}

// brokenConnection is what jobs that work on their own say when they cannot reach the database.
var brokenConnection = regexp.MustCompile(`connection reset by peer|conn closed|unexpected EOF|broken pipe|We cannot reach our storage`)

// How people work. Answers last some 300 ms.
const (
	saidWords  = 30
	saidPace   = 10                     // milliseconds
	wondering  = 600 * time.Millisecond // of a visitor between two things, at most
	deciding   = 150 * time.Millisecond // of an agent between two things, at most
	stumbling  = 10 * time.Millisecond  // from a request of an agent's until their connection breaks, at most
	answerable = 90 * time.Second       // until something is answered: processes start meanwhile
)

// office is a business in which visitors and agents do all that they can do, at random.
type office struct {
	*site
	model    *llmtest.Server
	visitors []*client.Visitor
	clerks   []*client.Clerk
	over     chan struct{} // closed: nobody begins anything more
	busy     sync.WaitGroup

	mu       sync.Mutex
	claims   map[string][]check.Claim   // by conversation, as what follows
	written  map[string][]check.Written // by agents
	outcomes map[string]int
	slowest  map[string]time.Duration // answer to an agent, by what was asked
}

// office lets visitors and agents come. One of the two bots has the desk ask agents to take what waits.
func (r *run) office(env ...string) *office {
	r.Helper()
	crowd, staff := r.number("visitors", 8, 24), r.number("agents", 4, 8)
	o := &office{
		model: llmtest.NewServer(r, llmtest.Script{Words: saidWords, PaceMS: saidPace}), over: make(chan struct{}),
		claims: make(map[string][]check.Claim), written: make(map[string][]check.Written), outcomes: make(map[string]int),
		slowest: make(map[string]time.Duration),
	}
	// No mail is sent as long as this takes: those that are planned are all that are wanted.
	o.site = r.site(append(env, "OPENAI_BASE_URL="+o.model.URL, "OPENAI_API_KEY=sk-test", "PARLEY_MAIL_AFTER=5h")...)
	bots := o.bots(2)
	o.owner.Call("PATCH", "bots/"+bots[0], map[string]any{"auto_assign": true}, nil)
	for i := range staff {
		o.clerks = append(o.clerks, o.clerk(i))
	}
	for i := range crowd {
		v := client.New(o.options(fmt.Sprintf("v%d", i), bots[i%len(bots)], o.server.Address))
		o.visitors = append(o.visitors, v)
		o.come(v)
	}
	return o
}

// clerk hires an agent, who stays at the desk for the rest of the test.
func (o *office) clerk(n int) *client.Clerk {
	o.Helper()
	token := o.owner.Hire(owner.Registration{
		Email: fmt.Sprintf("agent%d@shop.example", n), Password: "correct horse battery", Name: fmt.Sprintf("Agent %c", 'A'+n),
	})
	c, err := client.NewClerk(o.Context(), "ws://"+o.server.Address+"/api/v1/socket", func() string { return token })
	if err != nil {
		o.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var staying sync.WaitGroup
	staying.Go(func() { c.Run(ctx) })
	o.Cleanup(func() {
		stop()
		staying.Wait()
	})
	return c
}

// open lets everybody begin.
func (o *office) open() {
	for i, v := range o.visitors {
		guest := &guest{office: o, Visitor: v, random: o.random(100 + i)}
		o.busy.Go(guest.stay)
	}
	for i, c := range o.clerks {
		shift := &shift{office: o, Clerk: c, random: o.random(1000 + i), mine: make(map[string]bool)}
		o.busy.Go(shift.work)
	}
}

// close lets everybody end what they began, and judges it. It returns the tally.
func (o *office) close(allow check.Allow) map[string]int {
	o.Helper()
	close(o.over)
	o.busy.Wait()
	o.settle(o.visitors, settling)
	logs := o.audit(o.visitors, allow)
	o.report(check.Calls(logs, o.model.Calls(), check.Allow{Lost: true, Failed: allow.Failed}))
	o.report(o.books.StrayMails())
	users := make(map[string]string)
	sittings := 0
	for _, c := range o.clerks {
		users[c.Name] = c.User
		sittings += c.Sittings()
	}
	for i, v := range o.visitors {
		id := v.Conversation()
		kept := o.books.Kept(id)
		o.judge(v.Name()+" ("+id+")", slices.Concat(
			check.Fence(logs[i]), check.Fence(v.Events()),
			check.Replies(o.written[id], logs[i]), check.Claims(o.claims[id], logs[i]),
			check.Desk(logs[i], *kept, users), check.Mails(logs[i], *kept),
		))
		for _, c := range o.clerks {
			if slices.Contains(c.Watched(), id) {
				o.judge(c.Name+" in "+id, o.seen(c, id, logs[i]))
			}
		}
	}
	count := o.tally(o.visitors)
	o.Logf("%d sittings at the desk; %v; the slowest answers to agents %v", sittings, o.outcomes, o.slowest)
	o.proves(o.outcomes, "message.send", "conversation.take")
	if long {
		o.proves(count, "takeover", "stopped")
		o.proves(o.outcomes, "message.send: not_yours", "conversation.take: taken", "conversation.take by force", "conversation.assign",
			"conversation.requeue", "conversation.release", "conversation.close", "handoff.request", "handoff.cancel")
	}
	return count
}

// judge fails for each breach in what somebody saw.
func (o *office) judge(whose string, breaches []string) {
	o.Helper()
	for i := range breaches {
		breaches[i] = whose + ": " + breaches[i]
	}
	o.report(breaches)
}

// seen judges what an agent was shown of a conversation.
func (o *office) seen(c *client.Clerk, id string, log []client.Event) []string {
	err := within(o.T, settling, func(ctx context.Context) error { return c.CatchUp(ctx, id, int64(len(log))) })
	if err != nil {
		return []string{err.Error()}
	}
	frames, breaches := check.Shown(c.Shown(id), log)
	return append(breaches, check.Fence(frames)...)
}

// told takes down what somebody was told.
func (o *office) told(what, code string, expected []string) {
	if code != "" {
		if !slices.Contains(expected, code) && code != "unavailable" {
			o.Errorf("%s was refused: %s", what, code)
		}
		what += ": " + code
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.outcomes[what]++
}

// waited takes down how long an agent waited for the answer.
func (o *office) waited(kind string, told client.Told) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.slowest[kind] = max(o.slowest[kind], told.At.Sub(told.Asked).Round(time.Millisecond))
}

func (o *office) claim(conversation string, c check.Claim) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.claims[conversation] = append(o.claims[conversation], c)
}

// wait lets some time pass; false: the office closes.
func (o *office) wait(random *rand.Rand, atMost time.Duration) bool {
	select {
	case <-o.over:
		return false
	case <-time.After(time.Duration(random.Int64N(int64(atMost)))):
		return true
	}
}

// guest is a visitor who asks, asks for a person, and thinks better of it.
type guest struct {
	*office
	*client.Visitor
	random *rand.Rand
	asked  int
}

func (g *guest) stay() {
	g.ask("What does %s want to know at the %dth time?")
	for g.wait(g.random, wondering) {
		if g.random.IntN(2) == 0 {
			if err := within(g.T, answerable, g.Settled); err != nil {
				g.Error(err)
				return
			}
		}
		switch n := g.random.IntN(10); {
		case n < 6:
			g.ask("What does %s want to know at the %dth time?")
		case n < 7:
			g.ask("I want to talk to a real person please, says %s (%d).")
		case n < 8:
			g.wish("handoff.request", check.Is("waiting", "agent"))
		default:
			g.wish("handoff.cancel", check.Is("bot"))
		}
	}
}

// ask sends a message that no other is like. At first it is acknowledged before anything else is done.
func (g *guest) ask(words string) {
	g.asked++
	g.Send(g.Context(), fmt.Sprintf(words, g.Name(), g.asked))
	if g.asked == 1 {
		acknowledged := func(p client.Progress) bool { return p.Acknowledged }
		if err := within(g.T, answerable, func(ctx context.Context) error { return g.Reach(ctx, acknowledged) }); err != nil {
			g.Error(err)
		}
	}
}

// wish asks for something that changes who has the conversation. What is lost with a connection is not asked again.
func (g *guest) wish(kind string, holds func(status, agent string) bool) {
	begun := time.Now()
	err := within(g.T, answerable, func(ctx context.Context) error { return g.Ask(ctx, kind, nil) })
	claim := check.Claim{What: g.Name() + " was told that " + kind + " is done", From: begun, To: time.Now(), Holds: holds}
	code := ""
	var refused *client.Refused
	if errors.As(err, &refused) {
		code = refused.Code
	} else if err != nil {
		g.told(kind+" that was cut", "", nil)
		return
	}
	g.told(kind, code, []string{"not_waiting"})
	switch code {
	case "not_waiting":
		claim.What = g.Name() + " was told that it does not wait"
		claim.Holds = check.Is("bot", "agent", "closed")
		fallthrough
	case "":
		g.claim(g.Conversation(), claim)
	}
}

// shift is what an agent does.
type shift struct {
	*office
	*client.Clerk
	random *rand.Rand
	mine   map[string]bool // conversations, as far as the agent knows
	wrote  int
}

func (s *shift) work() {
	for s.wait(s.random, deciding) {
		id := s.pick()
		if id == "" {
			continue
		}
		if s.random.IntN(2) == 0 && !slices.Contains(s.Watched(), id) {
			s.Watch(s.Context(), id)
		}
		switch n := s.random.IntN(100); {
		case n < 20:
			s.take(id, false)
		case n < 28:
			s.take(id, true)
		case n < 50:
			for range 1 + s.random.IntN(3) {
				s.write(id)
			}
		case n < 58:
			s.handOver(id)
		case n < 64:
			s.do(id, "conversation.requeue", check.Is("waiting"))
		case n < 72:
			s.do(id, "message.stop", nil)
		case n < 92:
			s.do(id, "conversation.release", check.Is("bot"))
		default:
			s.do(id, "conversation.close", check.Is("closed"))
		}
	}
}

// stumble breaks, now and then, the agent's connection at about the time at which their next request is answered.
func (s *shift) stumble() {
	if s.random.IntN(10) == 0 {
		time.AfterFunc(time.Duration(s.random.Int64N(int64(stumbling))), s.Cut)
	}
}

// pick chooses a conversation, half of the time one of the agent's own; "": there is none yet.
func (s *shift) pick() string {
	if own := slices.Sorted(maps.Keys(s.mine)); len(own) > 0 && s.random.IntN(2) == 0 {
		return own[s.random.IntN(len(own))]
	}
	v := s.visitors[s.random.IntN(len(s.visitors))]
	if len(v.Events()) == 0 {
		return "" // nothing was said in it yet
	}
	return v.Conversation()
}

func (s *shift) take(id string, force bool) {
	kind := "conversation.take"
	told, ok := s.ask(kind, map[string]any{"conversation": id, "force": force})
	if !ok {
		return
	}
	if force {
		kind += " by force"
	}
	s.told(kind, told.code(), []string{"taken"})
	switch {
	case told.Refusal == nil:
		s.mine[id] = true
		s.claim(id, told.claim(s.Name+" was told that it is theirs", check.Has(s.Name)))
	case told.Refusal.Code == "taken":
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told: "+told.Refusal.Message, check.TakenBy(told.Refusal, s.Name)))
	}
}

// handOver gives a conversation to a colleague, or asks them to take it.
func (s *shift) handOver(id string) {
	to := s.clerks[s.random.IntN(len(s.clerks))]
	told, ok := s.ask("conversation.assign", map[string]any{"conversation": id, "agent": to.User, "force": s.random.IntN(4) == 0})
	if !ok {
		return
	}
	s.settleUp(id, "conversation.assign", told, func(status, agent string) bool {
		return status == "waiting" || check.Has(to.Name)(status, agent)
	})
}

// do asks for a change that gives the conversation away; holds nil: it changes nothing of that.
func (s *shift) do(id, kind string, holds func(status, agent string) bool) {
	if told, ok := s.ask(kind, map[string]any{"conversation": id}); ok {
		s.settleUp(id, kind, told, holds)
	}
}

// settleUp takes down what became of a change.
func (s *shift) settleUp(id, kind string, told answer, holds func(status, agent string) bool) {
	s.told(kind, told.code(), []string{"not_yours"})
	switch {
	case told.Refusal == nil && holds != nil:
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told that "+kind+" is done", holds))
	case told.Refusal != nil && told.Refusal.Code == "not_yours":
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told: "+told.Refusal.Message, check.TakenBy(told.Refusal, s.Name)))
	}
}

// write says something in a conversation, whoever has it.
func (s *shift) write(id string) {
	s.wrote++
	w := check.Written{Agent: s.Name, ClientID: fmt.Sprintf("%s-%d", s.User, s.wrote), Text: fmt.Sprintf("%s says for the %dth time.", s.Name, s.wrote)}
	s.stumble()
	err := within(s.T, answerable, func(ctx context.Context) (err error) {
		w.Told, err = s.Write(ctx, id, w.ClientID, w.Text)
		return err
	})
	if err != nil {
		s.Errorf("%s writes in %s: %v", s.Name, id, err)
		return
	}
	told := answer{w.Told}
	s.waited("message.send", w.Told)
	s.told("message.send", told.code(), []string{"not_yours"})
	if told.Refusal != nil {
		delete(s.mine, id)
		s.claim(id, told.claim(s.Name+" was told that it is not theirs", func(status, agent string) bool { return !check.Has(s.Name)(status, agent) }))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written[id] = append(s.written[id], w)
}

// ask asks until there is an answer.
func (s *shift) ask(kind string, data map[string]any) (told answer, ok bool) {
	s.stumble()
	err := within(s.T, answerable, func(ctx context.Context) (err error) {
		told.Told, err = s.Do(ctx, kind, data)
		return err
	})
	if err != nil {
		s.Errorf("%s asks for %s of %s: %v", s.Name, kind, data["conversation"], err)
	}
	s.waited(kind, told.Told)
	return told, err == nil
}

// answer is what an agent was told.
type answer struct{ client.Told }

func (a answer) code() string {
	if a.Refusal == nil {
		return ""
	}
	return a.Refusal.Code
}

func (a answer) claim(what string, holds func(status, agent string) bool) check.Claim {
	return check.Claim{What: what, From: a.Asked, To: a.At, Holds: holds}
}
