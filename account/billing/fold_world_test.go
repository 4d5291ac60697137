package billing

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// world is a small processor of payments, which does what Stripe does to the subscriptions of one tenant, and tells of it in facts. What it
// knows itself is what Fold must find out from them, in whichever order they come.
type world struct {
	now       time.Time
	told      []Fact
	contracts []*worldContract
}

type worldContract struct {
	Contract
	missing  time.Time  // since when a payment is missing
	latest   *Invoice   // that was made
	paid     *Invoice   // the last one
	refunded *time.Time // when that was given back whole
	returned int64      // of it
	next     *NextPrice
}

func (w *world) tell(rank int, fact Fact) {
	fact.ID, fact.At, fact.Rank = fmt.Sprintf("evt_%04d", len(w.told)), w.now, rank
	w.told = append(w.told, fact)
}

func (w *world) tellContract(c *worldContract, rank int) {
	copied := c.Contract
	w.tell(rank, Fact{Contract: &copied, Subscription: c.ID, Customer: c.Customer, Tenant: c.Tenant})
}

func (w *world) tellInvoice(c *worldContract, rank int) {
	copied := *c.latest
	w.tell(rank, Fact{Invoice: &copied, Subscription: c.ID, Customer: c.Customer})
}

func (w *world) tellSchedule(c *worldContract) {
	next := NextPrice{}
	if c.next != nil {
		next = *c.next
	}
	w.tell(0, Fact{Schedule: &next, Subscription: c.ID, Customer: c.Customer})
}

// buy makes a subscription whose first payment is not made yet, or that is tried.
func (w *world) buy(price string, tried bool) *worldContract {
	n := len(w.contracts) + 1
	c := &worldContract{Contract: Contract{
		Provider: "stripe", Customer: fmt.Sprintf("cus_%d", n), ID: fmt.Sprintf("sub_%d", n), Tenant: "t", Status: ContractIncomplete, Price: price, Interval: worldPrices[price],
		Begun: w.now, Anchor: w.now, PeriodStart: w.now, PeriodEnd: w.now.AddDate(0, 1, 0),
	}}
	w.contracts = append(w.contracts, c)
	if tried {
		c.Status, c.TrialEnd = ContractTrialing, w.now.Add(days(7))
		w.invoice(c, 0)
		c.latest.Status = "paid"
		w.tellInvoice(c, 40)
	} else {
		w.invoice(c, 1000)
	}
	w.tellContract(c, 0)
	w.tell(0, Fact{Checkout: &Checkout{Tenant: c.Tenant, Customer: c.Customer, Subscription: c.ID}, Tenant: c.Tenant, Subscription: c.ID, Customer: c.Customer})
	return c
}

func (w *world) invoice(c *worldContract, amount int64) {
	c.latest = &Invoice{ID: fmt.Sprintf("in_%s_%d", c.ID, w.now.Unix()), Subscription: c.ID, Status: "open", Amount: amount, Currency: "eur", At: w.now}
	w.tellInvoice(c, 0)
}

func (w *world) pay(c *worldContract) {
	c.latest.Status, c.latest.Paid, c.latest.Failed = "paid", c.latest.Amount, false
	c.paid, c.refunded, c.returned = c.latest, nil, 0
	w.tellInvoice(c, 40)
	c.Status, c.missing = ContractActive, time.Time{}
	w.tellContract(c, 60)
}

func (w *world) fail(c *worldContract) {
	c.latest.Failed = true
	w.tellInvoice(c, 30)
	if c.Status == ContractIncomplete {
		return
	}
	c.Status = ContractPastDue
	if c.missing.IsZero() {
		c.missing = w.now
	}
	w.tellContract(c, 40)
}

// renew begins a period, with the price that was agreed to for it.
func (w *world) renew(c *worldContract) {
	c.PeriodStart, c.PeriodEnd = w.now, w.now.AddDate(0, 1, 0)
	if c.next != nil {
		c.Price, c.Interval, c.next = c.next.Price, worldPrices[c.next.Price], nil
		w.tellSchedule(c)
	}
	if c.Status == ContractTrialing {
		c.Status = ContractActive
	}
	w.tellContract(c, 60)
	w.invoice(c, 1000)
}

func (w *world) refund(c *worldContract, amount int64) {
	c.returned = min(c.paid.Paid, c.returned+amount)
	if c.returned == c.paid.Paid && c.refunded == nil {
		at := w.now
		c.refunded = &at
	}
	w.tell(0, Fact{Refund: &Refund{Charge: "ch_" + c.paid.ID, Invoice: c.paid.ID, Amount: c.paid.Paid, Refunded: c.returned, Currency: "eur"}, Customer: c.Customer})
}

func (w *world) end(c *worldContract) {
	switch c.Status {
	case ContractIncomplete:
		c.Status = ContractIncompleteExpired
	default:
		c.Status = ContractCanceled
	}
	c.Ended, c.next = w.now, nil
	w.tellContract(c, 100)
}

var worldPrices = map[string]Interval{"price_sm": Monthly, "price_sy": Yearly, "price_gm": Monthly, "price_bm": Monthly}

// worldPlans are the plans of these prices.
var worldPlans = &Catalogue{Default: "starter", Policy: strict, Plans: []Plan{
	{ID: "starter", Name: "Starter", TrialDays: 14, Limits: Limits{Answers: 1000}, Prices: []Price{
		{ID: "price_sm", Interval: Monthly, Amount: 2900, Currency: "eur"}, {ID: "price_sy", Interval: Yearly, Amount: 29000, Currency: "eur"},
	}},
	{ID: "growth", Name: "Growth", Limits: Limits{Answers: 5000}, Prices: []Price{{ID: "price_gm", Interval: Monthly, Amount: 9900, Currency: "eur"}}},
	{ID: "business", Name: "Business", Limits: Limits{Answers: 20000}, Prices: []Price{{ID: "price_bm", Interval: Monthly, Amount: 29900, Currency: "eur"}}},
}}

// worldPlan names the plan of a price: on its own, so that Fold is not compared with what it uses.
var worldPlan = map[string]string{"price_sm": "starter", "price_sy": "starter", "price_gm": "growth", "price_bm": "business"}

// step lets something happen that can happen at Stripe.
func (w *world) step(t *rapid.T) {
	w.now = w.now.Add(time.Duration(rapid.SampledFrom([]int{1, 2, 3600, 86400, 10 * 86400}).Draw(t, "seconds")) * time.Second)
	price := rapid.SampledFrom(slices.Sorted(func(yield func(string) bool) {
		for id := range worldPrices {
			if !yield(id) {
				return
			}
		}
	})).Draw(t, "price")
	if len(w.contracts) == 0 || rapid.IntRange(0, 11).Draw(t, "buys") == 0 {
		w.buy(price, rapid.Bool().Draw(t, "tried"))
		return
	}
	c := rapid.SampledFrom(w.contracts).Draw(t, "contract")
	if !c.Ended.IsZero() {
		if c.paid != nil && c.refunded == nil {
			w.refund(c, c.paid.Paid)
		}
		return
	}
	owes := c.latest.Status == "open"
	switch what := rapid.IntRange(0, 9).Draw(t, "what"); {
	case owes && what <= 3:
		w.pay(c)
	case owes && what <= 6:
		w.fail(c)
	case c.Status == ContractIncomplete:
		w.end(c)
	case owes && what == 7 && c.Status == ContractPastDue:
		c.Status = ContractUnpaid
		w.tellContract(c, 30)
	case !owes && what <= 2:
		w.renew(c)
	case !owes && what == 3 && c.paid != nil:
		w.refund(c, rapid.SampledFrom([]int64{1, 500, 1000}).Draw(t, "refund"))
	case what == 4 || what == 5:
		c.Price, c.Interval = price, worldPrices[price]
		w.tellContract(c, 60)
	case what == 6:
		if c.next == nil {
			c.next = &NextPrice{Price: price, At: c.PeriodEnd, Schedule: "sub_sched_" + c.ID}
		} else {
			c.next = nil
		}
		w.tellSchedule(c)
	case what == 7 || what == 8:
		if c.CancelAt.IsZero() {
			c.CancelAt = c.PeriodEnd
		} else {
			c.CancelAt = time.Time{}
		}
		w.tellContract(c, 60)
	case what == 9:
		w.end(c)
	}
}

// counts is the contract that counts: the latest in force, else the latest that was, else that may come to be.
func (w *world) counts() *worldContract {
	for _, statuses := range [][]ContractStatus{
		{ContractTrialing, ContractActive, ContractPastDue, ContractUnpaid, ContractPaused}, {ContractCanceled}, {ContractIncomplete}, {ContractIncompleteExpired},
	} {
		for _, c := range slices.Backward(w.contracts) {
			if slices.Contains(statuses, c.Status) {
				return c
			}
		}
	}
	return nil
}
