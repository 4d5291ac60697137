package actors

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// Colleague is an agent who has the dashboard open.
type Colleague struct {
	ID        string
	Name      string
	Available bool // takes conversations now
}

// DeskOutput is what an agent's connection is told of its tenant: *Roster or *Mentioned.
type DeskOutput interface{ deskOutput() }

// Roster is who is on duty, by name. It comes with each change.
type Roster struct{ Agents []Colleague }

// Mentioned tells an agent that a note names them.
type Mentioned struct{ Note chat.Note }

func (*Roster) deskOutput()    {}
func (*Mentioned) deskOutput() {}

// DeskWatcher is told what happens at a desk. Deliver must not block.
type DeskWatcher interface{ Deliver(DeskOutput) }

// Seat is one connection of an agent's at the desk.
type Seat interface {
	// Available tells whether its agent takes conversations, through whichever connection.
	Available(available bool)
	// Leave ends it; may be called more than once.
	Leave()
}

// Sit puts an agent on duty for as long as their connection lasts. One without an ID only looks who is.
func (e *Engine) Sit(tenant string, agent chat.Author, available bool, watcher DeskWatcher) Seat {
	registry := e.node.System().ProcessRegistry
	pid, _ := registry.Add(&sitting{watcher}, e.processName("seat"))
	s := &seat{desks: e.desks, tenant: tenant, agent: agent, pid: pid}
	s.state.Store(&availability{Is: available})
	s.leave = sync.OnceFunc(func() {
		registry.Remove(pid)
		e.desks.leave(s)
	})
	e.desks.sit(s)
	return s
}

// OnDuty returns who has the dashboard open, by name.
func (e *Engine) OnDuty(ctx context.Context, tenant string) ([]Colleague, error) {
	reply, err := e.askDesk(ctx, tenant, &onDuty{})
	if err != nil {
		return nil, err
	}
	return reply.(*Roster).Agents, nil
}

// availability is whether an agent takes conversations. Of what their connections say, the latest counts.
type availability struct {
	Is    bool
	Since time.Time // zero: as it was kept
}

type seat struct {
	desks  *desks
	tenant string
	agent  chat.Author
	pid    *actor.PID
	state  atomic.Pointer[availability]
	leave  func()
}

func (s *seat) Available(available bool) {
	s.state.Store(&availability{Is: available, Since: time.Now()})
	s.desks.stir(s.tenant)
}

func (s *seat) Leave() { s.leave() }

// sitting is the process behind a seat's address: it only hands over, without a mailbox.
type sitting struct{ watcher DeskWatcher }

func (s *sitting) SendUserMessage(_ *actor.PID, message any) {
	if output, ok := carried.Open(actor.UnwrapEnvelopeMessage(message)).(DeskOutput); ok {
		s.watcher.Deliver(output)
	}
}
func (*sitting) SendSystemMessage(*actor.PID, any) {}
func (*sitting) Stop(*actor.PID)                   {}
