package cluster

import (
	"fmt"
	"log/slog"
	"math"
	"time"
	"unicode/utf8"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

//go:generate go tool -modfile=../../tools/go.mod buf generate

// Unknown stands for a message of another node that cannot be read: of a newer version, most likely.
// It is an error, chat.ErrUnavailable, so that whoever gets it as a reply need not know of it.
type Unknown struct {
	Kind  string
	cause error
}

func (u *Unknown) Error() string {
	return fmt.Sprintf("a message of kind %q cannot be read: %v", u.Kind, u.cause)
}

// Unwrap makes it a chat.ErrUnavailable.
func (u *Unknown) Unwrap() error { return chat.ErrUnavailable }

// Pack puts a message into an envelope for another node. Of an error only what a person may read goes
// along: see chat.AsError. It fails for types that the codec has no kind for.
func (c *Codec) Pack(message any) (*Envelope, error) {
	call, isCall := message.(*Call)
	if isCall {
		message = call.Message
	}
	packed, err := c.Choose(message)
	if err != nil {
		return nil, err
	}
	envelope := &Envelope{Kind: packed.Kind, Data: packed.Data}
	if isCall {
		envelope.Call, envelope.Remaining = call.ID, remaining(call.Until)
		if utf8.ValidString(call.Trace) { // the library would log the whole message if it were not
			envelope.Trace = call.Trace
		}
	}
	return envelope, nil
}

// Open takes a message out of the envelope in which it came from another node, *Unknown if that cannot
// be read. What came from this node has no envelope and is returned as it is.
func (c *Codec) Open(message any) any {
	envelope, isEnvelope := message.(*Envelope)
	if !isEnvelope {
		return message
	}
	opened, err := c.Chosen(Choice{envelope.GetKind(), envelope.GetData()})
	if err != nil {
		opened = &Unknown{envelope.GetKind(), err}
	}
	if envelope.GetCall() == 0 {
		return opened
	}
	return &Call{ID: envelope.GetCall(), Trace: envelope.GetTrace(), Until: until(envelope.GetRemaining()), Message: opened}
}

// Received is what an actor was told: ctx.Message(), out of its envelope if it came in one. One that
// cannot be read is refused to whoever waits for a reply, and nil to the actor.
func (c *Codec) Received(ctx actor.Context) any {
	message := c.Open(ctx.Message())
	unknown, is := message.(*Unknown)
	if call, isCall := message.(*Call); isCall {
		unknown, is = call.Message.(*Unknown)
	}
	if !is {
		return message
	}
	ctx.Logger().Warn("a message of another node is not understood", slog.Any("error", unknown))
	if ctx.Sender() != nil {
		ctx.Respond(unknown)
	}
	return nil
}

// remaining is how long somebody still waits, in milliseconds; 0: for as long as it takes.
func remaining(until time.Time) uint32 {
	if until.IsZero() {
		return 0
	}
	return uint32(min(max(time.Until(until).Milliseconds(), 1), math.MaxUint32))
}

func until(remaining uint32) time.Time {
	if remaining == 0 {
		return time.Time{}
	}
	return time.Now().Add(time.Duration(remaining) * time.Millisecond)
}
