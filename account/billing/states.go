package billing

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"parley/chat"
)

const (
	// statesAtMost is how many states a node remembers, some 2 kB each.
	statesAtMost = 20_000
	// changesPoll is how often states are looked for that were changed and not announced.
	changesPoll = time.Second
	changesWait = 5 * time.Second
	// readWait bounds the reading of a state that is known, but may have changed: who waits for it gets the one that is known.
	readWait = time.Second
)

// states is what a node remembers of tenants.
type states struct {
	load func(ctx context.Context, tenant string) (State, error)

	mu     sync.Mutex
	known  map[string]*remembered
	doubts int // grows when something has changed
}

// remembered is a state that a node has read.
type remembered struct {
	state   State
	stale   bool // it has changed since, or may have
	reading bool // somebody reads it anew
}

func newStates(load func(ctx context.Context, tenant string) (State, error)) *states {
	return &states{load: load, known: make(map[string]*remembered)}
}

// get returns the state of a tenant. One that has changed is read anew by the first who asks; the others, and whoever cannot read it, get the
// last one.
func (m *states) get(ctx context.Context, tenant string) (State, error) {
	m.mu.Lock()
	r := m.known[tenant]
	if r != nil && (!r.stale || r.reading) {
		defer m.mu.Unlock()
		return r.state, nil
	}
	if r == nil {
		doubts := m.doubts
		m.mu.Unlock()
		state, err := m.load(ctx, tenant)
		if err == nil {
			m.put(state, doubts)
		}
		return state, err
	}
	r.stale, r.reading = false, true // a change during the reading makes it stale again
	m.mu.Unlock()
	within, cancel := context.WithTimeout(ctx, readWait)
	defer cancel()
	state, err := m.load(within, tenant)
	m.mu.Lock()
	defer m.mu.Unlock()
	r.reading = false
	switch {
	case err == nil:
		r.keep(state)
	case errors.Is(err, chat.ErrNotFound):
		delete(m.known, tenant)
		return State{}, err
	default:
		r.stale = true
	}
	return r.state, nil
}

// put remembers a state that was read when there were so many doubts. If there were more since, they may have been about it: it is looked at
// again.
func (m *states) put(state State, doubts int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.known[state.Tenant]
	if r != nil {
		r.keep(state)
		r.stale = r.stale || doubts != m.doubts
		return
	}
	if len(m.known) >= statesAtMost {
		for tenant := range m.known { // any one
			delete(m.known, tenant)
			break
		}
	}
	m.known[state.Tenant] = &remembered{state: state, stale: doubts != m.doubts}
}

// wrote remembers a state that was just written.
func (m *states) wrote(state State) {
	m.mu.Lock()
	doubts := m.doubts
	m.mu.Unlock()
	m.put(state, doubts)
}

// keep takes a state, unless a later one is known.
func (r *remembered) keep(state State) {
	if state.Version >= r.state.Version {
		r.state = state
	}
}

// doubt has states read anew before they are used again. None named: all.
func (m *states) doubt(tenants ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubts++
	if len(tenants) == 0 {
		for _, r := range m.known {
			r.stale = true
		}
	}
	for _, tenant := range tenants {
		if r := m.known[tenant]; r != nil {
			r.stale = true
		}
	}
}

// Follow hears of changes by other nodes, until stop is called, and looks for them each second.
func (s *Service) Follow(ctx context.Context) (stop func(), err error) {
	_, last, err := s.store.Changed(ctx, -1) // states are read from now on
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if s.announcer != nil {
		err := s.announcer.Subscribe(ctx, chat.TopicPlan, chat.Listener{
			Heard:  func(tenant string) { s.states.doubt(tenant) },
			Missed: func() { s.states.doubt() },
		})
		if err != nil {
			cancel()
			return nil, err
		}
	}
	var running sync.WaitGroup
	running.Go(func() { s.keepUp(ctx, last) })
	return func() { cancel(); running.Wait() }, nil
}

// keepUp looks for what was changed after a number.
func (s *Service) keepUp(ctx context.Context, last int64) {
	ticker := time.NewTicker(changesPoll)
	defer ticker.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now, err := s.hear(ctx, last)
		if err != nil && !away && ctx.Err() == nil {
			s.logger.Warn("cannot tell which plans have changed", slog.Any("error", err))
		}
		last, away = now, err != nil
	}
}

// hear doubts all that was changed after a number, and returns the last one.
func (s *Service) hear(ctx context.Context, last int64) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, changesWait)
	defer cancel()
	for {
		tenants, now, err := s.store.Changed(ctx, last)
		if err != nil || len(tenants) == 0 {
			return last, err
		}
		s.states.doubt(tenants...)
		last = now
	}
}
