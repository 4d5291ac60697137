package cluster

import (
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"
)

// asked is the context of an actor that answers.
type asked struct {
	actor.Context
	answer any
}

func (a *asked) Respond(answer any)              { a.answer = answer }
func (a *asked) Self() *actor.PID                { return actor.NewPID("a:1", placementName) }
func (a *asked) Sender() *actor.PID              { return actor.NewPID("b:1", "asker") }
func (a *asked) ActorSystem() *actor.ActorSystem { return nil }

func TestANodeThatDoesNotServeYetRefuses(t *testing.T) {
	// Another node asks for what a process had that was at this address before, as soon as somebody listens there.
	n := &Node{membership: &membership{}}
	p := &placer{placement: newPlacement(n, newMemory(), nil), releasing: map[string]bool{}, gathering: true}
	ctx := &asked{}
	p.claim(ctx, &proto.ActivationRequest{RequestId: modeClaimed, ClusterIdentity: proto.NewClusterIdentity("tnt/a", "subject")})
	if answer, ok := ctx.answer.(*proto.ActivationResponse); !ok || !answer.Failed {
		t.Errorf("got %v", ctx.answer)
	}
}

func TestNobodyIsCertainWhoseClockWasSet(t *testing.T) {
	m := &membership{ttl: time.Minute}
	if m.certain() {
		t.Error("certain before the first beat")
	}
	for ahead, want := range map[time.Duration]bool{0: true, time.Hour: false, -time.Hour: false} {
		sent := time.Now().Round(0).Add(ahead) // by the wall only, as what a clock that is set does
		m.beaten.Store(&sent)
		if got := m.certain(); got != want {
			t.Errorf("%v ahead: %v", ahead, got)
		}
	}
}
