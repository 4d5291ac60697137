package main

import (
	"context"

	"parley/account/billing"
	"parley/knowledge"
)

// keysAllowed refuses keys of the API to a business whose plan has none.
func (p *platform) keysAllowed(ctx context.Context, tenant string) error {
	return p.billing.Require(ctx, tenant, billing.API)
}

// told tells whether a business's servers are told what happens.
func (p *platform) told(ctx context.Context, tenant string) (bool, error) {
	state, _, err := p.billing.Standing(ctx, tenant)
	return state.Plan.Allows(billing.Webhooks), err
}

// rooms is a knowledge.Rooms: what a plan leaves.
type rooms struct{ p *platform }

// Room returns how much more a business may have its bots know.
func (r rooms) Room(ctx context.Context, tenant string) (knowledge.Room, error) {
	state, _, err := r.p.billing.Standing(ctx, tenant)
	if err != nil {
		return knowledge.Room{}, err
	}
	limits := state.Plan.Limits
	if limits.Passages == 0 && limits.Pages == 0 {
		return knowledge.Unbounded, nil
	}
	used, err := r.p.store.Billing().Used(ctx, tenant, "")
	of := knowledge.Limits{Passages: int(limits.Passages), Pages: int(limits.Pages)}
	return of.Left(int(used.Passages), int(used.Pages)), err
}
