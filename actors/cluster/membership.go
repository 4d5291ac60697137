package cluster

import (
	"context"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	proto "github.com/asynkron/protoactor-go/cluster"

	"parley/chat"
)

// Times of membership, as parts of the ttl after which a silent member is given up.
const (
	beatsInTTL  = 4 // beats, of which all must fail before a member is given up
	renewEvery  = 10 * time.Minute
	leaveWithin = time.Second
)

// view is the cluster as this node sees it. It is never changed.
type view struct {
	self    chat.Member
	members []chat.Member // by id
	aside   []string
}

func (v *view) member(id string) (chat.Member, bool) {
	i := slices.IndexFunc(v.members, func(m chat.Member) bool { return m.ID == id })
	if i < 0 {
		return chat.Member{}, false
	}
	return v.members[i], true
}

// takers are the members to which something new may go.
func (v *view) takers() []chat.Member {
	takers := make([]chat.Member, 0, len(v.members))
	for _, m := range v.members {
		if !m.Draining && !slices.Contains(v.aside, m.ID) {
			takers = append(takers, m)
		}
	}
	return takers
}

func (v *view) isAside() bool { return slices.Contains(v.aside, v.self.ID) }

// membership keeps this node in the roll and learns who else is. It is the cluster provider
// of the actor library.
//
// Ids of members are not those of actor systems: the library bars for ever the id of one that left,
// and a node that was given up while it was paused comes back in the same process.
type membership struct {
	node   *Node
	store  chat.Membership
	ttl    time.Duration
	nudge  chan struct{}
	topics chan proto.Members // the library's copy of the roll; the latest wins
	ends   context.CancelFunc
	ended  sync.WaitGroup

	beaten atomic.Pointer[time.Time] // when the last beat that arrived was sent; nil: none was
	forgot atomic.Pointer[time.Time] // when it was seen last that the store had lost its data; nil: never
	alone  bool                      // there are no others

	mutex sync.Mutex // of what the node says of itself
	self  chat.Member

	// Of the beating goroutine alone.
	joins      bool
	away       bool // the store was, at the last beat
	generation string
	renewed    time.Time
}

// StartMember implements the library's ClusterProvider: it joins, and begins to beat. While the store is
// away, the node is alone.
func (m *membership) StartMember(c *proto.Cluster) error {
	ctx, ends := context.WithCancel(context.Background())
	m.ends, m.joins, m.away, m.renewed = ends, true, true, time.Now()
	m.mutex.Lock()
	m.self.Address = c.ActorSystem.Address()
	m.mutex.Unlock()
	m.see([]chat.Member{m.describe()})
	m.beat(ctx)
	// Apart from the beats: in one loop a node that was short of processor time lost its place.
	m.ended.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case members := <-m.topics:
				c.MemberList.UpdateClusterTopology(members)
			}
		}
	})
	m.ended.Go(func() { m.run(ctx) })
	return nil
}

// StartClient implements the library's ClusterProvider. Nobody is a mere client.
func (m *membership) StartClient(*proto.Cluster) error { return nil }

// Shutdown implements the library's ClusterProvider: it leaves, so that the others need not wait for the ttl.
func (m *membership) Shutdown(bool) error {
	m.ends()
	m.ended.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), leaveWithin)
	defer cancel()
	id := m.describe().ID
	if err := m.store.Leave(ctx, id); err != nil {
		m.node.logger.Warn("cannot say that this node leaves; the others notice", slog.Any("error", err))
	}
	return nil
}

func (m *membership) run(ctx context.Context) {
	ticker := time.NewTicker(m.ttl / beatsInTTL)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-m.nudge:
		}
		m.beat(ctx)
	}
}

// beat says that this node lives, and looks who else does.
func (m *membership) beat(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, m.ttl/2)
	defer cancel()
	sent := time.Now()
	roll, err := m.store.Beat(limited, m.describe(), m.ttl, m.joins)
	if err != nil {
		m.away = true
		return // nobody is given up while nobody knows
	}
	if roll.Evicted {
		m.node.logger.Warn("the others had given this node up; it lets go of all conversations and joins anew", slog.String("node", m.describe().ID))
		m.node.evictions.Add(1)
		m.node.placement.vacate(true)
		m.mutex.Lock()
		m.self.ID = newMemberID()
		m.mutex.Unlock()
		m.joins = true
		m.stir()
		return
	}
	m.joins = false
	m.beaten.Store(&sent)
	if m.generation != "" && roll.Generation != m.generation {
		now := time.Now()
		m.forgot.Store(&now)
	}
	returned := m.away || roll.Generation != m.generation
	m.away, m.generation = false, roll.Generation
	m.see(roll.Members)
	if returned || time.Since(m.renewed) > renewEvery {
		m.renewed = time.Now()
		m.node.placement.hold(nil)
	} else {
		m.node.placement.holdUnclaimed()
	}
}

// certain tells that nobody can have given this node up. Two clocks must say so: one may stand still with its machine, the other
// one be set back.
func (m *membership) certain() bool {
	if m.alone {
		return true
	}
	sent := m.beaten.Load()
	if sent == nil {
		return false
	}
	now := time.Now()
	byWall := now.Round(0).Sub(sent.Round(0))
	return max(now.Sub(*sent), byWall, -byWall) < m.ttl*3/4
}

// complete tells that all members had the time to enter the roll, and to say what they hold, since the store lost its data. Until
// then one that could not be reached before may hold what others have taken over.
func (m *membership) complete() bool {
	forgot := m.forgot.Load()
	return forgot == nil || time.Since(*forgot) > m.ttl
}

// see takes over who lives.
func (m *membership) see(members []chat.Member) {
	now := &view{self: m.describe(), members: members, aside: aside(members)}
	before := m.node.view.Swap(now)
	var left []chat.Member
	if before.members != nil {
		for _, was := range before.members {
			if _, is := now.member(was.ID); !is && was.ID != before.self.ID {
				left = append(left, was)
			}
		}
		if slices.EqualFunc(before.members, members, func(a, b chat.Member) bool { return a.ID == b.ID && a.Draining == b.Draining }) &&
			slices.Equal(before.aside, now.aside) {
			return
		}
	}
	topology := make(proto.Members, 0, len(members))
	for _, member := range members {
		host, port, err := net.SplitHostPort(member.Address)
		number, bad := strconv.ParseInt(port, 10, 32)
		if err != nil || bad != nil {
			continue // not one of ours
		}
		topology = append(topology, &proto.Member{Id: member.ID, Host: host, Port: int32(number), Kinds: m.node.kinds})
	}
	select {
	case <-m.topics: // one that nobody has looked at
	default:
	}
	m.topics <- topology
	if before.members == nil { // this node comes to be
		return
	}
	for _, gone := range left {
		m.node.lost(gone)
	}
	if now.isAside() && !before.isAside() {
		m.node.logger.Warn("other nodes cannot reach this one; it steps aside until they can", slog.Any("unreachable", now.self.Unreachable))
		m.node.placement.vacate(false)
	}
	m.node.logger.Info("the cluster has changed", slog.Int("members", len(members)), slog.Int("left", len(left)), slog.Int("aside", len(now.aside)))
	if m.node.changed != nil {
		m.node.changed(len(members))
	}
}

// describe is what this node says of itself.
func (m *membership) describe() chat.Member {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.self
}

// say changes what this node says of itself, and says it at once.
func (m *membership) say(change func(self *chat.Member)) {
	m.mutex.Lock()
	change(&m.self)
	m.mutex.Unlock()
	m.stir()
}

// stir has the next beat come now.
func (m *membership) stir() {
	select {
	case m.nudge <- struct{}{}:
	default:
	}
}

func newMemberID() string { return chat.NewID("node") }
