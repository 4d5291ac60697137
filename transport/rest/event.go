package rest

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/chat"
)

// event is a durable event as package wire writes it. The types below only
// describe it, for those who generate their own from the specification; a test
// holds the two together.
type event struct{ json.RawMessage }

// Schema describes an event: one of the durable ones, told apart by their type.
func (event) Schema(registry huma.Registry) *huma.Schema {
	const name = "Event"
	all := registry.Map()
	if _, known := all[name]; !known {
		all[name] = &huma.Schema{Description: "A durable event. Everyone who watches a conversation sees the same ones in the same order.",
			Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: map[string]string{}}}
		for _, kind := range eventTypes {
			schema := registry.Schema(reflect.TypeOf(kind.event), true, "")
			all[name].OneOf = append(all[name].OneOf, schema)
			all[name].Discriminator.Mapping[string(kind.name)] = schema.Ref
		}
		all[name].PrecomputeMessages()
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

var eventTypes = []struct {
	name  chat.Type
	event any
}{
	{chat.TypeMessageCreated, messageCreatedEvent{}},
	{chat.TypeMessageStarted, messageStartedEvent{}},
	{chat.TypeMessageCompleted, messageCompletedEvent{}},
	{chat.TypeMessageInterrupted, messageInterruptedEvent{}},
	{chat.TypeStatusChanged, statusChangedEvent{}},
	{chat.TypeContactChanged, contactChangedEvent{}},
	{chat.TypeFeedbackGiven, feedbackGivenEvent{}},
	{chat.TypeEventErased, eventErasedEvent{}},
}

// Durable is what all events have.
type Durable struct {
	Seq int64     `json:"seq" doc:"From 1, without gaps."`
	At  time.Time `json:"at"`
}

type author struct {
	Kind string `json:"kind" enum:"visitor,bot,agent"`
	Name string `json:"name,omitempty"`
}

// Erased stands in the data of an event that was blanked, in place of all else.
type Erased struct {
	Erased bool `json:"erased,omitempty"`
}

type messageCreatedEvent struct {
	Durable
	Type string `json:"type" enum:"message.created"`
	Data struct {
		Erased
		Message  string  `json:"message,omitempty"`
		Author   *author `json:"author,omitempty"`
		Text     string  `json:"text,omitempty"`
		ClientID string  `json:"client_id,omitempty"`
	} `json:"data" nameHint:"MessageCreated"`
}

type messageStartedEvent struct {
	Durable
	Type string `json:"type" enum:"message.started"`
	Data struct {
		Erased
		Message  string  `json:"message,omitempty"`
		Author   *author `json:"author,omitempty"`
		Question string  `json:"question,omitempty"`
		Attempt  int     `json:"attempt,omitempty"`
	} `json:"data" nameHint:"MessageStarted"`
}

type messageCompletedEvent struct {
	Durable
	Type string `json:"type" enum:"message.completed"`
	Data struct {
		Erased
		Message   string     `json:"message,omitempty"`
		Text      string     `json:"text,omitempty"`
		Citations []citation `json:"citations,omitempty"`
		Offer     string     `json:"offer,omitempty" enum:"handoff"`
	} `json:"data" nameHint:"MessageCompleted"`
}

type messageInterruptedEvent struct {
	Durable
	Type string `json:"type" enum:"message.interrupted"`
	Data struct {
		Erased
		Message string `json:"message,omitempty"`
		Text    string `json:"text,omitempty"`
		Reason  string `json:"reason,omitempty" enum:"stopped,takeover,failed,node_lost"`
	} `json:"data" nameHint:"MessageInterrupted"`
}

type statusChangedEvent struct {
	Durable
	Type string `json:"type" enum:"status.changed"`
	Data struct {
		Erased
		Status string `json:"status,omitempty" enum:"bot,waiting,agent,closed"`
		Agent  *struct {
			Name string `json:"name"`
		} `json:"agent,omitempty" nameHint:"AgentName"`
		Position int `json:"position,omitempty"`
	} `json:"data" nameHint:"StatusChanged"`
}

type contactChangedEvent struct {
	Durable
	Type string `json:"type" enum:"contact.changed"`
	Data struct {
		Erased
		Name  string `json:"name,omitempty"`
		Email string `json:"email,omitempty"`
		Phone string `json:"phone,omitempty"`
	} `json:"data" nameHint:"ContactChanged"`
}

type feedbackGivenEvent struct {
	Durable
	Type string `json:"type" enum:"feedback.given"`
	Data struct {
		Erased
		Message string `json:"message,omitempty"`
		Helpful bool   `json:"helpful,omitempty"`
		Comment string `json:"comment,omitempty"`
	} `json:"data" nameHint:"FeedbackGiven"`
}

type eventErasedEvent struct {
	Durable
	Type string `json:"type" enum:"event.erased"`
	Data struct {
		Target int64 `json:"target" doc:"seq of the event that was blanked."`
	} `json:"data" nameHint:"EventErased"`
}
