package postgres

import (
	"fmt"
	"strconv"
	"time"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// eventRecord is the body of an event: exactly one of its parts is set.
type eventRecord struct {
	recordHead
	Created     *createdRecord     `json:"created,omitempty"`
	Started     *startedRecord     `json:"started,omitempty"`
	Completed   *completedRecord   `json:"completed,omitempty"`
	Interrupted *interruptedRecord `json:"interrupted,omitempty"`
	Status      *statusRecord      `json:"status,omitempty"`
	Contact     *contactRecord     `json:"contact,omitempty"`
	Feedback    *feedbackRecord    `json:"feedback,omitempty"`
	Erasure     *erasureRecord     `json:"erasure,omitempty"`
	Erased      *erasedRecord      `json:"erased,omitempty"`
}

type authorRecord struct {
	Kind string `json:"kind"`
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type createdRecord struct {
	Message  string       `json:"message"`
	Author   authorRecord `json:"author"`
	Text     string       `json:"text"`
	ClientID string       `json:"client_id,omitempty"`
}

type startedRecord struct {
	Message  string       `json:"message"`
	Author   authorRecord `json:"author"`
	Question string       `json:"question"`
	Attempt  int          `json:"attempt"`
}

type completedRecord struct {
	Message   string           `json:"message"`
	Text      string           `json:"text"`
	Citations []citationRecord `json:"citations,omitempty"`
	Offer     string           `json:"offer,omitempty"`
	Cached    bool             `json:"cached,omitempty"`
}

type citationRecord struct {
	Mark   int    `json:"mark,omitempty"`
	Source string `json:"source"`
	Part   string `json:"part,omitempty"`
	Title  string `json:"title,omitempty"`
	URL    string `json:"url,omitempty"`
	Quote  string `json:"quote,omitempty"`
	Page   int    `json:"page,omitempty"`
}

type interruptedRecord struct {
	Message string `json:"message"`
	Text    string `json:"text,omitempty"`
	Reason  string `json:"reason"`
}

type statusRecord struct {
	Status   string        `json:"status"`
	Agent    *authorRecord `json:"agent,omitempty"`
	Position int           `json:"position,omitempty"`
	Absence  string        `json:"absence,omitempty"`
	Opens    time.Time     `json:"opens,omitzero"`
}

type contactRecord struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

type feedbackRecord struct {
	Message string `json:"message"`
	Helpful bool   `json:"helpful"`
	Comment string `json:"comment,omitempty"`
}

type erasureRecord struct {
	Target  int64  `json:"target"`
	Message string `json:"message,omitempty"`
}

type erasedRecord struct {
	Was     string `json:"was"`
	Message string `json:"message,omitempty"`
}

// recordOf returns what is stored of a body.
func recordOf(body chat.Body) (eventRecord, error) {
	r := eventRecord{recordHead: head()}
	switch b := body.(type) {
	case chat.MessageCreated:
		r.Created = &createdRecord{b.Message, authorOf(b.Author), b.Text, b.ClientID}
	case chat.MessageStarted:
		r.Started = &startedRecord{b.Message, authorOf(b.Author), b.Question, b.Attempt}
	case chat.MessageCompleted:
		r.Completed = &completedRecord{b.Message, b.Text, nil, b.Offer, b.Cached}
		for _, c := range b.Citations {
			r.Completed.Citations = append(r.Completed.Citations, citationRecord(c))
		}
	case chat.MessageInterrupted:
		r.Interrupted = &interruptedRecord{b.Message, b.Text, string(b.Reason)}
	case chat.StatusChanged:
		r.Status = &statusRecord{Status: string(b.Status), Position: b.Position, Absence: string(b.Absence), Opens: b.Opens}
		if b.Agent != nil {
			agent := authorOf(*b.Agent)
			r.Status.Agent = &agent
		}
	case chat.ContactChanged:
		r.Contact = &contactRecord{b.Name, b.Email, b.Phone}
	case chat.FeedbackGiven:
		r.Feedback = &feedbackRecord{b.Message, b.Helpful, b.Comment}
	case chat.EventErased:
		erasure := erasureRecord(b)
		r.Erasure = &erasure
	case chat.Erased:
		r.Erased = &erasedRecord{string(b.Was), b.Message}
	default:
		return r, fmt.Errorf("encode an event: unknown body %T", body)
	}
	return r, nil
}

// body is the way back; nil for a record without a known part.
func (r eventRecord) body() chat.Body {
	switch {
	case r.Created != nil:
		return chat.MessageCreated{Message: r.Created.Message, Author: r.Created.Author.author(), Text: r.Created.Text, ClientID: r.Created.ClientID}
	case r.Started != nil:
		return chat.MessageStarted{Message: r.Started.Message, Author: r.Started.Author.author(), Question: r.Started.Question, Attempt: r.Started.Attempt}
	case r.Completed != nil:
		b := chat.MessageCompleted{Message: r.Completed.Message, Text: r.Completed.Text, Offer: r.Completed.Offer, Cached: r.Completed.Cached}
		for _, c := range r.Completed.Citations {
			b.Citations = append(b.Citations, chat.Citation(c))
		}
		return b
	case r.Interrupted != nil:
		return chat.MessageInterrupted{Message: r.Interrupted.Message, Text: r.Interrupted.Text, Reason: chat.Reason(r.Interrupted.Reason)}
	case r.Status != nil:
		b := chat.StatusChanged{Status: chat.Status(r.Status.Status), Position: r.Status.Position, Absence: chat.Absence(r.Status.Absence), Opens: r.Status.Opens}
		if r.Status.Agent != nil {
			agent := r.Status.Agent.author()
			b.Agent = &agent
		}
		return b
	case r.Contact != nil:
		return chat.ContactChanged(*r.Contact)
	case r.Feedback != nil:
		return chat.FeedbackGiven(*r.Feedback)
	case r.Erasure != nil:
		return chat.EventErased(*r.Erasure)
	case r.Erased != nil:
		return chat.Erased{Was: chat.Type(r.Erased.Was), Message: r.Erased.Message}
	}
	return nil
}

func authorOf(a chat.Author) authorRecord { return authorRecord{string(a.Kind), a.ID, a.Name} }

func (r authorRecord) author() chat.Author {
	return chat.Author{Kind: chat.AuthorKind(r.Kind), ID: r.ID, Name: r.Name}
}

// sealEvent makes the row of an event.
func sealEvent(key *seal.Key, ref chat.Ref, seq int64, at time.Time, body chat.Body) (db.InsertEventsParams, error) {
	record, err := recordOf(body)
	if err != nil {
		return db.InsertEventsParams{}, err
	}
	sealed, err := sealRecord(key, ref.Tenant, tableEvents, eventRow(ref, seq), record)
	if err != nil {
		return db.InsertEventsParams{}, err
	}
	message, clientID := identify(body)
	return db.InsertEventsParams{
		Conversation: ref.Conversation, Seq: seq, Tenant: ref.Tenant, At: at, Type: string(body.Type()),
		Message: message, ClientID: clientID, Body: sealed,
	}, nil
}

// openEvents reads the rows of events.
func openEvents(key *seal.Key, ref chat.Ref, rows []db.EventsAfterRow) ([]chat.Event, error) {
	events := make([]chat.Event, len(rows))
	for i, row := range rows {
		if len(row.Body) == 0 { // see erase.go
			events[i] = chat.Event{Seq: row.Seq, At: row.At, Body: chat.Erased{Was: chat.Type(row.Type), Message: text(row.Message)}}
			continue
		}
		var record eventRecord
		if err := openRecord(key, ref.Tenant, tableEvents, eventRow(ref, row.Seq), row.Body, &record); err != nil {
			return nil, err
		}
		body := record.body()
		if body == nil || string(body.Type()) != row.Type {
			return nil, fmt.Errorf("decode event %s: its body is no %s", eventRow(ref, row.Seq), row.Type)
		}
		events[i] = chat.Event{Seq: row.Seq, At: row.At, Body: body}
	}
	return events, nil
}

// eventRow names the row of an event.
func eventRow(ref chat.Ref, seq int64) string {
	return ref.Conversation + "/" + strconv.FormatInt(seq, 10)
}

// identify returns the ids of a body that have a column of their own. A blanked event keeps its message there; what announces it has none, so
// that nothing finds two events where there was one.
func identify(body chat.Body) (message, clientID *string) {
	switch b := body.(type) {
	case chat.MessageCreated:
		return &b.Message, known(b.ClientID)
	case chat.MessageStarted:
		return &b.Message, nil
	case chat.MessageCompleted:
		return &b.Message, nil
	case chat.MessageInterrupted:
		return &b.Message, nil
	case chat.FeedbackGiven:
		return &b.Message, nil
	}
	return nil, nil
}

// known is NULL for an empty text.
func known(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
