package cluster

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"

	"parley/chat"
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

// rolls is a store that tells the next roll at each beat.
type rolls struct {
	*memory
	next []chat.Roll
}

func (r *rolls) Beat(context.Context, chat.Member, time.Duration, bool) (chat.Roll, error) {
	roll := r.next[0]
	r.next = r.next[1:]
	return roll, nil
}

func TestNobodyIsCertainWhileTheRollBeginsAnew(t *testing.T) {
	// One that was cut off while the store lost its data may be the first on the new roll, and all that it holds be others' by now.
	n := &Node{logger: slog.New(slog.DiscardHandler)}
	self := chat.Member{ID: "a"}
	store := &rolls{newMemory(), []chat.Roll{{Generation: "1", Members: []chat.Member{self}}, {Generation: "2", Members: []chat.Member{self}}}}
	n.membership = &membership{node: n, store: store, ttl: 200 * time.Millisecond, topics: make(chan proto.Members, 1), self: self}
	n.placement = newPlacement(n, newMemory(), nil)
	n.view.Store(&view{self: self})
	n.membership.beat(t.Context())
	if !n.Certain() {
		t.Error("not certain of the first roll")
	}
	n.membership.beat(t.Context())
	if n.Certain() {
		t.Error("certain of a roll that has just begun")
	}
	time.Sleep(n.membership.ttl)
	if !n.membership.complete() {
		t.Error("the others had the time to say what they hold")
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
