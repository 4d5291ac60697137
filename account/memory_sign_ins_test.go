package account

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

func (m *memory) SessionsOf(_ context.Context, user string, now time.Time, limit int) (found []Session, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.sessions {
		if s.User == user && now.Before(s.ExpiresAt) {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b Session) int { return b.UsedAt.Compare(a.UsedAt) })
	return found[:min(len(found), limit)], nil
}

func (m *memory) DeleteSessions(_ context.Context, user, keep string) (tenants []string, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.endSessions(user, keep), nil
}

func (m *memory) endSessions(user, keep string) (tenants []string) {
	for id, s := range m.sessions {
		if s.User == user && id != keep {
			delete(m.sessions, id)
			m.revoke(s.Tenant, user, id)
			tenants = append(tenants, s.Tenant)
		}
	}
	return tenants
}

func (m *memory) RenameTenant(_ context.Context, id, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	tenant, ok := m.tenants[id]
	if !ok {
		return chat.ErrNotFound
	}
	tenant.Name = name
	m.tenants[id] = tenant
	return nil
}

func (m *memory) TransferOwnership(_ context.Context, tenant, from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	giving, _ := m.place(tenant, from)
	taking, _ := m.place(tenant, to)
	if giving < 0 || taking < 0 {
		return chat.ErrNotFound
	}
	if m.members[giving].Role != Owner {
		return ErrForbidden
	}
	m.members[giving].Role, m.members[taking].Role = Admin, Owner
	m.revoke(tenant, from, "")
	m.revoke(tenant, to, "")
	return nil
}

func (m *memory) PutLetter(_ context.Context, letter Letter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, l := range m.letters {
		if l.Kind == letter.Kind && l.Subject == letter.Subject && (l.Subject != "" || strings.EqualFold(l.Address, letter.Address)) {
			letter.ID = l.ID
			if strings.EqualFold(l.Address, letter.Address) {
				letter.Secrets = l.Secrets
			}
			m.letters[i] = letter
			return nil
		}
	}
	m.letters = append(m.letters, letter)
	return nil
}

func (m *memory) TakeLetters(_ context.Context, limit int, lease time.Duration) (taken []Letter, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, l := range m.letters {
		if !l.Due.IsZero() && len(taken) < limit {
			l.Tries, l.Due = l.Tries+1, l.Due.Add(lease)
			m.letters[i] = l
			taken = append(taken, l)
		}
	}
	return taken, nil
}

func (m *memory) KeepLetter(_ context.Context, letter Letter) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := m.letterAt(letter.ID)
	if at < 0 || m.letters[at].Tries != letter.Tries {
		return chat.ErrNotFound
	}
	m.letters[at] = letter
	return nil
}

func (m *memory) Letter(_ context.Context, id string) (Letter, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := m.letterAt(id); at >= 0 {
		return m.letters[at], nil
	}
	return Letter{}, chat.ErrNotFound
}

func (m *memory) letterAt(id string) int {
	return slices.IndexFunc(m.letters, func(l Letter) bool { return l.ID == id })
}

// use deletes a letter, if there is one named, and tells whether it was there.
func (m *memory) use(id string) bool {
	if id == "" {
		return true
	}
	at := m.letterAt(id)
	if at < 0 {
		return false
	}
	m.letters = slices.Delete(m.letters, at, at+1)
	return true
}

func (m *memory) ConfirmEmail(_ context.Context, letter, user, email string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, other := range m.users {
		if other.ID != user && strings.EqualFold(other.Email, email) {
			return chat.Fail(chat.Conflict, "email_taken", "There is an account with this e-mail address.")
		}
	}
	u, ok := m.users[user]
	if !ok || !m.use(letter) {
		return chat.ErrNotFound
	}
	u.Email, u.Confirmed = email, true
	m.users[user] = u
	return nil
}

func (m *memory) SetPassword(_ context.Context, change PasswordChange) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	u, ok := m.users[change.User]
	if !ok || !m.use(change.Letter) {
		return chat.ErrNotFound
	}
	u.PasswordHash, u.Confirmed = change.Hash, u.Confirmed || change.Letter != ""
	m.users[change.User] = u
	m.letters = slices.DeleteFunc(m.letters, func(l Letter) bool {
		return l.Subject == u.ID || l.Subject == "" && strings.EqualFold(l.Address, u.Email)
	})
	m.endSessions(u.ID, change.Keep)
	return nil
}

func (m *memory) SigningKeys(context.Context) ([]SigningKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.signingKeys), nil
}

func (m *memory) AddSigningKey(_ context.Context, key SigningKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !slices.ContainsFunc(m.signingKeys, func(k SigningKey) bool { return k.Number == key.Number }) {
		m.signingKeys = append(m.signingKeys, key)
	}
	m.signingKeys = slices.DeleteFunc(m.signingKeys, func(k SigningKey) bool { return k.Number < key.Number-1 })
	return nil
}

// tally counts attempts, by a clock that the test moves.
type tally struct {
	mu     sync.Mutex
	now    func() time.Time
	counts map[string]int64
	ends   map[string]time.Time
}

func newTally(now func() time.Time) *tally {
	return &tally{now: now, counts: map[string]int64{}, ends: map[string]time.Time{}}
}

func (t *tally) Attempt(_ context.Context, key string, n int64, of Allowance) (time.Time, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.now().Before(t.ends[key]) {
		t.counts[key], t.ends[key] = 0, t.now().Add(of.Window)
	}
	if t.counts[key] += n; t.counts[key] > of.Limit {
		return t.ends[key], nil
	}
	return time.Time{}, nil
}

func (t *tally) Forget(_ context.Context, key string, _ Allowance) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.counts, key)
	delete(t.ends, key)
	return nil
}
