package llm

import "context"

// Summariser shortens what a conversation has said, for the memory of its bot.
// It is called now and then, not for each answer, and never streams.
type Summariser interface {
	// Summarise returns a summary of at most request.MaxTokens that takes the place of the
	// earlier one and of the turns, and what that took: after an error too, as far as it is known. *Error tells
	// whether repeating may help.
	Summarise(ctx context.Context, request SummaryRequest) (string, Result, error)
}

// SummaryRequest is what a summary is made of: outside text, data and never instructions.
type SummaryRequest struct {
	Model     string // name at the provider; empty: its default
	Earlier   string // the summary so far, empty at first
	Turns     []Message
	MaxTokens int
}
