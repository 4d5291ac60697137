package account

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

// activityMemory keeps activity and anomalies of tests.
type activityMemory struct {
	mu        sync.Mutex
	hours     map[counted]Activity
	anomalies []Anomaly
	days      []time.Time
	due       map[string]time.Time
	away      error
}

func newActivityMemory() *activityMemory {
	return &activityMemory{hours: map[counted]Activity{}, due: map[string]time.Time{}}
}

func (m *activityMemory) AddActivity(_ context.Context, hours []ActivityHour) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return m.away
	}
	for _, h := range hours {
		key := counted{h.Subject, h.At}
		m.hours[key] = m.hours[key].plus(h.Activity)
	}
	return nil
}

func (m *activityMemory) Activity(_ context.Context, of Subject, from, until time.Time) (found []ActivityHour, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, a := range m.hours {
		if key.Subject == of && !key.at.Before(from) && key.at.Before(until) {
			found = append(found, ActivityHour{of, key.at, a})
		}
	}
	slices.SortFunc(found, func(a, b ActivityHour) int { return a.At.Compare(b.At) })
	return found, nil
}

func (m *activityMemory) ActivityOver(_ context.Context, at time.Time, least Activity) (found []ActivityHour, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, a := range m.hours {
		over := a.Requests+a.Messages >= least.Requests || a.Errors >= least.Errors || a.Refused >= least.Refused || a.Tokens >= least.Tokens ||
			a.CostMicros >= least.CostMicros || a.SignInFailures >= least.SignInFailures
		if key.at.Equal(at) && over {
			found = append(found, ActivityHour{key.Subject, at, a})
		}
	}
	slices.SortFunc(found, func(a, b ActivityHour) int { return strings.Compare(a.Tenant+a.Line, b.Tenant+b.Line) })
	return found, nil
}

func (m *activityMemory) ForgetActivity(context.Context, time.Time) error  { return nil }
func (m *activityMemory) ForgetAnomalies(context.Context, time.Time) error { return nil }

func (m *activityMemory) PutAnomaly(_ context.Context, a Anomaly, day time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, other := range m.anomalies {
		if other.Subject == a.Subject && other.Kind == a.Kind && m.days[i].Equal(day) {
			return false, nil
		}
	}
	m.anomalies, m.days = append(m.anomalies, a), append(m.days, day)
	m.due[a.ID] = a.At
	return true, nil
}

func (m *activityMemory) Anomalies(_ context.Context, tenant, _ string, _ int) (found []Anomaly, next string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range slices.Backward(m.anomalies) {
		if a.Tenant == tenant {
			found = append(found, a)
		}
	}
	return found, "", nil
}

func (m *activityMemory) SeeAnomaly(_ context.Context, tenant, id, user string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.anomalies {
		if a := &m.anomalies[i]; a.Tenant == tenant && a.ID == id {
			a.SeenAt, a.SeenBy = at, user
			return nil
		}
	}
	return chat.ErrNotFound
}

func (m *activityMemory) AnomaliesToMail(_ context.Context, now time.Time, _ int) (found []Anomaly, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range m.anomalies {
		if at, waits := m.due[a.ID]; waits && !at.After(now) {
			found = append(found, a)
		}
	}
	return found, nil
}

func (m *activityMemory) AnomalyMailed(_ context.Context, _, id string, again time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.anomalies {
		if m.anomalies[i].ID == id {
			m.anomalies[i].Tries++
		}
	}
	if m.due[id] = again; again.IsZero() {
		delete(m.due, id)
	}
	return nil
}

// leader leads what it is asked to, unless somebody else does.
type leader struct{ other bool }

func (l *leader) Lead(context.Context, string, string, time.Duration) (bool, error) {
	return !l.other, nil
}
func (l *leader) Resign(context.Context, string, string) error { return nil }

// crew are the people of every business.
type crew struct{ members []Membership }

func (s crew) Tenant(_ context.Context, id string) (Tenant, error) {
	return Tenant{ID: id, Name: "Acme"}, nil
}
func (s crew) Members(context.Context, string) ([]Membership, error) { return s.members, nil }

// bell takes alerts.
type bell struct {
	to     [][]string
	alerts []Alert
	fails  error
}

func (b *bell) Alert(_ context.Context, to []string, alert Alert) error {
	if b.fails != nil {
		return b.fails
	}
	b.to, b.alerts = append(b.to, to), append(b.alerts, alert)
	return nil
}

// ring is the keys of every business.
type ring struct {
	noKeys
	keys []APIKey
}

// noKeys is what nobody asks for.
type noKeys interface{ APIKeys }

func (r ring) APIKeys(context.Context, string) ([]APIKey, error) { return r.keys, nil }

func (r ring) APIKey(_ context.Context, tenant, id string) (APIKey, error) {
	for _, key := range r.keys {
		if key.ID == id && key.Tenant == tenant {
			return key, nil
		}
	}
	return APIKey{}, chat.ErrNotFound
}
