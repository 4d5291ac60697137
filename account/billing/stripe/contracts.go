package stripe

import (
	"context"
	"iter"
	"time"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// Contracts implements billing.Teller. Those that have ended are among them, and those of other products that the account sells, which
// name no tenant.
func (c *Client) Contracts(ctx context.Context) iter.Seq2[billing.Contract, error] {
	return func(yield func(billing.Contract, error) bool) {
		params := &sdk.SubscriptionListParams{Status: sdk.String("all")}
		params.Context = ctx
		params.Limit = sdk.Int64(100) // the most that Stripe gives at once; the library turns pages
		params.AddExpand("data.schedule")
		list := c.api.Subscriptions.List(params)
		for list.Next() {
			if !yield(contractOf(list.Subscription()), nil) {
				return
			}
		}
		if err := list.Err(); err != nil {
			yield(billing.Contract{}, failed("list subscriptions", err))
		}
	}
}

// contractOf is what we keep of a subscription. What it becomes later is known only if its schedule was asked for with it.
func contractOf(s *sdk.Subscription) billing.Contract {
	contract := billing.Contract{
		Provider: Name, ID: s.ID, Tenant: s.Metadata[tenantKey],
		Status: billing.ContractStatus(s.Status),
		Begun:  moment(s.StartDate), Anchor: moment(s.BillingCycleAnchor),
		PeriodStart: moment(s.CurrentPeriodStart), PeriodEnd: moment(s.CurrentPeriodEnd),
		TrialEnd: moment(s.TrialEnd), CancelAt: moment(s.CancelAt), Ended: moment(s.EndedAt),
		Next: nextOf(s.Schedule),
	}
	if s.Customer != nil {
		contract.Customer = s.Customer.ID
	}
	if s.CancelAtPeriodEnd && contract.CancelAt.IsZero() {
		contract.CancelAt = contract.PeriodEnd
	}
	if s.Items == nil {
		return contract
	}
	for _, item := range s.Items.Data {
		if item.Price == nil {
			continue
		}
		if metered(item.Price) {
			contract.Meter = item.ID
			continue
		}
		contract.Item, contract.Price = item.ID, item.Price.ID
		contract.Amount, contract.Currency = item.Price.UnitAmount*max(item.Quantity, 1), string(item.Price.Currency)
		if item.Price.Recurring != nil {
			contract.Interval = billing.Interval(item.Price.Recurring.Interval)
		}
	}
	return contract
}

// metered tells whether a price is for what is reported, rather than for having the plan.
func metered(p *sdk.Price) bool {
	return p.Recurring != nil && p.Recurring.UsageType == sdk.PriceRecurringUsageTypeMetered
}

// nextOf is what a schedule turns its subscription into next. nil: nothing else.
func nextOf(s *sdk.SubscriptionSchedule) *billing.NextPrice {
	if !running(s) {
		return nil
	}
	var runs int64 // since when its present phase does
	if s.CurrentPhase != nil {
		runs = s.CurrentPhase.StartDate
	}
	for _, phase := range s.Phases {
		if phase.StartDate <= runs {
			continue
		}
		for _, item := range phase.Items {
			if item.Price != nil && item.Quantity > 0 { // what is metered has no quantity
				return &billing.NextPrice{Price: item.Price.ID, At: moment(phase.StartDate), Schedule: s.ID}
			}
		}
	}
	return nil
}

// moment is a time of Stripe's, which counts seconds. 0: none.
func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
