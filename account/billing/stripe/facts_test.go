package stripe_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/account/billing"
	"parley/account/billing/stripe"
	"parley/account/billing/stripe/stripetest"
)

// factsOf reads what events say.
func factsOf(t rapid.TB, events []stripetest.Event) (all []billing.Fact) {
	t.Helper()
	for _, event := range events {
		all = append(all, factsIn(t, event)...)
	}
	return all
}

func factsIn(t rapid.TB, event stripetest.Event) []billing.Fact {
	t.Helper()
	facts, err := client("http://127.0.0.1:1", nil).Facts(billing.Event{ID: event.ID, Provider: stripe.Name, Type: event.Type, At: event.At, Payload: event.Payload})
	if err != nil {
		t.Fatalf("%s: %v", event.Type, err)
	}
	return facts
}

func TestEachEventSaysWhatItIsAbout(t *testing.T) {
	t.Parallel()
	life := stripetest.Buy(tenant, now, oneSmall, 0).ChangesLater(oneLarge).UntilPeriodEnds().Renews().Refunds(100)
	about := map[string]string{}
	for _, event := range life.Events() {
		facts := factsIn(t, event)
		if len(facts) > 1 {
			t.Errorf("%s says %d things", event.Type, len(facts))
		}
		for _, fact := range facts {
			about[event.Type] = kindOf(fact)
			if fact.ID != event.ID || !fact.At.Equal(event.At) || fact.Customer == "" {
				t.Errorf("%s: %+v", event.Type, fact)
			}
			if fact.Refund == nil && (fact.Tenant != tenant || fact.Subscription != life.Subscription()) {
				t.Errorf("%s is said of tenant %q and subscription %q", event.Type, fact.Tenant, fact.Subscription)
			}
		}
	}
	for kind, want := range map[string]string{
		"customer.subscription.created": "contract", "customer.subscription.updated": "contract", "checkout.session.completed": "checkout",
		"invoice.created": "invoice", "invoice.finalized": "invoice", "invoice.paid": "invoice", "invoice.payment_succeeded": "invoice",
		"subscription_schedule.created": "schedule", "subscription_schedule.updated": "schedule", "subscription_schedule.released": "schedule",
		"charge.refunded": "refund", "charge.succeeded": "", "customer.created": "",
	} {
		if about[kind] != want {
			t.Errorf("%s is about %q, not %q", kind, about[kind], want)
		}
	}
}

func kindOf(fact billing.Fact) string {
	switch {
	case fact.Contract != nil:
		return "contract"
	case fact.Invoice != nil:
		return "invoice"
	case fact.Refund != nil:
		return "refund"
	case fact.Checkout != nil:
		return "checkout"
	case fact.Schedule != nil:
		return "schedule"
	default:
		return "nothing"
	}
}

func TestFactsHaveWhatIsReadOfThem(t *testing.T) {
	t.Parallel()
	life := stripetest.Buy(tenant, now, oneSmall, 0)
	end := now.AddDate(0, 1, 0)
	facts := factsOf(t, life.ChangesLater(oneLarge).Refunds(900).Events())
	last := func(kind string) billing.Fact {
		for _, fact := range slices.Backward(facts) {
			if kindOf(fact) == kind {
				return fact
			}
		}
		t.Fatalf("nothing is said of a %s", kind)
		return billing.Fact{}
	}
	if c := last("contract").Contract; c.Price != oneSmall.ID || c.Amount != oneSmall.Amount || c.Currency != "eur" || c.Interval != billing.Monthly || c.Status != billing.ContractActive ||
		!c.Begun.Equal(now) || !c.Anchor.Equal(now) || !c.PeriodStart.Equal(now) || !c.PeriodEnd.Equal(end) || !c.TrialEnd.IsZero() || !c.CancelAt.IsZero() || !c.Ended.IsZero() || c.Item == "" || c.Meter != "" {
		t.Errorf("the contract is %+v", c)
	}
	if i := last("invoice").Invoice; i.Status != "paid" || i.Failed || i.Amount != oneSmall.Amount || i.Paid != oneSmall.Amount || i.Currency != "eur" || i.Number == "" || i.Subscription != life.Subscription() || !i.At.Equal(now) {
		t.Errorf("the invoice is %+v", i)
	}
	if r := last("refund").Refund; r.Invoice != last("invoice").Invoice.ID || r.Amount != oneSmall.Amount || r.Refunded != 900 || r.Whole() {
		t.Errorf("the refund is %+v", r)
	}
	if c := last("checkout").Checkout; c.Tenant != tenant || c.Subscription != life.Subscription() || c.Customer != last("contract").Customer {
		t.Errorf("the checkout is %+v", c)
	}
	if s := last("schedule").Schedule; s.Price != oneLarge.ID || !s.At.Equal(end) || s.Schedule == "" {
		t.Errorf("the schedule brings %+v", s)
	}
	failed := factsOf(t, life.UntilPeriodEnds().RenewsUnpaid().Events())
	if i := failed[len(failed)-1].Invoice; i == nil || !i.Failed || i.Status != "open" {
		t.Errorf("an invoice that was not paid is %+v", i)
	}
}

// Stripe's times are of a second, in which much happens: its order must not depend on which event arrives first.
func TestWithinASecondFactsAreOrderedByWhatTheySay(t *testing.T) {
	t.Parallel()
	for name, life := range map[string]*stripetest.Life{
		"bought":  stripetest.Buy(tenant, now, oneSmall, 0),
		"a trial": stripetest.Buy(tenant, now, oneSmall, 14*24*time.Hour),
		"fails":   stripetest.Buy(tenant, now, oneSmall, 0).UntilPeriodEnds().RenewsUnpaid(),
		"pays":    stripetest.Buy(tenant, now, oneSmall, 0).UntilPeriodEnds().RenewsUnpaid().Pays(),
		"ends":    stripetest.Buy(tenant, now, oneSmall, 0).WillEnd().Ends(),
	} {
		facts := factsOf(t, life.Events())
		for i, fact := range facts {
			for _, later := range facts[i+1:] {
				if later.At.Equal(fact.At) && kindOf(later) == kindOf(fact) && later.Rank < fact.Rank && sameObject(fact, later) {
					t.Errorf("%s: %+v counts after %+v, which came later", name, fact, later)
				}
			}
		}
	}
}

func sameObject(a, b billing.Fact) bool {
	return a.Contract != nil && a.Contract.ID == b.Contract.ID || a.Invoice != nil && a.Invoice.ID == b.Invoice.ID
}

func TestEventsOfOtherThingsSayNothing(t *testing.T) {
	t.Parallel()
	c := client("http://127.0.0.1:1", nil)
	for name, payload := range map[string]string{
		"a type that is new":                  `{"id":"evt_1","type":"entitlements.active","data":{"object":{}}}`,
		"a type without a family":             `{"id":"evt_1","type":"ping","data":{"object":{}}}`,
		"an invoice of something else":        `{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1","status":"paid"}}}`,
		"an invoice that is not made":         `{"id":"evt_1","type":"invoice.upcoming","data":{"object":{"subscription":"sub_1"}}}`,
		"a draft that is deleted":             `{"id":"evt_1","type":"invoice.deleted","data":{"object":{"id":"in_1","subscription":"sub_1"}}}`,
		"a refund of something else":          `{"id":"evt_1","type":"charge.refunded","data":{"object":{"id":"ch_1","amount":1,"amount_refunded":1}}}`,
		"a checkout of something else":        `{"id":"evt_1","type":"checkout.session.completed","data":{"object":{"id":"cs_1","mode":"payment"}}}`,
		"a checkout that nobody went through": `{"id":"evt_1","type":"checkout.session.expired","data":{"object":{"id":"cs_1","mode":"subscription"}}}`,
		"a schedule without a subscription":   `{"id":"evt_1","type":"subscription_schedule.created","data":{"object":{"id":"sub_sched_1"}}}`,
	} {
		if facts, err := c.Facts(billing.Event{ID: "evt_1", Payload: []byte(payload)}); err != nil || len(facts) > 0 {
			t.Errorf("%s says %+v: %v", name, facts, err)
		}
	}
	for name, payload := range map[string]string{
		"no JSON":               leak,
		"no object":             `{"id":"evt_1","type":"invoice.paid"}`,
		"an object of its own":  `{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1","total":"` + leak + `"}}}`,
		"a subscription's list": `{"id":"evt_1","type":"customer.subscription.updated","data":{"object":["` + leak + `"]}}`,
	} {
		if facts, err := c.Facts(billing.Event{ID: "evt_1", Payload: []byte(payload)}); err == nil || len(facts) > 0 {
			t.Errorf("%s says %+v", name, facts)
		} else if strings.Contains(err.Error(), "4242") {
			t.Errorf("%s: the error quotes it: %v", name, err)
		}
	}
}
