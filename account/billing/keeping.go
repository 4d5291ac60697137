package billing

import (
	"context"
	"time"
)

// What is kept beside states and events. A store fills all of these.

// Notices keeps which mails are owed about a subscription, and which were sent: each of a tenant's keys once, whatever happens to the node that
// found it due.
type Notices interface {
	// PlanNotices keeps those whose key is new to the tenant, due at once, and returns how many those were.
	PlanNotices(ctx context.Context, tenant string, notices []PlannedNotice) (added int, err error)
	// Noticed returns when each of those that were ever planned for a tenant was, by their keys.
	Noticed(ctx context.Context, tenant string) (map[string]time.Time, error)
	// TakeNotices leases those of all tenants that are due, oldest first, limit at most: others get them again after the lease. Tries counts this time.
	TakeNotices(ctx context.Context, at time.Time, limit int, lease time.Duration) ([]PlannedNotice, error)
	// NoticeSent keeps that one was mailed, or, with a time, when that is tried again.
	NoticeSent(ctx context.Context, tenant, key string, again time.Time) error
}

// PlannedNotice is a mail that is owed to a tenant's owners.
type PlannedNotice struct {
	Tenant string
	Key    string // of what it tells: there is one of each
	Kind   string
	At     time.Time // when it was found due
	Tries  int       // to mail it
}

// Reports keeps how much overage a processor of payments was told of.
type Reports interface {
	// Reported returns the total of a period; 0: nothing was reported yet.
	Reported(ctx context.Context, tenant, period string) (int64, error)
	// KeepReport keeps it: of several for a period, the last. It becomes less when an answer that was counted has failed.
	KeepReport(ctx context.Context, tenant, period string, total int64, at time.Time) error
}

// Differences keeps what the last comparison with a processor of payments found.
type Differences interface {
	// KeepComparison replaces what the one before found.
	KeepComparison(ctx context.Context, comparison Comparison) error
	// Comparison returns the last one; the zero value: none was made yet.
	Comparison(ctx context.Context) (Comparison, error)
}

// Comparison is what we have beside what the processor of payments has.
type Comparison struct {
	At          time.Time
	Contracts   int    // that the processor has
	Error       string // why it could not be made to its end
	Differences []Difference
}

// Difference is one thing of a tenant's contract on which both sides differ.
type Difference struct {
	Tenant   string // "": nobody here has the contract
	Contract string
	What     string // "status", "price", "missing", …
	Ours     string
	Theirs   string
}

// EventLog shows the operator what came in.
type EventLog interface {
	// Events returns a page, latest first, and the cursor of the next ("" at the end).
	Events(ctx context.Context, filter EventFilter) ([]KeptEvent, string, error)
	// Event returns one with its payload, to be processed again: chat.ErrNotFound if there is none.
	Event(ctx context.Context, id string) (Event, error)
	// TenantOf returns whose a fact is: the one it names, or who has its customer or subscription, by what is kept; "": nobody's. A
	// tenant that does not exist (any more) is nobody.
	TenantOf(ctx context.Context, fact Fact) (string, error)
}

// EventState is what became of an event.
type EventState string

// The states.
const (
	EventWaiting EventState = "waiting" // it came, and was not processed yet
	EventSettled EventState = "settled"
	EventFailed  EventState = "failed" // it is tried again
)

// EventFilter narrows a list; zero values do not.
type EventFilter struct {
	State  EventState
	Cursor string
	Limit  int // 1–200; 0: 50
}

// KeptEvent is an event without its payload.
type KeptEvent struct {
	Event
	State  EventState
	Tenant string
	Error  string
}

// Counts tells how much tenants use.
type Counts interface {
	// Used counts what a tenant has now, and its answers of the period with the given key.
	Used(ctx context.Context, tenant, period string) (Used, error)
}

// Used is how much a tenant uses.
type Used struct {
	Answers  int64 // in a period
	Bots     int64
	Passages int64
	Seats    int64 // members, and invitations that are open
	Pages    int64
}

// Ledger sums up what models took, for answers and besides.
type Ledger interface {
	// Total is that of a period.
	Total(ctx context.Context, tenant, period string) (Spent, error)
	// Days are the days of UTC of a period in which models were asked, in order.
	Days(ctx context.Context, tenant, period string) ([]SpentDay, error)
	// OfConversation is that of one conversation's answers.
	OfConversation(ctx context.Context, tenant, conversation string) (Spent, error)
	// Periods are the keys of those in which models were asked, latest first.
	Periods(ctx context.Context, tenant string) ([]string, error)
}

// Spent is what answers took, those that failed included: whoever made them is paid all the same. Sums of a tenant have what was spent
// besides (chat.Expense), too; those of a conversation do not.
type Spent struct {
	Answers      int64 // that ended
	Cached       int64 // of them, were given before, and cost nothing
	InputTokens  int64
	OutputTokens int64
	CostMicros   int64 // millionths of a US dollar, of all whose cost is known
	Unpriced     int64 // answers whose cost is not known
}

// SpentDay is what was spent on a day.
type SpentDay struct {
	Day time.Time // its begin, in UTC
	Spent
}
