package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"

	"parley/chat"
)

// attemptTimeout bounds one try of a request. It is longer than a slow commit,
// because a try that was cut off may still take effect.
const attemptTimeout = 10 * time.Second

// Placed is the first message an activation gets: who it is.
type Placed struct{ Identity string }

// retire asks a placement to find an activation no longer, for it is about to stop.
type retire struct{ pid *actor.PID }

// Again is an actor's answer to a request that it cannot take any more: it is
// about to stop, and the caller should look it up anew.
type Again struct{}

// Node is this process as a member of the cluster.
type Node struct {
	cluster   *proto.Cluster
	placement *placement
	attempt   time.Duration // bounds one try of a request
}

// Start joins the cluster, which takes about a second. kinds are the actors
// that may be activated here, by name; their first message is Placed.
func Start(logger *slog.Logger, kinds map[string]*actor.Props) *Node {
	system := actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(warnings{logger.Handler()}) }),
		actor.WithDeadLetterRequestLogging(false),
	)
	placement := newPlacement(newMemoryClaims(), kinds)
	config := proto.Configure("parley", alone{}, placement, remote.Configure("127.0.0.1", 0))
	for name, props := range kinds {
		// Not NewKind: its middleware clones the Props of each activation.
		config.Kinds[name] = &proto.Kind{Kind: name, Props: props}
	}
	node := &Node{cluster: proto.New(system, config), placement: placement, attempt: attemptTimeout}
	node.cluster.StartMember()
	return node
}

// System is the actor system of this node, for actors that have no identity in the cluster.
func (n *Node) System() *actor.ActorSystem { return n.cluster.ActorSystem }

// Stop leaves the cluster, which takes about two seconds. Actors that still
// run are not waited for.
func (n *Node) Stop() { n.cluster.Shutdown(true) }

// Retire takes the activation out of the directory, so that the next request
// makes a new one. The actor stops itself later, answering Again until then.
func (n *Node) Retire(pid *actor.PID) {
	n.System().Root.Send(n.placement.pid, &retire{pid})
}

// Request sends message to the actor of that kind and identity and returns its
// reply. A reply that is an error is returned as the error. While there is time
// in ctx it tries again when the activation had gone, which for one on another
// node is a guess: messages must be idempotent. One here that is slow is waited
// for 10 s and not asked twice.
func (n *Node) Request(ctx context.Context, kind, identity string, message any) (any, error) {
	wait := 5 * time.Millisecond
	for {
		reply, err := n.try(ctx, kind, identity, message)
		if err == nil {
			if failure, ok := reply.(error); ok {
				return nil, failure
			}
			return reply, nil
		}
		if !errors.Is(err, errGone) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, chat.ErrUnavailable.Because(fmt.Errorf("reach %s %s: %w", kind, identity, err))
		case <-time.After(wait):
		}
		wait = min(2*wait, 200*time.Millisecond)
	}
}

// Tell sends message to the actor of that kind and identity if this node knows
// where it is; it activates nothing, and may be lost.
func (n *Node) Tell(kind, identity string, message any) {
	if pid, cached := n.cluster.PidCache.Get(identity, kind); cached {
		n.System().Root.Send(pid, message)
	}
}

// errGone marks a try that certainly or probably reached nobody.
var errGone = errors.New("the activation is gone")

func (n *Node) try(ctx context.Context, kind, identity string, message any) (any, error) {
	pid, cached := n.cluster.PidCache.Get(identity, kind)
	if !cached {
		if pid = n.cluster.Get(identity, kind); pid == nil {
			return nil, errGone
		}
		n.cluster.PidCache.Set(identity, kind, pid)
	}
	timeout := n.attempt
	if deadline, ok := ctx.Deadline(); ok {
		timeout = min(timeout, max(time.Until(deadline), time.Millisecond))
	}
	reply, err := n.System().Root.RequestFuture(pid, message, timeout).Result()
	switch {
	case err == nil:
		if _, again := reply.(*Again); !again {
			return reply, nil
		}
		err = errGone
	case errors.Is(err, actor.ErrDeadLetter), errors.Is(err, remote.ErrDeadLetter):
		err = errGone
	case errors.Is(err, actor.ErrTimeout), errors.Is(err, remote.ErrTimeout):
		if pid.Address == n.System().Address() {
			// Slow, not gone: the dead are told at once. It has the message, and may still obey.
			return nil, fmt.Errorf("ask %s %s: no reply in %v", kind, identity, timeout)
		}
		err = fmt.Errorf("%w: no reply in %v", errGone, timeout)
	default:
		err = fmt.Errorf("ask %s %s: %w", kind, identity, err)
	}
	n.cluster.PidCache.RemoveByValue(identity, kind, pid)
	return nil, err
}

// alone is the membership of a cluster of one.
type alone struct{}

func (alone) StartMember(c *proto.Cluster) error {
	host, port, err := c.ActorSystem.GetHostPort()
	if err != nil {
		return fmt.Errorf("find this node's own address: %w", err)
	}
	c.MemberList.UpdateClusterTopology(proto.Members{{
		Id: c.ActorSystem.ID, Host: host, Port: int32(port), Kinds: c.GetClusterKinds(),
	}})
	return nil
}

func (alone) StartClient(*proto.Cluster) error { return nil }
func (alone) Shutdown(bool) error              { return nil }

// warnings passes on what the actor library logs from Warn upwards.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
