package billing

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Fold returns what a tenant's state is after all facts that are known of it. Their order and repetitions do not matter: it is the last word on each
// thing that counts, by Fact.At. Facts of other tenants' contracts are none.
//
// Of several contracts the latest that is in force counts, else the latest that was; the terms are those that the catalogue had when one of their prices was
// first agreed to, and a price that nobody knows changes none.
func Fold(state State, catalogue *Catalogue, facts []Fact) State {
	facts = ordered(facts)
	contract, prices := lastContract(facts, state.Tenant)
	if contract == nil {
		return state
	}
	contract.Next = nextOf(*contract, facts)
	contract.Invoice = lastPaid(facts, contract.ID)
	state.Contract = contract
	state.PastDue = time.Time{}
	if contract.began() { // nothing is owed for what was never bought
		state.PastDue = missingSince(facts, contract.ID)
	}
	state.Refunded = refundedSince(facts, contract.Invoice)
	if state.Assigned && !boughtAfter(facts, state.Tenant, state.Since) {
		return state
	}
	if state.Assigned {
		state.Assigned, state.Assignment, state.Price = false, nil, ""
	}
	if contract.began() {
		state.Interval = contract.Interval
		state.Plan, state.Price = terms(state, catalogue, prices)
	}
	return state
}

// ordered returns facts in the order in which they count, each once.
func ordered(facts []Fact) []Fact {
	facts = slices.Clone(facts)
	slices.SortFunc(facts, func(a, b Fact) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Rank, b.Rank), strings.Compare(a.ID, b.ID), strings.Compare(a.about(), b.about()))
	})
	return slices.CompactFunc(facts, func(a, b Fact) bool {
		return a.At.Equal(b.At) && a.Rank == b.Rank && a.ID == b.ID && a.about() == b.about()
	})
}

// about names what a fact is about: an event may tell of several things.
func (f Fact) about() string {
	switch {
	case f.Contract != nil:
		return "contract " + f.Contract.ID
	case f.Invoice != nil:
		return "invoice " + f.Invoice.ID
	case f.Refund != nil:
		return "refund " + f.Refund.Charge
	case f.Schedule != nil:
		return "schedule " + f.Subscription
	case f.Checkout != nil:
		return "checkout " + f.Checkout.Subscription
	}
	return ""
}

// lastContract returns the last word on the contract that counts, and all prices that it ever had, the last one first.
func lastContract(facts []Fact, tenant string) (*Contract, []string) {
	last := map[string]Contract{}
	prices := map[string][]string{}
	for _, fact := range facts {
		if c := fact.Contract; c != nil && c.of(tenant) {
			last[c.ID] = *c
			if c.began() {
				prices[c.ID] = append(prices[c.ID], c.Price)
			}
		}
	}
	var best *Contract
	for _, c := range last {
		if best == nil || before(*best, c) {
			best = &c
		}
	}
	if best == nil {
		return nil, nil
	}
	had := prices[best.ID]
	slices.Reverse(had)
	return best, had
}

// of tells whether a contract is a tenant's: it names the tenant, or nobody.
func (c *Contract) of(tenant string) bool { return c.Tenant == "" || c.Tenant == tenant }

// before tells whether b counts rather than a.
func before(a, b Contract) bool {
	return cmp.Or(cmp.Compare(a.weight(), b.weight()), a.Begun.Compare(b.Begun), strings.Compare(a.ID, b.ID)) < 0
}

// weight orders contracts: those in force, those that were, those that may come to be, and those that never will.
func (c Contract) weight() int {
	switch c.Status {
	case ContractIncompleteExpired:
		return 0
	case ContractIncomplete:
		return 1
	case ContractCanceled:
		return 2
	default:
		return 3
	}
}

// nextOf returns what a contract becomes later, by the last word of its schedule; nil: what it is, or it has come to be.
func nextOf(contract Contract, facts []Fact) *NextPrice {
	next := contract.Next
	for _, fact := range facts {
		if fact.Schedule != nil && fact.Subscription == contract.ID {
			next = fact.Schedule
		}
	}
	if next == nil || next.Price == "" || contract.Status == ContractCanceled || !next.At.After(contract.PeriodStart) {
		return nil
	}
	copied := *next
	return &copied
}

// lastPaid returns the latest invoice of a contract that was paid. Those of nothing, as at the begin of a trial, are no payments.
func lastPaid(facts []Fact, contract string) string {
	last := map[string]*Invoice{}
	for _, fact := range facts {
		if i := fact.Invoice; i != nil && i.Subscription == contract {
			last[i.ID] = i
		}
	}
	var paid *Invoice
	for _, i := range last {
		if i.Status == "paid" && i.Amount > 0 && (paid == nil || cmp.Or(paid.At.Compare(i.At), strings.Compare(paid.ID, i.ID)) < 0) {
			paid = i
		}
	}
	if paid == nil {
		return ""
	}
	return paid.ID
}

// missingSince is since when a payment for a contract is missing, and zero if none is. Its status says so, and so does its latest invoice, which decides over the status
// at Stripe as well: whichever of both comes last counts, so that neither is waited for. The end of a contract pays nothing.
func missingSince(facts []Fact, contract string) time.Time {
	var since, latest time.Time
	missing := func(is bool, at time.Time) {
		switch {
		case !is:
			since = time.Time{}
		case since.IsZero():
			since = at
		}
	}
	for _, fact := range facts {
		if c := fact.Contract; c != nil && c.ID == contract {
			if c.Status != ContractCanceled {
				missing(c.Status == ContractPastDue || c.Status == ContractUnpaid, fact.At)
			}
		}
		i := fact.Invoice
		if i == nil || i.Subscription != contract || i.Status == "draft" || i.At.Before(latest) {
			continue
		}
		latest = i.At
		switch {
		case i.Status == "paid" || i.Status == "void":
			missing(false, fact.At)
		case i.Status == "open" && i.Failed:
			missing(true, fact.At)
		}
	}
	return since
}

// refundedSince is when the payment of an invoice was given back whole, and zero if it was not, or only a part of it.
func refundedSince(facts []Fact, invoice string) time.Time {
	var since time.Time
	for _, fact := range facts {
		switch {
		case fact.Refund == nil || invoice == "" || fact.Refund.Invoice != invoice:
		case !fact.Refund.Whole():
			since = time.Time{}
		case since.IsZero():
			since = fact.At
		}
	}
	return since
}

// boughtAfter tells whether a tenant ever had a contract that began after the operator assigned its plan: whoever buys then has what they bought.
func boughtAfter(facts []Fact, tenant string, assigned time.Time) bool {
	return slices.ContainsFunc(facts, func(f Fact) bool {
		return f.Contract != nil && f.Contract.of(tenant) && f.Contract.began() && f.Contract.Begun.After(assigned)
	})
}

// terms are those of the last price that anybody knows, as they were when they were agreed to, with the price.
func terms(state State, catalogue *Catalogue, prices []string) (Plan, string) {
	for _, id := range prices {
		if state.Price != "" && (state.Price == id || state.Plan.hasPrice(id)) {
			return state.Plan, id
		}
		if plan, _, ok := catalogue.PlanOfPrice(id); ok {
			return plan, id
		}
	}
	return state.Plan, state.Price
}
