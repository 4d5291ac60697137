package stripe_test

import (
	"testing"
	"time"

	"parley/account/billing"
	"parley/account/billing/stripe/stripetest"
)

const days = 24 * time.Hour

// The prices of the tests' catalogue.
var (
	oneSmall = stripetest.Price{ID: "price_small", Amount: 2900, Currency: "eur", Interval: "month"}
	oneLarge = stripetest.Price{ID: "price_large", Amount: 9900, Currency: "eur", Interval: "month"}
	aYear    = stripetest.Price{ID: "price_large_yearly", Amount: 99000, Currency: "eur", Interval: "year"}
)

// catalogue sells them.
func catalogue(t testing.TB) *billing.Catalogue {
	t.Helper()
	c, err := billing.ParseCatalogue([]byte(`
default: small
plans:
  - { id: small, name: Small, about: For one., trial_days: 14, prices: [{ id: price_small, interval: month, amount: 2900, currency: eur }], limits: { answers: 1000 } }
  - id: large
    name: Large
    about: For many.
    prices:
      - { id: price_large, interval: month, amount: 9900, currency: eur }
      - { id: price_large_yearly, interval: year, amount: 99000, currency: eur }
    limits: { answers: 5000 }
policy: { grace_days: 14, mail_days: [0, 3, 7], keep_days: 30 }
`))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// story is a life with what follows from it.
type story struct {
	live func(tenant string) *stripetest.Life
	// after is how long after the last event one looks.
	after  time.Duration
	status billing.Status
	reason billing.Reason
	plan   string
	// next is the plan's price that was agreed to for later.
	next string
	// missing tells whether a payment is.
	missing bool
	// erased tells whether the day on which data goes is known.
	erased bool
	// ends tells whether the subscription was to end.
	ends bool
}

var begin = time.Date(2027, 1, 31, 9, 30, 0, 0, time.UTC) // at the end of a month, before a short one

func buy(tenant string) *stripetest.Life { return stripetest.Buy(tenant, begin, oneSmall, 0) }
func try(tenant string) *stripetest.Life { return stripetest.Buy(tenant, begin, oneSmall, 10*days) }

// stories are the life cycles that there are.
var stories = map[string]story{
	"bought and paid": {live: buy, after: days, status: billing.Active, plan: "small"},
	"paid month after month": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).Renews().Renews().Renews() }, after: days, status: billing.Active, plan: "small",
	},
	"bought for a year": {
		live:  func(tenant string) *stripetest.Life { return stripetest.Buy(tenant, begin, aYear, 0).Renews() },
		after: 200 * days, status: billing.Active, plan: "large",
	},
	"in a trial": {live: try, after: days, status: billing.Trialing, plan: "small"},
	"in a trial that will end": {
		live: func(tenant string) *stripetest.Life { return try(tenant).Wait(7 * days).TrialWillEnd() }, after: days, status: billing.Trialing, plan: "small",
	},
	"paid after a trial": {
		live: func(tenant string) *stripetest.Life { return try(tenant).Wait(7 * days).TrialWillEnd().Renews() }, after: days, status: billing.Active, plan: "small",
	},
	"not paid after a trial": {
		live: func(tenant string) *stripetest.Life { return try(tenant).Wait(7 * days).TrialWillEnd().RenewsUnpaid() }, after: days, status: billing.PastDue, plan: "small", missing: true,
	},
	"past due": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).RenewsUnpaid() }, after: 14*days - time.Second, status: billing.PastDue, plan: "small", missing: true,
	},
	"past due for too long": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).RenewsUnpaid() }, after: 14 * days, status: billing.Suspended, reason: billing.Unpaid, plan: "small", missing: true,
	},
	"recovered while past due": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).RenewsUnpaid().Wait(3 * days).Fails().Wait(2 * days).Pays()
		},
		after: 20 * days, status: billing.Active, plan: "small",
	},
	"recovered while suspended": {
		live:  func(tenant string) *stripetest.Life { return buy(tenant).RenewsUnpaid().Wait(20 * days).Pays() },
		after: days, status: billing.Active, plan: "small",
	},
	"past due again after it recovered": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).RenewsUnpaid().Wait(10 * days).Pays().RenewsUnpaid()
		},
		after: 5 * days, status: billing.PastDue, plan: "small", missing: true,
	},
	"unpaid": {
		live:  func(tenant string) *stripetest.Life { return buy(tenant).RenewsUnpaid().Wait(15 * days).Unpaid() },
		after: 14 * days, status: billing.Suspended, reason: billing.Unpaid, plan: "small", missing: true,
	},
	"recovered from unpaid": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).RenewsUnpaid().Wait(15 * days).Unpaid().Wait(3 * days).Pays()
		},
		after: days, status: billing.Active, plan: "small",
	},
	"unpaid for so long that it is cancelled": {
		live:  func(tenant string) *stripetest.Life { return buy(tenant).RenewsUnpaid() },
		after: 44 * days, status: billing.Cancelled, reason: billing.Unpaid, plan: "small", missing: true, erased: true,
	},
	"ended since nobody paid": {
		live:  func(tenant string) *stripetest.Life { return buy(tenant).RenewsUnpaid().Wait(21 * days).Ends() },
		after: days, status: billing.Cancelled, reason: billing.Unpaid, plan: "small", missing: true, erased: true,
	},
	"refunded": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).Refunds(0) }, after: days, status: billing.Suspended, reason: billing.WasRefunded, plan: "small",
	},
	"refunded in part": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).Refunds(1000) }, after: days, status: billing.Active, plan: "small",
	},
	"refunded part by part": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).Wait(days).Refunds(1000).Wait(days).Refunds(1900)
		},
		after: days, status: billing.Suspended, reason: billing.WasRefunded, plan: "small",
	},
	"refunded, and paid the next month": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).Refunds(0).Renews() }, after: days, status: billing.Active, plan: "small",
	},
	"refunded and ended": {
		live:  func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).Refunds(0).Ends() },
		after: days, status: billing.Cancelled, reason: billing.WasRefunded, plan: "small", erased: true,
	},
	"upgraded": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).Wait(3 * days).Changes(oneLarge) }, after: days, status: billing.Active, plan: "large",
	},
	"to be downgraded": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).Wait(days).Changes(oneLarge).Wait(days).ChangesLater(oneSmall)
		},
		after: days, status: billing.Active, plan: "large", next: "price_small",
	},
	"downgraded": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).Wait(days).Changes(oneLarge).Wait(days).ChangesLater(oneSmall).Renews()
		},
		after: days, status: billing.Active, plan: "small",
	},
	"not downgraded after all": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).Wait(days).Changes(oneLarge).Wait(days).ChangesLater(oneSmall).Wait(days).StaysAsItIs()
		},
		after: days, status: billing.Active, plan: "large",
	},
	"to end with its month": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).WillEnd() }, after: days, status: billing.Active, plan: "small", ends: true,
	},
	"to have ended by now": { // and nobody has said so yet: chats rest, and nothing is erased
		live: func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).WillEnd() }, after: 40 * days, status: billing.Cancelled, reason: billing.HasEnded, plan: "small", ends: true,
	},
	"ended": {
		live:  func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).WillEnd().UntilPeriodEnds().Ends() },
		after: days, status: billing.Cancelled, reason: billing.HasEnded, plan: "small", erased: true, ends: true,
	},
	"bought again after it ended": {
		live: func(tenant string) *stripetest.Life {
			return buy(tenant).RenewsUnpaid().Wait(20*days).Ends().Wait(5*days).BuysAgain(oneLarge, 0)
		},
		after: days, status: billing.Active, plan: "large",
	},
	"resumed": {
		live: func(tenant string) *stripetest.Life { return buy(tenant).Wait(days).WillEnd().Wait(days).GoesOn() }, after: 10 * days, status: billing.Active, plan: "small",
	},
	"paused": {
		live: func(tenant string) *stripetest.Life { return try(tenant).UntilPeriodEnds().Pauses() }, after: days, status: billing.Suspended, reason: billing.TrialOver, plan: "small",
	},
	"paused and resumed": {
		live: func(tenant string) *stripetest.Life {
			return try(tenant).UntilPeriodEnds().Pauses().Wait(5 * days).Unpauses()
		}, after: days, status: billing.Active, plan: "small",
	},
}
