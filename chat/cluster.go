package chat

import (
	"context"
	"time"
)

// Member is a node as the others know it.
type Member struct {
	ID       string // never used again once it is gone: a node that comes back has another
	Address  string // host:port at which the other nodes reach it
	Version  string // of the program
	Draining bool   // it is about to leave and takes nothing new

	Unreachable []string // ids of members that it cannot reach, though they live
}

// Membership is who is in the cluster. It may be away, and may forget everything at any time. When somebody comes, leaves, is given
// up or says something else of itself, that is announced under TopicNode.
type Membership interface {
	// Beat tells that this node lives for ttl from now, by the store's clock, and returns all who do. joins
	// enters a new id. Evicted: it did not join and its entry is gone although the store did not lose its
	// data: the others have given it up; it has not been entered again.
	// ErrUnavailable: the store is away, nobody knows who lives.
	Beat(ctx context.Context, self Member, ttl time.Duration, joins bool) (Roll, error)
	// Leave ends a membership at once. Repeating is no error.
	Leave(ctx context.Context, id string) error
}

// Roll is who lives.
type Roll struct {
	Members []Member // by id; this node is among them unless it was evicted
	Evicted bool
	// Generation names the data of the store. Another one than before means that it was lost: whoever
	// holds something says so again (Placements.Hold).
	Generation string
}

// Placements is which member holds what. It may be away, and may forget: two members may then hold
// one thing for a while, and SQL decides who writes.
type Placements interface {
	// Claim returns the id of the living member that holds key, which becomes member if none does.
	// ErrUnavailable: the store is away, or lost its data less than a ttl of the membership ago, so that nobody
	// knows who holds what.
	Claim(ctx context.Context, key, member string) (holder string, err error)
	// Release gives up those of the keys that member holds.
	Release(ctx context.Context, member string, keys []string) error
	// Hold says again that member holds the keys, and keeps the entries from expiring: to be repeated each ten
	// minutes. It returns those of them that another living member holds.
	Hold(ctx context.Context, member string, keys []string) (lost []string, err error)
}

// Leases choose one node for work that is scheduled. The clock is the database's.
type Leases interface {
	// Lead tries to be, or to remain, the node that does a duty until ttl from now, and tells whether it is.
	Lead(ctx context.Context, duty, node string, ttl time.Duration) (bool, error)
	// Resign lets another lead at once. It is no error if the node does not.
	Resign(ctx context.Context, duty, node string) error
}

// Positions tells where logs are, to those who may have missed something: an activation that another has replaced,
// or somebody who watches a conversation on another node.
type Positions interface {
	// Positions returns the position of each of the conversations that has rows. It reads one row for each: ask for
	// 500 at most, and not often.
	Positions(ctx context.Context, refs []Ref) (map[Ref]Position, error)
}

// Position is where a log is.
type Position struct {
	Epoch int64 // of the activation that opened it last
	Head  int64 // seq of its last event
}
