package socket

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"parley/chat"
	"parley/transport/wire"
)

// inbox tells the desks of a tenant which of its conversations changed, with their
// new summaries, and wakes those who wait for a conversation's beginning. One
// subscription serves all of them; it begins with the first.
//
// Summaries are read from storage, for tenants with a desk here alone: those that changed since the last reading
// together, and one reading of a tenant after the other, so that no summary comes behind a later one of its
// conversation. What storage does not tell in time is told without a summary, and the client asks for it.
type inbox struct {
	announcer chat.Announcer
	summaries Summaries
	born      func(chat.Ref) // is told of each change, of any tenant
	missed    func()         // is told that changes may have been missed
	log       *slog.Logger
	ctx       context.Context
	stop      context.CancelFunc
	subscribe sync.Once
	hears     bool          // once subscribe is done
	readings  chan struct{} // has room for those that may be under way

	mu      sync.Mutex
	offices map[string]*office // by tenant
}

// office is a tenant that has desks here.
type office struct {
	desks   map[*conn]struct{}
	changed map[string]struct{} // conversations of which the desks are not told yet
	telling bool                // somebody does that
	blind   bool                // the last reading failed; belongs to whoever tells
}

const (
	// summaryPause lies between two readings of a tenant: what changes meanwhile is read together.
	summaryPause = 20 * time.Millisecond
	// summaryBatch is how many are read and shown at a time: a reader's queue has room for as many,
	// were all of them as large as can be (7 KB, most of it fields).
	summaryBatch = 32
	// blindBatch is how many are shown at a time without summaries.
	blindBatch = 200
	// summaryPatience is how long desks wait for storage before they are told without a summary.
	summaryPatience = 500 * time.Millisecond
	// maxReadings bounds how many connections to storage the tenants of a node take together.
	maxReadings = 4
	// maxChanged bounds what waits to be read for one tenant: some 1 MB.
	maxChanged = 10_000
)

func newInbox(announcer chat.Announcer, summaries Summaries, born func(chat.Ref), missed func(), log *slog.Logger) *inbox {
	i := &inbox{
		announcer: announcer, summaries: summaries, born: born, missed: missed, log: log,
		readings: make(chan struct{}, maxReadings), offices: make(map[string]*office),
	}
	i.ctx, i.stop = context.WithCancel(context.Background())
	return i
}

// list begins to tell a connection of its tenant's changes, until the returned function is called.
func (i *inbox) list(tenant string, c *conn) func() {
	i.mu.Lock()
	o := i.offices[tenant]
	if o == nil {
		o = &office{desks: make(map[*conn]struct{}), changed: make(map[string]struct{})}
		i.offices[tenant] = o
	}
	o.desks[c] = struct{}{}
	i.mu.Unlock()
	i.subscribe.Do(i.listen)
	return func() {
		i.mu.Lock()
		defer i.mu.Unlock()
		delete(o.desks, c)
		if len(o.desks) == 0 && i.offices[tenant] == o {
			delete(i.offices, tenant)
		}
	}
}

// listen returns once nothing is missed any more, so that a list that is
// fetched after desk.ready is kept up to date.
func (i *inbox) listen() {
	err := i.announcer.Subscribe(i.ctx, chat.TopicInbox, chat.Listener{Heard: i.changed, Missed: i.doubt})
	if i.hears = err == nil; err != nil && i.ctx.Err() == nil {
		i.log.Error("subscribe to the inbox", "error", err)
	}
}

// listening tells whether changes are heard of from now on.
func (i *inbox) listening() bool {
	i.subscribe.Do(i.listen)
	return i.hears
}

// anyOfThem is the subject of a frame that speaks of all conversations.
const anyOfThem = "any conversation"

// doubt is called when announcements may have been missed: any conversation may have changed.
func (i *inbox) doubt() {
	go i.missed()
	any := wire.AppendInboxChanged(nil, "", nil)
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, o := range i.offices {
		for c := range o.desks {
			c.renew(anyOfThem, any)
		}
	}
}

// changed is called with each announcement.
func (i *inbox) changed(key string) {
	tenant, conversation, _ := strings.Cut(key, "/")
	if conversation == "" {
		return
	}
	i.born(chat.Ref{Tenant: tenant, Conversation: conversation})
	i.mu.Lock()
	defer i.mu.Unlock()
	o := i.offices[tenant]
	if o == nil {
		return
	}
	if len(o.changed) >= maxChanged {
		// Whoever connects again loads the list afresh.
		for c := range o.desks {
			c.overflow()
		}
		clear(o.changed)
		return
	}
	o.changed[conversation] = struct{}{}
	if !o.telling {
		o.telling = true
		go i.tell(tenant, o)
	}
}

// tell tells an office's desks of what changed, for as long as something does.
func (i *inbox) tell(tenant string, o *office) {
	blind := 0 // how many of those that wait are told without asking storage: each batch would wait as long
	for {
		most := summaryBatch
		if blind > 0 {
			most = min(blind, blindBatch)
		}
		ids := i.take(o, most)
		if len(ids) == 0 {
			return
		}
		var summaries map[string]chat.Conversation
		if blind > 0 {
			blind -= len(ids)
		} else if summaries = i.read(tenant, o, ids); summaries == nil {
			blind = i.waiting(o)
		}
		i.show(o, ids, summaries)
		if sleep(i.ctx, summaryPause) != nil {
			return
		}
	}
}

// take returns conversations that changed; none: nobody tells any more.
func (i *inbox) take(o *office, most int) []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(o.desks) == 0 {
		clear(o.changed)
	}
	ids := make([]string, 0, min(most, len(o.changed)))
	for id := range o.changed {
		if len(ids) == most {
			break
		}
		ids = append(ids, id)
		delete(o.changed, id)
	}
	o.telling = len(ids) > 0
	return ids
}

func (i *inbox) waiting(o *office) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(o.changed)
}

// read returns the summaries of conversations by id; nil: storage does not tell now.
func (i *inbox) read(tenant string, o *office, ids []string) map[string]chat.Conversation {
	ctx, cancel := context.WithTimeout(i.ctx, summaryPatience)
	defer cancel()
	select {
	case i.readings <- struct{}{}:
		defer func() { <-i.readings }()
	case <-ctx.Done():
		return nil
	}
	found, err := i.summaries.Summaries(ctx, tenant, ids)
	if err != nil && !o.blind && i.ctx.Err() == nil {
		i.log.Warn("read summaries", "tenant", tenant, "error", err)
	}
	if o.blind = err != nil; err != nil {
		return nil
	}
	byID := make(map[string]chat.Conversation, len(found))
	for _, c := range found {
		byID[c.Conversation] = c
	}
	return byID
}

// show gives all desks the same frames.
func (i *inbox) show(o *office, ids []string, summaries map[string]chat.Conversation) {
	frames := make([][]byte, len(ids))
	for n, id := range ids {
		if c, found := summaries[id]; found {
			frames[n] = wire.AppendInboxChanged(nil, id, wire.Summary(c))
		} else {
			frames[n] = wire.AppendInboxChanged(nil, id, nil)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for c := range o.desks {
		for n, id := range ids {
			c.renew(id, frames[n])
		}
	}
}
