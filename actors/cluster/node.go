package cluster

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	proto "github.com/asynkron/protoactor-go/cluster"
	"github.com/asynkron/protoactor-go/remote"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"

	"parley/chat"
)

// What every actor of a kind is told by its node, besides *Call.
type (
	// Placed is the first message an activation gets: who it is.
	Placed struct{ Identity string }
	// Vacate asks an activation to leave: at once, since another node has it or may have, or when it has
	// ended what it is at.
	Vacate struct{ Now bool }
	// Departed tells that the node at an address is gone, and all who watched from there.
	Departed struct{ Address string }
)

// Again is an actor's answer to a request that it cannot take any more: it is
// about to stop, and the caller should look it up anew.
type Again struct{}

// Config is what a node needs. Without an Address it is a cluster of one, and needs only Kinds, Codec and Logger.
type Config struct {
	// Kinds are the actors that may be activated here, by name; see Placed.
	Kinds  map[string]*actor.Props
	Codec  *Codec // of what they are told, and reply
	Logger *slog.Logger

	Address    string        // host:port at which the other nodes reach this one
	Listen     string        // host:port to listen on; "": Address
	Secret     []byte        // 32 bytes, the same on all nodes: who has it is one
	Version    string        // of the program, for people to see
	TTL        time.Duration // after which a silent member is given up; 0: 3 s
	Membership chat.Membership
	Placements chat.Placements
	Announcer  chat.Announcer // tells the others at once when a member comes or leaves

	// Left is told the address of a member that is gone: what it held is lost, and who watched there is, too.
	Left func(address string)
	// Cut is told the address of a member to which a connection broke: what was under way may be lost.
	Cut func(address string)
	// Changed is told that the roll has changed, and how many members live.
	Changed func(members int)
}

const defaultTTL = 3 * time.Second

// Node is this process as a member of the cluster.
type Node struct {
	cluster    *proto.Cluster
	placement  *placement
	membership *membership
	logger     *slog.Logger
	codec      *Codec
	announcer  chat.Announcer
	kinds      []string
	left       func(string)
	changed    func(members int)
	attempt    time.Duration // bounds one try of a request

	view      atomic.Pointer[view]
	open      atomic.Bool // see Open
	draining  atomic.Bool
	isolated  atomic.Bool
	shunned   atomic.Bool // isolated, and aside
	evictions atomic.Int64
	asked     struct{ here, there atomic.Int64 }
	pending   pending
	telling   atomic.Int64 // messages whose actor is looked for
	stop      context.CancelFunc
	tasks     sync.WaitGroup
}

// Start joins the cluster, which takes about a second. Nothing is activated here until Open. Of the errors one is to be
// expected: that the address to listen on is taken.
func Start(config Config) (*Node, error) {
	system := actor.NewActorSystem(
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return slog.New(warnings{config.Logger.Handler()}) }),
		actor.WithDeadLetterRequestLogging(false),
	)
	// Processes are named by a counter. One that began at the same number as that of the process which had this address
	// before would have late replies, and what is shown to those who watched there, reach somebody else.
	system.ProcessRegistry.SequenceID = mathrand.Uint64() >> 2 //nolint:gosec // G404: names, not secrets.
	n := &Node{
		logger: config.Logger, codec: config.Codec, announcer: config.Announcer, left: config.Left, changed: config.Changed, attempt: localAttempt,
		pending: pending{calls: map[string]map[*actor.PID]struct{}{}},
	}
	carry(system, n.codec)
	store, placements := config.Membership, config.Placements
	if config.Address == "" {
		alone := newMemory()
		store, placements = alone, alone
	}
	n.placement = newPlacement(n, placements, config.Kinds)
	n.membership = &membership{
		node: n, store: store, ttl: cmp.Or(config.TTL, defaultTTL),
		alone: config.Address == "", nudge: make(chan struct{}, 1), topics: make(chan proto.Members, 1),
		self: chat.Member{ID: newMemberID(), Address: config.Address, Version: config.Version, Draining: true},
	}
	// Others may ask this node for what a process had that was at its address before, as soon as it listens.
	n.view.Store(&view{self: n.membership.self})
	transport, err := listening(config)
	if err != nil {
		return nil, err
	}
	joined := proto.Configure("parley", n.membership, n.placement, transport)
	// Nothing of ours is in the library's gossip, and who lives is for the membership to say.
	joined.GossipInterval, joined.HeartbeatExpiration = time.Hour, 24*time.Hour
	for name, props := range config.Kinds {
		// Not NewKind: its middleware clones the Props of each activation.
		joined.Kinds[name] = &proto.Kind{Kind: name, Props: props}
		n.kinds = append(n.kinds, name)
	}
	n.cluster = proto.New(system, joined)
	if err := n.startMember(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	if config.Address != "" {
		n.mindConnections(config.Cut)
		n.tasks.Go(func() { n.probe(ctx) })
		if err := n.hear(ctx); err != nil {
			n.logger.Warn("changes of the cluster are noticed a little late", slog.Any("error", err))
		}
	}
	return n, nil
}

// Open has actors be activated here, once all is there that they need. Until then the others are told that
// this node takes nothing new.
func (n *Node) Open() {
	n.open.Store(true)
	n.membership.say(func(self *chat.Member) { self.Draining = false })
}

// startMember has the library start, which panics when it cannot listen.
func (n *Node) startMember() (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("join the cluster: %v", cause)
		}
	}()
	n.cluster.StartMember()
	return nil
}

// Limits of what nodes send each other. A batch of the library's has up to batchMost messages, of which the largest
// are answers so far; what is larger than messageMost closes the stream between two nodes.
const (
	batchMost   = 256
	messageMost = 64 << 20
)

// Keepalive of streams between nodes: what is sent and not received for pingTimeout closes the stream, so
// that what waits for a node that is cut off does not pile up.
const (
	pingEvery   = 10 * time.Second // the least that gRPC allows
	pingTimeout = 3 * time.Second
)

// listening is how nodes reach each other. A single node listens, too, since the library cannot do
// without: where nobody else can reach it, and for a secret that nobody has.
func listening(config Config) (*remote.Config, error) {
	secret, listen := config.Secret, cmp.Or(config.Listen, config.Address, "127.0.0.1:0")
	if config.Address == "" {
		secret = make([]byte, 32)
		_, _ = rand.Read(secret) // never fails
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("the cluster's address %q is not host:port: %w", listen, err)
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("the cluster's address %q has no port number", listen)
	}
	mutual, err := mutualTLS(secret)
	if err != nil {
		return nil, err
	}
	mutualCredentials := credentials.NewTLS(mutual)
	transport := remote.Configure(host, int(number),
		remote.WithServerOptions(
			grpc.Creds(mutualCredentials), grpc.MaxRecvMsgSize(messageMost),
			grpc.KeepaliveParams(keepalive.ServerParameters{Time: pingEvery, Timeout: pingTimeout}),
			grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: pingEvery / 2, PermitWithoutStream: true}),
		),
		remote.WithDialOptions(
			grpc.WithTransportCredentials(mutualCredentials),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(messageMost)),
			grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingEvery, Timeout: pingTimeout, PermitWithoutStream: true}),
			grpc.WithConnectParams(grpc.ConnectParams{MinConnectTimeout: time.Second}),
		),
		remote.WithEndpointWriterBatchSize(batchMost),
		remote.WithEndpointWriterQueueSize(1_000), // where it begins: the default takes 16 MB for each peer
	)
	transport.MaxRetryCount = 1 // what waits meanwhile is told that it reached nobody
	if config.Address != "" {
		transport.AdvertisedHost = config.Address
	}
	return transport, nil
}

// hear looks at the roll at once when a member says that it comes or leaves.
func (n *Node) hear(ctx context.Context) error {
	if n.announcer == nil {
		return nil
	}
	own := func(id string) bool { return id == n.membership.describe().ID }
	return n.announcer.Subscribe(ctx, chat.TopicNode, chat.Listener{Heard: func(id string) {
		if !own(id) {
			n.membership.stir()
		}
	}, Missed: n.membership.stir})
}

// System is the actor system of this node, for actors that have no identity in the cluster.
func (n *Node) System() *actor.ActorSystem { return n.cluster.ActorSystem }

// Address is where the other nodes reach this one.
func (n *Node) Address() string { return n.cluster.ActorSystem.Address() }

// ID is this member's, for people and logs. It changes when the others had given it up.
func (n *Node) ID() string { return n.membership.describe().ID }

// Aside tells that this node holds nothing and is to serve nobody, since others cannot reach it.
func (n *Node) Aside() bool { return n.view.Load().isAside() || n.shunned.Load() }

// Isolated tells that this node reaches neither the shared store nor any of the members that it knew: either all of them
// are gone, or it is cut off and they go on without it.
func (n *Node) Isolated() bool { return n.isolated.Load() }

// Shun has a node that is isolated step aside, once something that it does reach tells that the others live; false ends that.
func (n *Node) Shun(shunned bool) {
	if was := n.shunned.Swap(shunned); shunned && !was {
		n.logger.Warn("this node is cut off from the others; it steps aside until it is not")
		n.placement.vacate(false)
	}
}

// Members are those that live, as far as this node knows.
func (n *Node) Members() []chat.Member { return n.view.Load().members }

// Stats counts since the start.
type Stats struct {
	Members     int   // that live now
	Evictions   int64 // how often the others had given this node up
	AskedHere   int64 // requests to actors of this node
	AskedOthers int64 // and of others
}

// Stats returns what this node has counted.
func (n *Node) Stats() Stats {
	return Stats{len(n.Members()), n.evictions.Load(), n.asked.here.Load(), n.asked.there.Load()}
}

// Here returns the identities of a kind that are active on this node.
func (n *Node) Here(kind string) (identities []string) {
	n.placement.here.Range(func(key, _ any) bool {
		if identity, ok := strings.CutPrefix(key.(string), kind+"/"); ok {
			identities = append(identities, identity)
		}
		return true
	})
	return identities
}

// TellHere sends message to an actor of this node, if it is active.
func (n *Node) TellHere(kind, identity string, message any) {
	if pid, ok := n.placement.here.Load(kind + "/" + identity); ok {
		n.System().Root.Send(pid.(*actor.PID), message)
	}
}

// Certain tells that the other members cannot have what this node holds: it has been heard lately, so that nobody has given it up,
// and who holds what was not forgotten lately; or it is the only one.
func (n *Node) Certain() bool { return n.membership.certain() && n.membership.complete() }

// Alone tells that this node is no member of a cluster.
func (n *Node) Alone() bool { return n.membership.alone }

// Lives tells whether a member at the address does, as far as this node knows.
func (n *Node) Lives(address string) bool {
	return slices.ContainsFunc(n.view.Load().members, func(m chat.Member) bool { return m.Address == address })
}

// Refuses tells whether this node takes nothing new, because it drains or stands aside, and another does.
func (n *Node) Refuses() bool {
	now := n.view.Load()
	return (n.draining.Load() || n.Aside()) && len(now.takers()) > 0
}

// Drain says that this node is about to leave: it takes nothing new, and what it holds is asked to leave
// as soon as it has ended what it is at. Repeating is allowed.
func (n *Node) Drain() {
	n.draining.Store(true)
	n.membership.say(func(self *chat.Member) { self.Draining = true })
	n.placement.vacate(false)
}

// Stop leaves the cluster, which takes about two seconds. Actors that still
// run are not waited for.
func (n *Node) Stop() {
	n.stop()
	n.cluster.Shutdown(true)
	n.tasks.Wait()
}

// Retire takes the activation out of the directory, so that the next request
// makes a new one. The actor stops itself later, answering Again until then.
func (n *Node) Retire(pid *actor.PID) {
	n.System().Root.Send(n.placement.pid, &retire{pid})
}

// mindConnections has what is lost with a connection between nodes be made up for: whoever watches through it
// attaches anew. The library tells of it where nobody may be kept waiting.
func (n *Node) mindConnections(cut func(address string)) {
	n.System().EventStream.Subscribe(func(event any) {
		broken, ok := event.(*remote.EndpointTerminatedEvent)
		if !ok || broken.Address == n.Address() {
			return
		}
		n.System().Root.Send(n.placement.pid, &departed{broken.Address})
		if cut != nil {
			go cut(broken.Address)
		}
	})
}

// lost cleans up after a member that is gone.
func (n *Node) lost(member chat.Member) {
	n.placement.forgetMember(member.Address)
	for _, future := range n.pending.of(member.Address) {
		n.System().Root.Send(future, &actor.DeadLetterResponse{})
	}
	n.System().Root.Send(n.placement.pid, &departed{member.Address})
	if n.left != nil {
		n.left(member.Address)
	}
}

// warnings passes on what the actor library logs from Warn upwards, but for the connections between nodes that
// come and go: the roll says who is gone, and probes who cannot be reached.
type warnings struct{ slog.Handler }

// Handle implements slog.Handler.
func (w warnings) Handle(ctx context.Context, record slog.Record) error {
	if strings.HasPrefix(record.Message, "Endpoint") {
		return nil
	}
	return w.Handler.Handle(ctx, record)
}

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
