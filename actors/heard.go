package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
)

// heardMost is how many writes of other nodes a session remembers: more than can wait in one.
const heardMost = maxOrders + maxEarly

// heard remembers what other nodes have wanted to be written, since they ask again when they hear nothing: what was cut off may be
// the answer. Whoever asks again waits for the first answer, or gets it.
type heard struct{ calls []heardCall }

type heardCall struct {
	id     uint64
	sender *actor.PID // whom the answer goes to: of the latest try
	first  *actor.PID // whom the session answers
	answer any        // nil: not yet
}

// again tells whether the call was heard before; if so it is taken care of.
func (h *heard) again(ctx actor.Context, call *cluster.Call) bool {
	for i := range h.calls {
		if known := &h.calls[i]; known.id == call.ID {
			known.sender = ctx.Sender()
			if known.answer != nil {
				ctx.Send(known.sender, known.answer)
			}
			return true
		}
	}
	if len(h.calls) == heardMost {
		h.calls = append(h.calls[:0], h.calls[1:]...)
	}
	h.calls = append(h.calls, heardCall{id: call.ID, sender: ctx.Sender(), first: ctx.Sender()})
	return false
}

// to is whom an answer goes to that is meant for sender.
func (h *heard) to(sender *actor.PID, answer any) *actor.PID {
	for i := range h.calls {
		if known := &h.calls[i]; known.answer == nil && known.first.Equal(sender) {
			known.answer = answer
			return known.sender
		}
	}
	return sender
}
