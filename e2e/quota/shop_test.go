package quota

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// long runs are for whoever looks for what happens seldom.
var long = os.Getenv("PARLEY_CHAOS") == "long"

// patience bounds what a test waits for.
const patience = 2 * time.Minute

const origin = "https://shop.example"

// shop is a business on three nodes, whose plan has so many answers in a month.
type shop struct {
	t     *testing.T
	nodes []*server.Server
	redis *testbed.Server
	model *llmtest.Server
	owner *owner.Owner
	bot   string
	books *check.Database
}

// open starts the nodes, and registers the business.
func open(t *testing.T, answers int, scripts ...llmtest.Script) *shop {
	t.Helper()
	database := testbed.Postgres(t)
	s := &shop{t: t, redis: testbed.RedisServer(t), model: llmtest.NewServer(t, scripts...), books: check.Postgres(t, database)}
	plans := filepath.Join(t.TempDir(), "plans.yaml")
	catalogue := fmt.Sprintf("default: shop\nplans:\n  - id: shop\n    name: Shop\n    about: For a shop.\n    limits: { answers: %d }\n", answers)
	if err := os.WriteFile(plans, []byte(catalogue), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		node := server.New(t, "DATABASE_URL="+database, "REDIS_URL="+s.redis.URL(), "PARLEY_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
			"PARLEY_PLANS="+plans, "OPENAI_BASE_URL="+s.model.URL, "OPENAI_API_KEY=sk-test", "PARLEY_CLUSTER_ADDR="+free(t), "PARLEY_LIMIT_ANSWERING=1000")
		node.Launch()
		s.nodes = append(s.nodes, node)
	}
	for _, node := range s.nodes {
		node.AwaitReady()
	}
	s.owner = owner.Register(t, s.nodes[0].URL(), owner.Registration{Email: "ada@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Ada"})
	s.bot = s.owner.MakeBot("Bot") // it knows nothing, so that the model answers everything
	s.owner.Call(http.MethodPut, "bots/"+s.bot+"/domains", map[string]any{"domains": []string{"shop.example"}}, nil)
	return s
}

func free(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// visitor is somebody new, who comes to a node and, should they be cut off, comes back to any.
func (s *shop) visitor(name string, node int) *client.Visitor {
	options := client.Options{URL: socketOf(s.nodes[node]), Bot: s.bot, Origin: origin, Name: name}
	for i, other := range s.nodes {
		if i != node {
			options.Others = append(options.Others, socketOf(other))
		}
	}
	return client.New(options)
}

func socketOf(node *server.Server) string { return "ws://" + node.Address + "/api/v1/socket" }

// use asks so many questions over the API, each of which is answered.
func (s *shop) use(answers int) {
	s.t.Helper()
	for i := range answers {
		s.owner.Call(http.MethodPost, "bots/"+s.bot+"/answers", map[string]any{"text": fmt.Sprintf("What is number %d?", i)}, nil)
	}
}

// settled waits until nobody owes a visitor anything.
func (s *shop) settled(ctx context.Context, v *client.Visitor) bool {
	s.t.Helper()
	err := v.Settled(ctx)
	if err != nil {
		s.t.Errorf("%s: %v", v.Name(), err)
	}
	return err == nil
}

// served waits until a visitor's question is answered or waits for a person. An answer fails whose node was lost twice while it wrote it; its
// visitor asks again then, as the widget offers.
func (s *shop) served(ctx context.Context, v *client.Visitor) bool {
	s.t.Helper()
	for s.settled(ctx, v) {
		events := v.Events()
		last := events[len(events)-1]
		if last.Type != "message.interrupted" || last.Data.Reason != "failed" {
			return true
		}
		// Who is cut off while they ask sees what came of it, or asks once more.
		err := v.Ask(ctx, "message.retry", map[string]any{"message": last.Data.Message})
		for range 50 {
			if len(v.Events()) > len(events) || err != nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	return false
}

// fate is what became of a visitor's one question.
type fate struct{ answered, waits, failed bool }

func (s *shop) fate(v *client.Visitor) (f fate) {
	s.t.Helper()
	for _, e := range v.Events() {
		switch {
		case e.Type == "message.completed":
			f = fate{answered: true}
		case e.Type == "message.interrupted" && e.Data.Reason == "failed":
			f = fate{failed: true}
		case e.Type == "status.changed" && e.Data.Status == "waiting":
			f = fate{waits: true}
		}
	}
	sent := v.Sent()
	if len(sent) != 1 || sent[0].Receipt == nil {
		s.t.Errorf("%s was not told that the question is kept: %+v", v.Name(), sent)
	}
	kept := s.books.Kept(v.Conversation())
	if kept == nil {
		s.t.Fatalf("nothing is kept of %s", v.Name())
	}
	if f.waits != (kept.Status == "waiting") || kept.Unfinished {
		s.t.Errorf("%s saw %+v; in storage the conversation is %q, unfinished %v", v.Name(), f, kept.Status, kept.Unfinished)
	}
	return f
}

// counted has the answers of the month be so many of the limit, in the counter, in the ledger of answers and as the owner is told by each node.
func (s *shop) counted(used, limit int) {
	s.t.Helper()
	if charged := s.books.Charged(); charged != int64(used) {
		s.t.Errorf("%d answers are charged, want %d", charged, used)
	}
	for _, breach := range s.books.Usage() { // the counter against the answers
		s.t.Error(breach)
	}
	for _, node := range s.nodes {
		if !node.Alive() {
			continue
		}
		var told struct {
			Answers struct {
				Used  int  `json:"used"`
				Limit *int `json:"limit"`
			} `json:"answers"`
		}
		s.owner.At(node.URL()).Call(http.MethodGet, "usage", nil, &told)
		if told.Answers.Used != used || told.Answers.Limit == nil || *told.Answers.Limit != limit {
			s.t.Errorf("the owner is told %+v, want %d of %d", told.Answers, used, limit)
		}
	}
}
