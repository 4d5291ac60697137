package billing

// Plan is what a tenant gets, and for how much.
type Plan struct {
	ID     string  `json:"id" yaml:"id"` // lower case, stable: what subscribers have
	Name   string  `json:"name" yaml:"name"`
	About  string  `json:"about" yaml:"about"`             // for whom it is, in a sentence
	Prices []Price `json:"prices,omitempty" yaml:"prices"` // none: it costs nothing, or is not sold
	// TrialDays is how long it can be tried without paying. 0: not at all.
	TrialDays int    `json:"trial_days,omitempty" yaml:"trial_days"`
	Limits    Limits `json:"limits" yaml:"limits"`
	// Overage sells answers beyond the limit. nil: at the limit the bot hands over to people.
	Overage  *Overage  `json:"overage,omitempty" yaml:"overage"`
	Models   []string  `json:"models,omitempty" yaml:"models"` // that its bots may be given; none named: any
	Features []Feature `json:"features,omitempty" yaml:"features"`
	// Hidden plans are on no page: the operator assigns them.
	Hidden bool `json:"hidden,omitempty" yaml:"hidden"`
}

// Interval is how often a price is paid.
type Interval string

// The intervals.
const (
	Monthly Interval = "month"
	Yearly  Interval = "year"
)

// Price is what a plan costs. Amounts are in the smallest unit of the currency, as Stripe's are.
type Price struct {
	ID       string   `json:"id,omitempty" yaml:"id"` // at the processor of payments
	Interval Interval `json:"interval" yaml:"interval"`
	Amount   int64    `json:"amount" yaml:"amount"`
	Currency string   `json:"currency" yaml:"currency"` // three lower-case letters
	// Former are ids under which the plan was sold before, at other amounts: who has one of them keeps paying it.
	Former []string `json:"former,omitempty" yaml:"former"`
}

// Limits bound what a tenant uses. 0: as much as it likes.
type Limits struct {
	Answers  int64 `json:"answers" yaml:"answers"`   // in a month of its subscription
	Bots     int64 `json:"bots" yaml:"bots"`         // at a time
	Passages int64 `json:"passages" yaml:"passages"` // that all its bots know
	Seats    int64 `json:"seats" yaml:"seats"`       // members, and invitations that are open
	Pages    int64 `json:"pages" yaml:"pages"`       // of the web, that are read again and again
}

// Overage is the price of answers beyond those of a plan.
type Overage struct {
	// The ids of metered prices at the processor of payments, for those who pay by the month and by the year: Stripe mixes no intervals in a subscription.
	PriceID       string `json:"price_id,omitempty" yaml:"price_id"`
	YearlyPriceID string `json:"yearly_price_id,omitempty" yaml:"yearly_price_id"`

	Amount   int64  `json:"amount" yaml:"amount"` // for each answer, in hundredths of the currency's smallest unit
	Currency string `json:"currency" yaml:"currency"`
	Most     int64  `json:"most" yaml:"most"` // answers beyond the limit in a month; 0: no end
}

// Feature is something that not every plan has.
type Feature string

// The features.
const (
	API          Feature = "api"           // keys of the API
	Webhooks     Feature = "webhooks"      // servers that are told what happens
	Identity     Feature = "identity"      // known customers
	SecondFactor Feature = "second_factor" // may be demanded of all members
)

// Features are all of them.
var Features = []Feature{API, Webhooks, Identity, SecondFactor}

// Catalogue is what the operator sells, and how they treat those who do not pay.
type Catalogue struct {
	// Default is the plan of new tenants: they try it, if it can be tried and there is a processor of payments, or else have it.
	Default string `json:"default" yaml:"default"`
	Plans   []Plan `json:"plans" yaml:"plans"` // cheapest first, as they are shown
	Policy  Policy `json:"policy" yaml:"policy"`
}

// Policy is how whoever does not pay is treated.
type Policy struct {
	GraceDays int   `json:"grace_days" yaml:"grace_days"` // everything works on after a payment failed
	MailDays  []int `json:"mail_days" yaml:"mail_days"`   // after it, when owners are mailed: 0, 3, 7
	// KeepDays is how long data is kept after the end of a subscription or trial, before it is erased, and how long chats rest for want of a payment
	// before that counts as the end. 0: nothing is ever erased.
	KeepDays int `json:"keep_days" yaml:"keep_days"`
}
