package billing

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// strict is the policy of these tests.
var strict = Policy{GraceDays: 14, MailDays: []int{0, 3, 7}, KeepDays: 30}

// begun is when all subscriptions of these tests begin.
var begun = time.Date(2026, time.March, 31, 10, 0, 0, 0, time.UTC)

// contract returns one that is paid by the month, changed by a function.
func contract(change func(*Contract)) *Contract {
	c := &Contract{Provider: "stripe", Customer: "cus_1", ID: "sub_1", Tenant: "t", Status: ContractActive, Price: "price_sm", Interval: Monthly, Begun: begun, Anchor: begun, PeriodStart: begun, PeriodEnd: begun.AddDate(0, 1, -1)}
	if change != nil {
		change(c)
	}
	return c
}

func TestWhereATenantStands(t *testing.T) {
	t.Parallel()
	after := func(n int) time.Time { return begun.Add(days(n)) }
	tests := map[string]struct {
		state State
		// want is what holds from a time on, up to the next one's.
		want []Standing
	}{
		"a plan that costs nothing": {State{Since: begun}, []Standing{
			{Status: Active, Since: begun},
		}},
		"a trial that nobody pays after": {State{Since: begun, TrialEnds: after(14)}, []Standing{
			{Status: Trialing, Since: begun, Until: after(14)},
			{Status: Suspended, Reason: TrialOver, Since: after(14), Until: after(44), EraseAt: after(44)},
		}},
		"a trial whose checkout was begun and never paid": {State{Since: begun, TrialEnds: after(14), Contract: contract(func(c *Contract) { c.Status = ContractIncomplete })}, []Standing{
			{Status: Trialing, Since: begun, Until: after(14)},
			{Status: Suspended, Reason: TrialOver, Since: after(14), Until: after(44), EraseAt: after(44)},
		}},
		"a checkout that has run out": {State{Since: begun, Contract: contract(func(c *Contract) { c.Status = ContractIncompleteExpired })}, []Standing{
			{Status: Active, Since: begun},
		}},
		"a trial that was bought after": {State{Since: begun.Add(-days(20)), TrialEnds: begun.Add(-days(6)), Contract: contract(nil)}, []Standing{
			{Status: Active, Since: begun},
		}},
		"a trial of the contract, which is paid": {State{Contract: contract(func(c *Contract) { c.Status, c.TrialEnd = ContractTrialing, after(9) })}, []Standing{
			{Status: Trialing, Since: begun, Until: after(9)},
			{Status: Active, Since: after(9)}, // until it is said that the payment failed
		}},
		"a trial of the contract that nothing could be charged after": {State{Contract: contract(func(c *Contract) { c.Status, c.TrialEnd = ContractPaused, after(9) })}, []Standing{
			{Status: Suspended, Reason: TrialOver, Since: after(9), Until: after(39)},
			{Status: Cancelled, Reason: TrialOver, Since: after(39), Until: after(69), EraseAt: after(69)},
		}},
		"a payment that is missing": {State{Contract: contract(func(c *Contract) { c.Status = ContractPastDue }), PastDue: begun}, []Standing{
			{Status: PastDue, Since: begun, Until: after(14)},
			{Status: Suspended, Reason: Unpaid, Since: after(14), Until: after(44)},
			{Status: Cancelled, Reason: Unpaid, Since: after(44), Until: after(74), EraseAt: after(74)},
		}},
		"a payment that the processor has given up": {State{Contract: contract(func(c *Contract) { c.Status = ContractUnpaid }), PastDue: begun}, []Standing{
			{Status: PastDue, Since: begun, Until: after(14)}, // the grace is our promise
			{Status: Suspended, Reason: Unpaid, Since: after(14), Until: after(44)},
			{Status: Cancelled, Reason: Unpaid, Since: after(44), Until: after(74), EraseAt: after(74)},
		}},
		"a payment that is missing, of which only the invoice tells yet": {State{Contract: contract(nil), PastDue: begun}, []Standing{
			{Status: PastDue, Since: begun, Until: after(14)},
			{Status: Suspended, Reason: Unpaid, Since: after(14), Until: after(44)},
			{Status: Cancelled, Reason: Unpaid, Since: after(44), Until: after(74), EraseAt: after(74)},
		}},
		"a payment that was made": {State{Contract: contract(nil)}, []Standing{
			{Status: Active, Since: begun},
		}},
		"a subscription that ends with its period, as is not said yet": {State{Contract: contract(func(c *Contract) { c.CancelAt = after(30) })}, []Standing{
			{Status: Active, Since: begun, Until: after(30)},
			{Status: Cancelled, Reason: HasEnded, Since: after(30)}, // nothing is erased before it is
		}},
		"a subscription that ends with its period while a payment is missing": {State{PastDue: begun, Contract: contract(func(c *Contract) { c.Status, c.CancelAt = ContractPastDue, after(10) })}, []Standing{
			{Status: PastDue, Since: begun, Until: after(10)},
			{Status: Cancelled, Reason: Unpaid, Since: after(10)},
		}},
		"a subscription that ends after it was cancelled for want of a payment": {State{PastDue: begun, Contract: contract(func(c *Contract) { c.Status, c.CancelAt = ContractPastDue, after(60) })}, []Standing{
			{Status: PastDue, Since: begun, Until: after(14)},
			{Status: Suspended, Reason: Unpaid, Since: after(14), Until: after(44)},
			{Status: Cancelled, Reason: Unpaid, Since: after(44), Until: after(74), EraseAt: after(74)},
		}},
		"a subscription that has ended": {State{Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, after(0) })}, []Standing{
			{Status: Cancelled, Reason: HasEnded, Since: begun, Until: after(30), EraseAt: after(30)},
		}},
		"a subscription that has ended for want of a payment": {State{PastDue: after(-21), Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, after(0) })}, []Standing{
			{Status: Cancelled, Reason: Unpaid, Since: begun, Until: after(30), EraseAt: after(30)},
		}},
		"a subscription that was ended and refunded": {State{Refunded: begun, Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, after(0) })}, []Standing{
			{Status: Cancelled, Reason: WasRefunded, Since: begun, Until: after(30), EraseAt: after(30)},
		}},
		"a payment that was given back": {State{Refunded: begun, Contract: contract(nil)}, []Standing{
			{Status: Suspended, Reason: WasRefunded, Since: begun, Until: after(30)},
			{Status: Cancelled, Reason: WasRefunded, Since: after(30), Until: after(60), EraseAt: after(60)},
		}},
		"a payment that was given back of a subscription that ends": {State{Refunded: begun, Contract: contract(func(c *Contract) { c.CancelAt = after(5) })}, []Standing{
			{Status: Suspended, Reason: WasRefunded, Since: begun, Until: after(5)},
			{Status: Cancelled, Reason: WasRefunded, Since: after(5)},
		}},
		"a plan of the operator's": {State{Assigned: true, Since: begun}, []Standing{
			{Status: Active, Since: begun},
		}},
		"a plan of the operator's for somebody who did not pay": {State{Assigned: true, Since: begun, PastDue: begun, TrialEnds: begun, Contract: contract(func(c *Contract) { c.Status = ContractUnpaid })}, []Standing{
			{Status: Active, Since: begun},
		}},
		"a suspension by the operator, of somebody who pays": {State{Suspension: &Suspension{At: begun}, Contract: contract(nil)}, []Standing{
			{Status: Suspended, Reason: ByOperator, Since: begun},
		}},
		"a suspension by the operator, of somebody whose data would be erased": {State{Suspension: &Suspension{At: begun}, Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, after(-40) })}, []Standing{
			{Status: Suspended, Reason: ByOperator, Since: begun},
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from := begun
			for i, want := range test.want {
				until := want.Until
				if i == len(test.want)-1 {
					until = begun.AddDate(5, 0, 0) // for as long as it is kept
				}
				for _, now := range []time.Time{from, from.Add(1), until.Add(-1)} {
					want.Period = PeriodOf(test.state.Anchor(), now)
					if i < len(test.want)-1 || want.Until.IsZero() || now.Before(want.Until) {
						if got := StandingOf(test.state, strict, now.In(time.FixedZone("", -7*3600))); got != want {
							t.Errorf("at %v it is\n%+v, want\n%+v", now, got, want)
						}
					}
				}
				from = until
			}
		})
	}
}

func TestWithoutDaysToKeepNothingIsEverErased(t *testing.T) {
	t.Parallel()
	keeps := Policy{GraceDays: 14}
	for name, state := range map[string]State{
		"trial over": {TrialEnds: begun},
		"unpaid":     {PastDue: begun, Contract: contract(nil)},
		"refunded":   {Refunded: begun, Contract: contract(nil)},
		"ended":      {Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, begun })},
	} {
		if got := StandingOf(state, keeps, begun.AddDate(50, 0, 0)); got.Serves() || !got.EraseAt.IsZero() || !got.Until.IsZero() {
			t.Errorf("%s: after 50 years it is %+v", name, got)
		}
	}
}

func TestWithoutGraceAMissingPaymentSuspendsAtOnce(t *testing.T) {
	t.Parallel()
	state := State{PastDue: begun, Contract: contract(nil)}
	if got := StandingOf(state, Policy{KeepDays: 30}, begun); got.Status != Suspended || got.Since != begun {
		t.Errorf("it is %+v", got)
	}
}

// anyState is one that may be kept when subscriptions have just begun, also such that contradicts itself.
func anyState() *rapid.Generator[State] {
	return rapid.Custom(func(t *rapid.T) State {
		within := func(name string, last int) time.Time { // days
			if rapid.Bool().Draw(t, "no "+name) {
				return time.Time{}
			}
			return begun.Add(time.Duration(rapid.IntRange(-200*24, last*24).Draw(t, name)) * time.Hour)
		}
		past := func(name string) time.Time { return within(name, 0) }
		moment := func(name string) time.Time { return within(name, 200) }
		state := State{Tenant: "t", Since: begun, Assigned: rapid.IntRange(0, 9).Draw(t, "assigned") == 0, TrialEnds: moment("trial"), PastDue: past("past due"), Refunded: past("refunded")}
		if rapid.IntRange(0, 9).Draw(t, "suspended") == 0 {
			state.Suspension = &Suspension{At: begun}
		}
		if rapid.Bool().Draw(t, "bought") {
			state.Contract = contract(func(c *Contract) {
				c.Status = rapid.SampledFrom([]ContractStatus{ContractTrialing, ContractActive, ContractPastDue, ContractUnpaid, ContractPaused, ContractIncomplete, ContractIncompleteExpired, ContractCanceled}).Draw(t, "status")
				c.TrialEnd, c.CancelAt = moment("contract's trial"), moment("cancel at")
				switch c.Status {
				case ContractCanceled:
					c.Ended = begun
				case ContractPaused:
					c.TrialEnd = begun
				default:
				}
				c.Interval = rapid.SampledFrom([]Interval{Monthly, Yearly}).Draw(t, "interval")
			})
		}
		return state
	})
}

func TestAStandingHoldsUntilItSaysAndThenIsAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state := anyState().Draw(t, "state")
		now := begun.Add(time.Duration(rapid.IntRange(0, 600*24).Draw(t, "hours")) * time.Hour)
		standing := StandingOf(state, strict, now)
		same := func(at time.Time) bool {
			other := StandingOf(state, strict, at)
			other.Period = standing.Period
			return other == standing
		}
		if !standing.Period.Contains(now) {
			t.Fatalf("%v is not in %+v", now, standing.Period)
		}
		if standing.Serves() && (standing.Reason != "" || !standing.EraseAt.IsZero()) {
			t.Fatalf("it serves, and is %+v", standing)
		}
		if !standing.Serves() && standing.Reason == "" {
			t.Fatalf("chats rest without a reason: %+v", standing)
		}
		if until := standing.Until; until.IsZero() {
			if !same(now.AddDate(100, 0, 0)) {
				t.Fatalf("%+v changes by itself", standing)
			}
		} else if until.After(now) {
			between := now.Add(time.Duration(rapid.Int64Range(0, int64(until.Sub(now))-1).Draw(t, "until then")))
			if !same(between) || !same(until.Add(-1)) {
				t.Fatalf("%+v changes before it says", standing)
			}
			if until != standing.EraseAt && same(until) {
				t.Fatalf("%+v does not change when it says", standing)
			}
		}
	})
}

func TestWhoeverDoesNothingGoesDownhillOnly(t *testing.T) {
	t.Parallel()
	rank := map[Status]int{Trialing: 0, Active: 0, PastDue: 1, Suspended: 2, Cancelled: 3}
	rapid.Check(t, func(t *rapid.T) {
		state := anyState().Draw(t, "state")
		now := begun
		was := StandingOf(state, strict, now)
		for range 100 {
			now = now.Add(time.Duration(rapid.IntRange(1, 24*10).Draw(t, "hours")) * time.Hour)
			is := StandingOf(state, strict, now)
			if rank[is.Status] < rank[was.Status] {
				t.Fatalf("at %v it is %s after it was %s, and nothing was said", now, is.Status, was.Status)
			}
			was = is
		}
	})
}
