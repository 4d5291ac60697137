package account

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

// memory is Store and Sessions, as their comments say.
type memory struct {
	mu       sync.Mutex
	tenants  map[string]Tenant
	users    map[string]User
	members  []Member
	sessions map[string]Session
}

func newMemory() *memory {
	return &memory{tenants: map[string]Tenant{}, users: map[string]User{}, sessions: map[string]Session{}}
}

func (m *memory) Register(_ context.Context, tenant Tenant, user User, member Member) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range m.users {
		if strings.EqualFold(u.Email, user.Email) {
			return chat.Fail(chat.Conflict, "email_taken", "There is an account with this e-mail address.")
		}
	}
	m.tenants[tenant.ID], m.users[user.ID] = tenant, user
	m.members = append(m.members, member)
	return nil
}

func (m *memory) UserByEmail(ctx context.Context, email string) (User, []Member, error) {
	m.mu.Lock()
	for _, u := range m.users {
		if strings.EqualFold(u.Email, email) {
			m.mu.Unlock()
			return m.User(ctx, u.ID)
		}
	}
	m.mu.Unlock()
	return User{}, nil, chat.ErrNotFound
}

func (m *memory) User(_ context.Context, id string) (User, []Member, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[id]
	if !ok {
		return User{}, nil, chat.ErrNotFound
	}
	var members []Member
	for _, member := range m.members {
		if member.User == id {
			members = append(members, member)
		}
	}
	return u, members, nil
}

func (m *memory) Tenant(_ context.Context, id string) (Tenant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t, ok := m.tenants[id]
	if !ok {
		return Tenant{}, chat.ErrNotFound
	}
	return t, nil
}

func (m *memory) CreateSession(_ context.Context, s Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions[s.ID] = s
	return nil
}

func (m *memory) Session(_ context.Context, id string) (Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[id]
	if !ok {
		return Session{}, chat.ErrNotFound
	}
	return s, nil
}

func (m *memory) RotateSession(_ context.Context, id string, from, to []byte, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[id]
	if !ok || !bytes.Equal(s.Hash, from) {
		return chat.ErrNotFound
	}
	s.Previous, s.Hash, s.ExpiresAt = s.Hash, to, expires
	m.sessions[id] = s
	return nil
}

func (m *memory) DeleteSession(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.sessions, id)
	return nil
}
