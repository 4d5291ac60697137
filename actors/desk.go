package actors

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
	"parley/chat"
)

// desk is where a tenant's agents are on duty: it knows who is there, keeps the
// line of those who wait, tells them their place, and asks whoever is free to take one. What it
// knows may be lost with its process: the line is read from SQL, and nodes tell it again who sits here.
type desk struct {
	engine *Engine
	store  chat.Desks
	tenant string

	nodes   map[string]node // by node, who sits here through it
	roster  []Colleague     // as it was told last
	line    []chat.Waiter   // as it was read last
	loads   map[string]int
	bots    map[string]*chat.Bot // of the line
	known   bool                 // the line was read
	reading bool
	stale   bool // it has changed since the reading began
	told    map[string]chat.Place
	asked   map[string]asked
	quiet   time.Time // since when there is nothing to do
	retired bool
	settled bool // all nodes could say who sits here
}

// node is who sits at a desk through one node.
type node struct {
	seats []sitter
	at    time.Time
}

// sitter is a seat as its desk knows it.
type sitter struct {
	PID   *actor.PID
	Agent chat.Author
	State availability
}

// What desks are told. The replies are *chat.Receipt unless it says otherwise. All but
// the last three travel between nodes (carry.go).
type (
	stir struct {
		Node   string
		Seats  []sitter
		Asking []string
	}
	onDuty    struct{}                   // reply: *Roster
	outlook   struct{ Hours chat.Hours } // reply: *chat.Place
	mentioned struct{ Note chat.Note }
	// lineRead is the line as SQL has it; sent by the desk's own goroutine.
	lineRead struct {
		line  []chat.Waiter
		loads map[string]int
		bots  map[string]*chat.Bot
		err   error
	}
	deskTick struct{}
	gathered struct{} // see gather
)

const (
	deskEvery   = 5 * time.Second // between looks at the clock, and at the line while somebody waits
	deskIdle    = time.Minute     // without seats and without a line a desk leaves memory
	lineMost    = 1_000           // of those who wait are told their place
	lineTimeout = 10 * time.Second
	gatherFor   = time.Second // other nodes see at once that a member has left, or drains
)

// Receive hands each message to the one line that knows it.
func (d *desk) Receive(ctx actor.Context) {
	switch m := carried.Received(ctx).(type) {
	case *cluster.Placed:
		d.begin(ctx, m.Identity)
	case *lineRead:
		d.read(ctx, m)
	case *deskTick:
		d.tick(ctx)
	case *gathered:
		d.settled = true
		d.tell(ctx, d.colleagues())
	case *cluster.Call:
		d.request(ctx, m.Message)
	case *cluster.Vacate:
		d.leave(ctx)
	case *actor.Restarting:
		d.engine.logger.Error("a desk panicked; it begins anew", slog.String("tenant", d.tenant))
		ctx.Stop(ctx.Self()) // the library would have it go on without knowing whose it is
	case *cluster.Departed:
		maps.DeleteFunc(d.nodes, func(_ string, n node) bool { return n.seats[0].PID.Address == m.Address })
		d.call(ctx)
	}
}

func (d *desk) request(ctx actor.Context, message any) {
	if d.retired {
		ctx.Respond(&cluster.Again{})
		return
	}
	switch m := message.(type) {
	case *stir:
		d.stir(ctx, m)
		ctx.Respond(&chat.Receipt{})
	case *onDuty:
		ctx.Respond(&Roster{d.colleagues()})
	case *outlook:
		place := d.outlook(m.Hours, time.Now())
		ctx.Respond(&place)
	case *mentioned:
		for s := range d.sitters() {
			if slices.Contains(m.Note.Mentions, s.Agent.ID) {
				ctx.Send(s.PID, &Mentioned{m.Note})
			}
		}
		ctx.Respond(&chat.Receipt{})
	}
}

func (d *desk) begin(ctx actor.Context, tenant string) {
	d.tenant, d.quiet = tenant, time.Now()
	d.nodes, d.told, d.asked = map[string]node{}, map[string]chat.Place{}, map[string]asked{}
	d.gather(ctx)
	d.look(ctx)
	d.again(ctx)
}

func (d *desk) again(ctx actor.Context) {
	engine, self := d.engine, ctx.Self()
	time.AfterFunc(deskEvery, func() { engine.send(self, &deskTick{}) })
}

// stir learns who sits here through a node, and that the line may have changed.
func (d *desk) stir(ctx actor.Context, m *stir) {
	before := d.nodes[m.Node].seats
	if len(m.Seats) == 0 {
		delete(d.nodes, m.Node)
	} else {
		d.nodes[m.Node] = node{m.Seats, time.Now()}
	}
	for _, conversation := range m.Asking {
		delete(d.told, conversation)
	}
	if !d.call(ctx) {
		for _, s := range m.Seats {
			if !slices.ContainsFunc(before, func(b sitter) bool { return b.PID.Equal(s.PID) }) {
				ctx.Send(s.PID, &Roster{d.roster})
			}
		}
	}
	d.look(ctx)
}

// gather waits until the other nodes have said who sits here through them: a desk that began anew elsewhere
// would call a roster with some of them only.
func (d *desk) gather(ctx actor.Context) {
	if d.settled = len(d.engine.node.Members()) == 1; d.settled {
		return
	}
	engine, self := d.engine, ctx.Self()
	time.AfterFunc(gatherFor, func() { engine.send(self, &gathered{}) })
}

// call tells all who sit here who is on duty, if that has changed.
func (d *desk) call(ctx actor.Context) bool {
	if !d.settled {
		return true
	}
	colleagues := d.colleagues()
	if slices.Equal(colleagues, d.roster) {
		return false
	}
	d.tell(ctx, colleagues)
	return true
}

// tell tells all who sit here who is on duty.
func (d *desk) tell(ctx actor.Context, colleagues []Colleague) {
	d.roster = colleagues
	for s := range d.sitters() {
		ctx.Send(s.PID, &Roster{colleagues})
	}
}

func (d *desk) sitters() func(func(sitter) bool) {
	return func(yield func(sitter) bool) {
		for _, n := range d.nodes {
			for _, s := range n.seats {
				if !yield(s) {
					return
				}
			}
		}
	}
}

// colleagues is who is on duty. Of an agent's seats the latest word counts; of those that have only what was kept when they
// were opened, the one that takes nothing, so that it does not depend on the order in which they are looked at.
func (d *desk) colleagues() []Colleague {
	byID, since := map[string]Colleague{}, map[string]time.Time{}
	for s := range d.sitters() {
		before, was := since[s.Agent.ID]
		later := !was || s.State.Since.After(before) || s.State.Since.Equal(before) && !s.State.Is
		if s.Agent.ID == "" || !later {
			continue
		}
		byID[s.Agent.ID], since[s.Agent.ID] = Colleague{s.Agent.ID, s.Agent.Name, s.State.Is}, s.State.Since
	}
	return slices.SortedFunc(maps.Values(byID), byName)
}

// look reads the line off the mailbox, one reading at a time.
func (d *desk) look(ctx actor.Context) {
	if d.reading {
		d.stale = true
		return
	}
	d.reading = true
	engine, store, tenant, self := d.engine, d.store, d.tenant, ctx.Self()
	go func() {
		limited, cancel := context.WithTimeout(engine.running, lineTimeout)
		defer cancel()
		engine.send(self, readLine(limited, engine, store, tenant))
	}()
}

func readLine(ctx context.Context, engine *Engine, store chat.Desks, tenant string) *lineRead {
	line, err := store.Line(ctx, tenant, lineMost)
	if err != nil {
		return &lineRead{err: err}
	}
	m := &lineRead{line: line, bots: map[string]*chat.Bot{}}
	if len(line) == 0 {
		return m
	}
	if m.loads, err = store.Loads(ctx, tenant); err != nil {
		return &lineRead{err: err}
	}
	for _, w := range line {
		if _, asked := m.bots[w.Bot]; !asked {
			m.bots[w.Bot], _ = engine.bots.snapshot(ctx, tenant, w.Bot) // nil for one that is gone
		}
	}
	return m
}

func (d *desk) read(ctx actor.Context, m *lineRead) {
	d.reading = false
	if m.err != nil {
		if d.engine.running.Err() == nil {
			d.engine.logger.Warn("cannot read who waits", slog.String("tenant", d.tenant), slog.Any("error", m.err))
		}
	} else {
		d.line, d.loads, d.bots, d.known = m.line, m.loads, m.bots, true
		d.settle(time.Now())
	}
	if d.stale && !d.retired {
		d.stale = false
		d.look(ctx)
	}
}

// settle tells those who wait what has changed for them, and asks whoever is free.
func (d *desk) settle(now time.Time) {
	told := make(map[string]chat.Place, len(d.line))
	for conversation, place := range places(d.line, d.bots, d.colleagues(), now) {
		ref := chat.Ref{Tenant: d.tenant, Conversation: conversation}
		if before, was := d.told[conversation]; !was || before != place {
			d.engine.tell(ref, &place)
		}
		told[conversation] = place
	}
	d.told = told
	var wishes []offer
	wishes, d.asked = deal(d.line, d.bots, d.colleagues(), d.loads, d.asked, now)
	for _, wish := range wishes {
		desks, ctx := d.engine.desks, d.engine.running
		go func() {
			if err := desks.assign(ctx, wish.ref, "", wish.to); err != nil && ctx.Err() == nil {
				desks.engine.logger.Warn("cannot ask an agent to take a conversation", slog.String("conversation", wish.ref.Conversation), slog.Any("error", err))
			}
		}()
	}
}

// outlook is the place behind all who wait now.
func (d *desk) outlook(hours chat.Hours, now time.Time) chat.Place {
	place := chat.Place{}
	if d.known && len(d.line) < lineMost {
		place.Position = len(d.line) + 1
	}
	place.Absence, place.Opens = absence(hours, d.colleagues(), now)
	return place
}

// leave goes out of the directory, and stops when stragglers have been sent on.
func (d *desk) leave(ctx actor.Context) {
	if d.retired {
		return
	}
	d.retired = true
	d.engine.node.Retire(ctx.Self())
	engine, self := d.engine, ctx.Self()
	time.AfterFunc(lingerFor, func() { engine.node.System().Root.Stop(self) })
}

// tick forgets nodes that are silent, looks at the line again while somebody waits, and
// leaves when there is nothing to do.
func (d *desk) tick(ctx actor.Context) {
	if d.retired {
		return
	}
	now := time.Now()
	maps.DeleteFunc(d.nodes, func(_ string, n node) bool { return now.Sub(n.at) > sitFor })
	d.call(ctx)
	if len(d.nodes) > 0 || len(d.line) > 0 {
		d.quiet = now
	}
	if len(d.line) > 0 {
		d.look(ctx)
	}
	if now.Sub(d.quiet) > deskIdle {
		d.leave(ctx)
		return
	}
	d.again(ctx)
}
