package billing

import "time"

// Offer is what a change of the plan would mean, before it is agreed to.
type Offer struct {
	// Later tells that it counts when the period ends: what is used less than now is not paid back.
	Later bool
	// At is the instant as of which it was reckoned. Whoever agrees names it, and pays what they were shown.
	At      time.Time
	Preview Preview
	Losses  []Loss
}

// Loss is something that works now and would not any more.
type Loss struct {
	What    string // bots, passages, seats, pages, answers, models, other_models or features
	Name    string // of the model or feature; of other_models, those that are left
	Have    int64  // of the others: what is used
	Allowed int64  // and what the other plan allows
}
