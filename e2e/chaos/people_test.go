package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
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

// The same when connections to the database break in the middle of commits, so that nobody knows what has happened, and when it
// hangs, for longer than anybody waits in the long form.
func TestPeopleWorkWhileTheDatabaseLeavesDoubts(t *testing.T) {
	r := begin(t)
	r.quick()
	proxy, address := r.behind(testbed.Postgres(r))
	breaks := r.number("breaks", 20, 600)
	hangs := time.Duration(r.number("hangs", 1, 20)) * time.Second
	o := r.office("DATABASE_URL=" + address)
	o.open()
	r.leaveDoubts(proxy, breaks, 500*time.Millisecond)
	proxy.Stall()
	time.Sleep(hangs)
	proxy.Resume()
	time.Sleep(calm)
	o.close(check.Allow{People: true, Lost: true, Failed: true})
	for line := range strings.Lines(string(o.server.Log())) {
		if strings.Contains(line, "level=ERROR") && !brokenConnection.MatchString(line) {
			r.Errorf("the server logged: %s", line)
		}
	}
}

// brokenConnection is what jobs that work on their own say when they cannot reach the database.
var brokenConnection = regexp.MustCompile(`connection reset by peer|conn closed|unexpected EOF|broken pipe|context deadline exceeded|We cannot reach our storage`)

// How people work. Answers last some 300 ms.
const (
	saidWords  = 30
	saidPace   = 10                    // milliseconds
	stumbling  = 10 * time.Millisecond // from a request of an agent's until their connection breaks, at most
	answerable = 90 * time.Second      // until something is answered: processes start meanwhile
)

// pace is how long people wait between two things that they do, at most.
type pace struct{ visitors, agents time.Duration }

// hasty people leave processes no time.
var hasty = pace{visitors: 400 * time.Millisecond, agents: 150 * time.Millisecond}

// office is a business in which visitors and agents do all that they can do, at random.
type office struct {
	*site
	model    *llmtest.Model
	visitors []*client.Visitor
	attended []*client.Visitor // those of whom agents know
	clerks   []*client.Clerk
	programs []*program
	pace     pace
	over     chan struct{} // closed: nobody begins anything more
	busy     sync.WaitGroup

	mu       sync.Mutex
	claims   map[string][]check.Claim   // by conversation, as what follows
	written  map[string][]check.Written // by agents
	outcomes map[string]int
	slowest  map[string]time.Duration // answer to an agent, by what was asked
}

// office lets visitors and agents come to a server of their own.
func (r *run) office(env ...string) *office {
	r.Helper()
	crowd, staff := r.number("visitors", 8, 24), r.number("agents", 4, 8)
	model := llmtest.NewServer(r, llmtest.Script{Words: saidWords, PaceMS: saidPace})
	env = append(env, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test", unmailed)
	return r.site(env...).office(model.Model, crowd, staff, hasty)
}

// unmailed sees to it that no mail is sent as long as this takes: those that are planned are all that are wanted.
const unmailed = "PARLEY_MAIL_AFTER=5h"

// office lets visitors and agents come. One of the two bots has the desk ask agents to take what waits.
func (s *site) office(model *llmtest.Model, crowd, staff int, at pace) *office {
	s.Helper()
	o := &office{
		site: s, model: model, pace: at, over: make(chan struct{}),
		claims: make(map[string][]check.Claim), written: make(map[string][]check.Written), outcomes: make(map[string]int),
		slowest: make(map[string]time.Duration),
	}
	bots := o.bots(2)
	o.owner.Call("PATCH", "bots/"+bots[0], map[string]any{"auto_assign": true}, nil)
	for i := range staff {
		o.clerks = append(o.clerks, o.clerk(i))
	}
	for i := range crowd {
		v := client.New(o.guestOf(fmt.Sprintf("v%d", i), bots[i%len(bots)], i))
		o.visitors = append(o.visitors, v)
		o.come(v)
	}
	o.attended = o.visitors
	return o
}

// clerk hires an agent, who stays at the desk for the rest of the test.
func (o *office) clerk(n int) *client.Clerk {
	o.Helper()
	as := owner.Registration{
		Email: fmt.Sprintf("agent%d@shop.example", n), Password: "correct horse battery", Name: fmt.Sprintf("Agent %c", 'A'+n),
	}
	badge := &badge{site: o.site, as: as, token: o.owner.Hire(as), since: time.Now()}
	c, err := client.NewClerk(o.Context(), o.entrance(), badge.show)
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
		guest := &guest{office: o, Visitor: v, random: o.random(10_000 + i), plain: i >= len(o.attended)}
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
	o.report(check.Calls(append(o.replied(), logs...), o.model.Calls(), check.Allow{Lost: true, Failed: allow.Failed}))
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
		if kept == nil {
			continue // which audit told
		}
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
		o.proves(o.outcomes, "message.send: not_yours", "POST messages", "conversation.take: taken", "conversation.take by force", "conversation.assign",
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
