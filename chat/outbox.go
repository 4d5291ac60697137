package chat

import (
	"context"
	"time"
)

// Prefixes of what webhooks need.
const (
	WebhookPrefix  = "whk"
	DeliveryPrefix = "dlv"
)

// TypeConversationCreated is told to webhooks when a conversation gets its
// first events. It is no durable event: it stands before the first, at seq 0.
const TypeConversationCreated Type = "conversation.created"

// ToldTypes are what webhooks may ask for.
var ToldTypes = []Type{
	TypeConversationCreated, TypeMessageCreated, TypeMessageCompleted, TypeMessageInterrupted,
	TypeStatusChanged, TypeContactChanged, TypeFeedbackGiven,
}

// Told tells whether webhooks are told of an event. Of the answers that were
// interrupted it is those that failed for good: a stop or a take-over is
// followed by what was done instead, a crash by another attempt.
func Told(body Body) bool {
	switch b := body.(type) {
	case MessageCreated, MessageCompleted, StatusChanged, ContactChanged, FeedbackGiven:
		return true
	case MessageInterrupted:
		return b.Reason == Failed
	default:
		return false
	}
}

// Webhook is an address of a tenant's own that is told what happens in its
// conversations.
type Webhook struct {
	ID        string
	Tenant    string
	URL       string
	Secret    string // "whsec_…", what deliveries are signed with
	Note      string // the owner's own words
	Types     []Type // of ToldTypes; at least one
	Enabled   bool
	CreatedAt time.Time

	OldSecret string    // what Secret replaced: deliveries are signed with it as well, until OldUntil
	OldUntil  time.Time // zero: there is none

	Failures     int       // attempts that failed since the last that did not
	FailingSince time.Time // of the first of them; zero: there are none
	LastFailure  string    // why the last of them failed, in one word such as "timeout" or "status_500"
	Disabled     Disabling // why Enabled is false
}

// Disabling is why a webhook is not enabled.
type Disabling string

// Why a webhook is not enabled.
const (
	ByOwner   Disabling = ""        // or it is enabled
	ByFailing Disabling = "failing" // nothing was delivered for days
	ByGone    Disabling = "gone"    // its server said that it is there no more
)

// ErrOldSecretCounts refuses to replace a secret once more: the server may know neither of the two that would be left.
var ErrOldSecretCounts = Fail(Conflict, "old_secret_counts", "The secret before this one still counts, and your server may know only that. End it first, or wait until it has ended.")

// Rotate replaces the secret by another; the old one counts beside it until a time. ErrOldSecretCounts while one from before still does.
func (w *Webhook) Rotate(secret string, now, until time.Time) error {
	if w.OldCounts(now) {
		return ErrOldSecretCounts
	}
	w.EndOldSecret()
	if until.After(now) {
		w.OldSecret, w.OldUntil = w.Secret, until
	}
	w.Secret = secret
	return nil
}

// EndOldSecret leaves only the secret of now.
func (w *Webhook) EndOldSecret() { w.OldSecret, w.OldUntil = "", time.Time{} }

// OldCounts tells whether the secret that was replaced still counts.
func (w Webhook) OldCounts(now time.Time) bool { return now.Before(w.OldUntil) }

// MaxWebhooks is how many a tenant may have: each costs a row for each event.
const MaxWebhooks = 10

// ErrTooManyWebhooks refuses one more.
var ErrTooManyWebhooks = Fail(Conflict, "too_many_webhooks", "You have ten webhooks, which is as many as there can be. Delete one first.")

// Webhooks keeps tenants' webhooks. An event that is appended after
// CreateWebhook or UpdateWebhook returned sees what they did.
type Webhooks interface {
	// CreateWebhook keeps a new one; ErrTooManyWebhooks when there are MaxWebhooks.
	CreateWebhook(ctx context.Context, webhook Webhook) error
	// Webhook returns one of the tenant's, or ErrNotFound.
	Webhook(ctx context.Context, tenant, id string) (Webhook, error)
	// Webhooks returns all of the tenant's, oldest first.
	Webhooks(ctx context.Context, tenant string) ([]Webhook, error)
	// UpdateWebhook changes one and returns it as it then is, or ErrNotFound, or the error of change, which may
	// be called several times and must not do anything else. Changes at once are all
	// kept. Disabling drops the deliveries that wait; enabling forgets the failures.
	UpdateWebhook(ctx context.Context, tenant, id string, change func(*Webhook) error) (Webhook, error)
	// DeleteWebhook removes it with the deliveries that wait. Repeating is ErrNotFound.
	DeleteWebhook(ctx context.Context, tenant, id string) error
}

// Delivery is one event that one webhook has to be told. It is written by
// Log.Append in the transaction of the event, and carries ids only.
type Delivery struct {
	ID           string // the same at each attempt
	Tenant       string
	Webhook      string
	Type         Type
	Conversation string
	Seq          int64 // 0 for TypeConversationCreated
	CreatedAt    time.Time
	Tries        int // attempts so far, this one included; it also tells this attempt from others
}

// HookQueue is what waits for one webhook.
type HookQueue struct{ Tenant, Webhook string }

// Share is how many deliveries of a queue to take.
type Share struct {
	HookQueue
	Count int
}

// Outbox hands out deliveries, over all tenants: it serves the one loop on
// each node that sends them. Each is handed out at least once until it is done.
type Outbox interface {
	// Due lists queues of which something is due, the one that waits longest first, limit at most.
	Due(ctx context.Context, limit int) ([]HookQueue, error)
	// Take leases deliveries that are due, to whoever gets them alone: nobody else gets them before
	// the lease is over, and afterwards they are due again. Of one conversation
	// and webhook there is only the oldest: the next is due when that is gone.
	Take(ctx context.Context, shares []Share, lease time.Duration) ([]Delivery, error)
	// Done removes a delivery that arrived, and ends its webhook's run of failures.
	Done(ctx context.Context, delivery Delivery) error
	// Postpone makes a delivery due again at a time, and counts the failure for
	// its webhook; a zero time gives the delivery up. It changes nothing when the lease was over and somebody else has it.
	Postpone(ctx context.Context, delivery Delivery, until time.Time, failure string) error
	// Waiting counts the deliveries that are not done, up to 100,000.
	Waiting(ctx context.Context) (int, error)
}
