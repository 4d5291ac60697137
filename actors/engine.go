package actors

import (
	"context"

	"parley/chat"
)

// Engine is the one door to live conversations. Its methods are safe for
// concurrent use; errors are chat.Errors. A context bounds the wait, not the
// work: what was ordered may still happen.
type Engine struct{}

// Visitor names a conversation and who speaks in it. Page and Locale matter
// only before the first message.
type Visitor struct {
	chat.Ref
	Bot    string
	ID     string
	Page   string
	Locale string
}

// Output is what a watcher is shown: *Event, *Delta, *Snapshot, *Typing or *Moved.
// Outputs are shared between watchers and must not be changed.
type Output interface{ output() }

// Event is a durable event.
type Event struct{ chat.Event }

// Delta is a piece of an answer that is being written. Index is the number of
// bytes of its text before this piece.
type Delta struct {
	Message string
	Index   int
	Text    string
}

// Snapshot is an open answer so far. Deltas go on from its end.
type Snapshot struct {
	Message string
	Text    string
}

// Typing tells that somebody is writing.
type Typing struct{ Author chat.Author }

// Moved ends a watch: the session went away and the watcher must attach anew.
type Moved struct{}

func (*Event) output()    {}
func (*Delta) output()    {}
func (*Snapshot) output() {}
func (*Typing) output()   {}
func (*Moved) output()    {}

// Watcher is shown what happens in a conversation. Deliver is called in order,
// from one goroutine at a time, and must not block.
type Watcher interface{ Deliver(Output) }

// Attached is the state of a conversation at the instant of attaching: all
// that happens later, and only that, is delivered to the watcher.
type Attached struct {
	Head   int64 // seq of the last event; 0: no message yet
	Status chat.Status
	Agent  *chat.Author
	Open   *Snapshot // the answer that is being written, if any
	Detach func()    // ends the watch; may be called more than once
}

// Attach begins to watch a conversation. The watcher may be called before
// Attach returns: it holds what it is given until the caller has shown the
// events up to Head and the snapshot.
func (e *Engine) Attach(ctx context.Context, visitor Visitor, watcher Watcher) (Attached, error) {
	panic("not built")
}

// Post adds a message, returning after its commit. With a client id that the
// conversation has, nothing is added and the first receipt is returned. A
// visitor's message is answered by the bot when the conversation is with it.
// Codes: message_empty, message_too_long, too_many_waiting.
func (e *Engine) Post(ctx context.Context, visitor Visitor, author chat.Author, clientID, text string) (chat.Receipt, error) {
	panic("not built")
}

// StopAnswer ends the answer that is being written, keeping what was shown.
// message may be empty: whichever it is. Nothing open is not an error.
func (e *Engine) StopAnswer(ctx context.Context, visitor Visitor, message string) error {
	panic("not built")
}

// RequestPerson puts the conversation into the waiting line for a person.
func (e *Engine) RequestPerson(ctx context.Context, visitor Visitor) error { panic("not built") }

// Feedback records the visitor's verdict on an answer; ErrNotFound if there is no such answer.
func (e *Engine) Feedback(ctx context.Context, visitor Visitor, feedback chat.FeedbackGiven) error {
	panic("not built")
}

// SetContact records what the visitor said of themselves.
func (e *Engine) SetContact(ctx context.Context, visitor Visitor, contact chat.ContactChanged) error {
	panic("not built")
}

// Close closes the conversation; the next message reopens it.
func (e *Engine) Close(ctx context.Context, visitor Visitor) error { panic("not built") }

// Typing shows the other watchers that author is writing. It is not kept.
func (e *Engine) Typing(ctx context.Context, visitor Visitor, author chat.Author) error {
	panic("not built")
}

// TakeOver gives the conversation to an agent: the bot falls silent at once.
// A Conflict error with code "taken" when another agent has it, unless forced.
func (e *Engine) TakeOver(ctx context.Context, visitor Visitor, agent chat.Author, force bool) error {
	panic("not built")
}

// Release gives the conversation back to the bot.
func (e *Engine) Release(ctx context.Context, visitor Visitor, agent chat.Author) error {
	panic("not built")
}

// Answer posts a visitor's question and waits for the end of its answer.
// Repeated with the same client id, it returns the same answer. emit, which may be
// nil, is called with each output that concerns the answer, from one goroutine.
func (e *Engine) Answer(ctx context.Context, visitor Visitor, clientID, text string, emit func(Output)) (chat.MessageCompleted, error) {
	panic("not built")
}
