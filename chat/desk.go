package chat

import (
	"context"
	"time"
)

// Queue names a list of the inbox. What is spam is in QueueSpam alone, and what
// is snoozed in QueueSnoozed alone, until its time has come or its visitor writes.
type Queue string

// The inbox's lists.
const (
	QueueMine       Queue = "mine"       // waits for the asking user, or is with them
	QueueWaiting    Queue = "waiting"    // all that wait for a person, longest first
	QueueUnassigned Queue = "unassigned" // those of them that nobody is asked to take, longest first
	QueueTeam       Queue = "team"       // with some agent
	QueueBot        Queue = "bot"        // with the bot
	QueueClosed     Queue = "closed"
	QueueSnoozed    Queue = "snoozed"
	QueueMentions   Queue = "mentions" // a note names the asking user, who has not read it
	QueueSpam       Queue = "spam"
)

// Queues are all of them, in the inbox's order.
var Queues = []Queue{
	QueueMine, QueueWaiting, QueueUnassigned, QueueTeam, QueueBot, QueueClosed, QueueSnoozed, QueueMentions, QueueSpam,
}

// Absence tells why nobody takes a conversation that waits.
type Absence string

// Why nobody does.
const (
	Attended     Absence = ""       // somebody may
	NobodyOnDuty Absence = "nobody" // no agent is there
	OutsideHours Absence = "hours"  // the bot's business hours are over
)

// Place is what a visitor who waits is told.
type Place struct {
	Position int       // from 1; 0: not known
	Absence  Absence   // why it will take longer
	Opens    time.Time // when business hours begin again; zero: not known
}

// Waiter is a conversation that waits for a person.
type Waiter struct {
	Ref
	Bot      string
	Assignee string // user who is asked to take it; empty: nobody
	Offered  bool   // the desk asked the assignee, and not a person
	Since    time.Time
}

// Desks is what a tenant's desk works from.
type Desks interface {
	// Line returns the conversations that wait, longest first, limit at most; none
	// that is snoozed or spam.
	Line(ctx context.Context, tenant string, limit int) ([]Waiter, error)
	// Loads counts by user the conversations that are with an agent, without the snoozed.
	Loads(ctx context.Context, tenant string) (map[string]int, error)
	// Assign asks a user to take a conversation that waits; "" asks nobody. by is the user
	// who wishes that, "" for the desk itself, which changes nothing while a person's choice stands. It is kept as an Activity. ErrNotWaiting
	// when it does not wait. Repeating changes nothing.
	Assign(ctx context.Context, ref Ref, by, to string) error
}

// Orphan is a conversation of somebody who may take none: they were removed, left, or only look now.
type Orphan struct {
	Ref
	Bot      string
	Status   Status // WithAgent or Waiting
	Assignee string // who has it, or is asked to take it
}

// Orphans finds the conversations that nobody goes on with.
type Orphans interface {
	// Orphans lists a tenant's, or those of all for the rounds ("" for the tenant), in which nothing happened for longest first, limit at most.
	Orphans(ctx context.Context, tenant string, limit int) ([]Orphan, error)
	// Unassign asks nobody to take a conversation that waits if that user is asked. It is kept as the desk's Activity.
	// ErrNotWaiting when it does not wait. Repeating changes nothing.
	Unassign(ctx context.Context, ref Ref, from string) error
}

// Inbox is what desks show of many conversations at a time.
type Inbox interface {
	// Summaries returns those of the tenant's conversations that exist, in any order; 200 ids at most. Read is not set.
	Summaries(ctx context.Context, tenant string, ids []string) ([]Conversation, error)
	// Counts returns how many conversations each queue has for a user, 1,000 at most of each.
	Counts(ctx context.Context, tenant, user string) (map[Queue]int, error)
}

// Triage is what people do with a conversation beside speaking in it. Each is kept as an
// Activity of the user by, unless it changes nothing; ErrNotFound: there is no such conversation, visitor or label.
type Triage interface {
	// Snooze hides a conversation until then, or until its visitor writes; the zero time shows it.
	Snooze(ctx context.Context, ref Ref, by string, until time.Time) error
	// MarkSpam takes a conversation out of all queues but one, or puts it back.
	MarkSpam(ctx context.Context, ref Ref, by string, spam bool) error
	// SetLabels replaces the labels of a conversation.
	SetLabels(ctx context.Context, ref Ref, by string, labels []string) error
	// Block refuses what a visitor writes from now on, in all conversations of theirs, or takes that back.
	// ref is the conversation in which that was decided.
	Block(ctx context.Context, ref Ref, by string, blocked bool) error
	// Activities returns what was done with a conversation, oldest first, the last 500 at most.
	Activities(ctx context.Context, ref Ref) ([]Activity, error)
}

// Activity is a side record: something that people, or the desk, did with a conversation.
type Activity struct {
	ID string
	Ref
	Seq    int64 // of the log's last event then
	At     time.Time
	By     string // user; empty: the desk
	Kind   ActivityKind
	Target string // a user, a label, or a time as RFC 3339; may be empty
}

// ActivityKind is what was done.
type ActivityKind string

// What is done with conversations.
const (
	Assigned   ActivityKind = "assigned" // Target: the user, or empty for nobody
	Snoozed    ActivityKind = "snoozed"  // Target: until when
	Unsnoozed  ActivityKind = "unsnoozed"
	Labelled   ActivityKind = "labelled"   // Target: the label
	Unlabelled ActivityKind = "unlabelled" // Target: the label
	Spam       ActivityKind = "spam"
	NotSpam    ActivityKind = "not_spam"
	Blocked    ActivityKind = "blocked" // the visitor
	Unblocked  ActivityKind = "unblocked"
)
