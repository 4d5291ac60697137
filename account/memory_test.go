package account

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

// memory is all that a Service stands on, as the ports' comments say.
type memory struct {
	mu          sync.Mutex
	tenants     map[string]Tenant
	users       map[string]User
	members     []Member
	busy        map[string]bool // by tenant and user
	sessions    map[string]Session
	invitations []Invitation
	revocations []Revocation
	letters     []Letter
	signingKeys []SigningKey
}

func newMemory() *memory {
	return &memory{tenants: map[string]Tenant{}, users: map[string]User{}, busy: map[string]bool{}, sessions: map[string]Session{}}
}

// config is of a Service over this memory.
func (m *memory) config() Config {
	return Config{Store: m, Sessions: m, Members: m, Invitations: m, Revocations: m, Tenants: m, Credentials: m, Letters: m, SigningKeys: m, Key: testKey, PublicURL: "https://parley.example/"}
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

func (m *memory) RotateSession(_ context.Context, from []byte, to Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sessions[to.ID]
	if !ok || !bytes.Equal(s.Hash, from) {
		return chat.ErrNotFound
	}
	to.Previous = s.Hash
	m.sessions[to.ID] = to
	return nil
}

func (m *memory) DeleteSession(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.sessions[id]; ok {
		m.revoke(s.Tenant, s.User, id)
	}
	delete(m.sessions, id)
	return nil
}

func (m *memory) revoke(tenant, user, session string) {
	m.revocations = append(m.revocations, Revocation{tenant, user, session, int64(len(m.revocations) + 1)})
}

func (m *memory) RevocationVersion(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return int64(len(m.revocations)), nil
}

// Revocations has none so old that they would not count.
func (m *memory) Revocations(_ context.Context, after int64, _ time.Time, limit int) ([]Revocation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.revocations[after:]
	return slices.Clone(found[:min(len(found), limit)]), nil
}

func (m *memory) Members(_ context.Context, tenant string) ([]Membership, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Membership
	for _, member := range m.members {
		if member.Tenant == tenant {
			u := m.users[member.User]
			found = append(found, Membership{Member: member, Name: u.Name, Email: u.Email, Available: !m.busy[tenant+u.ID], JoinedAt: u.CreatedAt})
		}
	}
	return found, nil
}

// place returns where a membership is kept, or -1; others tells whether the tenant has another owner.
func (m *memory) place(tenant, user string) (at int, others bool) {
	at = -1
	for i, member := range m.members {
		switch {
		case member.Tenant != tenant:
		case member.User == user:
			at = i
		case member.Role == Owner:
			others = true
		}
	}
	return at, others
}

var errLastOwner = chat.Fail(chat.Conflict, "last_owner", "Somebody has to own this.")

func (m *memory) SetRole(_ context.Context, tenant, user string, role Role) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, others := m.place(tenant, user)
	if at < 0 {
		return chat.ErrNotFound
	}
	if m.members[at].Role == Owner && role != Owner && !others {
		return errLastOwner
	}
	if m.members[at].Role != role {
		m.members[at].Role = role
		m.revoke(tenant, user, "")
	}
	return nil
}

func (m *memory) RemoveMember(_ context.Context, tenant, user string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, others := m.place(tenant, user)
	if at < 0 {
		return chat.ErrNotFound
	}
	if m.members[at].Role == Owner && !others {
		return errLastOwner
	}
	m.members = slices.Delete(m.members, at, at+1)
	m.revoke(tenant, user, "")
	for id, s := range m.sessions {
		if s.Tenant == tenant && s.User == user {
			delete(m.sessions, id)
		}
	}
	return nil
}

func (m *memory) SetAvailable(_ context.Context, tenant, user string, available bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, _ := m.place(tenant, user); at < 0 {
		return chat.ErrNotFound
	}
	m.busy[tenant+user] = !available
	return nil
}

func (m *memory) Available(_ context.Context, tenant, user string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, _ := m.place(tenant, user); at < 0 {
		return false, chat.ErrNotFound
	}
	return !m.busy[tenant+user], nil
}

func (m *memory) RenameUser(_ context.Context, user, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[user]
	if !ok {
		return chat.ErrNotFound
	}
	u.Name = name
	m.users[user] = u
	return nil
}

func (m *memory) Invite(ctx context.Context, invitation Invitation) error {
	return m.InviteWithin(ctx, invitation, 0)
}

func (m *memory) InviteWithin(_ context.Context, invitation Invitation, seats int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if seats > 0 && seats <= int64(len(m.members)+len(m.invitations)) {
		return chat.Fail(chat.Forbidden, "plan_seats", "No seat is left.")
	}
	m.invitations = append(slices.DeleteFunc(m.invitations, func(i Invitation) bool {
		return i.Tenant == invitation.Tenant && strings.EqualFold(i.Email, invitation.Email)
	}), invitation)
	return nil
}

func (m *memory) Invitation(_ context.Context, id string) (Invitation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, i := range m.invitations {
		if i.ID == id {
			return i, nil
		}
	}
	return Invitation{}, chat.ErrNotFound
}

func (m *memory) Invitations(_ context.Context, tenant string) ([]Invitation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(m.invitations), func(i Invitation) bool { return i.Tenant != tenant }), nil
}

func (m *memory) DeleteInvitation(_ context.Context, tenant, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.invitations)
	m.invitations = slices.DeleteFunc(m.invitations, func(i Invitation) bool { return i.Tenant == tenant && i.ID == id })
	if len(m.invitations) == before {
		return chat.ErrNotFound
	}
	return nil
}

func (m *memory) Accept(_ context.Context, id string, user User, create bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.IndexFunc(m.invitations, func(i Invitation) bool { return i.ID == id })
	if at < 0 {
		return chat.ErrNotFound
	}
	for _, u := range m.users {
		if create && strings.EqualFold(u.Email, user.Email) {
			return chat.Fail(chat.Conflict, "email_taken", "There is an account with this e-mail address.")
		}
	}
	invitation := m.invitations[at]
	m.invitations = slices.Delete(m.invitations, at, at+1)
	if create {
		m.users[user.ID] = user
	}
	if at, _ := m.place(invitation.Tenant, user.ID); at < 0 {
		m.members = append(m.members, Member{Tenant: invitation.Tenant, User: user.ID, Role: invitation.Role})
	}
	return nil
}
