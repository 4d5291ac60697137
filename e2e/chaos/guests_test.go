package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
)

// guest is a visitor who asks, asks for a person, and thinks better of it.
type guest struct {
	*office
	*client.Visitor
	random *rand.Rand
	plain  bool // they do nothing but ask
	asked  int
}

func (g *guest) stay() {
	g.ask("What does %s want to know at the %dth time?")
	for g.wait(g.random, g.pace.visitors) {
		if g.random.IntN(2) == 0 {
			if err := within(g.T, answerable, g.Settled); err != nil {
				g.Error(err)
				return
			}
		}
		if g.cluster != nil && g.random.IntN(6) == 0 {
			g.Cut() // they come back at another node
		}
		switch n := g.random.IntN(10); {
		case n < 6 || g.plain:
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
