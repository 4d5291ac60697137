package chat

import (
	"context"
	"time"
)

// MailKind says what a mail is for.
type MailKind string

// The mails of conversations.
const (
	// MailMissed brings a visitor the agents' messages that they have not read. It is planned with
	// each agent's message, and due MailAfter later, once for all that is written until then.
	MailMissed MailKind = "missed"
	// MailWaiting tells agents that a visitor waits while nobody has the dashboard open. It is
	// planned with each StatusChanged to Waiting.
	MailWaiting MailKind = "waiting"
	// MailTranscript brings the whole conversation to whoever asked for it.
	MailTranscript MailKind = "transcript"
	// MailMention tells a user that a note names them, if they have not read it.
	MailMention MailKind = "mention"
)

// MailAfter is how long a missed message waits for its visitor to look by themselves, where the operator
// says nothing else.
const MailAfter = time.Minute

// After is how long a mail of this kind waits for the one it is for to look by themselves, when a missed message waits
// so long: somebody who waits is told of sooner, a mention later.
func (k MailKind) After(missed time.Duration) time.Duration {
	switch k {
	case MailMissed:
		return missed
	case MailWaiting:
		return missed / 2
	case MailMention:
		return 2 * missed
	default:
		return 0
	}
}

// Mail is one that is to be written: ids only. What it says is read when it is sent.
type Mail struct {
	ID string
	Ref
	Kind  MailKind
	Seq   int64  // of the event that it was planned with
	User  string // whom it is for; empty: the visitor, or whoever may take the conversation
	To    string // an address that was given for this mail alone; sealed where it is kept; empty: as known
	Tries int    // attempts begun
	Due   time.Time
}

// Mails is the outbox of mails. Log.Append writes MailMissed and MailWaiting in the transaction of
// their event. Of one kind, conversation and user there is one planned mail at most: another is not added.
type Mails interface {
	// PlanMail adds a mail.
	PlanMail(ctx context.Context, mail Mail) error
	// TakeMails leases mails that are due, of all tenants, limit at most: others get them again after the lease.
	TakeMails(ctx context.Context, limit int, lease time.Duration) ([]Mail, error)
	// MailDone removes a mail that was sent, or that nobody needs any more.
	MailDone(ctx context.Context, mail Mail) error
	// PostponeMail makes it due later; if another attempt has begun since, it changes nothing.
	PostponeMail(ctx context.Context, mail Mail, until time.Time) error
}
