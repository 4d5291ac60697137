package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/llm"
	"parley/transport/socket"
	"parley/transport/wire"
)

// Conversations that were opened, answered, idled and passivated leave nothing
// behind: neither memory, from one cycle to the next, nor goroutines in the end.
func TestConversationsThatEndedLeaveNothingBehind(t *testing.T) {
	const (
		together = 2000 // connections that are open at a time, of both ends of which this process holds the files
		bound    = 100  // bytes that a conversation may leave behind
		// noise is what the heap of a process that does nothing differs by: a
		// short run cannot see less.
		noise = 256 << 10
		// What persistence/postgres remembers of conversations at most, and what one of them takes.
		remembered, cachedBytes = 16384, 300
	)
	r := begin(t)
	r.endsClean()
	crowd, cycles := r.number("idle", 300, 10_000), r.number("cycles", 3, 5)
	in := r.inside(r.store(""), parrot{}, func(c *actors.Config) { c.IdleAfter = 200 * time.Millisecond })
	w := in.web()
	visitors := make([]*comer, crowd)
	for i := range visitors {
		visitors[i] = &comer{name: fmt.Sprintf("v%d", i)}
	}
	in.warm()
	heaps := make([]uint64, max(2, cycles))
	for cycle := range heaps {
		begun := time.Now()
		most := int64(0)
		for first := 0; first < crowd; first += together {
			wave := visitors[first:min(first+together, crowd)]
			w.converse(wave, cycle)
			sessions := in.engine.Stats().Sessions
			most = max(most, sessions)
			for _, v := range wave {
				v.leave()
			}
		}
		spoke := time.Since(begun)
		r.await("every session has left memory", func() bool {
			stats := in.engine.Stats()
			return stats.Sessions == 0 && stats.Answering == 0
		})
		r.await("every connection is gone", func() bool { return w.connections() == 0 })
		heaps[cycle] = live()
		r.Logf("cycle %d: %d conversations in %v, %d in memory at most; %v until all had left; live heap %.2f MB, %d goroutines",
			cycle+1, crowd, spoke.Round(time.Millisecond), most, (time.Since(begun) - spoke).Round(time.Millisecond),
			float64(heaps[cycle])/1e6, runtime.NumGoroutine())
		r.profile(cycle)
	}
	// Every second visitor of a cycle begins a new conversation. The store remembers so many of them, and no more.
	room := max(0, remembered-crowd*3/2)
	cached := min(room, crowd/2*(cycles-2)) * cachedBytes
	grown := int64(heaps[len(heaps)-1]) - int64(heaps[1])
	left := max(0, grown-int64(cached))
	r.Logf("from the second cycle to the last the heap grew by %d bytes; without the store's bounded memory, which had room for %d more, %.1f for each of %d conversations (goal %d)",
		grown, cached, float64(left)/float64(crowd), crowd, bound)
	if left > int64(crowd*bound) && left > noise {
		r.Errorf("%d bytes stay of each conversation", left/int64(crowd))
	}
}

// endsClean fails a test that leaves goroutines behind. It must be called first, to look last.
func (r *run) endsClean() {
	r.Helper()
	running := goleak.IgnoreCurrent()
	r.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		err := goleak.Find(running)
		if err == nil {
			return
		}
		for _, top := range onTop.FindAllStringSubmatch(err.Error(), -1) {
			// The actor library's throttles forget what they counted after a minute, and then end by themselves.
			if !strings.Contains(top[1], ".NewThrottle.") {
				r.Fatalf("not everything ended: %v", err)
			}
		}
	})
}

var onTop = regexp.MustCompile(`with (\S+) on top of the stack`)

// warm asks so often that the engine has taken what it keeps for good: the actor
// library's registry has 32,768 maps, each of which takes some 300 bytes
// when something was in it for the first time.
func (in inside) warm() {
	in.Helper()
	bot := in.bot()
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			v := actors.Visitor{
				Ref: chat.Ref{Tenant: bot.Tenant, Conversation: chat.NewID(chat.ConversationPrefix)},
				Bot: bot.ID, ID: chat.NewID(chat.VisitorPrefix),
			}
			attached, err := in.engine.Attach(in.Context(), v, nobody{})
			if err != nil {
				in.Errorf("warm the engine: %v", err)
				return
			}
			defer attached.Detach()
			for range 10_000 {
				if err := in.engine.StopAnswer(in.Context(), v, ""); err != nil {
					in.Errorf("warm the engine: %v", err)
					return
				}
			}
		})
	}
	wait.Wait()
}

// nobody watches.
type nobody struct{}

func (nobody) Deliver(actors.Output) {}

// live is the heap that collections leave, once what is ending has ended: timers and closing sockets hold a conversation
// for a second or two.
func live() uint64 {
	least := uint64(math.MaxUint64)
	for range 12 {
		runtime.GC()
		runtime.GC() // what had a finalizer, or lay in a pool, goes with the second
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		least = min(least, m.HeapAlloc)
		time.Sleep(250 * time.Millisecond)
	}
	return least
}

// profile keeps the heap of a cycle, if PARLEY_CHAOS_PROFILE names a folder:
//
//	go tool pprof -diff_base heap-2 heap-5
func (r *run) profile(cycle int) {
	folder := os.Getenv("PARLEY_CHAOS_PROFILE")
	if folder == "" {
		return
	}
	f, err := os.Create(filepath.Join(folder, fmt.Sprintf("heap-%d", cycle+1)))
	if err == nil {
		err = errors.Join(pprof.Lookup("heap").WriteTo(f, 0), f.Close())
	}
	if err != nil {
		r.Errorf("keep the profile of the heap: %v", err)
	}
}

// parrot is a model that repeats the question, a word at a time.
type parrot struct{}

func (parrot) Name() string { return "parrot" }

func (parrot) Answer(_ context.Context, request llm.Request, emit func(string) error) (llm.Result, error) {
	for _, piece := range strings.SplitAfter(request.Question, " ") {
		if err := emit(piece); err != nil {
			return llm.Result{}, err
		}
	}
	return llm.Result{Model: "parrot-1", Finish: "stop", InputTokens: 3, OutputTokens: 3}, nil
}

// web is the socket's side of the platform, on a loopback address.
type web struct {
	*run
	url     string
	bot     string
	metrics *prometheus.Registry
}

func (in inside) web() *web {
	in.Helper()
	w := &web{run: in.run, bot: in.bot().ID, metrics: prometheus.NewRegistry()}
	handler := socket.New(socket.Config{
		Engine: in.engine, Log: in.store, Conversations: in.store, Bots: in.store, Announcer: in.redis,
		Visitors:  account.NewVisitors([]byte("key of the test")),
		PublicURL: "https://parley.example",
		// On, but never reached: what they count by visitor and address is memory too.
		Limits:  socket.Limits{MessagesPerMinute: 1e6, OpensPerMinute: 1e9, ConnectionsPerAddress: 1e6},
		Timing:  socket.Timing{Silence: time.Hour},
		Logger:  slog.New(slog.DiscardHandler),
		Metrics: w.metrics,
	})
	server := httptest.NewServer(handler)
	in.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		handler.Drain(ctx)
		server.Close()
	})
	w.url = server.URL
	return w
}

func (w *web) connections() float64 { return gauge(w.metrics, "parley_socket_connections") }

// gauge reads a metric without labels; -1: there is none.
func gauge(metrics prometheus.Gatherer, name string) float64 {
	families, err := metrics.Gather()
	if err != nil {
		return -1
	}
	for _, family := range families {
		if family.GetName() == name {
			sum := 0.0
			for _, metric := range family.GetMetric() {
				sum += metric.GetGauge().GetValue()
			}
			return sum
		}
	}
	return -1
}

// converse has each visitor connect, ask and read the answer; they stay connected.
func (w *web) converse(visitors []*comer, cycle int) {
	w.Helper()
	const atOnce = 64
	var wait sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i, v := range visitors {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			// Every second one goes on with a conversation that has left memory, the others begin anew.
			if err := v.come(w, (i+cycle)%2 == 0); err != nil {
				w.Errorf("visitor %s in cycle %d: %v", v.name, cycle+1, err)
			}
		})
	}
	wait.Wait()
	if w.Failed() {
		w.FailNow()
	}
}

// comer is a visitor who comes and goes and remembers no more than a browser does.
type comer struct {
	name  string
	token string
	seq   int64
	asked int
	ws    *websocket.Conn
}

// come opens a conversation, asks, and reads to the end of the answer.
func (v *comer) come(w *web, anew bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, w.url, &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {origin}}, Subprotocols: []string{wire.Subprotocol},
	})
	if err != nil {
		return err
	}
	v.ws = ws
	open := map[string]any{"bot": w.bot}
	if v.token != "" {
		open["token"], open["after"] = v.token, v.seq
	}
	if anew && v.token != "" {
		open["conversation"] = "new"
	}
	v.asked++
	question := fmt.Sprintf("%s asks number %d", v.name, v.asked)
	for _, request := range []map[string]any{
		{"id": "1", "type": wire.SessionOpen, "data": open},
		{"id": "2", "type": wire.MessageSend, "data": map[string]any{"client_id": question, "text": question}},
	} {
		raw, err := json.Marshal(request)
		if err != nil {
			return err
		}
		if err := ws.Write(ctx, websocket.MessageText, raw); err != nil {
			return err
		}
	}
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return err
		}
		var f struct {
			Seq  int64
			Type string
			Data struct{ Token, Text, Code string }
		}
		if err := json.Unmarshal(raw, &f); err != nil {
			return err
		}
		switch {
		case f.Seq > 0:
			v.seq = f.Seq
		case f.Type == "session.ready":
			v.token = f.Data.Token
		}
		switch chat.Type(f.Type) {
		case chat.TypeMessageCompleted:
			if f.Data.Text != question {
				return fmt.Errorf("%q was answered %q", question, f.Data.Text)
			}
			return nil
		case chat.TypeMessageInterrupted, "error":
			return fmt.Errorf("got %s", raw)
		}
	}
}

func (v *comer) leave() {
	_ = v.ws.CloseNow()
	v.ws = nil
}

// await waits for something that another goroutine does.
func (r *run) await(what string, done func() bool) {
	r.Helper()
	for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			r.Fatalf("never: %s", what)
		}
	}
}
