package socket

import (
	"log/slog"
	"unicode"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// posting is the message.send that is under way on a connection. Its ack is
// sent by whoever learns first that it was committed: the engine's answer, or
// the event itself. So an ack never comes behind the event that it announces.
type posting struct {
	ref          string // the frame's id, may be empty
	conversation string
	clientID     string // empty: nothing is under way
}

// maxClientID bounds a client's own name for a message, in bytes.
const maxClientID = 128

// Errors of message.send.
var (
	errNoClientID  = chat.Fail(chat.Invalid, "client_id_required", "A message needs a client_id, so that sending it again adds nothing.")
	errBadClientID = chat.Fail(chat.Invalid, "client_id_invalid", "A client_id may have 128 bytes of printable characters.")
)

func validClientID(id string) error {
	if id == "" {
		return errNoClientID
	}
	if len(id) > maxClientID {
		return errBadClientID
	}
	for _, r := range id {
		if !unicode.IsPrint(r) {
			return errBadClientID
		}
	}
	return nil
}

// postAs sends a message and acknowledges it once.
func (c *conn) postAs(author chat.Author, visitor actors.Visitor, id string, send wire.Send) error {
	if err := validClientID(send.ClientID); err != nil {
		return err
	}
	c.mu.Lock()
	c.posting = posting{ref: id, conversation: visitor.Conversation, clientID: send.ClientID}
	c.mu.Unlock()

	ctx, cancel := c.within()
	defer cancel()
	ctx, span := c.h.config.Tracer.Start(ctx, wire.MessageSend, slog.String("tenant", visitor.Tenant), slog.String("conversation", visitor.Conversation),
		slog.String("from", string(author.Kind)), slog.String("request", c.id))
	receipt, err := c.h.config.Engine.Post(ctx, visitor, author, send.ClientID, send.Text)
	span.Set(slog.String("message", receipt.Message))
	span.End(err)

	c.mu.Lock()
	open := c.posting.clientID != ""
	c.posting = posting{}
	if open && err == nil && id != "" {
		c.send(wire.AppendReceipt(nil, id, receipt))
	}
	c.mu.Unlock()
	if !open {
		return nil // the event came, so it was committed, whatever the engine says since
	}
	return err
}

// committed sends the ack of the message under way if e is its event.
func (c *conn) committed(conversation string, e chat.Event) {
	created, ok := e.Body.(chat.MessageCreated)
	if !ok || created.ClientID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.posting.clientID != created.ClientID || c.posting.conversation != conversation {
		return
	}
	id := c.posting.ref
	c.posting = posting{}
	if id != "" {
		c.send(wire.AppendReceipt(nil, id, chat.Receipt{Seq: e.Seq, Message: created.Message}))
	}
}
