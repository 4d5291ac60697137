package billing

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/account"
	"parley/chat"
)

// memory keeps in memory what stores keep.
type memory struct {
	mu         sync.Mutex
	away       error // what all answers
	states     map[string]State
	changes    []string
	events     map[string]KeptEvent
	payloads   map[string][]byte
	facts      map[string][]Fact
	notices    map[string]map[string]PlannedNotice
	due        map[string]map[string]time.Time
	reports    map[string]int64
	comparison Comparison
	used       map[string]Used // by tenant and period
	erasures   map[string]time.Time
	reads      int
	broken     string // the tenant whose state cannot be opened
	folding    func() // between the facts and the state
}

var errBroken = errors.New("it is sealed under another key")

func newMemory() *memory {
	return &memory{
		states: map[string]State{}, events: map[string]KeptEvent{}, payloads: map[string][]byte{}, facts: map[string][]Fact{},
		notices: map[string]map[string]PlannedNotice{}, due: map[string]map[string]time.Time{}, reports: map[string]int64{},
		used: map[string]Used{}, erasures: map[string]time.Time{},
	}
}

func (m *memory) State(_ context.Context, tenant string) (State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	state, ok := m.states[tenant]
	if m.away == nil && !ok {
		return State{}, chat.ErrNotFound
	}
	return state, m.away
}

func (m *memory) PutState(_ context.Context, state State) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return m.away
	}
	if m.states[state.Tenant].Version != state.Version {
		return chat.ErrStale
	}
	state.Version++
	m.states[state.Tenant] = state
	m.changes = append(m.changes, state.Tenant)
	return nil
}

func (m *memory) Changed(_ context.Context, after int64) ([]string, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if after < 0 {
		return nil, int64(len(m.changes)), m.away
	}
	return slices.Clone(m.changes[after:]), int64(len(m.changes)), m.away
}

func (m *memory) States(context.Context) iter.Seq2[State, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	states := maps.Clone(m.states)
	return func(yield func(State, error) bool) {
		for _, tenant := range slices.Sorted(maps.Keys(states)) {
			state, err := states[tenant], error(nil)
			if tenant == m.broken {
				state, err = State{}, errBroken
			}
			if !yield(state, err) {
				return
			}
		}
	}
}

func (m *memory) Receive(_ context.Context, event Event) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away != nil {
		return false, m.away
	}
	if _, known := m.events[event.ID]; known {
		return true, nil
	}
	m.events[event.ID] = KeptEvent{Event: event, State: EventWaiting}
	return false, nil
}

func (m *memory) Settle(_ context.Context, id string, outcome Outcome) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept := m.events[id]
	kept.Tenant, kept.Error, kept.State = outcome.Tenant, outcome.Error, EventSettled
	if outcome.Error != "" {
		kept.State = EventFailed
	}
	m.events[id], m.facts[id] = kept, outcome.Facts
	return m.away
}

func (m *memory) FactsOf(_ context.Context, tenant string) ([]Fact, error) {
	m.mu.Lock()
	var facts []Fact
	for id, event := range m.events {
		for _, fact := range m.facts[id] {
			if event.Tenant == tenant || event.Tenant == "" && fact.Subscription != "" && m.subscribes(tenant, fact.Subscription) {
				facts = append(facts, fact)
			}
		}
	}
	folding := m.folding
	m.folding = nil
	m.mu.Unlock()
	if folding != nil {
		folding()
	}
	return facts, nil
}

// subscribes tells whether a fact that names a tenant is of a subscription.
func (m *memory) subscribes(tenant, subscription string) bool {
	for _, facts := range m.facts {
		for _, fact := range facts {
			if fact.Tenant == tenant && fact.Subscription == subscription {
				return true
			}
		}
	}
	return false
}

func (m *memory) Unsettled(_ context.Context, _ time.Duration, n int) (events []Event, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(m.events)) {
		if kept := m.events[id]; kept.State != EventSettled && len(events) < n {
			events = append(events, kept.Event)
		}
	}
	return events, m.away
}

func (m *memory) Events(context.Context, EventFilter) ([]KeptEvent, string, error) {
	return nil, "", nil
}

func (m *memory) Event(_ context.Context, id string) (Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	kept, ok := m.events[id]
	if !ok {
		return Event{}, chat.ErrNotFound
	}
	return kept.Event, nil
}

func (m *memory) TenantOf(_ context.Context, fact Fact) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if fact.Tenant != "" {
		return fact.Tenant, nil
	}
	for tenant, state := range m.states {
		if state.Contract != nil && (state.Contract.ID == fact.Subscription || state.Contract.Customer == fact.Customer) {
			return tenant, nil
		}
	}
	return "", nil
}

func (m *memory) PlanNotices(_ context.Context, tenant string, notices []PlannedNotice) (added int, err error) {
	if m.notices[tenant] == nil {
		m.notices[tenant], m.due[tenant] = map[string]PlannedNotice{}, map[string]time.Time{}
	}
	for _, notice := range notices {
		if _, known := m.notices[tenant][notice.Key]; !known {
			m.notices[tenant][notice.Key], m.due[tenant][notice.Key] = notice, notice.At
			added++
		}
	}
	return added, nil
}

func (m *memory) Noticed(_ context.Context, tenant string) (map[string]time.Time, error) {
	planned := map[string]time.Time{}
	for key, notice := range m.notices[tenant] {
		planned[key] = notice.At
	}
	return planned, nil
}

func (m *memory) TakeNotices(_ context.Context, at time.Time, limit int, lease time.Duration) (taken []PlannedNotice, err error) {
	for tenant, due := range m.due {
		for _, key := range slices.Sorted(maps.Keys(due)) {
			if due[key].After(at) || len(taken) == limit {
				continue
			}
			notice := m.notices[tenant][key]
			notice.Tries++
			m.notices[tenant][key], due[key] = notice, at.Add(lease)
			taken = append(taken, notice)
		}
	}
	return taken, nil
}

func (m *memory) NoticeSent(_ context.Context, tenant, key string, again time.Time) error {
	if delete(m.due[tenant], key); !again.IsZero() {
		m.due[tenant][key] = again
	}
	return nil
}

func (m *memory) Reported(_ context.Context, tenant, period string) (int64, error) {
	return m.reports[tenant+" "+period], nil
}

func (m *memory) KeepReport(_ context.Context, tenant, period string, total int64, _ time.Time) error {
	m.reports[tenant+" "+period] = total
	return nil
}

func (m *memory) KeepComparison(_ context.Context, comparison Comparison) error {
	m.comparison = comparison
	return nil
}

func (m *memory) Comparison(context.Context) (Comparison, error) { return m.comparison, nil }

func (m *memory) Used(_ context.Context, tenant, period string) (Used, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used[tenant+" "+period], m.away
}

func (m *memory) Erasure(_ context.Context, tenant string) (time.Time, error) {
	return m.erasures[tenant], nil
}

func (m *memory) SetErasure(_ context.Context, tenant string, at time.Time) error {
	m.erasures[tenant] = at
	return nil
}

func (m *memory) Tenant(_ context.Context, id string) (account.Tenant, error) {
	return account.Tenant{ID: id, Name: "Acme"}, nil
}

func (m *memory) Members(context.Context, string) ([]account.Membership, error) {
	return []account.Membership{
		{Member: account.Member{Role: account.Owner}, Email: "owner@acme.example"},
		{Member: account.Member{Role: account.Admin}, Email: "admin@acme.example"},
	}, nil
}

// Lead lets everybody lead.
func (m *memory) Lead(context.Context, string, string, time.Duration) (bool, error) { return true, nil }
func (m *memory) Resign(context.Context, string, string) error                      { return nil }
