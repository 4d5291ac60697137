package cluster

import (
	"context"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"
)

// placer is the placement actor of a node: it alone makes activations, and gives up their claims. It watches
// them, but they are no children of its: the library's set of children goes on holding as many that stopped as
// were ever alive at a time.
type placer struct {
	*placement
	byPID     map[string]*proto.ClusterIdentity // by the PID's id
	releasing map[string]bool                   // claims to be given up; true: that is under way
	gathering bool
}

// What a placer is told by its node.
type (
	// retire asks it to find an activation no longer, for it is about to stop.
	retire struct{ pid *actor.PID }
	// claimed is what became of a claim that was made for another node's request.
	claimed struct {
		request *proto.ActivationRequest
		sender  *actor.PID
		ours    bool
	}
	lostKeys struct{ keys []string } // another member holds them
	release  struct{}                // gathered long enough
	released struct{ keys []string }
	departed struct{ address string }
)

func (p *placer) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *proto.ActivationRequest:
		p.requested(ctx, message)
	case *claimed:
		p.claimed(ctx, message)
	case *retire:
		p.forget(ctx, message.pid)
	case *actor.Terminated:
		p.forget(ctx, message.Who)
	case *release:
		p.release(ctx)
	case *released:
		for _, key := range message.keys {
			delete(p.releasing, key)
		}
	case *Vacate:
		p.tell(ctx, message)
	case *departed:
		p.tell(ctx, &Departed{Address: message.address})
	case *lostKeys:
		p.lost(ctx, message.keys)
	case *actor.Stopping:
		for id := range p.byPID {
			ctx.Stop(actor.NewPID(ctx.Self().Address, id))
		}
	}
}

// requested answers a node that looks for an activation.
func (p *placer) requested(ctx actor.Context, request *proto.ActivationRequest) {
	if request.RequestId == modeProbe {
		ctx.Respond(&proto.ActivationResponse{})
		return
	}
	key := request.ClusterIdentity.AsKey()
	pid, here := p.placement.here.Load(key)
	switch {
	case here:
		ctx.Respond(&proto.ActivationResponse{Pid: pid.(*actor.PID)})
	case request.RequestId == modeHeld:
		ctx.Respond(&proto.ActivationResponse{Failed: p.refuses()}) // the roll may not say so
	case request.RequestId == modeClaimed && !p.isLocal(ctx.Sender()):
		// Between the asker's claim and now it may have been given up here and claimed by another.
		p.claim(ctx, request)
	default:
		ctx.Respond(p.activate(ctx, request))
	}
}

func (p *placer) claim(ctx actor.Context, request *proto.ActivationRequest) {
	placement, self, sender := p.placement, ctx.Self(), ctx.Sender()
	member, key := p.node.membership.describe().ID, request.ClusterIdentity.AsKey()
	if p.refuses() {
		p.giveUp(ctx, key)
		ctx.Respond(&proto.ActivationResponse{Failed: true})
		return
	}
	if _, busy := p.releasing[key]; busy {
		ctx.Respond(&proto.ActivationResponse{Failed: true})
		return
	}
	go func() {
		limited, cancel := context.WithTimeout(context.Background(), claimTimeout)
		defer cancel()
		holder, err := placement.store.Claim(limited, key, member)
		placement.cluster.ActorSystem.Root.Send(self, &claimed{request, sender, err == nil && holder == member})
	}()
}

func (p *placer) claimed(ctx actor.Context, m *claimed) {
	response := &proto.ActivationResponse{Failed: true}
	if pid, here := p.placement.here.Load(m.request.ClusterIdentity.AsKey()); here {
		response = &proto.ActivationResponse{Pid: pid.(*actor.PID)}
	} else if m.ours {
		response = p.activate(ctx, m.request)
	}
	ctx.Send(m.sender, response)
}

// activate makes an activation, unless its claim is just being given up or this node takes nothing new.
func (p *placer) activate(ctx actor.Context, request *proto.ActivationRequest) *proto.ActivationResponse {
	identity := request.ClusterIdentity
	key := identity.AsKey()
	props, ok := p.kinds[identity.Kind]
	underWay, releasing := p.releasing[key]
	switch {
	case !ok || underWay:
		return &proto.ActivationResponse{Failed: true}
	case p.refuses():
		p.giveUp(ctx, key)
		return &proto.ActivationResponse{Failed: true}
	case releasing:
		delete(p.releasing, key) // it stays ours
	}
	pid := ctx.ActorSystem().Root.Spawn(props)
	ctx.Watch(pid)
	ctx.Send(pid, &Placed{Identity: identity.Identity})
	p.placement.here.Store(key, pid)
	p.byPID[pid.Id] = identity
	if request.RequestId == modeFree {
		p.unclaimed(key)
	}
	return &proto.ActivationResponse{Pid: pid}
}

// forget takes an activation out of the directory, and gives up its claim with those of others.
func (p *placer) forget(ctx actor.Context, pid *actor.PID) {
	identity, ok := p.byPID[pid.Id]
	if !ok {
		return // retired before it stopped
	}
	key := identity.AsKey()
	delete(p.byPID, pid.Id)
	p.placement.here.Delete(key)
	p.placement.left(key)
	p.giveUp(ctx, key)
}

// refuses tells whether nothing is activated here: others take it, or the actors are not ready.
func (p *placer) refuses() bool { return !p.node.open.Load() || p.node.Refuses() }

// giveUp gives up the claim of what is not here. When this node refuses something it may have one all the same: made just before
// it began to, or not released when the store was away. Nobody could have it as long as this node lives.
func (p *placer) giveUp(ctx actor.Context, key string) {
	if _, known := p.releasing[key]; known {
		return
	}
	p.releasing[key] = false
	if !p.gathering {
		p.gathering = true
		system, self := ctx.ActorSystem(), ctx.Self()
		time.AfterFunc(gatherReleases, func() { system.Root.Send(self, &release{}) })
	}
}

func (p *placer) release(ctx actor.Context) {
	p.gathering = false
	var keys []string
	for key, underWay := range p.releasing {
		if !underWay {
			p.releasing[key] = true
			keys = append(keys, key)
		}
	}
	placement, self, member := p.placement, ctx.Self(), p.node.membership.describe().ID
	go func() {
		limited, cancel := context.WithTimeout(context.Background(), holdTimeout)
		defer cancel()
		if err := placement.store.Release(limited, member, keys); err != nil {
			placement.node.logger.Debug("cannot give up claims; who asks for them is told", slog.Any("error", err))
		}
		placement.cluster.ActorSystem.Root.Send(self, &released{keys})
	}()
}

// lost has those leave that another member holds: SQL refuses whatever they would still write.
func (p *placer) lost(ctx actor.Context, keys []string) {
	for _, key := range keys {
		if pid, here := p.placement.here.Load(key); here {
			ctx.Send(pid.(*actor.PID), &Vacate{Now: true})
		}
	}
}

func (p *placer) tell(ctx actor.Context, message any) {
	for id := range p.byPID {
		ctx.Send(actor.NewPID(ctx.Self().Address, id), message)
	}
}
