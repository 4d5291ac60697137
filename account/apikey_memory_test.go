package account

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"parley/chat"
)

// keyRing is APIKeys and Access in memory, as the ports' comments say.
type keyRing struct {
	mu    sync.Mutex
	keys  []APIKey
	notes int // of when one was used
	lists map[string][]netip.Prefix
	looks int // at lists
	away  error
}

func (m *keyRing) CreateAPIKey(_ context.Context, key APIKey, forget time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keys = append(slices.DeleteFunc(m.keys, func(k APIKey) bool { return k.Tenant == key.Tenant && k.expired(forget) }), key)
	return nil
}

func (m *keyRing) find(match func(APIKey) bool) (*APIKey, error) {
	if i := slices.IndexFunc(m.keys, match); i >= 0 {
		return &m.keys[i], nil
	}
	return nil, chat.ErrNotFound
}

func (m *keyRing) one(tenant, id string) (*APIKey, error) {
	return m.find(func(k APIKey) bool { return k.Tenant == tenant && k.ID == id })
}

func (m *keyRing) APIKeyByHash(_ context.Context, hash []byte) (APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return APIKey{}, m.away
	}
	found, err := m.find(func(k APIKey) bool { return equal(k.Hash, hash) })
	if err != nil {
		return APIKey{}, err
	}
	return *found, nil
}

func (m *keyRing) APIKey(_ context.Context, tenant, id string) (APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, err := m.one(tenant, id)
	if err != nil {
		return APIKey{}, err
	}
	return *found, nil
}

func (m *keyRing) APIKeys(_ context.Context, tenant string) ([]APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(m.keys), func(k APIKey) bool { return k.Tenant != tenant }), nil
}

func (m *keyRing) UpdateAPIKey(_ context.Context, tenant, id string, change func(*APIKey) error) (APIKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found, err := m.one(tenant, id)
	if err != nil {
		return APIKey{}, err
	}
	changed := *found
	if err := change(&changed); err != nil {
		return APIKey{}, err
	}
	*found = changed
	return changed, nil
}

func (m *keyRing) RotateAPIKey(_ context.Context, next APIKey, instead string, ends time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, err := m.one(next.Tenant, instead)
	if err != nil {
		return err
	}
	if old.ExpiresAt.IsZero() || ends.Before(old.ExpiresAt) {
		old.ExpiresAt = ends
	}
	m.keys = append(m.keys, next)
	return nil
}

func (m *keyRing) DeleteAPIKey(_ context.Context, tenant, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.keys)
	if m.keys = slices.DeleteFunc(m.keys, func(k APIKey) bool { return k.Tenant == tenant && k.ID == id }); len(m.keys) == before {
		return chat.ErrNotFound
	}
	return nil
}

func (m *keyRing) UseAPIKey(_ context.Context, tenant, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if found, err := m.one(tenant, id); err == nil {
		found.UsedAt = at
		m.notes++
	}
	return nil
}

func (m *keyRing) TenantAccess(_ context.Context, tenant string) ([]netip.Prefix, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looks++
	return m.lists[tenant], m.away
}

func (m *keyRing) PutTenantAccess(_ context.Context, tenant string, list []netip.Prefix) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.lists == nil {
		m.lists = make(map[string][]netip.Prefix)
	}
	m.lists[tenant] = list
	return nil
}
