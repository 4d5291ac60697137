package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"parley/chat"
)

// putTries is how often a change is made again because somebody else changed the same state meanwhile.
const putTries = 10

// read returns the state of a tenant as it is kept. Whoever has no plan yet begins with the default one, where there are plans.
func (s *Service) read(ctx context.Context, tenant string) (State, error) {
	return s.readOr(ctx, tenant, "")
}

func (s *Service) readOr(ctx context.Context, tenant, wish string) (State, error) {
	for range putTries {
		state, err := s.store.State(ctx, tenant)
		if errors.Is(err, chat.ErrNotFound) {
			state, err = State{Tenant: tenant}, nil
		}
		if err != nil {
			return State{}, fmt.Errorf("read what a tenant bought: %w", err)
		}
		catalogue := s.catalogue()
		if catalogue == nil || state.Plan.ID != "" {
			return state, nil
		}
		begun, err := begin(state, catalogue, wish, s.Sold() && catalogue.Sells(), s.now())
		if err != nil {
			return State{}, err
		}
		if err = s.store.PutState(ctx, begun); errors.Is(err, chat.ErrStale) {
			continue
		}
		if err != nil {
			return State{}, fmt.Errorf("keep the plan that a tenant begins with: %w", err)
		}
		begun.Version++
		s.logger.InfoContext(ctx, "a tenant begins with a plan", slog.String("tenant", tenant), slog.String("plan", begun.Plan.ID), slog.Time("trial_ends", begun.TrialEnds))
		return begun, nil
	}
	return State{}, chat.ErrStale
}

// begin gives a tenant the plan that it wishes to try, if that can be tried, or else the default one. A trial begins only where a plan can be bought after it: it
// would end in chats that rest, and data that goes, with nothing to be done about it.
func begin(state State, catalogue *Catalogue, wish string, sold bool, now time.Time) (State, error) {
	plan, ok := catalogue.Plan(wish)
	if !ok || plan.Hidden || !sold || plan.TrialDays == 0 {
		if plan, ok = catalogue.Plan(catalogue.Default); !ok {
			return State{}, fmt.Errorf("the catalogue has no plan %q, which is its default", catalogue.Default)
		}
	}
	state.Plan, state.Since = plan, now.UTC()
	if sold && plan.TrialDays > 0 {
		state.TrialEnds = state.Since.AddDate(0, 0, plan.TrialDays)
	}
	return state, nil
}

// Begin has a tenant that has just registered begin with the plan that it wishes to try. One that is not there, or cannot be tried, is the
// default one. Repeating it changes nothing.
func (s *Service) Begin(ctx context.Context, tenant, wish string) error {
	state, err := s.readOr(ctx, tenant, wish)
	if err != nil {
		return err
	}
	s.states.wrote(state)
	return nil
}

// change writes what a function makes of a tenant's state, which may be asked again when somebody else was first, and tells all nodes.
// It keeps nothing when the function fails.
func (s *Service) change(ctx context.Context, tenant string, make func(State) (State, error)) (State, error) {
	for range putTries {
		was, err := s.read(ctx, tenant)
		if err != nil {
			return State{}, err
		}
		state, err := make(was)
		if err != nil {
			return State{}, err
		}
		if same(was, state) {
			return state, nil
		}
		if err = s.store.PutState(ctx, state); errors.Is(err, chat.ErrStale) {
			continue
		}
		if err != nil {
			return State{}, fmt.Errorf("keep what a tenant bought: %w", err)
		}
		state.Version++
		s.states.wrote(state)
		s.announce(ctx, tenant)
		return state, nil
	}
	return State{}, chat.ErrStale
}

// announce lets other nodes know at once; they find out by themselves if it fails.
func (s *Service) announce(ctx context.Context, tenant string) {
	if s.announcer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), changesWait)
	defer cancel()
	if err := s.announcer.Announce(ctx, chat.TopicPlan, tenant); err != nil {
		s.logger.Info("that a plan has changed was not announced", slog.String("tenant", tenant), slog.Any("error", err))
	}
}
