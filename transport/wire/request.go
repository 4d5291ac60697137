package wire

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"parley/chat"
)

// Types of the frames that clients send.
const (
	SessionOpen         = "session.open"
	MessageSend         = "message.send"
	MessageStop         = "message.stop"
	MessageRetry        = "message.retry"
	MessageFeedback     = "message.feedback"
	HandoffRequest      = "handoff.request"
	HandoffCancel       = "handoff.cancel"
	TranscriptRequest   = "transcript.request"
	Typing              = "typing"
	Read                = "read"
	ContactSet          = "contact.set"
	ConversationClose   = "conversation.close"
	DeskOpen            = "desk.open"
	PresenceSet         = "presence.set"
	ConversationWatch   = "conversation.watch"
	ConversationUnwatch = "conversation.unwatch"
	ConversationTake    = "conversation.take"
	ConversationAssign  = "conversation.assign"
	ConversationRequeue = "conversation.requeue"
	ConversationRelease = "conversation.release"
	NoteAdd             = "note.add"
	Ping                = "ping"
	Pong                = "pong"
)

// MaxID is the longest id of a client frame, in bytes.
const MaxID = 64

// Request is a frame from a client, its data not yet understood.
type Request struct {
	ID   string          `json:"id"`
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Open is the data of session.open. After is nil when the client holds nothing;
// Conversation is empty (the token's own), "new" or an id.
type Open struct {
	Bot          string `json:"bot"`
	Token        string `json:"token"`
	After        *int64 `json:"after"`
	Conversation string `json:"conversation"`
	Page         string `json:"page"`
	Locale       string `json:"locale"`
	Fields       Fields `json:"fields"`

	Identity *Identity `json:"identity"`
}

// Desk is the data of desk.open. Ticket is empty for whoever came with a Bearer
// token or, on the dashboard's own origin, its cookie.
type Desk struct {
	Ticket string `json:"ticket"`
}

// Send is the data of message.send. Conversation is for agents only.
type Send struct {
	ClientID     string `json:"client_id"`
	Text         string `json:"text"`
	Conversation string `json:"conversation"`
}

// Stop is the data of message.stop; without a message, whichever is open ends.
type Stop struct {
	Message      string `json:"message"`
	Conversation string `json:"conversation"`
}

// Retry is the data of message.retry: the failed answer whose question is to be
// answered again; without a message, the last one that failed.
type Retry struct {
	Message string `json:"message"`
}

// Feedback is the data of message.feedback: Helpful, or Rating as "up" or "down".
type Feedback struct {
	Message string `json:"message"`
	Helpful *bool  `json:"helpful"`
	Rating  string `json:"rating"`
	Comment string `json:"comment"`
}

// Contact is the data of contact.set.
type Contact struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

// Transcript is the data of transcript.request; without an address, the one that is known.
type Transcript struct {
	Email string `json:"email"`
}

// Signs is the data of typing. Text is what a visitor has written so far; Conversation is for agents only.
type Signs struct {
	Text         string `json:"text"`
	Conversation string `json:"conversation"`
}

// Mark is the data of read: everything up to Seq was seen. Conversation is for agents only.
type Mark struct {
	Seq          int64  `json:"seq"`
	Conversation string `json:"conversation"`
}

// Presence is the data of presence.set.
type Presence struct {
	Available *bool `json:"available"`
}

// Assign is the data of conversation.assign; Agent is the id of a user.
type Assign struct {
	Conversation string `json:"conversation"`
	Agent        string `json:"agent"`
	Force        bool   `json:"force"`
}

// Remark is the data of note.add; Mentions are ids of users.
type Remark struct {
	Conversation string   `json:"conversation"`
	ClientID     string   `json:"client_id"`
	Text         string   `json:"text"`
	Mentions     []string `json:"mentions"`
}

// Watch is the data of an agent's other frames about one conversation.
type Watch struct {
	Conversation string `json:"conversation"`
	After        *int64 `json:"after"`
	Force        bool   `json:"force"`
}

// Errors of frames. The connection that sent one of these stays open.
var (
	ErrBadFrame    = chat.Fail(chat.Invalid, "bad_frame", "This frame is not what the protocol expects.")
	ErrUnknownType = chat.Fail(chat.Invalid, "unknown_type", "There is no frame of this type.")
	ErrTooLarge    = chat.Fail(chat.TooLarge, "frame_too_large", "This frame is too large. Please send a shorter message.")
)

func badFrame(message string) *chat.Error { return chat.Fail(chat.Invalid, ErrBadFrame.Code, message) }

// Decode reads a client's frame. With an error, the returned request still has the id if one could be read.
func Decode(frame []byte) (Request, error) {
	if !utf8.Valid(frame) {
		return Request{}, badFrame("A frame must be valid UTF-8.")
	}
	r, usual := scan(frame)
	if !usual {
		var err error
		if r, err = decode(frame); err != nil {
			return r, err
		}
	}
	if len(r.ID) > MaxID {
		return Request{}, badFrame("The id of a frame may have 64 bytes.")
	}
	if r.Type == "" {
		return Request{ID: r.ID}, badFrame("A frame needs a type.")
	}
	return r, nil
}

// decode reads whatever JSON a frame is.
func decode(frame []byte) (Request, error) {
	var r Request
	if err := json.Unmarshal(frame, &r); err != nil {
		return Request{ID: FrontID(frame)}, badFrame("A frame must be a JSON object with the texts id and type, and data.")
	}
	return r, nil
}

// Into reads a request's data. Data that is absent leaves v as it is.
func (r Request) Into(v any) error {
	if len(r.Data) == 0 {
		return nil
	}
	if r.Data[0] != '{' && !bytes.Equal(r.Data, []byte("null")) {
		return badFrame("The data of a frame must be an object.")
	}
	if err := json.Unmarshal(r.Data, v); err != nil {
		return badFrame("The data of this " + r.Type + " has a field of the wrong type.")
	}
	return nil
}

// FrontID finds the id of a frame that was too large to be read whole, or is broken, if the id is the
// first member of the object.
func FrontID(front []byte) string {
	decoder := json.NewDecoder(bytes.NewReader(front))
	for _, want := range []json.Token{json.Delim('{'), "id"} {
		if token, err := decoder.Token(); err != nil || token != want {
			return ""
		}
	}
	token, err := decoder.Token()
	id, isText := token.(string)
	if err != nil || !isText || len(id) > MaxID || !utf8.ValidString(id) {
		return ""
	}
	return id
}
