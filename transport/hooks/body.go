package hooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"parley/chat"
	"parley/transport/wire"
)

// Events is what the loop asks of chat.Log.
type Events interface {
	Events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error)
}

// Conversations is what the loop asks of chat.Conversations.
type Conversations interface {
	Conversation(ctx context.Context, ref chat.Ref) (chat.Conversation, error)
}

// conversationCreated is the one message that is no durable event.
type conversationCreated struct {
	At           string    `json:"at"`
	Type         chat.Type `json:"type"`
	Conversation string    `json:"conversation"`
	Data         origin    `json:"data"`
}

type origin struct {
	Bot    string `json:"bot"`
	Page   string `json:"page,omitempty"`
	Locale string `json:"locale,omitempty"`
}

// body renders what a delivery tells, as it is now: what was erased meanwhile
// is told as erased. chat.ErrNotFound: there is nothing to tell any more.
func (l *Loop) body(ctx context.Context, d chat.Delivery) ([]byte, error) {
	ref := chat.Ref{Tenant: d.Tenant, Conversation: d.Conversation}
	if d.Type == chat.TypeConversationCreated {
		c, err := l.Conversations.Conversation(ctx, ref)
		if err != nil {
			return nil, fmt.Errorf("read conversation %s: %w", ref, err)
		}
		return json.Marshal(conversationCreated{
			At: c.CreatedAt.UTC().Format(wire.Time), Type: d.Type, Conversation: c.Conversation,
			Data: origin{Bot: c.Bot, Page: c.Page, Locale: c.Locale},
		})
	}
	events, err := l.Log.Events(ctx, ref, d.Seq-1, 1)
	if err != nil {
		return nil, fmt.Errorf("read event %d of %s: %w", d.Seq, ref, err)
	}
	if len(events) == 0 || events[0].Seq != d.Seq {
		return nil, chat.ErrNotFound
	}
	return wire.AppendWatched(nil, d.Conversation, events[0]), nil
}

// Ping sends a message that tells nothing, so that an owner sees what comes back.
func (s *Sender) Ping(ctx context.Context, w chat.Webhook) Result {
	body, err := json.Marshal(map[string]any{
		"at": time.Now().UTC().Format(wire.Time), "type": "ping", "data": map[string]string{"webhook": w.ID},
	})
	if err != nil {
		return Result{Failure: "body"}
	}
	return s.send(ctx, w, chat.NewID(chat.DeliveryPrefix), body)
}

// gone tells whether something is not there any more.
func gone(err error) bool { return errors.Is(err, chat.ErrNotFound) }
