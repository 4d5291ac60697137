package socket

import (
	"context"
	"sync"

	"parley/chat"
)

// directory finds bots by their ids alone, without SQL once one was found: whose a
// bot is never changes, and the engine keeps how it is set up.
type directory struct {
	bots   chat.BotDirectory
	engine Engine

	mu      sync.Mutex
	tenants map[string]string // by bot
}

// maxTenants bounds how many bots' tenants are remembered: some 2 MB.
const maxTenants = 10_000

func newDirectory(bots chat.BotDirectory, engine Engine) *directory {
	return &directory{bots: bots, engine: engine, tenants: make(map[string]string)}
}

// bot returns a bot, or chat.ErrNotFound. It is shared and must not be changed.
func (d *directory) bot(ctx context.Context, id string) (*chat.Bot, error) {
	if !chat.ValidID(chat.BotPrefix, id) {
		return nil, chat.ErrNotFound
	}
	tenant, err := d.tenant(ctx, id)
	if err != nil {
		return nil, err
	}
	return d.engine.Bot(ctx, tenant, id)
}

func (d *directory) tenant(ctx context.Context, id string) (string, error) {
	d.mu.Lock()
	tenant, known := d.tenants[id]
	d.mu.Unlock()
	if known {
		return tenant, nil
	}
	tenant, err := d.bots.BotTenant(ctx, id)
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.tenants) >= maxTenants {
		for other := range d.tenants {
			delete(d.tenants, other)
			break
		}
	}
	d.tenants[id] = tenant
	return tenant, nil
}
