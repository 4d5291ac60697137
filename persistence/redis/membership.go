package redis

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/chat"
)

// roll is the hash that holds the members, and what is known of the store
// itself: its generation, a count of beats, the time of the last one with its ttl, and
// until when claims are closed. It is one key, so that it is lost as a whole.
const roll = "parley:cluster:roll"

// Membership keeps the roll of the cluster in Redis.
//
// Time is that of Redis. A member whose time is over is off the roll as soon as
// another member beats, or claims what it held; until then it may be late. One that
// joins at the address of another takes its place at once. When
// nobody beat for half a ttl, Redis was away, or frozen, and not they: all stay for another ttl.
// When Redis lost its data, or an old copy of them came back, the roll begins anew
// under another generation, whose claims are closed for a ttl: members enter as they beat.
type Membership struct {
	client *Client

	mu   sync.Mutex
	seen map[string]sight // by member id: those that beat from here
}

// sight is what a member saw of the store when it beat.
type sight struct {
	generation string
	beats      int64
}

var _ chat.Membership = (*Membership)(nil)

// Membership returns the roll of the cluster. One value is to be used for all
// beats of a node: it remembers what they saw.
func (c *Client) Membership() *Membership {
	return &Membership{client: c, seen: map[string]sight{}}
}

// entry is a member as it stands on the roll. Nodes of other versions read it.
type entry struct {
	ID       string `json:"id"`
	Address  string `json:"address"`
	Version  string `json:"version"`
	Draining bool   `json:"draining,omitempty"`

	Unreachable []string `json:"unreachable,omitempty"`
}

// Beat implements chat.Membership. What it changes on the roll is announced under chat.TopicNode.
func (m *Membership) Beat(ctx context.Context, self chat.Member, ttl time.Duration, joins bool) (chat.Roll, error) {
	said, err := json.Marshal(entry(self))
	if err != nil {
		return chat.Roll{}, fmt.Errorf("beat: %w", err)
	}
	// A node sees within a second that Redis is back, since go-redis dials once a
	// second, and beats after that: a shorter time would evict who sees it last.
	grace := max(ttl, 2*pulse)
	before := m.saw(self.ID)
	result, err := m.client.run(ctx, m.client.vital, "beat", beatScript, []string{roll, counter(chat.TopicNode)},
		channel(chat.TopicNode), self.ID, said, ttl.Milliseconds(), grace.Milliseconds(),
		joins, before.generation, before.beats, rand.Text()[:13], self.Address)
	if err != nil {
		return chat.Roll{}, err
	}
	r, beats, err := rollOf(result)
	if err != nil {
		return chat.Roll{}, fmt.Errorf("beat: %w: %w", chat.ErrUnavailable, err)
	}
	m.remember(self.ID, r, beats)
	return r, nil
}

// Leave implements chat.Membership. What the member held is free at once.
func (m *Membership) Leave(ctx context.Context, id string) error {
	_, err := m.client.run(ctx, m.client.vital, "leave", leaveScript, []string{roll, counter(chat.TopicNode)}, channel(chat.TopicNode), id)
	if err == nil {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.seen, id)
	}
	return err
}

func (m *Membership) saw(id string) sight {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen[id]
}

func (m *Membership) remember(id string, r chat.Roll, beats int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r.Evicted {
		delete(m.seen, id) // it is never used again
		return
	}
	// Of two beats at a time the answer to the first may come last.
	if s := m.seen[id]; s.generation == r.Generation {
		beats = max(beats, s.beats)
	}
	m.seen[id] = sight{generation: r.Generation, beats: beats}
}

// rollOf reads the answer of beat.lua.
func rollOf(result any) (chat.Roll, int64, error) {
	parts, _ := result.([]any)
	if len(parts) != 4 {
		return chat.Roll{}, 0, fmt.Errorf("an answer of %d parts", len(parts))
	}
	generation, isText := parts[0].(string)
	beats, isCount := parts[1].(int64)
	evicted, isFlag := parts[2].(int64)
	all, isList := parts[3].([]any)
	if !isText || !isCount || !isFlag || !isList {
		return chat.Roll{}, 0, fmt.Errorf("an answer of %T, %T, %T, %T", parts[0], parts[1], parts[2], parts[3])
	}
	r := chat.Roll{Generation: generation, Evicted: evicted == 1, Members: make([]chat.Member, 0, len(all))}
	for _, one := range all {
		said, _ := one.(string)
		var e entry
		if err := json.Unmarshal([]byte(said), &e); err != nil {
			return chat.Roll{}, 0, fmt.Errorf("read a member: %w", err)
		}
		r.Members = append(r.Members, chat.Member(e))
	}
	slices.SortFunc(r.Members, func(a, b chat.Member) int { return cmp.Compare(a.ID, b.ID) })
	return r, beats, nil
}
