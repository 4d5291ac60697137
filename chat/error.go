package chat

import (
	"errors"
	"time"
)

// Kind is the handful of ways in which a request can fail. Transports map it to
// their own numbers in one table each.
type Kind string

// The kinds of failure.
const (
	Invalid      Kind = "invalid"      // the request cannot be understood or breaks a rule
	Unauthorized Kind = "unauthorized" // nobody is signed in, or the token is not good
	Forbidden    Kind = "forbidden"    // signed in, but this role may not
	NotFound     Kind = "not_found"    // there is none, or it is somebody else's: never told apart
	Conflict     Kind = "conflict"     // somebody else was first
	TooLarge     Kind = "too_large"    // over a stated size
	Unsupported  Kind = "unsupported"  // a media type that cannot be read
	Limited      Kind = "limited"      // over a rate or quota; RetryAfter says when to come back
	Unavailable  Kind = "unavailable"  // a part is away for now; the same request may succeed later
	Internal     Kind = "internal"     // our own fault
)

// Error is the only error whose text is shown to people. Code is stable and
// machine-readable ("message_too_long"); Message is a sentence in plain words
// that says what to do. Errors that are not an Error are logged and shown as
// Internal.
type Error struct {
	Kind       Kind
	Code       string
	Message    string
	RetryAfter time.Duration // 0: unknown
	cause      error
}

func (e *Error) Error() string {
	if e.cause != nil {
		return e.Message + ": " + e.cause.Error()
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.cause }

// Because returns a copy that carries its cause for the log. The cause is never
// shown to people.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Is makes errors.Is compare by Code, so that copies with a cause still match.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Fail makes an Error.
func Fail(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Errors that several rooms return or look for.
var (
	// ErrNotFound is the same for somebody else's resource, a malformed id and none at all.
	ErrNotFound = Fail(NotFound, "not_found", "There is nothing here by that name.")
	// ErrFenced refuses an append whose epoch or head is not the log's: another activation owns the conversation.
	ErrFenced = Fail(Conflict, "fenced", "This conversation is open elsewhere.")
	// ErrStale refuses a write of what somebody else has written since it was read.
	ErrStale = Fail(Conflict, "stale", "Somebody else has changed this meanwhile. Please load it again.")
	// ErrQuota refuses an append that would start an answer over the tenant's limit.
	ErrQuota = Fail(Limited, "quota_exceeded", "No answers are left in this period.")
	// ErrNotWaiting refuses what is for conversations that wait for a person.
	ErrNotWaiting = Fail(Conflict, "not_waiting", "This conversation does not wait for a person.")
	// ErrBlocked refuses what a visitor writes whom the business has blocked.
	ErrBlocked = Fail(Forbidden, "blocked", "You cannot write to us here any more.")
	// ErrUnavailable says that storage is away; the same request may be repeated.
	ErrUnavailable = Fail(Unavailable, "unavailable", "We cannot reach our storage right now. Please try again in a moment.")
)

// AsError returns err as an Error; an unknown one becomes Internal with err as its cause.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Fail(Internal, "internal", "Something went wrong on our side.").Because(err)
}
