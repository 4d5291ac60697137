package crash

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/e2e/server"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

func TestKillingTheServerLosesNothingOnSQLite(t *testing.T) {
	s := survive(t)
	noPlantedFiles(t, s.Data)
	noPlantedText(t, "the server's log", s.Log())
}

func TestKillingTheServerLosesNothingOnPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("kills take their time")
	}
	s := survive(t, "DATABASE_URL="+testbed.Postgres(t))
	noPlantedText(t, "the server's log", s.Log())
}

// The shape of a run.
const (
	messages = 8               // of each visitor
	thinking = 3 * time.Second // between two of them, at most
	lifetime = 3 * time.Second // of a process until it is killed, at most
	patience = 90 * time.Second
)

var questions = []string{
	"Within how many days are returns accepted?",
	"When does the shop open in the morning?",
	"How long does delivery take abroad?",
	"How long does the warranty last?",
	"Do you sell elephants?", // nothing is known of it
}

// survive sends visitors, kills the server under them again and again, and
// checks what is left.
func survive(t *testing.T, env ...string) *server.Server {
	if testing.Short() {
		t.Skip("kills take their time")
	}
	seed := uint64(number(t, "SEED", int(time.Now().UnixNano()%1_000_000)))
	kills, crowd := number(t, "PARLEY_CRASH_KILLS", 4), number(t, "PARLEY_CRASH_VISITORS", 200)
	t.Logf("SEED=%d, %d visitors, %d kills", seed, crowd, kills)
	random := rand.New(rand.NewPCG(seed, 0))

	// Half of the visitors ask a bot whose answers take a second to write, so that every kill breaks some.
	model := llmtest.NewServer(t, llmtest.Script{Words: 20, PaceMS: 50})
	s := server.Start(t, append(env, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")...)
	o := register(t, s)
	bots := []string{makeBot(o, ""), makeBot(o, "extractive")}

	ctx, stop := context.WithCancel(context.Background())
	var running, sending sync.WaitGroup
	defer running.Wait()
	defer stop()
	visitors := make([]*client.Visitor, crowd)
	for i := range visitors {
		v := client.New(client.Options{
			URL: "ws://" + s.Address + "/api/v1/socket", Bot: bots[i%len(bots)], Name: fmt.Sprintf("v%d", i),
			Bearer: func() string { return o.Token },
		})
		visitors[i] = v
		running.Go(func() {
			if err := v.Run(ctx); err != nil {
				t.Errorf("visitor %d was sent away: %v", i, err)
			}
		})
		own := rand.New(rand.NewPCG(seed, uint64(i)+1))
		// A longer run of kills is a longer run of messages.
		sending.Go(func() { converse(ctx, v, own, messages*max(1, kills/4)) })
	}

	begun := time.Now()
	for range kills {
		time.Sleep(time.Duration(random.Int64N(int64(lifetime))))
		s.Kill()
		s.Run()
	}
	t.Logf("killed and started %d times in %v", kills, time.Since(begun).Round(time.Millisecond))
	sending.Wait()
	settle(t, visitors)
	for i, v := range visitors {
		for _, breach := range v.Violations() {
			t.Errorf("visitor %d: %s", i, breach)
		}
		for _, wrong := range check(v.Sent(), v.Events(), o.Log(v.Conversation())) {
			t.Errorf("visitor %d in %s: %s", i, v.Conversation(), wrong)
		}
	}
	starts := report(t, visitors)
	if calls := len(model.Calls()); calls == 0 || calls > starts {
		t.Errorf("the model was called %d times for %d answers", calls, starts)
	}
	return s
}

// converse sends messages, at times in bursts, whoever is there to hear them.
func converse(ctx context.Context, v *client.Visitor, random *rand.Rand, messages int) {
	for n := range messages {
		if random.IntN(4) > 0 { // else at once behind the last one
			select {
			case <-time.After(time.Duration(random.Int64N(int64(thinking)))):
			case <-ctx.Done():
				return
			}
		}
		if n == messages/2 {
			confide(ctx, v)
		}
		v.Send(ctx, fmt.Sprintf("%s %s %d", questions[random.IntN(len(questions))], marker("message"), n))
	}
}

// confide says what must not be found in plain text either.
func confide(ctx context.Context, v *client.Visitor) {
	v.Tell(ctx, "contact.set", map[string]any{"email": marker("contact") + "@visitor.example"})
	for _, e := range v.Events() {
		if e.Type == "message.completed" {
			v.Tell(ctx, "message.feedback", map[string]any{"message": e.Data.Message, "helpful": true, "comment": marker("comment")})
			return
		}
	}
}

// settle waits until nothing is owed to anybody any more.
func settle(t *testing.T, visitors []*client.Visitor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	begun := time.Now()
	for _, v := range visitors {
		if err := v.Settled(ctx); err != nil {
			t.Error(err)
		}
	}
	t.Logf("settled in %v", time.Since(begun).Round(time.Millisecond))
}

// report says what the run went through, and how many answers were begun. A
// run without broken answers proves little.
func report(t *testing.T, visitors []*client.Visitor) (starts int) {
	count := make(map[string]int)
	for _, v := range visitors {
		for name, n := range v.Counts() {
			count[name] += n
		}
		for _, e := range v.Events() {
			switch {
			case e.Type == "message.interrupted":
				count[e.Data.Reason]++
			default:
				count[e.Type]++
			}
		}
	}
	t.Logf("%v", count)
	for _, name := range []string{"message.created", "message.completed", "contact.changed", "feedback.given", "node_lost"} {
		if count[name] == 0 {
			t.Errorf("there is no %s at all", name)
		}
	}
	return count["message.started"]
}

func number(t *testing.T, name string, fallback int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s must be a number", name)
	}
	return n
}
