package socket_test

import (
	"context"
	"sync/atomic"
	"testing"

	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

// counted counts what is read of a directory.
type counted struct {
	chat.BotDirectory
	reads *atomic.Int32
}

func (c counted) BotTenant(ctx context.Context, id string) (string, error) {
	c.reads.Add(1)
	return c.BotDirectory.BotTenant(ctx, id)
}

func (c counted) Bot(ctx context.Context, tenant, id string) (chat.Bot, error) {
	c.reads.Add(1)
	return c.BotDirectory.Bot(ctx, tenant, id)
}

func TestABotIsLookedUpOnceForAllWhoVisitIt(t *testing.T) {
	t.Parallel()
	var reads atomic.Int32
	h := setup(t, func(c *socket.Config) { c.Bots = counted{c.Bots, &reads} })
	for range 5 {
		h.opened()
	}
	if n := reads.Load(); n != 1 {
		t.Errorf("storage was asked %d times", n)
	}
}

func TestAPageThatWasAllowedAMomentAgoIsLetIn(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.opened() // the engine has its snapshot
	allowed := h.bot
	allowed.Domains = append(allowed.Domains, "new.example")
	h.engine.bots[h.bot.ID] = allowed
	b := h.dial(dial{origin: "https://new.example"})
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
	b.expect("session.ready")
}

func TestADeletedBotIsUnknownThoughItsTenantIsRemembered(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.opened()
	h.engine.mu.Lock()
	delete(h.engine.bots, h.bot.ID)
	delete(h.engine.snapshots, h.bot.ID)
	h.engine.mu.Unlock()
	b := h.visit()
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
	b.expectClose(wire.CloseBot)
}
