// Package nodes drives a cluster that nothing is wrong with: what people see of it, and what operators do.
// What it survives is for chaos.
package nodes

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

const patience = 60 * time.Second

// start runs nodes that share a Postgres and a Redis.
func start(t *testing.T, n int, env ...string) []*server.Server {
	t.Helper()
	env = append([]string{
		"DATABASE_URL=" + testbed.Postgres(t), "REDIS_URL=" + testbed.Redis(t),
		"PARLEY_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
	}, env...)
	nodes := make([]*server.Server, n)
	for i := range nodes {
		nodes[i] = server.New(t, env...)
		nodes[i].Set("PARLEY_CLUSTER_ADDR=" + free(t))
		nodes[i].Launch()
	}
	for _, node := range nodes {
		node.AwaitReady()
	}
	return nodes
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

func socketOf(s *server.Server) string { return "ws://" + s.Address + "/api/v1/socket" }

// spans are what nodes tell of traces: by trace, which nodes told which spans.
type spans struct {
	mu    sync.Mutex
	nodes map[string]map[string]bool
	names map[string][]string
}

func (s *spans) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var export collector.ExportTraceServiceRequest
	if proto.Unmarshal(body, &export) != nil {
		return // then a span is missed
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, resource := range export.ResourceSpans {
		node := ""
		for _, attribute := range resource.Resource.GetAttributes() {
			if attribute.Key == "service.instance.id" {
				node = attribute.Value.GetStringValue()
			}
		}
		for _, scope := range resource.ScopeSpans {
			for _, span := range scope.Spans {
				id := hex.EncodeToString(span.TraceId)
				if s.nodes[id] == nil {
					s.nodes[id] = map[string]bool{}
				}
				s.nodes[id][node] = true
				s.names[id] = append(s.names[id], span.Name)
			}
		}
	}
}

// whole tells whether one trace has a message from its arrival at one node to its answer at another.
func (s *spans) whole() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, names := range s.names {
		if len(s.nodes[id]) == 2 && slices.Contains(names, "message.send") && slices.Contains(names, "post") &&
			slices.Contains(names, "append") && slices.Contains(names, "answer") && slices.Contains(names, "model") {
			return true
		}
	}
	return false
}

func (s *spans) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all strings.Builder
	for id, names := range s.names {
		all.WriteString(fmt.Sprintln(id[:6], s.nodes[id], names))
	}
	return all.String()
}

func TestPeopleOnThreeNodesAreInOneConversation(t *testing.T) {
	told := &spans{nodes: map[string]map[string]bool{}, names: map[string][]string{}}
	gather := httptest.NewServer(told)
	defer gather.Close()
	model := httptest.NewServer(llmtest.NewModel(llmtest.Script{Words: 20}))
	defer model.Close()
	nodes := start(t, 3, "OPENAI_BASE_URL="+model.URL+"/v1", "OPENAI_API_KEY=sk-test", "OTEL_EXPORTER_OTLP_ENDPOINT="+gather.URL, "OTEL_BSP_SCHEDULE_DELAY=100")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()

	boss := owner.Register(t, nodes[0].URL(), owner.Registration{Email: "ada@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Ada"})
	bot := boss.MakeBot("Bot")
	boss.AwaitReady(bot, boss.AddText(bot, "Hours", "The shop is open from nine to five.").ID)
	bearer := func() string { return boss.Token }

	// The visitor comes to the first node, which has the conversation from then on, since the agent watches it through the
	// second; later the visitor comes through the third.
	visitor := client.New(client.Options{URL: socketOf(nodes[0]), Others: slices.Repeat([]string{socketOf(nodes[2])}, 20), Bot: bot, Bearer: bearer, Name: "here"})
	go visitor.Run(ctx)
	visitor.Send(ctx, "Is the shop open at five?")
	must(t, visitor.Settled(ctx))
	conversation := visitor.Conversation()
	agent, err := client.Sit(ctx, socketOf(nodes[1]), boss.Token)
	must(t, err)
	defer agent.Leave()
	must(t, agent.Do(ctx, "conversation.watch", map[string]any{"conversation": conversation}))
	for end := time.Now().Add(patience); !told.whole(); {
		if time.Now().After(end) {
			t.Fatalf("no message is one trace over two nodes:\n%s", told)
		}
		visitor.Cut()
		visitor.Send(ctx, "When is the shop open?")
		must(t, visitor.Settled(ctx))
		time.Sleep(500 * time.Millisecond) // traces are sent now and then
	}

	log := boss.Log(conversation)
	must(t, agent.Await(ctx, conversation, func(shown []client.Shown) bool {
		return len(shown) > 0 && shown[len(shown)-1].Seq == log[len(log)-1].Seq
	}))
	must(t, agent.Do(ctx, "conversation.take", map[string]any{"conversation": conversation}))
	must(t, agent.Do(ctx, "message.send", map[string]any{"conversation": conversation, "client_id": "a1", "text": "Not on Sundays."}))
	for !slices.ContainsFunc(visitor.Events(), func(e client.Event) bool { return e.Data.Text == "Not on Sundays." }) {
		if ctx.Err() != nil {
			t.Fatal("the visitor was not shown what the agent wrote")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if broken := visitor.Violations(); len(broken) > 0 {
		t.Error(broken)
	}
}

func TestAChangeIsKnownToAllNodesWithinASecond(t *testing.T) {
	nodes := start(t, 2)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	boss := owner.Register(t, nodes[0].URL(), owner.Registration{Email: "ada@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Ada"})
	bot := boss.MakeBot("Bot")
	var asked []time.Duration
	for _, name := range []string{"Una", "Ben", "Cleo"} {
		boss.Call(http.MethodPatch, "bots/"+bot, map[string]any{"name": name}, nil)
		changed := time.Now()
		for {
			visitor := client.New(client.Options{URL: socketOf(nodes[1]), Bot: bot, Bearer: func() string { return boss.Token }, Name: name})
			within, leave := context.WithCancel(ctx)
			go visitor.Run(within)
			visitor.Send(ctx, "Hi")
			must(t, visitor.Settled(ctx))
			leave()
			if slices.ContainsFunc(visitor.Events(), func(e client.Event) bool { return e.Data.Author.Name == name }) {
				break
			}
			if time.Since(changed) > patience {
				t.Fatalf("the other node does not know that the bot is %s", name)
			}
		}
		asked = append(asked, time.Since(changed).Round(time.Millisecond))
	}
	t.Logf("known at the other node, its answer included, after %v", asked)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
