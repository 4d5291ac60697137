package actors

import (
	"context"

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
	// Available tells whether its agent takes conversations.
	Available(available bool)
	// Leave ends it; may be called more than once.
	Leave()
}

// Sit puts an agent on duty for as long as their connection lasts.
func (e *Engine) Sit(tenant string, agent chat.Author, available bool, watcher DeskWatcher) Seat {
	return nil
}

// OnDuty returns who has the dashboard open, by name.
func (e *Engine) OnDuty(ctx context.Context, tenant string) ([]Colleague, error) { return nil, nil }

func (e *Engine) assignWaiting(ctx context.Context, ref chat.Ref, by, to chat.Author) error {
	return nil
}

func (e *Engine) mention(note chat.Note) {}
