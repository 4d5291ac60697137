package chat

import "time"

// Event is one entry of a conversation's log. Everyone who watches the
// conversation sees the same events in the same order.
type Event struct {
	Seq  int64
	At   time.Time // UTC, milliseconds
	Body Body
}

// Type names the kind of a durable event on the wire and in storage.
type Type string

// The durable events. Notes, assignments, read marks and traces are not among
// them: they point at a Seq from outside.
const (
	TypeMessageCreated     Type = "message.created"
	TypeMessageStarted     Type = "message.started"
	TypeMessageCompleted   Type = "message.completed"
	TypeMessageInterrupted Type = "message.interrupted"
	TypeStatusChanged      Type = "status.changed"
	TypeContactChanged     Type = "contact.changed"
	TypeFeedbackGiven      Type = "feedback.given"
	TypeEventErased        Type = "event.erased"
)

// Body is what an event says: one of the types below, always by value.
type Body interface{ Type() Type }

// AuthorKind tells who speaks.
type AuthorKind string

// Who speaks in a conversation.
const (
	ByVisitor AuthorKind = "visitor"
	ByBot     AuthorKind = "bot"   // always the AI
	ByAgent   AuthorKind = "agent" // always a person of the business
)

// Author is who wrote a message. ID is a user's, for agents only; Name is
// empty for visitors.
type Author struct {
	Kind AuthorKind
	ID   string
	Name string
}

// MessageCreated is a whole message by a visitor or an agent.
type MessageCreated struct {
	Message  string
	Author   Author
	Text     string
	ClientID string
}

// MessageStarted opens an answer of the bot. Question is the message it
// answers; Attempt counts from 1 and is higher after a crash.
type MessageStarted struct {
	Message  string
	Author   Author
	Question string
	Attempt  int
}

// MessageCompleted ends an answer. Text equals its deltas together.
type MessageCompleted struct {
	Message   string
	Text      string
	Citations []Citation
	// Offer is "handoff" when the bot found no answer and offers a person.
	Offer string
	// Cached: the same question got this answer before, and nothing it rests on has changed since.
	Cached bool
}

// MessageInterrupted ends an answer before its time. Text is what was shown;
// it is empty for NodeLost: whoever has seen more drops it.
type MessageInterrupted struct {
	Message string
	Text    string
	Reason  Reason
}

// Reason tells why an answer ended early.
type Reason string

// Why an answer was interrupted.
const (
	Stopped  Reason = "stopped"   // the visitor or an agent stopped it
	Takeover Reason = "takeover"  // an agent took the conversation
	Failed   Reason = "failed"    // the provider failed, or two attempts crashed
	NodeLost Reason = "node_lost" // the process died; the question is answered again
)

// Status says who speaks for the business in a conversation.
type Status string

// A conversation's statuses.
const (
	WithBot   Status = "bot"
	Waiting   Status = "waiting" // for a person
	WithAgent Status = "agent"
	Closed    Status = "closed"
)

// StatusChanged tells a new status. Agent is set for WithAgent; Position (from
// 1), Absence and Opens are a Place, for Waiting where it is known.
type StatusChanged struct {
	Status   Status
	Agent    *Author
	Position int
	Absence  Absence
	Opens    time.Time
}

// ContactChanged tells what a visitor said of themselves.
type ContactChanged struct {
	Name  string
	Email string
	Phone string
}

// FeedbackGiven is a visitor's verdict on an answer.
type FeedbackGiven struct {
	Message string
	Helpful bool
	Comment string
}

// EventErased announces that the event at Target was blanked. Message is what it was of, if it was of one: whoever keeps messages by
// their ids finds it so. It is empty, too, in what was written before events said it.
type EventErased struct {
	Target  int64
	Message string
}

// Erased stands where an event was blanked, under its old Seq. Message is what it was of, if it was of one.
type Erased struct {
	Was     Type
	Message string
}

// Type implementations, in the order of the constants.
func (MessageCreated) Type() Type     { return TypeMessageCreated }
func (MessageStarted) Type() Type     { return TypeMessageStarted }
func (MessageCompleted) Type() Type   { return TypeMessageCompleted }
func (MessageInterrupted) Type() Type { return TypeMessageInterrupted }
func (StatusChanged) Type() Type      { return TypeStatusChanged }
func (ContactChanged) Type() Type     { return TypeContactChanged }
func (FeedbackGiven) Type() Type      { return TypeFeedbackGiven }
func (EventErased) Type() Type        { return TypeEventErased }
func (e Erased) Type() Type           { return e.Was }

// Citation points at the passage that an answer rests on.
type Citation struct {
	Mark   int    // n of the "[n]" in the text; 0 where the text has no marks
	Source string // what the owner added
	Part   string // the page of it, where Source is a site; as an id
	Title  string
	URL    string // empty for what has no public address
	Quote  string // the passage's beginning, 300 characters at most
	Page   int    // from 1; 0 where there are no pages
}
