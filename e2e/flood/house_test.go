package flood

import (
	"context"
	"net/http"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"parley/e2e/owner"
	"parley/e2e/server"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// page is where the widget runs.
const page = "https://shop.example"

// lasting is how long each flood goes on: FLOOD_SECONDS, or as long as it takes to see it refused.
func lasting() time.Duration {
	if n, err := strconv.Atoi(os.Getenv("FLOOD_SECONDS")); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return 3 * time.Second
}

// longest is when a flood ends that was never refused: a busy machine takes long to send enough.
const longest = time.Minute

// house is a server with its standard limits and two businesses.
type house struct {
	t       *testing.T
	server  *server.Server
	flooded business
	other   business
}

type business struct {
	*owner.Owner
	bot string
}

func begin(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, server: server.Start(t, "PARLEY_LIMITS=on")}
	for name, b := range map[string]*business{"flooded": &h.flooded, "other": &h.other} {
		b.Owner = owner.Register(t, h.server.URL(), owner.Registration{
			Email: name + "@shop.example", Password: "correct horse battery staple", Company: name, Name: "Mia",
		})
		b.bot = b.MakeBot("Helper")
		b.Call(http.MethodPut, "bots/"+b.bot+"/domains", map[string]any{"domains": []string{"shop.example"}}, nil)
		b.AwaitReady(b.bot, b.AddText(b.bot, "Parcels", "Where is my parcel? Parcels arrive within three days. You find yours under Orders.").ID)
	}
	return h
}

// Addresses of those who do no harm.
const (
	theirs    = "127.0.0.20" // of the flooded business's visitors
	elsewhere = "127.0.0.30" // of the other one's
)

// groups are people who go on beside a flood, each group counted by itself.
type groups struct {
	h     *house
	names []string
	each  []*count
	live  []*visitor
	of    []int // live: which group
	ends  sync.WaitGroup
}

// sit has so many visitors of a bot begin to chat at an address before the flood comes.
func (g *groups) sit(name, address, bot string, visitors int) {
	g.h.t.Helper()
	g.names, g.each = append(g.names, name), append(g.each, &count{})
	client := from(address)
	for range visitors {
		v, err := g.h.visit(g.h.t.Context(), client, bot, "")
		if err != nil {
			g.h.t.Fatalf("%s: %v", name, err)
		}
		g.live, g.of = append(g.live, v), append(g.of, len(g.each)-1)
	}
}

// pace is how often one of them writes: 30 in a minute is what a visitor may.
const pace = 2200 * time.Millisecond

// chat has them write until ctx ends, evenly spread.
func (g *groups) chat(ctx context.Context) {
	for n, v := range g.live {
		g.ends.Go(func() {
			wait := time.Duration(n) * pace / time.Duration(len(g.live))
			for {
				select {
				case <-ctx.Done():
					return
				case <-time.After(wait):
				}
				wait = pace
				_ = g.each[g.of[n]].try(ctx, func() error {
					// The end of a phase cuts nobody short: a connection whose write is cut is closed, also for the next one.
					saying, cancel := context.WithTimeout(g.h.t.Context(), time.Minute)
					defer cancel()
					return v.say(saying)
				})
			}
		})
	}
}

// judge waits for their end: nobody of them was refused anything.
func (g *groups) judge(when string) {
	g.h.t.Helper()
	g.ends.Wait()
	for i, c := range g.each {
		g.h.t.Logf("  %s, %s: %v", when, g.names[i], c)
		if len(c.passed) == 0 || c.refused > 0 || len(c.broken) > 0 {
			g.h.t.Errorf("%s, %s were harmed: %v", when, g.names[i], c)
		}
		g.each[i] = &count{}
	}
}

// mostMemory is by how much a flood may make the server grow: its connections, what is remembered of them, and
// what a garbage collector leaves for a while.
const mostMemory = 160 << 20

// beside runs a flood beside those who sit, and prints and judges what became of all.
func (h *house) beside(g *groups, name string, flood func(ctx context.Context, c *count)) {
	h.t.Helper()
	calm, cancel := context.WithTimeout(h.t.Context(), lasting())
	g.chat(calm)
	<-calm.Done()
	cancel()
	g.judge("without the flood")

	before, err := h.server.Memory()
	if err != nil {
		h.t.Skip(err)
	}
	storm, cancel := context.WithCancel(h.t.Context())
	defer cancel()
	g.chat(storm)
	flooded := &count{}
	go func() {
		defer cancel()
		for began := time.Now(); storm.Err() == nil && (time.Since(began) < lasting() || !flooded.seenRefused() && time.Since(began) < longest); {
			time.Sleep(50 * time.Millisecond)
		}
	}()
	flood(storm, flooded)
	<-storm.Done()
	g.judge("with it")
	after, err := h.server.PeakMemory()
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Logf("%s: %v; the server had %d MB before and %d MB at most", name, flooded, before>>20, after>>20)
	if flooded.refused == 0 || flooded.untold > 0 {
		h.t.Errorf("%s: %v; %d were not told when to come back", name, flooded, flooded.untold)
	}
	if grown := after - before; grown > mostMemory {
		h.t.Errorf("%s: the server grew by %d MB", name, grown>>20)
	}
	if !h.server.Alive() {
		h.t.Fatal("the server ended")
	}
}
