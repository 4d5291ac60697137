package cluster

import (
	"context"
	"sync"
	"time"

	"parley/chat"
)

// memory is the membership and the placements of a cluster of one.
type memory struct {
	mutex   sync.Mutex
	holders map[string]string // by key
}

func newMemory() *memory { return &memory{holders: map[string]string{}} }

// Beat implements chat.Membership.
func (m *memory) Beat(_ context.Context, self chat.Member, _ time.Duration, _ bool) (chat.Roll, error) {
	return chat.Roll{Members: []chat.Member{self}, Generation: self.ID}, nil
}

// Leave implements chat.Membership.
func (m *memory) Leave(context.Context, string) error { return nil }

// Claim implements chat.Placements.
func (m *memory) Claim(_ context.Context, key, member string) (string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if holder, ok := m.holders[key]; ok {
		return holder, nil
	}
	m.holders[key] = member
	return member, nil
}

// Release implements chat.Placements.
func (m *memory) Release(_ context.Context, member string, keys []string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, key := range keys {
		if m.holders[key] == member {
			delete(m.holders, key)
		}
	}
	return nil
}

// Hold implements chat.Placements.
func (m *memory) Hold(_ context.Context, member string, keys []string) ([]string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, key := range keys {
		m.holders[key] = member
	}
	return nil, nil
}
