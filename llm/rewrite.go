package llm

import "context"

// Rewriter makes one question that stands alone of a question that leans on what was said before ("and for children?").
// It is called before retrieval and never streams.
type Rewriter interface {
	// Rewrite returns the question in its own language, or as it was if it stands alone already, and what that took: after
	// an error too, as far as it is known. *Error tells whether repeating may help.
	Rewrite(ctx context.Context, request RewriteRequest) (string, Result, error)
}

// RewriteRequest is what a question leans on: outside text, data and never instructions.
type RewriteRequest struct {
	Model    string // name at the provider; empty: its default
	Summary  string // of what was said before History; may be empty
	History  []Message
	Question string
}
