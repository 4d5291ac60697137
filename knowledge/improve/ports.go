// Package improve is how an owner makes a bot's answers better: what it could not answer, answers that were corrected,
// questions that it is tested with, and answers that have become old.
package improve

import (
	"context"
	"time"

	"parley/chat"
)

// Gap is a question that was not answered well. The log has its words: this is read from there.
type Gap struct {
	Ref    chat.Ref
	Seq    int64 // of the answer
	Bot    string
	Text   string // the question
	Answer string // what was said; may be empty
	Reason chat.GapReason
	At     time.Time
	State  GapState
}

// GapState tells what the owner did.
type GapState string

// States of gaps.
const (
	Open      GapState = "open"
	Answered  GapState = "answered"
	Dismissed GapState = "dismissed"
)

// Gaps keeps what could not be answered.
type Gaps interface {
	// Gaps returns a bot's in a state, newest first, limit (1–2,000) at most.
	Gaps(ctx context.Context, tenant, bot string, state GapState, limit int) ([]Gap, error)
	// SettleGaps moves those at these places to a state; those that are gone are skipped.
	SettleGaps(ctx context.Context, tenant, bot string, at []Place, state GapState) error
}

// Place is where an answer ended.
type Place struct {
	Conversation string `json:"conversation"`
	Seq          int64  `json:"seq"`
}

// Question is one that a bot is tested with. At least one of Source, Phrase and Nothing is set.
type Question struct {
	ID      string // tst_…
	Text    string
	Source  string // that must be among the citations
	Part    string // the page of it that must be, where it is a site; empty: any
	Phrase  string // that must stand in the answer; case and spaces do not matter
	Nothing bool   // the bot must say that it does not know
	At      time.Time
}

// Run is all questions asked once.
type Run struct {
	ID       string // run_…
	State    RunState
	By       string         // user
	Settings *chat.Settings // not saved yet; nil: the bot's
	Of, Done int
	Passed   int
	Results  []Result // in the order of the questions; as far as Done
	Error    string   // in words, when Failed
	Begun    time.Time
	Moved    time.Time // when it last got further
	Ended    time.Time
}

// RunState tells how far a run is.
type RunState string

// States of runs.
const (
	Running  RunState = "running"
	Finished RunState = "finished"
	Failed   RunState = "failed"
)

// Result is how a bot did on one question.
type Result struct {
	Question  Question // as it was
	Answer    string
	Citations []chat.Citation
	Passed    bool
	Why       string // in words, if not
	Took      time.Duration
}

// Tests keeps questions and runs, 500 questions and the last 20 runs of a bot.
type Tests interface {
	Questions(ctx context.Context, tenant, bot string) ([]Question, error)
	SaveQuestion(ctx context.Context, tenant, bot string, q Question) error // new if it has no row; TooLarge over 500
	DeleteQuestion(ctx context.Context, tenant, bot, id string) error
	// BeginRun stores a run and enqueues its first step in one transaction; Conflict if one is under way.
	BeginRun(ctx context.Context, tenant, bot string, run Run) error
	// SaveRun replaces a run if its Done is still from, or chat.ErrFenced; while it is Running the next step is enqueued.
	SaveRun(ctx context.Context, tenant, bot string, run Run, from int) error
	Run(ctx context.Context, tenant, bot, id string) (Run, error)
	Runs(ctx context.Context, tenant, bot string, limit int) ([]Run, error) // newest first, without Results
}

// Old is an answer that cites something which has changed since, or is gone.
type Old struct {
	Place
	Source string // the page or file; the one the owner added if it is a page of a site
	Title  string
	Gone   bool
	At     time.Time // of the answer
	Since  time.Time // of the change
}

// Answers tells which answers have become old.
type Answers interface {
	// Old returns a bot's, newest first, limit at most.
	Old(ctx context.Context, tenant, bot string, limit int) ([]Old, error)
}
