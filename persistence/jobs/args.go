package jobs

import "github.com/riverqueue/river"

// Kind says what a step is a step of.
type Kind string

// Kinds of steps. They never change.
const (
	Read  Kind = "read"  // subject: a source, which is read
	Embed Kind = "embed" // subject: a source, whose passages get vectors
	Test  Kind = "test"  // subject: a run of a bot's test questions
)

// Lanes are the kinds of steps with how many of one tenant have a job at a time: the others wait in the store for their
// turn, so that nobody stands behind all that another tenant has queued.
var Lanes = map[Kind]int{Read: 2, Embed: 1, Test: 1}

// Step is the order to do one step of work. A store that has given out a later ticket for the same work since does not do it.
type Step struct {
	Of      Kind   `json:"of"`
	Tenant  string `json:"tenant"`
	Subject string `json:"subject"`
	Ticket  int64  `json:"ticket"`
}

// Kind is how river names this work in its tables. It never changes.
func (Step) Kind() string { return "step" }

// stepQueue is one of its own: programs before 00017 work on river's default queue and know no steps.
const stepQueue = "steps"

// InsertOpts puts steps into their queue.
func (Step) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: stepQueue} }

// ReadSource is the order to do one step of reading a source, as programs before 00017 give it, and a restore does, which
// fills tables of any version.
type ReadSource struct {
	Tenant string `json:"tenant"`
	Source string `json:"source"`
}

// Kind is how river names this work in its tables. It never changes.
func (ReadSource) Kind() string { return "read_source" }

// sweep is the hourly order to look for what was left behind.
type sweep struct{}

func (sweep) Kind() string { return "sweep" }

// look is the order to look each minute for what is due, or got lost.
type look struct{}

func (look) Kind() string { return "look" }

func (look) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: stepQueue, MaxAttempts: 1} }
