package socket

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"parley/chat"
	"parley/transport/wire"
)

// inbox tells the desks of a tenant which of its conversations changed, and wakes those
// who wait for a conversation's beginning. One
// subscription serves all of them; it begins with the first.
type inbox struct {
	announcer chat.Announcer
	born      func(chat.Ref) // is told of each change, of any tenant
	log       *slog.Logger
	ctx       context.Context
	stop      context.CancelFunc
	subscribe sync.Once
	hears     bool // once subscribe is done

	mu    sync.Mutex
	desks map[string]map[*conn]struct{} // by tenant
}

func newInbox(announcer chat.Announcer, born func(chat.Ref), log *slog.Logger) *inbox {
	i := &inbox{announcer: announcer, born: born, log: log, desks: make(map[string]map[*conn]struct{})}
	i.ctx, i.stop = context.WithCancel(context.Background())
	return i
}

// list begins to tell a connection of its tenant's changes, until the returned function is called.
func (i *inbox) list(tenant string, c *conn) func() {
	i.mu.Lock()
	if i.desks[tenant] == nil {
		i.desks[tenant] = make(map[*conn]struct{})
	}
	i.desks[tenant][c] = struct{}{}
	i.mu.Unlock()
	i.subscribe.Do(i.listen)
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		delete(i.desks[tenant], c)
		if len(i.desks[tenant]) == 0 {
			delete(i.desks, tenant)
		}
	}
}

// listen returns once nothing is missed any more, so that a list that is
// fetched after desk.ready is kept up to date.
func (i *inbox) listen() {
	err := i.announcer.Subscribe(i.ctx, chat.TopicInbox, i.changed)
	if i.hears = err == nil; err != nil && i.ctx.Err() == nil {
		i.log.Error("subscribe to the inbox", "error", err)
	}
}

// listening tells whether changes are heard of from now on.
func (i *inbox) listening() bool {
	i.subscribe.Do(i.listen)
	return i.hears
}

func (i *inbox) changed(key string) {
	tenant, conversation, ok := strings.Cut(key, "/")
	if !ok {
		return
	}
	i.born(chat.Ref{Tenant: tenant, Conversation: conversation})
	i.mu.Lock()
	defer i.mu.Unlock()
	for c := range i.desks[tenant] {
		c.send(wire.AppendInboxChanged(nil, conversation, nil))
	}
}
