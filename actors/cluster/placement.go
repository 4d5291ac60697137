package cluster

import (
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"
)

// claims says which node holds an identity. It may forget, so that two nodes
// hold one for a while: SQL decides who writes.
type claims interface {
	// claim returns the address of the node that holds key, which becomes `self` if nobody does.
	claim(key, self string) (holder string, err error)
	// release gives key up if `self` holds it.
	release(key, self string)
}

// memoryClaims are the claims of a cluster of one.
type memoryClaims struct {
	mutex   sync.Mutex
	holders map[string]string
}

func newMemoryClaims() *memoryClaims { return &memoryClaims{holders: map[string]string{}} }

func (m *memoryClaims) claim(key, self string) (string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if holder, ok := m.holders[key]; ok {
		return holder, nil
	}
	m.holders[key] = self
	return self, nil
}

func (m *memoryClaims) release(key, self string) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.holders[key] == self {
		delete(m.holders, key)
	}
}

// placementName is the name of each node's placement actor.
const placementName = "placement"

// activationTimeout bounds the wait for an activation, on any node.
const activationTimeout = 5 * time.Second

// placement is the identity lookup: a claim says which node holds an identity,
// and that node's placement actor activates it.
type placement struct {
	claims  claims
	kinds   map[string]*actor.Props
	cluster *proto.Cluster
	pid     *actor.PID
}

func newPlacement(claims claims, kinds map[string]*actor.Props) *placement {
	return &placement{claims: claims, kinds: kinds}
}

// Setup starts this node's placement actor.
func (p *placement) Setup(c *proto.Cluster, _ []string, _ bool) {
	p.cluster = c
	props := actor.PropsFromProducer(func() actor.Actor {
		return &placer{placement: p, byKey: map[string]*actor.PID{}, byPID: map[string]*proto.ClusterIdentity{}}
	})
	pid, err := c.ActorSystem.Root.SpawnNamed(props, placementName)
	if err != nil {
		panic("cluster: placement actor is there twice: " + err.Error())
	}
	p.pid = pid
}

// Get finds or makes the activation; nil if it cannot be had now.
func (p *placement) Get(identity *proto.ClusterIdentity) *actor.PID {
	holder, err := p.claims.claim(identity.AsKey(), p.cluster.ActorSystem.Address())
	if err != nil {
		return nil
	}
	request := &proto.ActivationRequest{ClusterIdentity: identity}
	reply, err := p.cluster.ActorSystem.Root.RequestFuture(actor.NewPID(holder, placementName), request, activationTimeout).Result()
	if err != nil {
		return nil
	}
	response, ok := reply.(*proto.ActivationResponse)
	if !ok || response.Failed {
		return nil
	}
	return response.Pid
}

// RemovePid is not needed: an activation leaves by retiring or stopping.
func (p *placement) RemovePid(*proto.ClusterIdentity, *actor.PID) {}

// Shutdown stops the placement actor, and with it the activations.
func (p *placement) Shutdown() {
	if p.pid != nil {
		p.cluster.ActorSystem.Root.Stop(p.pid)
	}
}

// placer is the placement actor. It watches the activations, but they are no children
// of its: the library's set of children goes on holding as many that stopped as
// were ever alive at a time.
type placer struct {
	*placement
	byKey map[string]*actor.PID
	byPID map[string]*proto.ClusterIdentity
}

func (p *placer) Receive(ctx actor.Context) {
	switch message := ctx.Message().(type) {
	case *proto.ActivationRequest:
		ctx.Respond(p.activate(ctx, message.ClusterIdentity))
	case *retire:
		p.forget(message.pid)
	case *actor.Terminated:
		p.forget(message.Who)
	case *actor.Stopping:
		for id := range p.byPID {
			ctx.Stop(actor.NewPID(ctx.Self().Address, id))
		}
	}
}

func (p *placer) activate(ctx actor.Context, identity *proto.ClusterIdentity) *proto.ActivationResponse {
	key := identity.AsKey()
	if pid, ok := p.byKey[key]; ok {
		return &proto.ActivationResponse{Pid: pid}
	}
	props, ok := p.kinds[identity.Kind]
	if !ok {
		return &proto.ActivationResponse{Failed: true}
	}
	pid := ctx.ActorSystem().Root.Spawn(props)
	ctx.Watch(pid)
	ctx.Send(pid, &Placed{Identity: identity.Identity})
	p.byKey[key], p.byPID[pid.Id] = pid, identity
	return &proto.ActivationResponse{Pid: pid}
}

func (p *placer) forget(pid *actor.PID) {
	identity, ok := p.byPID[pid.Id]
	if !ok {
		return // retired before it stopped
	}
	delete(p.byPID, pid.Id)
	delete(p.byKey, identity.AsKey())
	p.claims.release(identity.AsKey(), p.cluster.ActorSystem.Address())
	p.cluster.PidCache.RemoveByValue(identity.Identity, identity.Kind, pid)
}
