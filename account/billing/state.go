package billing

import "time"

// State is all that is kept of what a tenant bought. The zero value with a Tenant is somebody who has just registered.
type State struct {
	Tenant  string `json:"tenant"`
	Version int64  `json:"-"` // grows with each change; a write names the one that it read

	Plan Plan `json:"plan"` // as it was when it was bought or assigned: the catalogue may have changed since
	// Price is the id under which Plan was bought: its terms hold for as long as one of its own prices is paid. "": it was not bought.
	Price      string      `json:"price,omitempty"`
	Interval   Interval    `json:"interval,omitempty"`   // of a plan that is paid for
	Since      time.Time   `json:"since"`                // when the plan began: months of a plan without a contract are counted from here
	Assigned   bool        `json:"assigned,omitempty"`   // by the operator: nothing is owed for it
	Assignment *Assignment `json:"assignment,omitempty"` // who assigned it last, and why

	TrialEnds time.Time `json:"trial_ends,omitzero"` // of a plan that is neither assigned nor paid for; zero: it costs nothing
	Contract  *Contract `json:"contract,omitempty"`  // the processor's last word; nil: nothing was bought yet
	// PastDue is since when a payment is missing. Zero: none is.
	PastDue  time.Time `json:"past_due,omitzero"`
	Refunded time.Time `json:"refunded,omitzero"` // when the last payment was given back whole

	Suspension *Suspension `json:"suspension,omitempty"` // the operator's

	Checkouts []OpenCheckout `json:"checkouts,omitempty"` // in the order in which they were opened: all but the last are about to be closed
}

// Assignment is the operator's decision that a tenant has a plan.
type Assignment struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"` // user id of the operator
	Reason string    `json:"reason"`
}

// Suspension is the operator's decision that a tenant's chats rest.
type Suspension struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"` // user id of the operator
	Reason string    `json:"reason"`
}

// Status is where a tenant stands.
type Status string

// The statuses, in the order in which a tenant that stops paying goes through them.
const (
	Trialing  Status = "trialing"
	Active    Status = "active"
	PastDue   Status = "past_due"  // a payment is missing, and everything works on for Policy.GraceDays
	Suspended Status = "suspended" // chats rest; people of the business still sign in and read
	Cancelled Status = "cancelled" // likewise, and data is erased at Standing.EraseAt
)

// Reason says why chats rest.
type Reason string

// The reasons.
const (
	TrialOver   Reason = "trial_over"
	Unpaid      Reason = "unpaid"
	WasRefunded Reason = "refunded"
	HasEnded    Reason = "ended"
	ByOperator  Reason = "operator"
)

// Standing is what follows from a State at a time.
type Standing struct {
	Status Status
	Reason Reason    // of Suspended and Cancelled
	Since  time.Time // of the Status
	Until  time.Time // when the status changes by itself; zero: never
	// EraseAt is when all data of the tenant goes; zero: it stays.
	EraseAt time.Time
	// Period is the month that answers are counted in, which is a month of the subscription, also of a yearly one.
	Period Period
}

// Serves tells whether visitors are answered.
func (s Standing) Serves() bool { return s.Status != Suspended && s.Status != Cancelled }

// Period is a month of a subscription: from its start up to, and without, its end.
type Period struct{ Start, End time.Time }

// Key names the period in storage: a month of UTC as "2026-11", any other by its first instant in UTC.
func (p Period) Key() string {
	start := p.Start.UTC()
	if start.Equal(time.Date(start.Year(), start.Month(), 1, 0, 0, 0, 0, time.UTC)) {
		return start.Format("2006-01")
	}
	return start.Format("2006-01-02T15:04:05Z")
}
