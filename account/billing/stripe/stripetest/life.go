package stripetest

import (
	"fmt"
	"time"
)

// Price is one that subscriptions of a Life have.
type Price struct {
	ID       string
	Amount   int64
	Currency string
	Interval string // month or year
}

// Life is a subscription at Stripe from when it is bought, with the events that Stripe makes of it. What one method does happens within a second or
// two, in which Stripe's times do not tell what came first; Wait lies between them.
type Life struct {
	tenant   string
	customer string
	at       time.Time
	sub      object
	schedule object   // nil: none
	next     object   // items that the schedule brings
	invoices []object // the last one is what payments are about
	charge   object   // of the last payment
	events   []Event
	ids      int
}

// Buy begins a life: somebody goes through a checkout of Stripe's. Without a trial they pay at once.
func Buy(tenant string, at time.Time, price Price, trial time.Duration) *Life {
	l := &Life{tenant: tenant, at: at.UTC().Truncate(time.Second)}
	l.customer = l.id("cus")
	l.tell("customer.created", object{"id": l.customer, "object": "customer", "metadata": object{}}, nil)
	return l.BuysAgain(price, trial)
}

// BuysAgain begins another subscription of the same customer's, which what follows is about.
func (l *Life) BuysAgain(price Price, trial time.Duration) *Life {
	l.sub, l.schedule, l.charge = nil, nil, nil
	status, end, trialEnd := "incomplete", l.after(l.at, price), time.Time{}
	anchor := l.at
	if trial > 0 {
		status, trialEnd = "trialing", l.at.Add(trial)
		anchor, end = trialEnd, trialEnd
	}
	l.sub = objectOf("subscription", object{
		"id": l.id("sub"), "customer": l.customer, "metadata": object{"tenant": l.tenant}, "created": l.at.Unix(), "start_date": l.at.Unix(), "currency": price.Currency,
		"billing_cycle_anchor": anchor.Unix(), "current_period_start": l.at.Unix(), "current_period_end": end.Unix(), "status": status,
		"trial_start": nil, "trial_end": seconds(trialEnd), "items": l.items(l.id("si"), price),
	})
	if trial > 0 {
		l.sub["trial_start"] = l.at.Unix()
	}
	l.tell("customer.subscription.created", l.sub, nil)
	if trial > 0 {
		l.bill(0)
	} else {
		l.bill(price.Amount)
	}
	l.settle()
	if trial == 0 {
		l.become(object{"status": "active"})
	}
	l.tell("checkout.session.completed", objectOf("session", object{
		"id": l.id("cs"), "mode": "subscription", "client_reference_id": l.tenant, "customer": l.customer, "subscription": l.Subscription(), "status": "complete", "payment_status": "paid",
	}), nil)
	return l
}

// Subscription is its id.
func (l *Life) Subscription() string { return l.sub["id"].(string) }

// Object is the subscription as Stripe has it now.
func (l *Life) Object() []byte { return encode(l.sub) }

// Now is Stripe's clock.
func (l *Life) Now() time.Time { return l.at }

// Status is what Stripe says last of the subscription.
func (l *Life) Status() string { return l.sub["status"].(string) }

// Price is the id of the one that it has last.
func (l *Life) Price() string {
	return in(l.item(), "price")["id"].(string)
}

// Next is the id of the price that it gets when its period ends; "": it keeps the one that it has.
func (l *Life) Next() string {
	if l.schedule == nil || l.Status() == "canceled" {
		return ""
	}
	return in(l.next["data"].([]any)[0].(object), "price")["id"].(string)
}

// Scheduled tells whether something was agreed to for later.
func (l *Life) Scheduled() bool { return l.schedule != nil }

// WasToEnd tells whether its end was agreed to.
func (l *Life) WasToEnd() bool { return l.sub["cancel_at"] != nil }

// Paid tells whether there was a payment of which something is left.
func (l *Life) Paid() bool { return l.charge != nil && !l.Refunded() }

// Refunded tells whether the last payment was given back whole.
func (l *Life) Refunded() bool { return l.charge != nil && l.charge["refunded"] == true }

// Owes tells whether the last invoice is one whose payment failed.
func (l *Life) Owes() bool { return l.invoice()["status"] == "open" }

// Events are what Stripe made so far, in order.
func (l *Life) Events() []Event { return append([]Event(nil), l.events...) }

// Wait lets time pass in which nothing happens.
func (l *Life) Wait(d time.Duration) *Life {
	l.at = l.at.Add(d.Truncate(time.Second))
	return l
}

// UntilPeriodEnds waits.
func (l *Life) UntilPeriodEnds() *Life {
	l.at = l.time("current_period_end")
	return l
}

// TrialWillEnd says so three days before.
func (l *Life) TrialWillEnd() *Life {
	l.tell("customer.subscription.trial_will_end", l.sub, nil)
	return l
}

// Renews begins the next period, with its invoice, which is paid an hour later.
func (l *Life) Renews() *Life {
	l.begin()
	l.Wait(time.Hour)
	l.settle()
	return l
}

// RenewsUnpaid begins the next period, whose invoice cannot be paid.
func (l *Life) RenewsUnpaid() *Life {
	l.begin()
	l.Wait(time.Hour)
	return l.Fails()
}

// Fails is another attempt to have the last invoice paid that fails.
func (l *Life) Fails() *Life {
	invoice := l.invoice()
	attempts, _ := invoice["attempt_count"].(int)
	with(invoice, object{"status": "open", "attempted": true, "attempt_count": attempts + 1, "number": "SHOP-1", "next_payment_attempt": l.at.Add(72 * time.Hour).Unix()})
	if attempts == 0 {
		l.tell("invoice.finalized", invoice, nil)
	}
	l.tell("charge.failed", objectOf("charge", object{"id": l.id("ch"), "customer": l.customer, "invoice": invoice["id"], "status": "failed"}), nil)
	l.tell("invoice.payment_failed", invoice, nil)
	if l.Status() != "past_due" && l.Status() != "unpaid" {
		l.become(object{"status": "past_due"})
	}
	l.tell("invoice.updated", invoice, object{"attempt_count": attempts})
	return l
}

// Unpaid is Stripe giving up: the subscription goes on, and is not paid for.
func (l *Life) Unpaid() *Life { return l.become(object{"status": "unpaid"}) }

// Pays is the last invoice being paid after all.
func (l *Life) Pays() *Life {
	l.settle()
	if l.Status() != "active" {
		l.become(object{"status": "active"})
	}
	return l
}

// Refunds gives back a part of the last payment; 0: all that is left of it.
func (l *Life) Refunds(part int64) *Life {
	amount, given := l.charge["amount"].(int64), l.charge["amount_refunded"].(int64)
	if part == 0 || given+part > amount {
		part = amount - given
	}
	with(l.charge, object{"amount_refunded": given + part, "refunded": given+part == amount})
	l.tell("charge.refunded", l.charge, object{"amount_refunded": given})
	return l
}

// Changes replaces the price at once, and has the difference paid.
func (l *Life) Changes(price Price) *Life {
	previous := l.sub["items"]
	l.sub["items"] = l.items(l.item()["id"].(string), price)
	l.tell("customer.subscription.updated", l.sub, object{"items": previous})
	l.bill(price.Amount / 2)
	l.settle()
	return l
}

// ChangesLater agrees to another price from the next period on.
func (l *Life) ChangesLater(price Price) *Life {
	start, end := l.sub["current_period_start"], l.sub["current_period_end"]
	phase := func(start, end any, id string) object {
		return object{"start_date": start, "end_date": end, "items": []any{object{"price": id, "quantity": 1}}, "metadata": object{}}
	}
	l.schedule = objectOf("schedule", object{
		"id": l.id("sub_sched"), "customer": l.customer, "subscription": l.Subscription(), "status": "active", "metadata": object{"tenant": l.tenant},
		"current_phase": object{"start_date": start, "end_date": end}, "phases": []any{phase(start, end, l.Price())},
	})
	l.sub["schedule"] = l.schedule["id"]
	l.tell("subscription_schedule.created", l.schedule, nil)
	l.tell("customer.subscription.updated", l.sub, object{"schedule": nil})
	after := l.after(l.time("current_period_end"), price)
	l.schedule["phases"] = []any{phase(start, end, l.Price()), phase(end, after.Unix(), price.ID)}
	l.next = l.items(l.item()["id"].(string), price)
	l.tell("subscription_schedule.updated", l.schedule, nil)
	return l
}

// StaysAsItIs takes back what was agreed to for later.
func (l *Life) StaysAsItIs() *Life {
	l.sub["schedule"] = nil
	l.release()
	l.tell("customer.subscription.updated", l.sub, nil)
	return l
}

// WillEnd has the subscription end with its period.
func (l *Life) WillEnd() *Life {
	return l.become(object{"cancel_at_period_end": true, "cancel_at": l.sub["current_period_end"], "canceled_at": l.at.Unix()})
}

// GoesOn takes that back.
func (l *Life) GoesOn() *Life {
	return l.become(object{"cancel_at_period_end": false, "cancel_at": nil, "canceled_at": nil})
}

// Ends it now.
func (l *Life) Ends() *Life {
	with(l.sub, object{"status": "canceled", "ended_at": l.at.Unix()})
	if l.sub["canceled_at"] == nil {
		l.sub["canceled_at"] = l.at.Unix()
	}
	l.tell("customer.subscription.deleted", l.sub, nil)
	return l
}

// Pauses is a trial that is over with nothing that could be charged.
func (l *Life) Pauses() *Life {
	l.sub["status"] = "paused"
	l.tell("customer.subscription.paused", l.sub, object{"status": "trialing"})
	return l
}

// Unpauses goes on, and is paid for.
func (l *Life) Unpauses() *Life {
	with(l.sub, object{"status": "active", "billing_cycle_anchor": l.at.Unix(), "current_period_start": l.at.Unix(), "current_period_end": l.at.AddDate(0, 1, 0).Unix()})
	l.tell("customer.subscription.resumed", l.sub, object{"status": "paused"})
	l.tell("customer.subscription.updated", l.sub, object{"status": "paused"})
	l.bill(2900)
	l.settle()
	return l
}

// begin begins the next period with a draft of its invoice.
func (l *Life) begin() {
	start := l.time("current_period_end")
	l.at = start
	previous := object{"current_period_start": l.sub["current_period_start"], "current_period_end": l.sub["current_period_end"]}
	if l.schedule != nil {
		previous["items"] = l.sub["items"]
		l.sub["items"] = l.next
	}
	if l.Status() == "trialing" {
		previous["status"] = "trialing"
		l.sub["status"] = "active"
	}
	price := in(l.item(), "price")
	end := l.after(start, Price{Interval: in(price, "recurring")["interval"].(string)})
	with(l.sub, object{"current_period_start": start.Unix(), "current_period_end": end.Unix(), "schedule": nil})
	l.tell("customer.subscription.updated", l.sub, previous)
	if l.schedule != nil {
		l.release()
	}
	l.bill(price["unit_amount"].(int64))
}

func (l *Life) release() {
	with(l.schedule, object{"status": "released", "released_at": l.at.Unix(), "released_subscription": l.Subscription(), "subscription": nil})
	l.tell("subscription_schedule.released", l.schedule, nil)
	l.schedule = nil
}

// bill makes a draft of an invoice.
func (l *Life) bill(amount int64) {
	l.invoices = append(l.invoices, objectOf("invoice", object{
		"id": l.id("in"), "created": l.at.Unix(), "customer": l.customer, "subscription": l.Subscription(), "subscription_details": object{"metadata": object{"tenant": l.tenant}},
		"currency": l.sub["currency"], "amount_due": amount, "amount_remaining": amount, "total": amount, "subtotal": amount, "status": "draft", "billing_reason": "subscription_cycle",
		"period_start": l.sub["current_period_start"], "period_end": l.sub["current_period_end"],
	}))
	l.tell("invoice.created", l.invoice(), nil)
}

// settle has the last invoice paid.
func (l *Life) settle() {
	invoice := l.invoice()
	amount := invoice["total"].(int64)
	if invoice["status"] == "draft" {
		with(invoice, object{"status": "open", "number": "SHOP-1"})
		l.tell("invoice.finalized", invoice, nil)
	}
	with(invoice, object{"status": "paid", "paid": true, "attempted": true, "amount_paid": amount, "amount_remaining": 0, "next_payment_attempt": nil})
	if amount > 0 {
		l.charge = objectOf("charge", object{
			"id": l.id("ch"), "created": l.at.Unix(), "amount": amount, "amount_captured": amount, "amount_refunded": int64(0), "currency": l.sub["currency"],
			"customer": l.customer, "invoice": invoice["id"], "status": "succeeded",
		})
		invoice["charge"] = l.charge["id"]
		l.tell("charge.succeeded", l.charge, nil)
	}
	l.tell("invoice.paid", invoice, nil)
	l.tell("invoice.payment_succeeded", invoice, nil)
}

// become changes the subscription, and tells.
func (l *Life) become(change object) *Life {
	previous := object{}
	for name := range change {
		previous[name] = l.sub[name]
	}
	with(l.sub, change)
	l.tell("customer.subscription.updated", l.sub, previous)
	return l
}

func (l *Life) tell(kind string, about, previous object) {
	l.events = append(l.events, event(fmt.Sprintf("%s %d", l.tenant, len(l.events)), kind, l.at, about, previous))
}

func (l *Life) invoice() object { return l.invoices[len(l.invoices)-1] }

func (l *Life) id(kind string) string {
	l.ids++
	return fmt.Sprintf("%s_%s_%d", kind, l.tenant, l.ids)
}

func (l *Life) time(field string) time.Time { return time.Unix(l.sub[field].(int64), 0).UTC() }

// after is when a period that begins then ends: in months and years of the anchor, as Stripe reckons.
func (l *Life) after(start time.Time, price Price) time.Time {
	months := 1
	if price.Interval == "year" {
		months = 12
	}
	anchor := start
	if l.sub != nil {
		anchor = l.time("billing_cycle_anchor")
	}
	for k := 1; ; k++ {
		end := monthsAfter(anchor, k)
		if end.After(start) && (months == 1 || !end.Before(monthsAfter(start, months))) {
			return end
		}
	}
}

// monthsAfter is an instant so many months later, at the end of those that are too short.
func monthsAfter(anchor time.Time, months int) time.Time {
	first := time.Date(anchor.Year(), anchor.Month()+time.Month(months), 1, anchor.Hour(), anchor.Minute(), anchor.Second(), 0, time.UTC)
	return first.AddDate(0, 0, min(anchor.Day(), first.AddDate(0, 1, -1).Day())-1)
}

// items is a subscription's list of them, of one price.
func (l *Life) items(id string, price Price) object {
	items := in(objectOf("subscription", nil), "items")
	item := items["data"].([]any)[0].(object)
	item["id"] = id
	with(in(item, "price"), object{"id": price.ID, "unit_amount": price.Amount, "unit_amount_decimal": fmt.Sprint(price.Amount), "currency": price.Currency})
	in(item, "price", "recurring")["interval"] = price.Interval
	return items
}

// item is the only one that the subscription has.
func (l *Life) item() object { return in(l.sub, "items")["data"].([]any)[0].(object) }
