package cluster

import (
	"fmt"
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/proto"
)

// carry puts what is sent to other nodes into envelopes; whoever sends need not know where a PID is. To be called
// before the library starts: the first of the registry's resolvers decides, and the library appends its own.
//
// The library has a hook of its own for this, remote.RootSerializable. It is called by the one goroutine that serves a peer,
// and an error of it closes the stream; envelopes are packed by who sends and opened by who receives, and fail alone.
func carry(system *actor.ActorSystem, codec *Codec) {
	registry := system.ProcessRegistry
	registry.RegisterAddressResolver(func(pid *actor.PID) (actor.Process, bool) {
		for _, resolve := range registry.RemoteHandlers[1:] {
			if process, found := resolve(pid); found {
				return &outbound{process, system, codec}, true
			}
		}
		return nil, false
	})
}

// outbound is an actor of another node.
type outbound struct {
	actor.Process
	system *actor.ActorSystem
	codec  *Codec
}

// SendUserMessage sends a message in an envelope, but for those of the library.
func (o *outbound) SendUserMessage(pid *actor.PID, message any) {
	header, content, sender := actor.UnwrapEnvelope(message)
	if _, ready := content.(proto.Message); ready {
		o.Process.SendUserMessage(pid, message)
		return
	}
	envelope, err := o.codec.Pack(content)
	if err != nil {
		o.system.Logger().Error("a message cannot go to another node", slog.Any("error", err))
		if sender != nil { // it is not to wait in vain
			o.system.Root.Send(sender, &Unknown{fmt.Sprintf("%T", content), err})
		}
		return
	}
	packed := &actor.MessageEnvelope{Message: envelope, Sender: sender}
	if header != nil {
		packed.Header = header.ToMap()
	}
	o.Process.SendUserMessage(pid, packed)
}
