package cluster

import (
	"context"
	"errors"
	"net"
	"net/rpc"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/chat"
)

// shared is what nodes share, as a test has it: it can be away, forget, and give members up. Nodes, which are other
// processes, reach it through a socket.
type shared struct {
	socket string

	mutex      sync.Mutex
	away       bool
	generation string
	members    map[string]chat.Member
	beats      map[string]time.Time
	evicted    map[string]bool
	holders    map[string]string
	joined     map[string]string // the latest id, by address
}

const sharedTTL = 3 * time.Second

func newShared(t *testing.T) *shared {
	t.Helper()
	s := &shared{
		socket: filepath.Join(t.TempDir(), "shared"), generation: "1", members: map[string]chat.Member{}, beats: map[string]time.Time{},
		evicted: map[string]bool{}, holders: map[string]string{}, joined: map[string]string{},
	}
	server := rpc.NewServer()
	if err := server.RegisterName("Shared", &service{s}); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", s.socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go server.Accept(listener)
	return s
}

func (s *shared) change(change func()) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	change()
}

// evict gives a member up as one that was silent.
func (s *shared) evict(address string) {
	s.change(func() {
		id := s.joined[address]
		s.evicted[id] = true
		delete(s.members, id)
	})
}

// forget loses all data.
func (s *shared) forget() {
	s.change(func() {
		s.generation += "'"
		clear(s.holders)
		clear(s.members)
	})
}

// service is shared by the rules of net/rpc, which also wants arguments of exported types.
type service struct{ s *shared }

type (
	BeatArgs struct {
		Self  chat.Member
		Joins bool
	}
	KeysArgs struct {
		Member string
		Keys   []string
	}
)

var errAway = errors.New("away")

func (v *service) Beat(args BeatArgs, roll *chat.Roll) error {
	s := v.s
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.away {
		return errAway
	}
	if s.evicted[args.Self.ID] {
		roll.Evicted = true
		return nil
	}
	s.members[args.Self.ID], s.beats[args.Self.ID] = args.Self, time.Now()
	s.joined[args.Self.Address] = args.Self.ID
	for id, at := range s.beats {
		if time.Since(at) > sharedTTL {
			delete(s.members, id)
		}
	}
	for _, m := range s.members {
		roll.Members = append(roll.Members, m)
	}
	slices.SortFunc(roll.Members, func(a, b chat.Member) int { return strings.Compare(a.ID, b.ID) })
	roll.Generation = s.generation
	return nil
}

func (v *service) Leave(id string, _ *bool) error {
	v.s.change(func() { delete(v.s.members, id) })
	return nil
}

func (v *service) Claim(args KeysArgs, holder *string) error {
	s := v.s
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.away {
		return errAway
	}
	*holder = s.holders[args.Keys[0]]
	if _, lives := s.members[*holder]; !lives {
		*holder = args.Member
		s.holders[args.Keys[0]] = args.Member
	}
	return nil
}

func (v *service) Release(args KeysArgs, _ *bool) error {
	v.s.change(func() {
		for _, key := range args.Keys {
			if v.s.holders[key] == args.Member {
				delete(v.s.holders, key)
			}
		}
	})
	return nil
}

func (v *service) Hold(args KeysArgs, lost *[]string) error {
	s := v.s
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.away {
		return errAway
	}
	for _, key := range args.Keys {
		if _, lives := s.members[s.holders[key]]; lives && s.holders[key] != args.Member {
			*lost = append(*lost, key)
			continue
		}
		s.holders[key] = args.Member
	}
	return nil
}

// far is shared as a node sees it.
type far struct{ client *rpc.Client }

func (f far) call(ctx context.Context, method string, args, reply any) error {
	call := f.client.Go("Shared."+method, args, reply, make(chan *rpc.Call, 1))
	select {
	case <-ctx.Done():
		return ctx.Err()
	case done := <-call.Done:
		if done.Error != nil {
			return chat.ErrUnavailable.Because(done.Error)
		}
		return nil
	}
}

func (f far) Beat(ctx context.Context, self chat.Member, _ time.Duration, joins bool) (roll chat.Roll, err error) {
	err = f.call(ctx, "Beat", BeatArgs{self, joins}, &roll)
	return roll, err
}

func (f far) Leave(ctx context.Context, id string) error {
	return f.call(ctx, "Leave", id, new(bool))
}

func (f far) Claim(ctx context.Context, key, member string) (holder string, err error) {
	err = f.call(ctx, "Claim", KeysArgs{member, []string{key}}, &holder)
	return holder, err
}

func (f far) Release(ctx context.Context, member string, keys []string) error {
	return f.call(ctx, "Release", KeysArgs{member, keys}, new(bool))
}

func (f far) Hold(ctx context.Context, member string, keys []string) (lost []string, err error) {
	err = f.call(ctx, "Hold", KeysArgs{member, keys}, &lost)
	return lost, err
}
