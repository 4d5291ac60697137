package billing

import "time"

// ContractStatus is what a processor of payments says of a subscription, in Stripe's words.
type ContractStatus string

// The statuses.
const (
	ContractTrialing          ContractStatus = "trialing"
	ContractActive            ContractStatus = "active"
	ContractPastDue           ContractStatus = "past_due"
	ContractUnpaid            ContractStatus = "unpaid"
	ContractPaused            ContractStatus = "paused"
	ContractIncomplete        ContractStatus = "incomplete"
	ContractIncompleteExpired ContractStatus = "incomplete_expired"
	ContractCanceled          ContractStatus = "canceled"
)

// Contract is a subscription as the processor of payments has it.
type Contract struct {
	Provider string `json:"provider"` // "stripe"
	Customer string `json:"customer"`
	ID       string `json:"id"`
	Tenant   string `json:"tenant"` // as we wrote it there when it was bought

	Status   ContractStatus `json:"status"`
	Price    string         `json:"price"` // id, which the catalogue turns into a plan
	Interval Interval       `json:"interval"`
	Amount   int64          `json:"amount,omitempty"`   // of the price, each Interval, in the smallest unit of Currency, without taxes and discounts
	Currency string         `json:"currency,omitempty"` // three lower-case letters
	Item     string         `json:"item,omitempty"`     // of the price, which changes of the plan replace
	Meter    string         `json:"meter,omitempty"`    // item that overage is reported to

	Begun       time.Time `json:"begun"`
	Anchor      time.Time `json:"anchor"` // billing periods begin as often after it
	PeriodStart time.Time `json:"period_start"`
	PeriodEnd   time.Time `json:"period_end"`
	TrialEnd    time.Time `json:"trial_end,omitzero"`
	CancelAt    time.Time `json:"cancel_at,omitzero"` // zero: it goes on
	Ended       time.Time `json:"ended,omitzero"`
	// Next is what it becomes when the period ends.
	Next *NextPrice `json:"next,omitempty"`

	// Invoice is the last one that was paid, by which refunds are judged.
	Invoice string `json:"invoice,omitempty"`
}

// NextPrice is a price that was agreed to for later.
type NextPrice struct {
	Price    string    `json:"price"`
	At       time.Time `json:"at"`
	Schedule string    `json:"schedule,omitempty"` // id at the processor of payments
}

// Fact is what one event of the processor of payments says. All that is said of an object counts in the order of At, then Rank, then ID: which one
// arrives first does not matter, nor how often.
type Fact struct {
	ID   string    `json:"id"` // of the event
	At   time.Time `json:"at"` // when the processor made it, in whole seconds
	Rank int       `json:"rank,omitempty"`
	// One of these is set.
	Contract *Contract  `json:"contract,omitempty"`
	Invoice  *Invoice   `json:"invoice,omitempty"`
	Refund   *Refund    `json:"refund,omitempty"`
	Checkout *Checkout  `json:"checkout,omitempty"`
	Schedule *NextPrice `json:"schedule,omitempty"` // of Subscription; an empty Price: it was released or has run out

	Tenant       string `json:"tenant,omitempty"`       // whose it is, if the event says so
	Customer     string `json:"customer,omitempty"`     // else whoever has this customer
	Subscription string `json:"subscription,omitempty"` // id of the Contract that it is about
}

// Invoice is a bill. Amounts are in the smallest unit of the currency.
type Invoice struct {
	ID           string    `json:"id"`
	Number       string    `json:"number,omitempty"`
	Subscription string    `json:"subscription,omitempty"`
	Status       string    `json:"status"`           // draft, open, paid, void, uncollectible
	Failed       bool      `json:"failed,omitempty"` // an attempt to have it paid has failed
	Amount       int64     `json:"amount"`
	Paid         int64     `json:"paid"`
	Currency     string    `json:"currency"`
	At           time.Time `json:"at"`
	PeriodStart  time.Time `json:"period_start,omitzero"`
	PeriodEnd    time.Time `json:"period_end,omitzero"`
	Page         string    `json:"page,omitempty"` // address at which it is shown
	PDF          string    `json:"pdf,omitempty"`
}

// Refund is what was given back of a payment, all of it together.
type Refund struct {
	Charge   string `json:"charge"`
	Invoice  string `json:"invoice,omitempty"`
	Amount   int64  `json:"amount"`   // of the payment
	Refunded int64  `json:"refunded"` // of that
	Currency string `json:"currency"`
}

// Whole tells whether nothing of the payment is left.
func (r Refund) Whole() bool { return r.Amount > 0 && r.Refunded >= r.Amount }

// Checkout says that somebody went through the page on which plans are bought.
type Checkout struct {
	Tenant       string `json:"tenant"`
	Customer     string `json:"customer"`
	Subscription string `json:"subscription"`
}
