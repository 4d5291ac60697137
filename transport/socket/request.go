package socket

import (
	"parley/account"
	"parley/chat"
	"parley/transport/wire"
)

// request is one type of frame that a client may send: what a session makes of
// it, and what the desk does. Nil: that role has no such frame.
type request struct {
	session func(*conn, *session, wire.Request) error
	desk    func(*conn, *desk, wire.Request) error
	aside   bool // overtakes requests that are waiting
	own     bool // sends its own answer unless it fails
	quiet   bool // does nothing that anybody is to see
}

var requests = map[string]request{
	wire.MessageSend:         {session: (*conn).post, desk: (*conn).postAsAgent, own: true},
	wire.MessageRetry:        {session: (*conn).retry},
	wire.MessageStop:         {session: (*conn).stop, desk: (*conn).stopAsAgent, aside: true},
	wire.Typing:              {session: (*conn).typing, desk: (*conn).typingAsAgent, aside: true},
	wire.Read:                {session: (*conn).seen, desk: (*conn).seenAsAgent, quiet: true},
	wire.MessageFeedback:     {session: (*conn).feedback},
	wire.HandoffRequest:      {session: (*conn).requestPerson},
	wire.HandoffCancel:       {session: (*conn).cancelRequest},
	wire.TranscriptRequest:   {session: (*conn).requestTranscript, quiet: true},
	wire.ContactSet:          {session: (*conn).setContact},
	wire.ConsentGive:         {session: (*conn).giveConsent, quiet: true},
	wire.ConversationClose:   {session: (*conn).closeConversation, desk: (*conn).closeAsAgent},
	wire.ConversationWatch:   {desk: (*conn).watchConversation, own: true},
	wire.ConversationUnwatch: {desk: (*conn).unwatchConversation},
	wire.PresenceSet:         {desk: (*conn).setPresence},
	wire.ConversationTake:    {desk: (*conn).take},
	wire.ConversationAssign:  {desk: (*conn).assign},
	wire.ConversationRequeue: {desk: (*conn).requeue},
	wire.ConversationRelease: {desk: (*conn).release},
	wire.NoteAdd:             {desk: (*conn).addNote, own: true},
}

// Errors of requests as such.
var (
	errNotOpen = chat.Fail(chat.Conflict, "not_open", "Open a session first.")
	errRole    = chat.Fail(chat.Forbidden, "wrong_role", "A frame of this type is not for this side of a conversation.")
)

// receive dispatches one frame. It must not wait: the reader also hears pings.
func (c *conn) receive(frame []byte) {
	if c.out.closing() {
		return // an answer would not arrive
	}
	r, err := wire.Decode(frame)
	if err != nil {
		c.h.metrics.received.WithLabelValues("broken").Inc()
		c.answer(r.ID, err)
		return
	}
	c.h.metrics.received.WithLabelValues(label(r.Type)).Inc()
	switch r.Type {
	case wire.Ping:
		c.send(wire.AppendPong(nil, r.ID))
	case wire.Pong:
	case wire.SessionOpen:
		c.open(r, c.openSession)
	case wire.DeskOpen:
		c.open(r, c.openDesk)
	default:
		c.request(r)
	}
}

func (c *conn) open(r wire.Request, open func(wire.Request) error) {
	c.greeted = true
	c.opening.Add(1)
	task := func() {
		defer c.opening.Add(-1)
		if err := open(r); err != nil {
			c.answer(r.ID, err)
		}
	}
	if !c.orders.do(task) {
		c.opening.Add(-1)
		c.answer(r.ID, errFlood)
	}
}

func (c *conn) request(r wire.Request) {
	if !c.greeted {
		c.shut(wire.CloseProtocol, "the first frame must be "+wire.SessionOpen)
		return
	}
	kind, known := requests[r.Type]
	if !known {
		c.answer(r.ID, wire.ErrUnknownType)
		return
	}
	lane := &c.orders
	if kind.aside && c.current() != nil {
		lane = &c.asides
	}
	if !lane.do(func() { c.perform(r, kind) }) {
		c.answer(r.ID, errFlood)
	}
}

func (c *conn) perform(r wire.Request, kind request) {
	var err error
	switch role := c.current().(type) {
	case *session:
		if err = errRole; kind.session != nil && account.Frames[r.Type].Visitor {
			err = c.performSession(role, r, kind)
		}
	case *desk:
		if err = errRole; kind.desk != nil {
			err = c.performDesk(role, r, kind)
		}
	default:
		err = errNotOpen
	}
	if err != nil || !kind.own {
		c.answer(r.ID, err)
	}
}

func (c *conn) performSession(s *session, r wire.Request, kind request) error {
	if err := c.stillProgram(); err != nil {
		return err
	}
	if needsConsent[r.Type] {
		ctx, cancel := c.within()
		defer cancel()
		if err := c.consented(ctx, s); err != nil {
			return err
		}
	}
	if !kind.quiet {
		if err := c.stir(s); err != nil {
			return err
		}
	}
	return kind.session(c, s, r)
}

// performDesk does what the member may do.
func (c *conn) performDesk(d *desk, r wire.Request, kind request) error {
	err := d.member.Require(account.Frames[r.Type].Action)
	if err == nil {
		err = kind.desk(c, d, r)
	}
	c.tell(d, r, err)
	return err
}

// label keeps what clients make up out of the metrics.
func label(kind string) string {
	switch kind {
	case wire.Ping, wire.Pong, wire.SessionOpen, wire.DeskOpen:
		return kind
	}
	if _, known := requests[kind]; known {
		return kind
	}
	return "unknown"
}
