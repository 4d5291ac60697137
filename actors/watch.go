package actors

import (
	"strconv"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// Output is what a watcher is shown: *Event, *Delta, *Snapshot, *Typing or *Moved.
// Outputs are shared between watchers and must not be changed.
type Output interface{ output() }

// Event is a durable event.
type Event struct{ chat.Event }

// Delta is a piece of an answer that is being written. Index is the number of
// bytes of its text before this piece.
type Delta struct {
	Message string
	Index   int
	Text    string
}

// Snapshot is an open answer so far. Deltas go on from its end.
type Snapshot struct {
	Message string
	Text    string
}

// Typing tells that somebody is writing.
type Typing struct{ Author chat.Author }

// Moved ends a watch: the session went away and the watcher must attach anew.
type Moved struct{}

func (*Event) output()    {}
func (*Delta) output()    {}
func (*Snapshot) output() {}
func (*Typing) output()   {}
func (*Moved) output()    {}

// Watcher is shown what happens in a conversation. Deliver is called in order,
// from one goroutine at a time, and must not block.
type Watcher interface{ Deliver(Output) }

// watch gives a watcher an address that sessions on any node can send to.
func (e *Engine) watch(watcher Watcher) (pid *actor.PID, remove func()) {
	registry := e.node.System().ProcessRegistry
	pid, _ = registry.Add(&watching{watcher}, "watcher/"+strconv.FormatUint(e.watches.Add(1), 36))
	return pid, func() { registry.Remove(pid) }
}

// watching is the process behind that address: it only hands over, without a mailbox.
type watching struct{ watcher Watcher }

func (w *watching) SendUserMessage(_ *actor.PID, message any) {
	if output, ok := actor.UnwrapEnvelopeMessage(message).(Output); ok {
		w.watcher.Deliver(output)
	}
}
func (*watching) SendSystemMessage(*actor.PID, any) {}
func (*watching) Stop(*actor.PID)                   {}
