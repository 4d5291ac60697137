package chat

import "time"

// Ref names a conversation. No read or write happens without its tenant.
type Ref struct {
	Tenant       string
	Conversation string
}

func (r Ref) String() string { return r.Tenant + "/" + r.Conversation }

// Conversation is the summary that lists show.
type Conversation struct {
	Ref
	Bot       string
	Visitor   string
	Status    Status
	Agent     *Author // who has it, when Status is WithAgent
	Head      int64   // seq of the last event
	Preview   string  // beginning of the last message, 200 characters at most
	Page      string  // where the visitor opened the widget
	Locale    string
	Fields    Fields // what the page said of the visitor, when it opened
	CreatedAt time.Time
	UpdatedAt time.Time // of the last event

	Contact  Contact   // what the visitor last said of themselves, in any of their conversations
	Blocked  bool      // nothing the visitor writes is accepted
	Assignee string    // user who has it, or is asked to take it while it waits; empty: nobody
	Waits    time.Time // since when it waits for a person; zero: it does not
	Snoozed  time.Time // until then it is in one queue only; zero or past: it is not
	Spam     bool
	Labels   []string // ids
	Read     int64    // how far the user has read it whom ConversationFilter names; 0 where nobody is named
}

// Contact is what a visitor says of themselves.
type Contact struct {
	Name  string
	Email string
	Phone string
}

// Fields are what the page that shows the widget says of its visitor: nothing that
// anybody has checked.
type Fields map[string]string

// Bounds of Fields, in bytes. What is over them is left out.
const (
	MaxFields     = 20
	MaxFieldName  = 64
	MaxFieldValue = 256
)
