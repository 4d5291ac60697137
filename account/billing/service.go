package billing

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"parley/chat"
)

// Config is what a Service works with. Fields are required unless they say otherwise.
type Config struct {
	Store  Store
	Events Events
	Log    EventLog
	// Provider is the processor of payments; nil: nothing is sold.
	Provider Provider
	// Catalogue returns the one that holds now. Nil: there are no plans, and every tenant has one without limits, but for FreeAnswers.
	Catalogue func() *Catalogue
	// FreeAnswers bounds the answers of a month of UTC where there are no plans. 0: as many as they like.
	FreeAnswers int64

	Counts      Counts
	Differences Differences    // what comparisons find
	Announcer   chat.Announcer // tells other nodes of changes; nil: they find out within a second
	// Count is told what became of each event that came in, for the operator's metrics. Nil: nobody counts.
	Count func(Arrival)
	// PublicURL is where people come back to from the processor's pages.
	PublicURL string
	Logger    *slog.Logger     // nil: slog.Default()
	Clock     func() time.Time // nil: time.Now
}

// Service answers what tenants may use, sells them plans, and listens to the processor of payments. It is safe for concurrent use, by any
// number of nodes; its errors for people are chat.Errors.
type Service struct {
	store       Store
	events      Events
	log         EventLog
	provider    Provider
	catalogue   func() *Catalogue
	unlimited   Plan
	counts      Counts
	differences Differences
	announcer   chat.Announcer
	count       func(Arrival)
	publicURL   string
	logger      *slog.Logger
	now         func() time.Time
	states      *states
}

var _ chat.Allowances = (*Service)(nil)

// New returns a service. Follow keeps what it remembers up to date.
func New(config Config) *Service {
	s := &Service{
		store: config.Store, events: config.Events, log: config.Log, provider: config.Provider, catalogue: config.Catalogue,
		unlimited: Unlimited(config.FreeAnswers), counts: config.Counts, differences: config.Differences, announcer: config.Announcer, count: config.Count,
		publicURL: config.PublicURL, logger: cmp.Or(config.Logger, slog.Default()), now: config.Clock,
	}
	if s.catalogue == nil {
		s.catalogue = func() *Catalogue { return nil }
	}
	if s.count == nil {
		s.count = func(Arrival) {}
	}
	if s.now == nil {
		s.now = time.Now
	}
	s.states = newStates(s.read)
	return s
}

// Sold tells whether plans are sold here.
func (s *Service) Sold() bool { return s.provider != nil }

// Catalogue returns the plans that there are now; nil: there are none.
func (s *Service) Catalogue() *Catalogue { return s.catalogue() }

// Standing returns what is kept of a tenant, and what follows from that now. It comes from memory: what was changed elsewhere is known
// within a second, and the last that was known holds while storage is away.
func (s *Service) Standing(ctx context.Context, tenant string) (State, Standing, error) {
	state, err := s.states.get(ctx, tenant)
	if err != nil {
		return State{}, Standing{}, err
	}
	state = s.seen(state)
	return state, s.stand(state), nil
}

// seen is a state as it counts here. Where there are no plans, what was bought when there were any does not matter.
func (s *Service) seen(state State) State {
	if s.catalogue() != nil {
		return state
	}
	return State{Tenant: state.Tenant, Version: state.Version, Plan: s.unlimited, Suspension: state.Suspension}
}

// stand is what follows from a state now.
func (s *Service) stand(state State) Standing { return StandingOf(state, s.policy(), s.now()) }

func (s *Service) policy() Policy {
	if catalogue := s.catalogue(); catalogue != nil {
		return catalogue.Policy
	}
	return Policy{}
}

// Allowance is what a tenant may use now.
func (s *Service) Allowance(ctx context.Context, tenant string) (chat.Allowance, error) {
	state, standing, err := s.Standing(ctx, tenant)
	if err != nil {
		return chat.Allowance{}, err
	}
	return AllowanceOf(state, standing), nil
}

// Usage returns what a tenant uses, with the answers of the period in which it is.
func (s *Service) Usage(ctx context.Context, tenant string) (Used, Standing, error) {
	_, standing, err := s.Standing(ctx, tenant)
	if err != nil {
		return Used{}, Standing{}, err
	}
	used, err := s.counts.Used(ctx, tenant, standing.Period.Key())
	return used, standing, err
}
