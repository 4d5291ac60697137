package actors

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
)

// here is the context of an actor at an address.
type here struct {
	actor.Context
	address string
}

func (h here) Self() *actor.PID                { return actor.NewPID(h.address, "session") }
func (h here) Sender() *actor.PID              { return nil }
func (h here) ActorSystem() *actor.ActorSystem { return actor.NewActorSystem() }

func TestAnActivationStaysWithWhomItWasMadeFor(t *testing.T) {
	// While claims cannot be made, nodes agree on a place: one that left for its visitor's node would be made at the
	// same place again, and leave again.
	s := &session{phase: live, activity: 1}
	s.attach(here{address: "a:1"}, &attach{Follow: true, Watcher: actor.NewPID("b:1", "watcher")}, nil)
	if s.phase != live || len(s.watchers) != 1 {
		t.Errorf("it has left: phase %v, %d watchers", s.phase, len(s.watchers))
	}
}

func TestNobodyIsAttachedWhoGaveUpMeanwhile(t *testing.T) {
	// What takes a wish back is heard before the wish, when SQL is asked first.
	s := &session{phase: live, activity: 1}
	s.attach(here{address: "a:1"}, &attach{Watcher: actor.NewPID("a:1", "gone")}, nil)
	if len(s.watchers) != 0 {
		t.Error("nobody will ever detach it")
	}
}

func TestAnOrderIsNotWrittenForWhoHasStoppedToWait(t *testing.T) {
	s := &session{} // its log is not open yet
	soon := time.Now().Add(time.Second)
	for _, until := range []time.Time{soon, soon.Add(time.Hour), {}} {
		s.asked(here{address: "a:1"}, &cluster.Call{Message: &wake{}, Until: until})
	}
	if !s.early[0].until.Equal(soon) {
		t.Errorf("it waits until %v, and not %v", s.early[0].until, soon)
	}
	for _, r := range s.early[1:] {
		if left := time.Until(r.until); left <= 0 || left > patience {
			t.Errorf("it waits for %v", left)
		}
	}
}
