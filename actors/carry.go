package actors

import (
	"fmt"
	"slices"
	"time"

	"parley/actors/cluster"
	"parley/chat"
)

// carried are the messages that nodes send each other, under the names by which they travel; see cluster.Codec
// for what may change of them. carry_test.go finds what was forgotten here.
var carried = cluster.NewCodec(
	cluster.ByPointer[attach]("attach"),
	cluster.ByPointer[attached]("attached"),
	cluster.ByPointer[detach]("detach"),
	cluster.ByPointer[write]("write"),
	cluster.ByPointer[stop]("stop"),
	cluster.ByPointer[show]("show"),
	cluster.ByPointer[read]("read"),
	cluster.ByPointer[marked]("marked"),
	cluster.ByPointer[keptMark]("kept_mark"),
	cluster.ByPointer[block]("block"),
	cluster.ByPointer[wake]("wake"),
	cluster.ByPointer[forget]("forget"),
	cluster.ByPointer[chat.Receipt]("receipt"),

	// In write.
	cluster.ByPointer[post]("order.post"),
	cluster.ByPointer[retry]("order.retry"),
	cluster.ByPointer[take]("order.take"),
	cluster.ByPointer[release]("order.release"),
	cluster.ByPointer[move]("order.move"),
	cluster.ByPointer[expire]("order.expire"),
	cluster.ByPointer[remark]("order.remark"),
	cluster.ByPointer[cancel]("order.cancel"),
	cluster.ByPointer[hand]("order.hand"),
	cluster.ByPointer[requeue]("order.requeue"),
	cluster.ByPointer[relieve]("order.relieve"),

	// To watchers, and in show.
	cluster.ByPointer[Event]("output.event"),
	cluster.ByPointer[Delta]("output.delta"),
	cluster.ByPointer[Snapshot]("output.snapshot"),
	cluster.ByPointer[Typing]("output.typing"),
	cluster.ByPointer[Read]("output.read"),
	cluster.ByPointer[Placed]("output.placed"),
	cluster.ByPointer[Here]("output.here"),
	cluster.ByPointer[Noted]("output.noted"),
	cluster.ByPointer[Barred]("output.barred"),
	cluster.ByPointer[Moved]("output.moved"),

	// In events, and in remark.
	cluster.ByValue[chat.MessageCreated]("event.message_created"),
	cluster.ByValue[chat.MessageStarted]("event.message_started"),
	cluster.ByValue[chat.MessageCompleted]("event.message_completed"),
	cluster.ByValue[chat.MessageInterrupted]("event.message_interrupted"),
	cluster.ByValue[chat.StatusChanged]("event.status_changed"),
	cluster.ByValue[chat.ContactChanged]("event.contact_changed"),
	cluster.ByValue[chat.FeedbackGiven]("event.feedback_given"),
	cluster.ByValue[chat.EventErased]("event.event_erased"),
	cluster.ByValue[chat.Erased]("event.erased"),

	// Desks'.
	cluster.ByPointer[stir]("desk.stir"),
	cluster.ByPointer[onDuty]("desk.on_duty"),
	cluster.ByPointer[outlook]("desk.outlook"),
	cluster.ByPointer[mentioned]("desk.mentioned"),
	cluster.ByPointer[chat.Place]("desk.place"),
	cluster.ByPointer[Roster]("desk.roster"),
	cluster.ByPointer[Mentioned]("desk.mention"),
)

// Messages with a value of an interface name its kind.
type (
	carriedWrite struct {
		Visitor Visitor
		Order   cluster.Choice
	}
	carriedShow struct {
		Visitor Visitor
		Output  cluster.Choice
	}
	carriedRemark struct{ Body cluster.Choice }
	carriedEvent  struct {
		Seq  int64
		At   time.Time
		Body cluster.Choice
	}
)

// MarshalCBOR encodes it for another node.
func (m *write) MarshalCBOR() ([]byte, error) {
	order, err := carried.Choose(m.Order)
	if err != nil {
		return nil, err
	}
	return cluster.Encode(&carriedWrite{m.Visitor, order})
}

// UnmarshalCBOR decodes it.
func (m *write) UnmarshalCBOR(data []byte) (err error) {
	var c carriedWrite
	if err = cluster.Decode(data, &c); err != nil {
		return err
	}
	m.Visitor = c.Visitor
	m.Order, err = chosen[order](c.Order)
	return err
}

// MarshalCBOR encodes it for another node.
func (m *show) MarshalCBOR() ([]byte, error) {
	output, err := carried.Choose(m.Output)
	if err != nil {
		return nil, err
	}
	return cluster.Encode(&carriedShow{m.Visitor, output})
}

// UnmarshalCBOR decodes it.
func (m *show) UnmarshalCBOR(data []byte) (err error) {
	var c carriedShow
	if err = cluster.Decode(data, &c); err != nil {
		return err
	}
	m.Visitor = c.Visitor
	m.Output, err = chosen[Output](c.Output)
	return err
}

// MarshalCBOR encodes it for another node.
func (r *remark) MarshalCBOR() ([]byte, error) {
	body, err := carried.Choose(r.Body)
	if err != nil {
		return nil, err
	}
	return cluster.Encode(&carriedRemark{body})
}

// UnmarshalCBOR decodes it.
func (r *remark) UnmarshalCBOR(data []byte) (err error) {
	var c carriedRemark
	if err = cluster.Decode(data, &c); err != nil {
		return err
	}
	r.Body, err = chosen[chat.Body](c.Body)
	return err
}

// MarshalCBOR encodes it for another node; its forms stay behind.
func (e *Event) MarshalCBOR() ([]byte, error) {
	body, err := carried.Choose(e.Body)
	if err != nil {
		return nil, err
	}
	return cluster.Encode(&carriedEvent{e.Seq, e.At, body})
}

// UnmarshalCBOR decodes it.
func (e *Event) UnmarshalCBOR(data []byte) (err error) {
	var c carriedEvent
	if err = cluster.Decode(data, &c); err != nil {
		return err
	}
	e.Seq, e.At = c.Seq, c.At
	e.Body, err = chosen[chat.Body](c.Body)
	return err
}

// Whole tells whether it says who watches.
func (m *attach) Whole() bool { return m.Watcher != nil }

// Whole tells whether it says where its sitters are.
func (m *stir) Whole() bool {
	return !slices.ContainsFunc(m.Seats, func(s sitter) bool { return s.PID == nil })
}

// chosen decodes a value of the interface T.
func chosen[T any](choice cluster.Choice) (T, error) {
	value, err := carried.Chosen(choice)
	if err != nil {
		var none T
		return none, err
	}
	typed, ok := value.(T)
	if !ok {
		return typed, fmt.Errorf("a %T stands where it does not belong", value)
	}
	return typed, nil
}
