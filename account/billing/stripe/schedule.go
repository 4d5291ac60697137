package stripe

import (
	"cmp"
	"context"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// ChangeLater implements billing.Changer. Stripe does it by a schedule of two phases, the period that runs and the one after it,
// which lets go of the subscription when it has done so.
func (c *Client) ChangeLater(ctx context.Context, contract billing.Contract, to billing.Price, meter string) (billing.Contract, error) {
	now, err := c.unscheduled(ctx, contract)
	if err != nil {
		return billing.Contract{}, err
	}
	if now.CancelAtPeriodEnd { // whoever wants another plan wants to stay
		if _, err := c.goOn(ctx, contract.ID, true); err != nil {
			return billing.Contract{}, err
		}
	}
	begin := &sdk.SubscriptionScheduleParams{FromSubscription: sdk.String(contract.ID)}
	begin.Context = ctx
	schedule, err := c.api.SubscriptionSchedules.New(begin)
	if err != nil {
		return billing.Contract{}, failed("begin a schedule for "+contract.ID, err)
	}
	params := &sdk.SubscriptionScheduleParams{
		EndBehavior:       sdk.String(string(sdk.SubscriptionScheduleEndBehaviorRelease)),
		ProrationBehavior: sdk.String("none"),
		Phases:            []*sdk.SubscriptionSchedulePhaseParams{phaseOf(now, schedule), phaseAfter(schedule, to, meter)},
	}
	params.Context = ctx
	params.AddMetadata(tenantKey, cmp.Or(now.Metadata[tenantKey], contract.Tenant))
	if _, err := c.api.SubscriptionSchedules.Update(schedule.ID, params); err != nil {
		return billing.Contract{}, failed("write the schedule of "+contract.ID, err)
	}
	changed := contractOf(now)
	changed.CancelAt = moment(0)
	changed.Next = &billing.NextPrice{Price: to.ID, At: changed.PeriodEnd, Schedule: schedule.ID}
	return changed, nil
}

// phaseOf is the period that runs, as it is: Stripe takes away what a phase does not name.
func phaseOf(s *sdk.Subscription, schedule *sdk.SubscriptionSchedule) *sdk.SubscriptionSchedulePhaseParams {
	phase := &sdk.SubscriptionSchedulePhaseParams{
		StartDate:         sdk.Int64(s.CurrentPeriodStart),
		EndDate:           sdk.Int64(s.CurrentPeriodEnd),
		ProrationBehavior: sdk.String("none"),
	}
	if schedule.CurrentPhase != nil {
		phase.StartDate = sdk.Int64(schedule.CurrentPhase.StartDate)
	}
	for _, item := range s.Items.Data {
		same := &sdk.SubscriptionSchedulePhaseItemParams{Price: sdk.String(item.Price.ID)}
		if !metered(item.Price) {
			same.Quantity = sdk.Int64(max(item.Quantity, 1))
		}
		phase.Items = append(phase.Items, same)
	}
	if s.Status == sdk.SubscriptionStatusTrialing {
		phase.TrialEnd = sdk.Int64(s.TrialEnd)
	}
	keep(phase, schedule)
	return phase
}

// phaseAfter is the period after it.
func phaseAfter(schedule *sdk.SubscriptionSchedule, to billing.Price, meter string) *sdk.SubscriptionSchedulePhaseParams {
	phase := &sdk.SubscriptionSchedulePhaseParams{
		Iterations:        sdk.Int64(1),
		ProrationBehavior: sdk.String("none"),
		Items:             []*sdk.SubscriptionSchedulePhaseItemParams{{Price: sdk.String(to.ID), Quantity: sdk.Int64(1)}},
	}
	if meter != "" {
		phase.Items = append(phase.Items, &sdk.SubscriptionSchedulePhaseItemParams{Price: sdk.String(meter)})
	}
	keep(phase, schedule)
	return phase
}

// keep copies what a customer was promised from the phase that Stripe has made of the subscription: how it is paid, and for how much less.
func keep(phase *sdk.SubscriptionSchedulePhaseParams, schedule *sdk.SubscriptionSchedule) {
	if len(schedule.Phases) == 0 {
		return
	}
	made := schedule.Phases[0]
	if made.Coupon != nil {
		phase.Coupon = sdk.String(made.Coupon.ID)
	}
	if made.DefaultPaymentMethod != nil {
		phase.DefaultPaymentMethod = sdk.String(made.DefaultPaymentMethod.ID)
	}
}

// running tells whether a schedule changes its subscription, or will.
func running(s *sdk.SubscriptionSchedule) bool {
	return s != nil && (s.Status == sdk.SubscriptionScheduleStatusActive || s.Status == sdk.SubscriptionScheduleStatusNotStarted)
}
