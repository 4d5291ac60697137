package chat

import (
	"context"
	"time"
)

// Prefixes of side records.
const (
	NotePrefix     = "not"
	ActivityPrefix = "act"
	LabelPrefix    = "lbl"
	ReplyPrefix    = "rpl"
	MailPrefix     = "mai"
)

// Bounds of what people of a business write beside the log.
const (
	MaxNote     = 4_000 // characters of a note
	MaxMentions = 20
	MaxLabels   = 200 // of a tenant
	MaxReplies  = 500 // saved replies of a tenant
	MaxReply    = 8_000
)

// Note is a side record that the visitor never sees.
type Note struct {
	ID string
	Ref
	Seq      int64  // of the log's last event when it was written
	Author   Author // an agent
	Text     string
	Mentions []string // users who are to read it
	ClientID string   // unique in the conversation
	At       time.Time
}

// Notes keeps notes, sealed by their visitor's key: they go when the visitor is erased.
type Notes interface {
	// AddNote keeps a note and returns it with its Seq. With a client id that the conversation's
	// notes have, nothing is added and the first is returned. ErrNotFound: there is no such conversation, or somebody
	// who is mentioned is no member.
	AddNote(ctx context.Context, note Note) (Note, error)
	// Notes returns a conversation's, oldest first, the last 500 at most.
	Notes(ctx context.Context, ref Ref) ([]Note, error)
	// ReadMentions takes a conversation out of a user's QueueMentions.
	ReadMentions(ctx context.Context, ref Ref, user string) error
}

// Reads keeps how far a conversation was read.
type Reads interface {
	// MarkRead keeps that a user, or the visitor (""), has seen the events up to seq. It never goes back.
	MarkRead(ctx context.Context, ref Ref, reader string, seq int64) error
	// ReadMarks returns the marks by reader; the visitor's is under "".
	ReadMarks(ctx context.Context, ref Ref) (map[string]int64, error)
}

// Label is a word that sorts conversations.
type Label struct {
	ID     string
	Tenant string
	Name   string // 40 characters at most, unique in its tenant without case
	Color  string // #rrggbb
}

// Labels keeps a tenant's labels.
type Labels interface {
	// Labels returns all, by name.
	Labels(ctx context.Context, tenant string) ([]Label, error)
	// PutLabel adds a label or changes the one of its id. Codes: "label_taken" (Conflict), "too_many_labels".
	PutLabel(ctx context.Context, label Label) error
	// DeleteLabel takes it from all conversations too. Repeating is ErrNotFound.
	DeleteLabel(ctx context.Context, tenant, id string) error
}

// Reply is a saved reply: what agents write often.
type Reply struct {
	ID       string
	Tenant   string
	Shortcut string // what is typed behind "/": lower-case letters, digits, "-"; 32 at most, unique in its tenant
	Title    string
	Text     string // {{visitor.name}}, {{visitor.email}}, {{agent.name}}, {{company}} and {{bot}} are filled in by the dashboard
}

// Replies keeps a tenant's saved replies.
type Replies interface {
	// Replies returns all, by shortcut.
	Replies(ctx context.Context, tenant string) ([]Reply, error)
	// PutReply adds a reply or changes the one of its id. Codes: "shortcut_taken" (Conflict), "too_many_replies".
	PutReply(ctx context.Context, reply Reply) error
	// DeleteReply: repeating is ErrNotFound.
	DeleteReply(ctx context.Context, tenant, id string) error
}
