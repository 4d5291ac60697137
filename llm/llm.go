// Package llm holds the port to whatever writes an answer: a language model
// behind an OpenAI-compatible server (llm/openai), or the best sentences of the
// best passages when no model is configured (llm/extractive).
//
// A provider is safe for concurrent use, keeps no conversation state, and stops
// its work when the context ends.
package llm

import (
	"context"
	"fmt"
	"time"
)

// Provider writes answers.
type Provider interface {
	// Name is what usage records call it: "openai", "extractive".
	Name() string
	// Answer writes one answer and calls emit with each piece of it, in order, from one
	// goroutine. Pieces are valid UTF-8, cut between characters, never empty.
	// If emit fails, Answer stops and returns that error. On an error, what
	// was emitted so far stands; *Error tells whether repeating may help.
	Answer(ctx context.Context, request Request, emit func(text string) error) (Result, error)
}

// Request is everything an answer is made of. Passages, history and the question are
// outside text: data, never instructions to the platform.
type Request struct {
	Model        string // name at the provider; empty: its default
	Bot          string // the bot's name
	Instructions string // the owner's words
	Tone         string
	Language     string   // BCP 47, to answer in; may be empty
	Languages    []string // those that the owner allows, BCP 47; none: any
	Length       string   // short, normal or long; "" is normal
	// SmallTalk: the question is a greeting, thanks or the like. There are no passages, and a sentence or two will do.
	SmallTalk bool
	Summary   string // of what was said before History; may be empty
	History   []Message
	Question  string
	Passages  []Passage // best first; cited as [1], [2], … in this order
	MaxTokens int       // of the answer; 0: the provider's default
}

// Message is an earlier turn of the conversation.
type Message struct {
	Role Role
	Text string
}

// Role tells who said an earlier message.
type Role string

// Roles of earlier messages; an agent's words count as the business's own.
const (
	Visitor  Role = "visitor"
	Business Role = "business"
)

// Passage is a piece of the tenant's knowledge.
type Passage struct {
	Title    string
	Headings []string // outermost first
	Text     string
	Page     int
}

// Result tells how an answer, a summary or a rewritten question ended and what it took.
type Result struct {
	Model        string
	Finish       string // "stop", "length", …: the provider's word
	Prompt       string // version of the wording around the question; empty: there is none
	InputTokens  int64
	OutputTokens int64
}

// Error is a provider's failure, told apart by what to do about it.
type Error struct {
	// Retryable: the same request may succeed later (429, 5xx, a cut, a time-out).
	Retryable bool
	// RetryAfter is the server's own word, 0 if it gave none.
	RetryAfter time.Duration
	// Truncated: the stream ended without saying that it was complete.
	Truncated bool
	Err       error // never contains the API key
}

func (e *Error) Error() string {
	if e.Truncated {
		return fmt.Sprintf("answer was cut off: %v", e.Err)
	}
	return e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// NotFound at the beginning of an answer says that the passages do not answer the question. It is for whoever asked: visitors
// are shown what follows it, or words of the platform's where nothing does.
const NotFound = "[[not found]]"
