package rest

import (
	"context"
	"errors"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

// What of this API depends on the plan of a business is decided here. Answers are counted by the engine, bots and seats exactly by the store, and
// what is read of sources as it is read; this file refuses what could not come to anything, and says of every refusal how it would be allowed.

// planOf returns the plan that a business has.
func (s *server) planOf(ctx context.Context, who account.Identity) (billing.Plan, error) {
	state, _, err := s.Billing.Standing(ctx, who.Tenant)
	return state.Plan, err
}

// mayModel returns an error unless bots of a plan may be given a model.
func (s *server) mayModel(plan billing.Plan, model string) error {
	if plan.AllowsModel(model) {
		return nil
	}
	return s.beyond(billing.ErrModel, func(p billing.Plan) bool { return p.AllowsModel(model) })
}

// beyond is a refusal that says which plan would allow it.
func (s *server) beyond(refusal *chat.Error, allows func(billing.Plan) bool) error {
	return s.Billing.Catalogue().Explain(refusal, s.Billing.Sold(), allows)
}

// rooms are refusals for want of room, with the limit that each is about.
var rooms = []struct {
	refusal *chat.Error
	of      func(billing.Limits) int64
}{
	{billing.ErrBots, func(l billing.Limits) int64 { return l.Bots }},
	{billing.ErrSeats, func(l billing.Limits) int64 { return l.Seats }},
	{billing.ErrPassages, func(l billing.Limits) int64 { return l.Passages }},
	{billing.ErrPages, func(l billing.Limits) int64 { return l.Pages }},
}

// full says of a refusal for want of room which plan has more. Other errors stay what they are.
func (s *server) full(plan billing.Plan, err error) error {
	for _, room := range rooms {
		if errors.Is(err, room.refusal) {
			have := room.of(plan.Limits)
			return s.beyond(room.refusal, func(p billing.Plan) bool { more := room.of(p.Limits); return more == 0 || more > have })
		}
	}
	return err
}

// refused is full where the plan was not looked at before.
func (s *server) refused(ctx context.Context, who account.Identity, refusal error) error {
	plan, err := s.planOf(ctx, who)
	if err != nil {
		return err
	}
	return s.full(plan, refusal)
}

// roomToKnow returns an error if the plan has no room for so many more passages, or, of what is read of the web, for another page.
func (s *server) roomToKnow(ctx context.Context, who account.Identity, passages int64, web bool) error {
	plan, err := s.planOf(ctx, who)
	if err != nil {
		return err
	}
	limits := plan.Limits
	if limits.Passages == 0 && (limits.Pages == 0 || !web) {
		return nil
	}
	has, err := s.Counts.Used(ctx, who.Tenant, "")
	switch {
	case err != nil:
		return err
	case limits.Passages > 0 && has.Passages+passages > limits.Passages:
		return s.full(plan, billing.ErrPassages)
	case web && limits.Pages > 0 && has.Pages >= limits.Pages:
		return s.full(plan, billing.ErrPages)
	}
	return nil
}
