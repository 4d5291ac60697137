package actors

import (
	"testing"

	"github.com/asynkron/protoactor-go/actor"
)

// here is the context of an actor at an address.
type here struct {
	actor.Context
	address string
}

func (h here) Self() *actor.PID { return actor.NewPID(h.address, "session") }

func TestAnActivationStaysWithWhomItWasMadeFor(t *testing.T) {
	// While claims cannot be made, nodes agree on a place: one that left for its visitor's node would be made at the
	// same place again, and leave again.
	s := &session{phase: live, activity: 1}
	s.attach(here{address: "a:1"}, &attach{Follow: true, Watcher: actor.NewPID("b:1", "watcher")}, nil)
	if s.phase != live || len(s.watchers) != 1 {
		t.Errorf("it has left: phase %v, %d watchers", s.phase, len(s.watchers))
	}
}
