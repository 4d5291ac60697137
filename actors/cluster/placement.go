package cluster

import (
	"context"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"

	"parley/chat"
)

// placementName is the name of each node's placement actor.
const placementName = "placement"

const (
	claimTimeout      = 2 * time.Second
	activationTimeout = 2 * time.Second        // of one that another node is to make
	askTimeout        = 500 * time.Millisecond // of asking all others who has something
	gatherReleases    = 2 * time.Millisecond   // a node that drains lets go of thousands
	cacheMost         = 100_000                // places of others' activations that are remembered
)

// How a placement actor is asked, in the request's id, which the library does not read.
const (
	modeClaimed = "claimed" // the asker's claim says that this node holds it
	modeFree    = "free"    // nobody knows who holds it, and nobody said that they do: this node is to have it
	modeHeld    = "held"    // only tell whether it is here
	modeProbe   = "probe"   // only tell that this node can be reached
)

// placement is the identity lookup: a claim says which member holds an identity,
// and that member's placement actor activates it. An identity lands on the node that asks for it first.
type placement struct {
	node    *Node
	store   chat.Placements
	kinds   map[string]*actor.Props
	cluster *proto.Cluster
	pid     *actor.PID

	here  sync.Map // key → *actor.PID: the activations of this node
	there sync.Map // key → *actor.PID: on others, as last heard, which may be stale
	known int      // entries of there, about; guarded by mutex
	mutex sync.Mutex
	loose map[string]struct{} // activated here without a claim, while nobody could make one; guarded by mutex
}

func newPlacement(node *Node, store chat.Placements, kinds map[string]*actor.Props) *placement {
	return &placement{node: node, store: store, kinds: kinds, loose: map[string]struct{}{}}
}

// Setup starts this node's placement actor.
func (p *placement) Setup(c *proto.Cluster, _ []string, _ bool) {
	p.cluster = c
	props := actor.PropsFromProducer(func() actor.Actor {
		return &placer{placement: p, byPID: map[string]*proto.ClusterIdentity{}, releasing: map[string]bool{}}
	})
	pid, err := c.ActorSystem.Root.SpawnNamed(props, placementName)
	if err != nil {
		panic("cluster: placement actor is there twice: " + err.Error())
	}
	p.pid = pid
}

// Get finds or makes the activation; nil if it cannot be had now.
func (p *placement) Get(identity *proto.ClusterIdentity) *actor.PID {
	key := identity.AsKey()
	if pid := p.cached(key); pid != nil {
		return pid
	}
	ctx, cancel := context.WithTimeout(context.Background(), claimTimeout)
	defer cancel()
	now := p.node.view.Load()
	holder, err := p.store.Claim(ctx, key, p.preferred(now, key).ID)
	if err != nil {
		return p.remember(key, p.elsewhere(now, identity))
	}
	member, known := now.member(holder)
	if !known {
		p.node.membership.stir() // it has just come
		return nil
	}
	return p.remember(key, p.ask(member, identity, modeClaimed, activationTimeout))
}

// preferred is the member that is to have what nobody has: this one, while it takes anything.
func (p *placement) preferred(now *view, key string) chat.Member {
	if self, ok := now.member(now.self.ID); ok && !p.node.draining.Load() && !p.node.Aside() {
		return self
	}
	if takers := now.takers(); len(takers) > 0 {
		return rendezvous(key, takers)
	}
	return now.self
}

// elsewhere finds a place without claims: whoever has it says so, and if nobody does, the members that
// answered agree on one.
func (p *placement) elsewhere(now *view, identity *proto.ClusterIdentity) *actor.PID {
	found, free := p.find(identity)
	if found != nil {
		return found
	}
	if !p.node.Refuses() || len(free) == 0 {
		free = append(free, now.self)
	}
	return p.ask(rendezvous(identity.AsKey(), free), identity, modeFree, activationTimeout)
}

// find asks all others who has something. If nobody does, free are those that would take it.
func (p *placement) find(identity *proto.ClusterIdentity) (found *actor.PID, free []chat.Member) {
	var mutex sync.Mutex
	var wait sync.WaitGroup
	for _, member := range p.node.others() {
		wait.Go(func() {
			response := p.request(member, identity, modeHeld, askTimeout)
			mutex.Lock()
			defer mutex.Unlock()
			switch {
			case response == nil: // away
			case response.Pid != nil:
				found = response.Pid
			case !member.Draining && !response.Failed:
				free = append(free, member)
			}
		})
	}
	wait.Wait()
	return found, free
}

func (p *placement) ask(member chat.Member, identity *proto.ClusterIdentity, mode string, timeout time.Duration) *actor.PID {
	if response := p.request(member, identity, mode, timeout); response != nil && !response.Failed {
		return response.Pid
	}
	return nil
}

func (p *placement) request(member chat.Member, identity *proto.ClusterIdentity, mode string, timeout time.Duration) *proto.ActivationResponse {
	request := &proto.ActivationRequest{ClusterIdentity: identity, RequestId: mode}
	future := p.cluster.ActorSystem.Root.RequestFuture(actor.NewPID(member.Address, placementName), request, timeout)
	defer p.node.pending.add(member.Address, future.PID())() // a member that dies is not waited for
	reply, err := future.Result()
	if err != nil {
		return nil
	}
	response, _ := reply.(*proto.ActivationResponse)
	return response
}

// cached is where an activation is, as far as this node remembers.
func (p *placement) cached(key string) *actor.PID {
	if pid, ok := p.here.Load(key); ok {
		return pid.(*actor.PID)
	}
	if pid, ok := p.there.Load(key); ok {
		return pid.(*actor.PID)
	}
	return nil
}

func (p *placement) remember(key string, pid *actor.PID) *actor.PID {
	if pid == nil || p.isLocal(pid) {
		return pid
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.known++; p.known > cacheMost {
		p.there.Clear()
		p.known = 0
	}
	p.there.Store(key, pid)
	return pid
}

// misplaced drops what is remembered of a place that was wrong.
func (p *placement) misplaced(key string, pid *actor.PID) {
	if there, ok := p.there.Load(key); ok && there.(*actor.PID).Equal(pid) {
		p.there.CompareAndDelete(key, there)
	}
}

// forgetMember drops what is remembered of a member that is gone.
func (p *placement) forgetMember(address string) {
	p.there.Range(func(key, pid any) bool {
		if pid.(*actor.PID).Address == address {
			p.there.CompareAndDelete(key, pid)
		}
		return true
	})
}

func (p *placement) isLocal(pid *actor.PID) bool {
	return pid.Address == p.cluster.ActorSystem.Address()
}

// unclaimed marks an activation that was made while nobody could claim it.
func (p *placement) unclaimed(key string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.loose[key] = struct{}{}
}

// left forgets that one that is gone has no claim.
func (p *placement) left(key string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	delete(p.loose, key)
}

// holdUnclaimed says of what was activated without a claim that it is here, now that claims are made again.
func (p *placement) holdUnclaimed() {
	p.mutex.Lock()
	keys := make([]string, 0, len(p.loose))
	for key := range p.loose {
		keys = append(keys, key)
	}
	clear(p.loose)
	p.mutex.Unlock()
	if len(keys) > 0 {
		p.hold(keys)
	}
}

// hold says again that this node holds the keys, nil: all that it does, and lets go of those that another has.
func (p *placement) hold(keys []string) {
	if keys == nil {
		p.here.Range(func(key, _ any) bool {
			keys = append(keys, key.(string))
			return true
		})
	}
	if len(keys) == 0 || p.pid == nil {
		return
	}
	member := p.node.membership.describe().ID
	p.node.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), holdTimeout)
		defer cancel()
		lost, err := p.store.Hold(ctx, member, keys)
		if err != nil {
			for _, key := range keys { // with the next beat
				if _, here := p.here.Load(key); here {
					p.unclaimed(key)
				}
			}
			return
		}
		if len(lost) > 0 {
			p.cluster.ActorSystem.Root.Send(p.pid, &lostKeys{lost})
		}
	})
}

// holdTimeout bounds the saying again of all that a node holds.
const holdTimeout = 10 * time.Second

// vacate has all activations leave: at once, or when they have ended what they are at.
func (p *placement) vacate(now bool) {
	p.cluster.ActorSystem.Root.Send(p.pid, &Vacate{Now: now})
}

// RemovePid is not needed: an activation leaves by retiring or stopping.
func (p *placement) RemovePid(*proto.ClusterIdentity, *actor.PID) {}

// Shutdown stops the placement actor, and with it the activations.
func (p *placement) Shutdown() {
	if p.pid != nil {
		p.cluster.ActorSystem.Root.Stop(p.pid)
	}
}
