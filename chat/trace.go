package chat

import (
	"context"
	"time"
)

// Trace is what produced an answer: a side record that points at the answer's
// last event, for people of the business who ask why it says what it says.
type Trace struct {
	Asked     string // the visitor's words
	Query     string // what was searched for: those, or what they mean after what was said before
	Threshold float64
	Passages  []TracedPassage // as the provider got them, best first: "[1]" is the first
	Settings  int64           // the bot's version
	Prompt    string          // version of the prompt around them

	Provider     string
	Model        string
	Finish       string // the provider's word; empty if the answer did not end by itself
	InputTokens  int64  // with those of rewriting the question
	OutputTokens int64  // with those of rewriting the question
	Calls        int    // of the provider, those that failed included
	CostMicros   *int64 // millionths of a US dollar, of the calls that told their tokens; nil: the price or the answer's tokens are not known

	// Times since the answer was begun; 0: it did not come to that.
	Retrieved  time.Duration
	FirstPiece time.Duration
	Ended      time.Duration

	// Cached: the answer is an earlier one, and no provider was asked.
	Cached bool
	// Kept is the key under which the answer may be kept, to be given again; empty: it is not.
	Kept string

	Failure string // for the operator; empty for a good answer
}

// TracedPassage is a passage as it was found: what it was taken from may have changed since.
type TracedPassage struct {
	ID         string
	Source     string
	Part       string // the page of the source that it is from, where that is a site
	Title      string
	Headings   []string
	Text       string
	Page       int
	Score      float64
	Confidence float64
}

// Traces keeps what produced answers.
type Traces interface {
	// Trace returns that of the answer which ended at seq; ErrNotFound if no
	// answer ended there, or if it was not the bot's to begin with.
	Trace(ctx context.Context, ref Ref, seq int64) (Trace, error)
}
