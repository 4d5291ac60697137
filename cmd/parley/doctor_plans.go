package main

import (
	"context"
	"log/slog"

	"parley/account/billing"
	"parley/account/billing/stripe"
	"parley/cmd/parley/doctor"
)

// lookAtPlans reads the plans, and asks Stripe whether their prices are what it is said they are.
func (d *DoctorCmd) lookAtPlans(ctx context.Context) []doctor.Finding {
	const reference = "docs/plans.md says what is in the file."
	_, catalogue, err := openCatalogue(&d.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		return doctor.Wrong(reference, "%v", err)
	}
	plans := catalogue().Plans
	if !d.Sells() {
		return doctor.Fine("%d plans, which operators assign: nothing is sold", len(plans))
	}
	var found []doctor.Finding
	sold := 0
	client := stripe.New(d.Stripe())
	for _, plan := range plans {
		if plan.Sold() {
			sold++
		}
		for _, price := range plan.Prices {
			found = append(found, d.lookAtPrice(ctx, client, plan.ID, price, false)...)
			found = append(found, d.lookAtPrice(ctx, client, plan.ID, billing.Price{ID: plan.Meter(price.Interval), Interval: price.Interval}, true)...)
		}
	}
	switch {
	case sold == 0:
		found = append(found, doctor.Warn("Make prices in Stripe's dashboard, and write their ids into the file that PARLEY_PLANS names.", "no plan can be bought: none has the id of a price")...)
	case len(found) == 0:
		found = doctor.Fine("%d plans, %d of them on sale, and Stripe says the same of their prices", len(plans), sold)
	}
	return found
}

// lookAtPrice compares a price with Stripe's. One without an id is not sold.
func (d *DoctorCmd) lookAtPrice(ctx context.Context, client *stripe.Client, plan string, price billing.Price, meter bool) []doctor.Finding {
	if price.ID == "" {
		return nil
	}
	there, metered, err := client.Price(ctx, price.ID)
	if err != nil {
		return doctor.Wrong("Copy the id of the price from Stripe's dashboard, of the account that STRIPE_SECRET_KEY is of.", "the plan %s: %v", plan, err)
	}
	switch {
	case metered != meter && meter:
		return doctor.Wrong("Make a price for metered usage.", "the plan %s: the price %s, for answers beyond the plan, is not metered", plan, price.ID)
	case metered != meter:
		return doctor.Wrong("Make a price for a fixed amount.", "the plan %s: the price %s is metered", plan, price.ID)
	case there.Interval != price.Interval:
		return doctor.Wrong("Name another price.", "the plan %s: the price %s is by the %s at Stripe, and by the %s here", plan, price.ID, there.Interval, price.Interval)
	case !meter && (there.Amount != price.Amount || there.Currency != price.Currency):
		return doctor.Wrong("People would pay what Stripe says, and read what the file says.", "the plan %s: the price %s is %d %s at Stripe, and %d %s here",
			plan, price.ID, there.Amount, there.Currency, price.Amount, price.Currency)
	}
	return nil
}
