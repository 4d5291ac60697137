package client

import (
	"encoding/json"
	"time"
)

// Event is a durable event as it was received.
type Event struct {
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`
	Type string    `json:"type"`
	Data Data      `json:"data"`

	Raw  json.RawMessage `json:"-"` // the whole frame
	Came time.Time       `json:"-"` // when it was received; zero for those that REST gave
}

// Data is what tests look at in events and other frames.
type Data struct {
	Message   string `json:"message"`
	Text      string `json:"text"`
	ClientID  string `json:"client_id"`
	Question  string `json:"question"`
	Attempt   int    `json:"attempt"`
	Reason    string `json:"reason"`
	Status    string `json:"status"`
	Index     int    `json:"index"`
	Offer     string `json:"offer"`
	Author    Author `json:"author"`
	Agent     Author `json:"agent"` // who has the conversation
	Citations []struct {
		Source string `json:"source"`
		Title  string `json:"title"`
		URL    string `json:"url"`
	} `json:"citations"`

	Summary struct {
		Seq int64 `json:"seq"`
	} `json:"summary"`

	Token        string  `json:"token"`
	Conversation string  `json:"conversation"`
	Seq          int64   `json:"seq"`
	Recovered    bool    `json:"recovered"`
	Code         string  `json:"code"`
	Within       float64 `json:"within"` // seconds: over which to come back
	RetryAfter   float64 `json:"retry_after"`
}

// spread is the time over which clients are asked to come back.
func (d Data) spread() time.Duration { return time.Duration(d.Within * float64(time.Second)) }

// Author is who speaks: visitor, bot or agent.
type Author struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// frame is anything that a server sends. Conversation is for agents, who watch several.
type frame struct {
	Ref          string `json:"ref"`
	Conversation string `json:"conversation"`
	Event
}

// ParseEvent reads a durable event, from the socket or from REST.
func ParseEvent(raw json.RawMessage) (Event, error) {
	event := Event{Raw: raw}
	return event, json.Unmarshal(raw, &event)
}

// Receipt is what the server acknowledged.
type Receipt struct {
	Seq     int64
	Message string
}
