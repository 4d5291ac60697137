package rest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"parley/account/billing"
	"parley/chat"
)

// market is a world in which plans are sold, or assigned, and a clock that stands still.
type market struct {
	*world
	books   *books
	cashier *cashier
	heard   *hearing

	mu   sync.Mutex
	time time.Time
}

func (m *market) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.time
}

func (m *market) pass(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.time = m.time.Add(d)
}

// setupMarket returns a market; sold tells whether there is somebody to take money.
func setupMarket(t *testing.T, sold bool) *market {
	t.Helper()
	m := &market{books: newBooks(), heard: &hearing{}, time: time.Date(2026, 11, 14, 9, 0, 0, 0, time.UTC)}
	m.cashier = &cashier{clock: m.now}
	config := billing.Config{
		Store: m.books, Counts: m.books, Catalogue: plans, Announcer: m.heard, PublicURL: "http://parley.example", Clock: m.now, Logger: slog.New(slog.DiscardHandler),
	}
	if sold {
		config.Provider = m.cashier
	}
	service := billing.New(config)
	stop, err := service.Follow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	m.world, _ = setup(t, func(c *Config) { c.Billing, c.Counts, c.Ledger = service, m.books, m.books })
	return m
}

// give changes what is kept of a business, as another node would.
func (m *market) give(b business, change func(*billing.State)) {
	m.t.Helper()
	state, err := m.books.State(m.t.Context(), b.tokens.Tenant)
	if err != nil {
		m.t.Fatal(err)
	}
	change(&state)
	if err := m.books.PutState(m.t.Context(), state); err != nil {
		m.t.Fatal(err)
	}
	m.heard.listener.Heard(b.tokens.Tenant)
}

// plan gives a business a plan for which nothing is owed.
func (m *market) plan(b business, id string) {
	m.t.Helper()
	plan, there := plans().Plan(id)
	if !there {
		m.t.Fatalf("there is no plan %s", id)
	}
	m.give(b, func(s *billing.State) { s.Plan, s.Assigned = plan, true })
}

// sell gives a business a plan that it has bought by the month a day ago.
func (m *market) sell(b business, id string) {
	m.t.Helper()
	m.plan(b, id)
	begun := m.now().Add(-24 * time.Hour)
	m.give(b, func(s *billing.State) {
		price, _ := s.Plan.Price(billing.Monthly)
		s.Assigned, s.Interval, s.Since, s.Price = false, billing.Monthly, begun, price.ID
		s.Contract = &billing.Contract{
			Provider: "cashier", Customer: "cus_1", ID: "sub_1", Tenant: s.Tenant, Status: billing.ContractActive, Price: price.ID, Interval: billing.Monthly,
			Meter: "si_over", Begun: begun, Anchor: begun, PeriodStart: begun, PeriodEnd: begun.AddDate(0, 1, 0), Invoice: "in_1",
		}
	})
}

// hearing is an Announcer that is heard at once.
type hearing struct{ listener chat.Listener }

func (h *hearing) Announce(_ context.Context, _ string, keys ...string) error {
	for _, key := range keys {
		h.listener.Heard(key)
	}
	return nil
}

func (h *hearing) Subscribe(_ context.Context, _ string, listener chat.Listener) error {
	h.listener = listener
	return nil
}
