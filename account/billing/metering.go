package billing

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	// reportEvery is how often the processor of payments is told how many answers beyond the plan were had.
	reportEvery = time.Hour
	// lastReports is when, before the end of a month, it is told in each round: what is not told by then is not charged. Stripe takes no report of a billing
	// period that is over, also while its invoice is a draft; the minutes that it does take are for clocks that differ, and not promised
	// (https://docs.stripe.com/billing/subscriptions/usage-based-legacy/recording-usage, Clock drift).
	lastReports = 10 * time.Minute
	// lateReports is how long after the end of a month its last answers are reported still. Those of the months of a year that goes on are always
	// taken; of others only until the contract is in its next period.
	lateReports = 24 * time.Hour
)

// report tells the processor of payments of the overage of a tenant's month, and of the month before, if its last answers were not told.
func (r *Rounds) report(ctx context.Context, state State, standing Standing, used Used, now time.Time) error {
	if !r.Service.Sold() || !state.Subscribed() || !state.chargesOverage(standing) || state.Plan.Overage == nil {
		return nil
	}
	month := standing.Period
	last := r.reported[state.Tenant]
	if now.Sub(last) < reportEvery && month.End.Sub(now) > lastReports && !last.Before(month.Start) {
		return nil
	}
	if before := PeriodOf(state.Anchor(), month.Start.Add(-1)); now.Sub(before.End) < lateReports && !before.Start.Before(state.Contract.PeriodStart) {
		used, err := r.Service.counts.Used(ctx, state.Tenant, before.Key())
		if err != nil {
			return fmt.Errorf("count the answers of the last month: %w", err)
		}
		if err := r.reportTotal(ctx, state, before, state.Over(standing, used.Answers), now); err != nil {
			return err
		}
	}
	if err := r.reportTotal(ctx, state, month, state.Over(standing, used.Answers), now); err != nil {
		return err
	}
	r.reported[state.Tenant] = now
	return nil
}

func (r *Rounds) reportTotal(ctx context.Context, state State, month Period, over int64, now time.Time) error {
	known, err := r.Reports.Reported(ctx, state.Tenant, month.Key())
	if err != nil {
		return fmt.Errorf("read what was reported: %w", err)
	}
	if over == known {
		return nil
	}
	at := month.Start
	if at.Before(state.Contract.PeriodStart) {
		at = state.Contract.PeriodStart
	}
	if err := r.Service.provider.Report(ctx, *state.Contract, over, at); err != nil {
		return fmt.Errorf("report answers beyond the plan: %w", err)
	}
	r.Logger.InfoContext(ctx, "answers beyond the plan were reported", slog.String("tenant", state.Tenant), slog.String("period", month.Key()), slog.Int64("answers", over))
	return r.Reports.KeepReport(ctx, state.Tenant, month.Key(), over, now)
}
