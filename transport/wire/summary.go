package wire

import (
	"encoding/json"
	"fmt"
	"time"

	"parley/chat"
)

// Conversation is a conversation's summary as REST lists it, and as inbox.changed brings it. What
// differs from reader to reader is not in it.
type Conversation struct {
	ID           string            `json:"id"`
	Bot          string            `json:"bot"`
	Visitor      string            `json:"visitor"`
	Status       string            `json:"status" enum:"bot,waiting,agent,closed"`
	Agent        *Agent            `json:"agent,omitempty" doc:"Who has it."`
	Assignee     string            `json:"assignee,omitempty" doc:"Id of the user who has it, or is asked to take it while it waits."`
	Seq          int64             `json:"seq" doc:"Of the last event."`
	Preview      string            `json:"preview" doc:"The beginning of the last message."`
	Page         string            `json:"page,omitempty" doc:"Where the visitor opened the widget."`
	Locale       string            `json:"locale,omitempty"`
	Contact      VisitorContact    `json:"contact" doc:"What the visitor last said of themselves, in any of their conversations."`
	Fields       map[string]string `json:"fields,omitempty" doc:"What the page said of the visitor; nobody has checked it."`
	Labels       []string          `json:"labels" doc:"Ids."`
	Spam         bool              `json:"spam"`
	Blocked      bool              `json:"blocked" doc:"Whether what the visitor writes is refused."`
	WaitsSince   *time.Time        `json:"waits_since,omitempty" doc:"Since when it waits for a person."`
	SnoozedUntil *time.Time        `json:"snoozed_until,omitempty" doc:"In the past: it is not snoozed any more."`
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at" doc:"Of the last event."`
}

// Agent is an agent as colleagues see them.
type Agent struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// VisitorContact is what a visitor said of themselves.
type VisitorContact struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// ConversationOf returns a conversation in its form for clients.
func ConversationOf(c chat.Conversation) Conversation {
	shown := Conversation{
		ID: c.Conversation, Bot: c.Bot, Visitor: c.Visitor, Status: string(c.Status), Assignee: c.Assignee, Seq: c.Head, Preview: c.Preview,
		Page: c.Page, Locale: c.Locale, Contact: VisitorContact(c.Contact), Fields: c.Fields, Labels: c.Labels, Spam: c.Spam, Blocked: c.Blocked,
		WaitsSince: moment(c.Waits), SnoozedUntil: moment(c.Snoozed), CreatedAt: c.CreatedAt.UTC(), UpdatedAt: c.UpdatedAt.UTC(),
	}
	if shown.Labels == nil {
		shown.Labels = []string{}
	}
	if c.Agent != nil {
		shown.Agent = &Agent{c.Agent.ID, c.Agent.Name}
	}
	return shown
}

// moment is a time that may not be.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// Summary returns a conversation as inbox.changed brings it.
func Summary(c chat.Conversation) json.RawMessage {
	encoded, err := json.Marshal(ConversationOf(c))
	if err != nil { // its parts are texts, numbers and times
		panic(fmt.Sprintf("wire: summary of %s: %v", c.Conversation, err))
	}
	return encoded
}
