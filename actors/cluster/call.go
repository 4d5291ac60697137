package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"

	"parley/chat"
)

// How long one try of a request may take. One here that is slow is waited for longer than a slow commit takes,
// and is not asked twice. Of one on another node nobody knows whether it is slow or cut off: it is asked again,
// with the same id, by which it knows what it has heard before.
const (
	localAttempt  = 10 * time.Second
	remoteAttempt = 2 * time.Second
)

// Pauses between tries.
const (
	firstWait = 5 * time.Millisecond
	lastWait  = 200 * time.Millisecond
)

// Call is a request as it arrives. The ID is the same for all tries of one request; Trace is the W3C trace
// context of whoever asks, "" if nobody traces; the asker waits until Until, the zero time: for as long as it takes.
type Call struct {
	ID      uint64
	Trace   string
	Until   time.Time
	Message any
}

// errGone marks a try that certainly or probably reached nobody.
var errGone = errors.New("the activation is gone")

// Request brings message to the actor of that kind and identity, as a *Call, and returns its
// reply and where it came from. A reply that is an error is returned as the error. While there is time
// in ctx it tries again when the activation had gone, which for one on another node is a guess: whoever is asked
// may hear one call twice, and knows it by its id.
func (n *Node) Request(ctx context.Context, kind, identity, trace string, message any) (reply any, from string, err error) {
	call := &Call{ID: rand.Uint64() | 1, Trace: trace, Message: message} //nolint:gosec // G404: names a call, keeps no secret.
	if deadline, ok := ctx.Deadline(); ok {
		call.Until = deadline
	}
	wait := firstWait
	for {
		reply, from, err = n.try(ctx, kind, identity, call)
		if err == nil {
			if failure, ok := reply.(error); ok {
				return nil, from, failure
			}
			return reply, from, nil
		}
		if !errors.Is(err, errGone) {
			return nil, from, err
		}
		select {
		case <-ctx.Done():
			return nil, from, chat.ErrUnavailable.Because(fmt.Errorf("reach %s %s: %w", kind, identity, err))
		case <-time.After(wait/2 + rand.N(wait)): //nolint:gosec // G404: only spreads the load.
		}
		wait = min(2*wait, lastWait)
	}
}

// tellMost bounds how many messages wait at once for somebody to say where their actor is.
const tellMost = 4096

// Tell sends message to the actor of that kind and identity, which it looks for if this node does not know where
// that is; it activates nothing, and may be lost.
func (n *Node) Tell(kind, identity string, message any) {
	if pid := n.placement.cached(kind + "/" + identity); pid != nil {
		n.System().Root.Send(pid, message)
		return
	}
	if len(n.Members()) == 1 {
		return
	}
	if n.telling.Add(1) > tellMost {
		n.telling.Add(-1)
		return
	}
	go func() {
		defer n.telling.Add(-1)
		found, _ := n.placement.find(proto.NewClusterIdentity(identity, kind))
		if found != nil {
			n.System().Root.Send(n.placement.remember(kind+"/"+identity, found), message)
		}
	}()
}

func (n *Node) try(ctx context.Context, kind, identity string, call *Call) (any, string, error) {
	pid := n.placement.cached(kind + "/" + identity)
	if pid == nil {
		pid = n.cluster.Get(identity, kind)
	}
	if pid == nil {
		return nil, "", errGone
	}
	local, timeout := n.placement.isLocal(pid), n.attempt
	if !local {
		timeout = min(n.attempt, remoteAttempt)
	}
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, max(time.Until(deadline), time.Millisecond))
	}
	future := n.System().Root.RequestFuture(pid, call, timeout)
	if local {
		n.asked.here.Add(1)
	} else {
		n.asked.there.Add(1)
		defer n.pending.add(pid.Address, future.PID())()
	}
	reply, err := future.Result()
	reply = n.codec.Open(reply)
	switch {
	case err == nil && reply == nil:
		// The library lets a reply that comes as its node is given up overwrite half of that.
		err = errGone
	case err == nil:
		if _, again := reply.(*Again); !again {
			return reply, pid.Address, nil
		}
		err = errGone
	case errors.Is(err, actor.ErrDeadLetter), errors.Is(err, remote.ErrDeadLetter):
		err = errGone
	case errors.Is(err, actor.ErrTimeout), errors.Is(err, remote.ErrTimeout):
		if local {
			// Slow, not gone: the dead are told at once. It has the message, and may still obey.
			return nil, pid.Address, fmt.Errorf("ask %s %s: no reply in %v", kind, identity, timeout)
		}
		err = fmt.Errorf("%w: no reply from %s in %v", errGone, pid.Address, timeout)
	default:
		err = fmt.Errorf("ask %s %s: %w", kind, identity, err)
	}
	n.placement.misplaced(kind+"/"+identity, pid)
	return nil, pid.Address, err
}

// pending are the requests that wait for a reply from another node, by its address.
type pending struct {
	mutex sync.Mutex
	calls map[string]map[*actor.PID]struct{}
}

// add notes a request until the function that it returns is called.
func (p *pending) add(address string, future *actor.PID) (done func()) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.calls[address] == nil {
		p.calls[address] = map[*actor.PID]struct{}{}
	}
	p.calls[address][future] = struct{}{}
	return func() {
		p.mutex.Lock()
		defer p.mutex.Unlock()
		delete(p.calls[address], future)
		if len(p.calls[address]) == 0 {
			delete(p.calls, address)
		}
	}
}

// of are the requests that wait for a node.
func (p *pending) of(address string) []*actor.PID {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	futures := make([]*actor.PID, 0, len(p.calls[address]))
	for future := range p.calls[address] {
		futures = append(futures, future)
	}
	return futures
}
