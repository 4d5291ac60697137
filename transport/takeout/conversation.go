package takeout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"parley/account"
	"parley/chat"
	"parley/transport/wire"
)

// eventPage is how many events of a conversation are in memory at a time.
const eventPage = 200

// activity is something that was done with a conversation.
type activity struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"` // user; empty: the desk
	Kind   string    `json:"kind"`
	Target string    `json:"target,omitempty"`
}

// passage is one that an answer was made from.
type passage struct {
	Source string  `json:"source"`
	Title  string  `json:"title"`
	Text   string  `json:"text"`
	Page   int     `json:"page,omitempty"`
	Score  float64 `json:"score"`
}

// trace is what produced an answer.
type trace struct {
	Seq      int64     `json:"seq"` // of the answer's last event
	Query    string    `json:"query"`
	Provider string    `json:"provider"`
	Model    string    `json:"model,omitempty"`
	Passages []passage `json:"passages,omitempty"`
}

// conversation writes one as an object: what lists show, its events as the API shows them, notes, and for the business what
// was done with it and what answers were made from.
func conversation(ctx context.Context, w io.Writer, store Store, c chat.Conversation, whole bool) error {
	summary, err := json.Marshal(wire.ConversationOf(c))
	if err != nil {
		return fmt.Errorf("encode conversation %s: %w", c.Conversation, err)
	}
	if _, err := fmt.Fprintf(w, `{"conversation":%s,"events":[`, summary); err != nil {
		return err
	}
	var traces []trace
	for after := int64(0); ; {
		events, err := store.Events(ctx, c.Ref, after, eventPage)
		if errors.Is(err, chat.ErrNotFound) { // it was deleted meanwhile
			break
		}
		if err != nil {
			return fmt.Errorf("read events: %w", err)
		}
		for _, e := range events {
			separator := ","
			if after == 0 {
				separator = ""
			}
			if _, err := fmt.Fprintf(w, "%s\n%s", separator, wire.Event(e)); err != nil {
				return err
			}
			after = e.Seq
			if whole {
				if traces, err = traced(ctx, store, c.Ref, e, traces); err != nil {
					return err
				}
			}
		}
		if len(events) < eventPage {
			break
		}
	}
	notes, err := notesOf(ctx, store, c.Ref)
	if err != nil {
		return err
	}
	if err := member(w, "],\n\"notes\":", notes); err != nil || !whole {
		return errors.Join(err, end(w))
	}
	activities, err := activitiesOf(ctx, store, c.Ref)
	if err != nil {
		return err
	}
	return errors.Join(member(w, ",\n\"activities\":", activities), member(w, ",\n\"traces\":", traces), end(w))
}

func end(w io.Writer) error {
	_, err := io.WriteString(w, "}\n")
	return err
}

// member writes what stands before a value, and the value; an empty list for none.
func member[T any](w io.Writer, before string, values []T) error {
	if values == nil {
		values = []T{}
	}
	text, err := json.Marshal(values)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s", before, text)
	return err
}

// traced adds what an answer was made from, if the event ends one.
func traced(ctx context.Context, store Store, ref chat.Ref, e chat.Event, traces []trace) ([]trace, error) {
	switch e.Body.(type) {
	case chat.MessageCompleted, chat.MessageInterrupted:
	default:
		return traces, nil
	}
	found, err := store.Trace(ctx, ref, e.Seq)
	if errors.Is(err, chat.ErrNotFound) {
		return traces, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read a trace: %w", err)
	}
	t := trace{Seq: e.Seq, Query: found.Query, Provider: found.Provider, Model: found.Model}
	for _, p := range found.Passages {
		t.Passages = append(t.Passages, passage{Source: p.Source, Title: p.Title, Text: p.Text, Page: p.Page, Score: p.Score})
	}
	return append(traces, t), nil
}

func notesOf(ctx context.Context, store Store, ref chat.Ref) ([]wire.Note, error) {
	notes, err := store.Notes(ctx, ref)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	shown := make([]wire.Note, len(notes))
	for i, n := range notes {
		shown[i] = wire.NoteOf(n)
	}
	return shown, nil
}

func activitiesOf(ctx context.Context, store Store, ref chat.Ref) ([]activity, error) {
	found, err := store.Activities(ctx, ref)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return nil, fmt.Errorf("read what was done: %w", err)
	}
	shown := make([]activity, len(found))
	for i, a := range found {
		shown[i] = activity{a.At, a.By, string(a.Kind), a.Target}
	}
	return shown, nil
}

// conversations calls use for each of a tenant's, latest activity first, spam included.
func conversations(ctx context.Context, store Store, tenant string, filter chat.ConversationFilter, use func(chat.Conversation) error) error {
	filter.Limit = 200
	for {
		page, next, err := store.Conversations(ctx, tenant, filter)
		if err != nil {
			return fmt.Errorf("list conversations: %w", err)
		}
		for _, c := range page {
			if err := use(c); err != nil {
				return err
			}
		}
		if filter.Cursor = next; next == "" {
			return nil
		}
	}
}

// consent is what a visitor agreed to.
type consent struct {
	Text    string    `json:"text"`
	At      time.Time `json:"at"`
	Page    string    `json:"page,omitempty"`
	Address string    `json:"address,omitempty"`
}

func consentsOf(ctx context.Context, store Store, tenant, visitor string) ([]consent, error) {
	found, err := store.ConsentsOf(ctx, tenant, visitor)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	shown := make([]consent, len(found))
	for i, c := range found {
		shown[i] = consentOf(c)
	}
	return shown, nil
}

func consentOf(c account.Consent) consent { return consent{c.Text, c.At, c.Page, c.Address} }

// Visitor writes all that is kept of a visitor, as one JSON document.
func Visitor(ctx context.Context, w io.Writer, store Store, tenant, visitor string) error {
	begun := false
	consents, err := consentsOf(ctx, store, tenant, visitor)
	if err != nil {
		return err
	}
	filter := chat.ConversationFilter{Visitor: visitor}
	err = conversations(ctx, store, tenant, filter, func(c chat.Conversation) error {
		if begun {
			if _, err := io.WriteString(w, ","); err != nil {
				return err
			}
			return conversation(ctx, w, store, c, false)
		}
		begun = true
		contact, err := json.Marshal(wire.VisitorContact(c.Contact))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, `{"visitor":%q,"exported_at":%q,"contact":%s,"blocked":%t`, visitor, time.Now().UTC().Format(time.RFC3339), contact, c.Blocked)
		err = errors.Join(err, member(w, ",\n\"consents\":", consents))
		if err == nil {
			_, err = io.WriteString(w, ",\n\"conversations\":[")
		}
		if err != nil {
			return err
		}
		return conversation(ctx, w, store, c, false)
	})
	if err != nil {
		return err
	}
	if !begun {
		return chat.ErrNotFound
	}
	_, err = io.WriteString(w, "]}\n")
	return err
}
