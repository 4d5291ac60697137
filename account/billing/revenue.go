package billing

import "time"

const (
	churnWindow = 30 * day
	trialWindow = 90 * day
)

// Revenue is what the operator earns at a time.
type Revenue struct {
	// Monthly recurring revenue by currency, in its smallest unit: what those who pay owe for a month of their plans, a twelfth of a year's where they pay by the
	// year. Taxes, discounts and overage are not in it.
	Monthly map[string]int64
	// Paying are those who pay.
	Paying int
	// Ended are those who paid 30 days ago and have ended since; Begun all who paid then. Their share is the churn.
	Ended, Begun int
	// Trials run now. Tried ended within 90 days, and Converted are those of them who paid afterwards.
	Trials, Tried, Converted int
}

// RevenueOf reckons it from what is kept of all tenants. A time in the past is reckoned at the prices that are paid now.
func RevenueOf(states []State, policy Policy, now time.Time) Revenue {
	r := Revenue{Monthly: map[string]int64{}}
	yearly := map[string]int64{} // rounded when all is summed up
	for _, state := range states {
		if StandingOf(state, policy, now).Status == Trialing {
			r.Trials++
		}
		if end := state.triedUntil(); end.After(now.Add(-trialWindow)) && !end.After(now) {
			r.Tried++
			if !state.paysSince().IsZero() {
				r.Converted++
			}
		}
		if state.paidAt(now.Add(-churnWindow)) {
			r.Begun++
			if !state.paidAt(now) {
				r.Ended++
			}
		}
		if state.paidAt(now) {
			r.Paying++
			amount, currency := state.yearlyAmount()
			yearly[currency] += amount
		}
	}
	for currency, amount := range yearly {
		r.Monthly[currency] = twelfth(amount)
	}
	return r
}

// MonthlyAmount is what a tenant pays for a month of its plan at a time, and in which currency. 0: it pays nothing.
func (s State) MonthlyAmount(now time.Time) (int64, string) {
	if !s.paidAt(now) {
		return 0, ""
	}
	amount, currency := s.yearlyAmount()
	return twelfth(amount), currency
}

// paysSince is when the trial of a contract was over, if the contract outlived it. Zero: nothing was ever paid.
func (s State) paysSince() time.Time {
	c := s.Contract
	if !c.began() || c.Status == ContractTrialing || c.Status == ContractPaused && c.Invoice == "" {
		return time.Time{}
	}
	since := later(c.TrialEnd, c.Begun)
	if !c.Ended.IsZero() && !c.Ended.After(since) {
		return time.Time{}
	}
	return since
}

// paidAt tells whether a tenant paid at a time. Whose payment is missing still counts: it is owed. Not so who gets a plan from the operator, whose payment
// was given back, or whom the processor has given up.
func (s State) paidAt(now time.Time) bool {
	since := s.paysSince()
	if s.Assigned || since.IsZero() || since.After(now) {
		return false
	}
	c := s.Contract
	switch {
	case c.Status == ContractCanceled:
		return now.Before(c.Ended)
	case c.Status == ContractUnpaid || c.Status == ContractPaused:
		return !s.PastDue.IsZero() && now.Before(s.PastDue)
	case !s.Refunded.IsZero():
		return now.Before(s.Refunded)
	}
	return true
}

// triedUntil is when a trial ended, or will: its own, or that of what was bought; sooner if the plan was bought before it was over. Zero: there was none.
func (s State) triedUntil() time.Time {
	switch {
	case s.Assigned || s.TrialEnds.IsZero() && (!s.Contract.began() || s.Contract.TrialEnd.IsZero()):
		return time.Time{}
	case !s.Contract.began():
		return s.TrialEnds
	case !s.Contract.TrialEnd.IsZero():
		return s.Contract.TrialEnd
	case s.Contract.Begun.Before(s.TrialEnds):
		return s.Contract.Begun
	}
	return s.TrialEnds
}

// yearlyAmount is what a year costs: by the contract, or else by the terms.
func (s State) yearlyAmount() (int64, string) {
	amount, currency := s.Contract.Amount, s.Contract.Currency
	if currency == "" {
		price, _ := s.Plan.Price(s.Interval)
		amount, currency = price.Amount, price.Currency
	}
	if s.Interval == Yearly {
		return amount, currency
	}
	return amount * 12, currency
}

// twelfth is a month's part of a year's amount, rounded to the nearest.
func twelfth(amount int64) int64 { return (amount + 6) / 12 }
