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

// agentName is an agent as visitors see them.
type agentName struct {
	Name string `json:"name"`
}

// Erased stands in the data of an event that was blanked, in place of all else but the id of its message.
type Erased struct {
	Erased bool `json:"erased,omitempty"`
}

type messageCreatedEvent struct {
	Durable
	Type string         `json:"type" enum:"message.created"`
	Data messageCreated `json:"data"`
}

type messageCreated struct {
	Erased
	Message  string  `json:"message,omitempty"`
	Author   *author `json:"author,omitempty"`
	Text     string  `json:"text,omitempty"`
	ClientID string  `json:"client_id,omitempty"`
}

type messageStartedEvent struct {
	Durable
	Type string         `json:"type" enum:"message.started"`
	Data messageStarted `json:"data"`
}

type messageStarted struct {
	Erased
	Message  string  `json:"message,omitempty"`
	Author   *author `json:"author,omitempty"`
	Question string  `json:"question,omitempty"`
	Attempt  int     `json:"attempt,omitempty"`
}

type messageCompletedEvent struct {
	Durable
	Type string           `json:"type" enum:"message.completed"`
	Data messageCompleted `json:"data"`
}

type messageCompleted struct {
	Erased
	Message   string     `json:"message,omitempty"`
	Text      string     `json:"text,omitempty"`
	Citations []citation `json:"citations,omitempty"`
	Offer     string     `json:"offer,omitempty" enum:"handoff"`
}

type messageInterruptedEvent struct {
	Durable
	Type string             `json:"type" enum:"message.interrupted"`
	Data messageInterrupted `json:"data"`
}

type messageInterrupted struct {
	Erased
	Message string `json:"message,omitempty"`
	Text    string `json:"text,omitempty"`
	Reason  string `json:"reason,omitempty" enum:"stopped,takeover,failed,node_lost"`
}

type statusChangedEvent struct {
	Durable
	Type string        `json:"type" enum:"status.changed"`
	Data statusChanged `json:"data"`
}

type statusChanged struct {
	Erased
	Status   string     `json:"status,omitempty" enum:"bot,waiting,agent,closed"`
	Agent    *agentName `json:"agent,omitempty"`
	Position int        `json:"position,omitempty"`
	Absence  string     `json:"absence,omitempty" enum:"nobody,hours" doc:"Why nobody takes it: no agent is on duty, or business hours are over."`
	OpensAt  *time.Time `json:"opens_at,omitempty" doc:"When business hours begin again."`
}

type contactChangedEvent struct {
	Durable
	Type string         `json:"type" enum:"contact.changed"`
	Data contactChanged `json:"data"`
}

type contactChanged struct {
	Erased
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
}

type feedbackGivenEvent struct {
	Durable
	Type string        `json:"type" enum:"feedback.given"`
	Data feedbackGiven `json:"data"`
}

type feedbackGiven struct {
	Erased
	Message string `json:"message,omitempty"`
	Helpful bool   `json:"helpful,omitempty"`
	Comment string `json:"comment,omitempty"`
}

type eventErasedEvent struct {
	Durable
	Type string      `json:"type" enum:"event.erased"`
	Data eventErased `json:"data"`
}

type eventErased struct {
	Target  int64  `json:"target" doc:"seq of the event that was blanked."`
	Message string `json:"message,omitempty" doc:"Which message it was of, if it was of one."`
}
