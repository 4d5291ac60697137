package billing

import "time"

// day is 24 hours: what is promised in days does not depend on anybody's daylight saving.
const day = 24 * time.Hour

// StandingOf says where a tenant stands at a time. The first of these that holds decides:
//
//  1. The operator suspended it.
//  2. The operator assigned its plan: it is active for ever.
//  3. It never bought anything: it tries its plan until TrialEnds, or has one that costs nothing.
//  4. Its contract has ended.
//  5. Its last payment was given back whole: its chats rest.
//  6. A payment is missing: all works on for Policy.GraceDays, then its chats rest.
//  7. The contract's trial is over and nothing can be charged (paused at the processor): its chats rest.
//  8. It is in the contract's trial, or active.
//
// What rests for Policy.KeepDays is cancelled, and so is a contract on the day on which it was to end. What is erased, and when, follows from words of the processor
// alone: that day stops its chats, and erases nothing until it is said that it has ended.
func StandingOf(state State, policy Policy, now time.Time) Standing {
	standing := standingOf(state, policy, now)
	standing.Period = PeriodOf(state.Anchor(), now)
	return standing
}

func standingOf(state State, policy Policy, now time.Time) Standing {
	if s := state.Suspension; s != nil {
		return Standing{Status: Suspended, Reason: ByOperator, Since: s.At}
	}
	if state.Assigned {
		return Standing{Status: Active, Since: state.Since}
	}
	contract := state.Contract
	if !contract.began() {
		return unbought(state, policy, now)
	}
	if contract.Status == ContractCanceled {
		return ended(state, policy)
	}
	running := running(state, policy, now)
	end := contract.CancelAt
	switch {
	case end.IsZero() || running.Status == Cancelled && running.Since.Before(end):
	case !now.Before(end):
		return Standing{Status: Cancelled, Reason: state.whyEnded(), Since: end}
	case running.Until.IsZero() || end.Before(running.Until):
		running.Until = end
	}
	return running
}

// running is the standing of somebody whose contract has not ended.
func running(state State, policy Policy, now time.Time) Standing {
	contract := state.Contract
	switch {
	case !state.Refunded.IsZero():
		return resting(WasRefunded, state.Refunded, policy, now)
	case !state.PastDue.IsZero():
		end := state.PastDue.Add(days(policy.GraceDays))
		if now.Before(end) {
			return Standing{Status: PastDue, Since: state.PastDue, Until: end}
		}
		return resting(Unpaid, end, policy, now)
	case contract.Status == ContractPaused:
		return resting(TrialOver, later(contract.TrialEnd, contract.Begun), policy, now)
	case contract.Status == ContractTrialing && now.Before(contract.TrialEnd):
		return Standing{Status: Trialing, Since: contract.Begun, Until: contract.TrialEnd}
	}
	return Standing{Status: Active, Since: later(contract.TrialEnd, contract.Begun)}
}

// unbought is the standing of somebody who has paid nothing and owes nothing.
func unbought(state State, policy Policy, now time.Time) Standing {
	switch {
	case state.TrialEnds.IsZero():
		return Standing{Status: Active, Since: state.Since}
	case now.Before(state.TrialEnds):
		return Standing{Status: Trialing, Since: state.Since, Until: state.TrialEnds}
	}
	return Standing{Status: Suspended, Reason: TrialOver, Since: state.TrialEnds, Until: policy.erasure(state.TrialEnds), EraseAt: policy.erasure(state.TrialEnds)}
}

// resting is the standing of somebody whose chats rest since then, and who can still pay.
func resting(reason Reason, since time.Time, policy Policy, now time.Time) Standing {
	end := policy.erasure(since)
	if end.IsZero() || now.Before(end) {
		return Standing{Status: Suspended, Reason: reason, Since: since, Until: end}
	}
	return Standing{Status: Cancelled, Reason: reason, Since: end, Until: policy.erasure(end), EraseAt: policy.erasure(end)}
}

// ended is the standing of somebody whose contract has ended.
func ended(state State, policy Policy) Standing {
	since := state.Contract.Ended
	return Standing{Status: Cancelled, Reason: state.whyEnded(), Since: since, Until: policy.erasure(since), EraseAt: policy.erasure(since)}
}

// whyEnded is what to say of a contract that has ended.
func (s State) whyEnded() Reason {
	switch {
	case !s.Refunded.IsZero():
		return WasRefunded
	case !s.PastDue.IsZero():
		return Unpaid
	}
	return HasEnded
}

// erasure is when what has ended then is erased. Zero: never.
func (p Policy) erasure(since time.Time) time.Time {
	if p.KeepDays == 0 || since.IsZero() {
		return time.Time{}
	}
	return since.Add(days(p.KeepDays))
}

// Anchor is the instant that months of answers are counted from.
func (s State) Anchor() time.Time {
	if s.Assigned || !s.Contract.began() {
		return s.Since
	}
	if !s.Contract.Anchor.IsZero() {
		return s.Contract.Anchor
	}
	return s.Contract.Begun
}

// began tells whether there is a contract that was ever in force: the first payment of one that is incomplete was never made.
func (c *Contract) began() bool {
	return c != nil && c.Status != ContractIncomplete && c.Status != ContractIncompleteExpired
}

func days(n int) time.Duration { return time.Duration(n) * day }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
