package stripe

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// Change implements billing.Changer. A payment that fails changes nothing: billing.ErrDeclined. What was agreed to for later is off.
func (c *Client) Change(ctx context.Context, contract billing.Contract, to billing.Price, meter string, at time.Time) (billing.Contract, error) {
	now, err := c.unscheduled(ctx, contract)
	if err != nil {
		return billing.Contract{}, err
	}
	have := contractOf(now)
	if have.Price == to.ID && (have.Meter != "") == (meter != "") {
		return have, nil // it was done already, and the answer was lost
	}
	params := &sdk.SubscriptionParams{
		Items:             itemsFor(have, to, meter),
		PaymentBehavior:   sdk.String("error_if_incomplete"),
		ProrationBehavior: sdk.String("always_invoice"),
		ProrationDate:     sdk.Int64(at.Unix()),
	}
	if now.CancelAtPeriodEnd { // whoever wants another plan wants to stay
		params.CancelAtPeriodEnd = sdk.Bool(false)
	}
	params.Context = ctx
	changed, err := c.api.Subscriptions.Update(contract.ID, params)
	if err != nil {
		return billing.Contract{}, failed("change the price of "+contract.ID, err)
	}
	return contractOf(changed), nil
}

// Cancel implements billing.Changer.
func (c *Client) Cancel(ctx context.Context, contract billing.Contract) (billing.Contract, error) {
	if _, err := c.unscheduled(ctx, contract); err != nil { // Stripe refuses to cancel what a schedule changes
		return billing.Contract{}, err
	}
	return c.goOn(ctx, contract.ID, false)
}

// Resume implements billing.Changer.
func (c *Client) Resume(ctx context.Context, contract billing.Contract) (billing.Contract, error) {
	if _, err := c.unscheduled(ctx, contract); err != nil {
		return billing.Contract{}, err
	}
	return c.goOn(ctx, contract.ID, true)
}

// End implements billing.Changer. What is owed is left alone before the subscription goes, so that a repetition finds all of it: it stays open for the books,
// and Stripe tries to collect nothing that does not advance by itself. Of what was used, nothing more is charged.
func (c *Client) End(ctx context.Context, contract billing.Contract) (billing.Contract, error) {
	now, err := c.unscheduled(ctx, contract)
	if err != nil {
		return billing.Contract{}, err
	}
	if err := c.leaveOpen(ctx, contract.ID); err != nil {
		return billing.Contract{}, err
	}
	if now.EndedAt > 0 {
		return contractOf(now), nil
	}
	params := &sdk.SubscriptionCancelParams{InvoiceNow: sdk.Bool(false), Prorate: sdk.Bool(false)}
	params.Context = ctx
	ended, err := c.api.Subscriptions.Cancel(contract.ID, params)
	if err != nil {
		return billing.Contract{}, failed("end "+contract.ID, err)
	}
	return contractOf(ended), nil
}

// goOn says whether a subscription goes on when its period ends.
func (c *Client) goOn(ctx context.Context, id string, on bool) (billing.Contract, error) {
	params := &sdk.SubscriptionParams{CancelAtPeriodEnd: sdk.Bool(!on)}
	params.Context = ctx
	changed, err := c.api.Subscriptions.Update(id, params)
	if err != nil {
		return billing.Contract{}, failed(fmt.Sprintf("let %s go on: %t", id, on), err)
	}
	return contractOf(changed), nil
}

// unscheduled reads a subscription, and takes the schedule off it that it may have: Stripe changes nothing that a schedule would
// change too. It is read afresh, since events of what was done a moment ago may not have come.
func (c *Client) unscheduled(ctx context.Context, contract billing.Contract) (*sdk.Subscription, error) {
	params := &sdk.SubscriptionParams{}
	params.Context = ctx
	params.AddExpand("schedule")
	now, err := c.api.Subscriptions.Get(contract.ID, params)
	if err != nil {
		return nil, failed("read "+contract.ID, err)
	}
	if !running(now.Schedule) {
		return now, nil
	}
	release := &sdk.SubscriptionScheduleReleaseParams{}
	release.Context = ctx
	if _, err := c.api.SubscriptionSchedules.Release(now.Schedule.ID, release); err != nil {
		return nil, failed("release the schedule of "+contract.ID, err)
	}
	now.Schedule = nil
	return now, nil
}

// itemsFor are the items of a subscription when it has another price: each is replaced by its like, so that what was reported stays.
func itemsFor(have billing.Contract, to billing.Price, meter string) []*sdk.SubscriptionItemsParams {
	items := []*sdk.SubscriptionItemsParams{{ID: sdk.String(have.Item), Price: sdk.String(to.ID), Quantity: sdk.Int64(1)}}
	switch {
	case have.Meter != "" && meter != "":
		items = append(items, &sdk.SubscriptionItemsParams{ID: sdk.String(have.Meter), Price: sdk.String(meter)})
	case have.Meter != "":
		// What was used beyond the lesser plan is forgiven.
		items = append(items, &sdk.SubscriptionItemsParams{ID: sdk.String(have.Meter), Deleted: sdk.Bool(true), ClearUsage: sdk.Bool(true)})
	case meter != "":
		items = append(items, &sdk.SubscriptionItemsParams{Price: sdk.String(meter)})
	}
	return items
}
