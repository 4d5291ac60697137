package rest

import (
	"context"
	"iter"
	"sync"

	"parley/account/billing"
	"parley/chat"
)

// books are a billing.Store, billing.Counts and billing.Ledger in memory.
type books struct {
	mu     sync.Mutex
	states map[string]billing.State
	used   map[string]billing.Used // by tenant
	spent  map[string]billing.Spent
	days   map[string][]billing.SpentDay
	past   map[string][]string // keys of periods, latest first
}

var (
	_ billing.Store  = (*books)(nil)
	_ billing.Counts = (*books)(nil)
	_ billing.Ledger = (*books)(nil)
)

func newBooks() *books {
	return &books{
		states: map[string]billing.State{}, used: map[string]billing.Used{}, spent: map[string]billing.Spent{},
		days: map[string][]billing.SpentDay{}, past: map[string][]string{},
	}
}

func (b *books) State(_ context.Context, tenant string) (billing.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state, known := b.states[tenant]
	if !known {
		return billing.State{}, chat.ErrNotFound
	}
	return state, nil
}

func (b *books) PutState(_ context.Context, state billing.State) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.states[state.Tenant].Version != state.Version {
		return chat.ErrStale
	}
	state.Version++
	b.states[state.Tenant] = state
	return nil
}

func (b *books) Changed(context.Context, int64) ([]string, int64, error) { return nil, 0, nil }

func (b *books) States(context.Context) iter.Seq2[billing.State, error] {
	return func(yield func(billing.State, error) bool) {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, state := range b.states {
			if !yield(state, nil) {
				return
			}
		}
	}
}

// Used has the answers of any period.
func (b *books) Used(_ context.Context, tenant, _ string) (billing.Used, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.used[tenant], nil
}

func (b *books) uses(tenant string, used billing.Used) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used[tenant] = used
}

func (b *books) Total(_ context.Context, tenant, _ string) (billing.Spent, error) {
	return b.spent[tenant], nil
}

func (b *books) Days(_ context.Context, tenant, _ string) ([]billing.SpentDay, error) {
	return b.days[tenant], nil
}

func (b *books) OfConversation(context.Context, string, string) (billing.Spent, error) {
	return billing.Spent{}, nil
}

func (b *books) Periods(_ context.Context, tenant string) ([]string, error) {
	return b.past[tenant], nil
}

// plans are what the tests of plans sell, and what they are sold by.
func plans() *billing.Catalogue {
	both := func(id string, amount int64) []billing.Price {
		return []billing.Price{
			{ID: "price_" + id + "_month", Interval: billing.Monthly, Amount: amount, Currency: "usd"},
			{ID: "price_" + id + "_year", Interval: billing.Yearly, Amount: 10 * amount, Currency: "usd"},
		}
	}
	return &billing.Catalogue{
		Default: "all", Policy: billing.Policy{GraceDays: 14, MailDays: []int{0, 3, 7}, KeepDays: 30},
		Plans: []billing.Plan{
			{ID: "all", Name: "All", Hidden: true, Features: billing.Features}, // a world is made under it
			{ID: "starter", Name: "Starter", About: "For one.", TrialDays: 14, Prices: both("starter", 2900), Models: []string{"small"},
				Limits: billing.Limits{Answers: 100, Bots: 1, Passages: 10, Seats: 2, Pages: 3}},
			{ID: "growth", Name: "Growth", About: "For many.", TrialDays: 14, Prices: both("growth", 9900), Features: billing.Features,
				Limits:  billing.Limits{Answers: 1000, Bots: 5, Passages: 1000, Seats: 10, Pages: 100},
				Overage: &billing.Overage{PriceID: "price_over", Amount: 200, Currency: "usd", Most: 500}},
			{ID: "unpriced", Name: "Unpriced", Prices: []billing.Price{{Interval: billing.Monthly, Amount: 1, Currency: "usd"}}},
		},
	}
}
