package account

import (
	"context"
	"time"
)

// Activity is what a business, or one of its keys, did in a time. It names nobody.
type Activity struct {
	Requests       int64 // of the API, by members and keys
	Errors         int64 // of these, answered with an error that is none of the next
	Refused        int64 // by a limit: requests, messages and connections
	Messages       int64 // of visitors; of a key, questions
	Answers        int64
	Tokens         int64 // of language models, in and out
	CostMicros     int64 // millionths of a US dollar, where prices are known
	SignInFailures int64 // wrong passwords of its members
}

// plus is both together.
func (a Activity) plus(b Activity) Activity {
	return Activity{
		Requests: a.Requests + b.Requests, Errors: a.Errors + b.Errors, Refused: a.Refused + b.Refused, Messages: a.Messages + b.Messages,
		Answers: a.Answers + b.Answers, Tokens: a.Tokens + b.Tokens, CostMicros: a.CostMicros + b.CostMicros,
		SignInFailures: a.SignInFailures + b.SignInFailures,
	}
}

// Subject is whom activity is counted for.
type Subject struct {
	Tenant string
	Line   string // of an API key; empty: the whole business
}

// ActivityHour is the activity of one hour.
type ActivityHour struct {
	Subject
	At time.Time // its beginning, UTC
	Activity
}

// hourOf is the beginning of an hour.
func hourOf(at time.Time) time.Time { return at.UTC().Truncate(time.Hour) }

// ActivityKept is how long hours are kept: longer than what they are compared with.
const ActivityKept = 100 * 24 * time.Hour

// Activities keeps activity by the hour.
type Activities interface {
	// AddActivity adds to what is kept of each hour, together; what is of tenants that are gone is dropped. Repeating adds again.
	AddActivity(ctx context.Context, hours []ActivityHour) error
	// Activity returns the hours of a subject from a time until another, in which there was any, oldest first.
	Activity(ctx context.Context, of Subject, from, until time.Time) ([]ActivityHour, error)
	// ActivityOver returns what all subjects did in an hour, of those who reached any of the numbers of least, 10,000 at most. Requests and
	// Messages count together.
	ActivityOver(ctx context.Context, at time.Time, least Activity) ([]ActivityHour, error)
	// ForgetActivity deletes hours before a time.
	ForgetActivity(ctx context.Context, before time.Time) error
}
