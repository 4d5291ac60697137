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
	CreatedAt time.Time
	UpdatedAt time.Time // of the last event
}
