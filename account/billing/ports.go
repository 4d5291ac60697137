package billing

import (
	"context"
	"iter"
	"net/http"
	"time"
)

// Store keeps states and what processors of payments said.
type Store interface {
	// State returns what is kept of a tenant: chat.ErrNotFound where nothing is yet.
	State(ctx context.Context, tenant string) (State, error)
	// PutState writes a state whose Version is the one that was read (0: there was none), and makes it one higher: chat.ErrStale
	// when somebody else was first. It is announced under chat.TopicPlan by whoever calls.
	PutState(ctx context.Context, state State) error
	// Changed returns tenants whose state is of a later change than `after`, with the number of the last one: nodes poll it each second. It returns
	// a thousand at most. After a number below 0: nobody, and the number of the last change that there is.
	Changed(ctx context.Context, after int64) (tenants []string, last int64, err error)
	// States yields all of them, by tenant.
	States(ctx context.Context) iter.Seq2[State, error]
}

// Events keeps what processors of payments said, before anything is made of it.
type Events interface {
	// Receive keeps an event under its id; known tells that it was there already.
	Receive(ctx context.Context, event Event) (known bool, err error)
	// Settle writes what came of an event. One with an Error waits to be tried again, but its facts count from now on.
	// chat.ErrStale: it is settled as nobody's, and has become somebody's since TenantOf was asked. It waits as before, to be processed again.
	Settle(ctx context.Context, id string, outcome Outcome) error
	// FactsOf returns the facts of all events that concern a tenant, and those of its customers and subscriptions, in no order: of
	// those, too, that were settled with an Error.
	FactsOf(ctx context.Context, tenant string) ([]Fact, error)
	// Unsettled returns up to n events that wait to be processed for longer than `patience`, or failed before.
	Unsettled(ctx context.Context, patience time.Duration, n int) ([]Event, error)
}

// Event is something that a processor of payments told, as it came.
type Event struct {
	ID       string
	Provider string
	Type     string
	At       time.Time // when the processor made it
	Received time.Time
	Payload  []byte // sealed where it is kept
}

// Outcome is what came of an event.
type Outcome struct {
	Tenant string // "": it concerns nobody that is known
	Facts  []Fact // none: nothing that matters
	Error  string // why it could not be processed; it is tried again
}

// Provider is a processor of payments. All methods may fail with chat.ErrUnavailable, and can be repeated: keys of idempotence are theirs.
type Provider interface {
	Name() string
	Seller
	Changer
	Meter
	Teller
}

// Seller has pages of the processor's own, on which people pay.
type Seller interface {
	// Checkout opens a page on which an order is paid for.
	Checkout(ctx context.Context, order Order) (CheckoutPage, error)
	// CloseCheckout has nobody pay on such a page any more, and returns the id of the contract that was bought on it before; "": none was, and none will be.
	// ErrPaying: somebody pays on it at this moment.
	CloseCheckout(ctx context.Context, id string) (contract string, err error)
	// Portal returns the address of a page on which a customer changes how they pay.
	Portal(ctx context.Context, customer, back string) (string, error)
	// Invoices returns a customer's, latest first, 100 at most.
	Invoices(ctx context.Context, customer string) ([]Invoice, error)
}

// Order is what somebody wants to buy.
type Order struct {
	Tenant   string
	Customer string // "": they are new there
	Email    string // of whoever buys
	Price    string
	Meter    string    // price of overage; "": none
	TrialEnd time.Time // nothing is charged before; zero: at once
	Success  string    // where they come back to
	Cancel   string
	Once     string // the same for repetitions of one wish
}

// Changer changes what was bought.
type Changer interface {
	// Preview tells what a change at `at` would cost. Change at the same instant costs the same.
	Preview(ctx context.Context, contract Contract, to Price, meter string, at time.Time) (Preview, error)
	// Change replaces the price: at once, charged or credited for the rest of the period as of `at`.
	Change(ctx context.Context, contract Contract, to Price, meter string, at time.Time) (Contract, error)
	// ChangeLater replaces it when the period ends.
	ChangeLater(ctx context.Context, contract Contract, to Price, meter string) (Contract, error)
	// Cancel ends the contract when its period ends, and Resume takes that back, and what ChangeLater agreed to.
	Cancel(ctx context.Context, contract Contract) (Contract, error)
	Resume(ctx context.Context, contract Contract) (Contract, error)
	// End ends the contract at once: nothing is charged any more, not even what was not charged yet, and nobody tries to collect what is owed. It can be
	// repeated, also for a contract that has ended.
	End(ctx context.Context, contract Contract) (Contract, error)
}

// Preview is what a change costs. Amounts are in the smallest unit of the currency.
type Preview struct {
	Due      int64 // now; below 0: credit
	Next     int64 // on NextAt, and each time after
	NextAt   time.Time
	Currency string
	Lines    []PreviewLine
}

// PreviewLine is a line of it, in the processor's words.
type PreviewLine struct {
	Text   string
	Amount int64
}

// Meter is told of overage.
type Meter interface {
	// Report says how many answers beyond the plan's were used in the period that runs at `at`, all together: a repetition changes nothing.
	Report(ctx context.Context, contract Contract, total int64, at time.Time) error
}

// Teller reads what the processor tells.
type Teller interface {
	// Read checks who signed a request, when, and by which version of the API. Errors: ErrForged, ErrOld, ErrVersion.
	Read(payload []byte, header http.Header, now time.Time) (Event, error)
	// Facts makes out what an event says. It is pure.
	Facts(event Event) ([]Fact, error)
	// Contracts yields all that the processor has: the nightly comparison reads them.
	Contracts(ctx context.Context) iter.Seq2[Contract, error]
}
