package socket

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// desk is an agent's side of a connection: it watches several conversations
// and hears which ones of its tenant change, and who is on duty.
type desk struct {
	c      *conn
	member account.Identity
	author chat.Author
	unlist func()
	stop   func() // to watch whether the agent's sign-in is good
	seat   actors.Seat
	look   *time.Timer // at whether the agent still is a member
	free   func()      // gives its place back
	typed  throttle

	mu      sync.Mutex
	watches map[string]*watch
	greeted bool                // desk.ready was sent
	held    []actors.DeskOutput // what came before that
}

func (d *desk) leave() {
	d.free()
	d.stop()
	d.unlist()
	d.seat.Leave()
	d.mu.Lock()
	watches := d.watches
	d.watches = nil
	d.mu.Unlock()
	d.look.Stop()
	for _, w := range watches {
		w.end()
	}
}

// Errors of the desk.
var (
	errSignIn  = chat.Fail(chat.Unauthorized, "unauthorized", "Please sign in.")
	errWhich   = chat.Fail(chat.Invalid, "conversation_required", "Say which conversation this is about.")
	errWatches = chat.Fail(chat.Limited, "too_many_watched", "You watch too many conversations at a time. Please leave one of them.")
)

// openDesk answers desk.open.
func (c *conn) openDesk(r wire.Request) error {
	var open wire.Desk
	if err := r.Into(&open); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	member, err := c.member(ctx, open.Ticket)
	if err != nil {
		return err
	}
	if err := account.Frames[wire.DeskOpen].Require(member); err != nil {
		return err
	}
	if err := c.admit(ctx, member); err != nil {
		return err
	}
	var no *refused
	if err := c.h.suspended(ctx, member.Tenant); errors.As(err, &no) {
		c.shut(no.code, no.reason)
		return nil
	} else if err != nil {
		return err
	}
	available, err := c.h.config.Members.Available(ctx, member.Tenant, member.User)
	if errors.Is(err, chat.ErrNotFound) {
		return errSignIn // a token outlives a membership
	}
	if err != nil {
		return err
	}
	free, err := c.h.placeAtDesk(member)
	if err != nil {
		return err
	}
	d := &desk{
		c: c, member: member, free: free, watches: make(map[string]*watch),
		author: chat.Author{Kind: chat.ByAgent, ID: member.User, Name: member.Name},
	}
	d.stop = c.untilRevoked(member)
	d.unlist = c.h.inbox.list(member.Tenant, c)
	d.sit(available)
	d.look = time.AfterFunc(time.Hour, d.lookUp) // it starts only once it is where lookUp finds it
	d.look.Reset(c.h.config.Timing.Member)
	c.become(d)
	d.greet(ctx, r.ID, available)
	return nil
}

// placeAtDesk takes a place for a member's connection. A business's visitors take none of its people's.
func (h *Handler) placeAtDesk(member account.Identity) (free func(), err error) {
	if h.config.Limits.Off {
		return func() {}, nil
	}
	return h.gates.sit("", person(member.Tenant, member.User))
}

// untilRevoked ends the connection when an agent's sign-in is not good any more. What waits for them is not theirs to read.
func (c *conn) untilRevoked(who account.Identity) (stop func()) {
	if c.h.config.Watch == nil {
		return func() {}
	}
	return c.h.config.Watch(who, func() { c.out.abandon(wire.CloseSignedOut, account.ErrRevoked.Message) })
}

// member returns who sits at the desk: by ticket, by Bearer token, or by the
// dashboard's cookie, which counts only on our own origin.
func (c *conn) member(ctx context.Context, ticket string) (account.Identity, error) {
	switch {
	case ticket != "" && c.h.config.Ticket != nil:
		return c.h.config.Ticket(ctx, ticket)
	case c.bearer != "":
		return c.h.config.Authenticate(ctx, c.bearer, c.ip)
	case c.signed != nil:
		return *c.signed, nil
	}
	return account.Identity{}, errSignIn
}

// watching returns the watch of a conversation, if there is one.
func (d *desk) watching(conversation string) *watch {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.watches[conversation]
}

// about returns the visitor's side of a conversation of the member's tenant.
// Without a name it is the only one that is watched.
func (c *conn) about(ctx context.Context, d *desk, conversation string) (actors.Visitor, error) {
	d.mu.Lock()
	if conversation == "" && len(d.watches) == 1 {
		for only := range d.watches {
			conversation = only
		}
	}
	watched := d.watches[conversation]
	d.mu.Unlock()
	if watched != nil {
		return watched.visitor, nil
	}
	if conversation == "" {
		return actors.Visitor{}, errWhich
	}
	if !chat.ValidID(chat.ConversationPrefix, conversation) {
		return actors.Visitor{}, chat.ErrNotFound
	}
	found, err := c.h.config.Conversations.Conversation(ctx, chat.Ref{Tenant: d.member.Tenant, Conversation: conversation})
	if err != nil {
		return actors.Visitor{}, err
	}
	return actors.Visitor{Ref: found.Ref, Bot: found.Bot, ID: found.Visitor, Page: found.Page, Locale: found.Locale, Fields: found.Fields}, nil
}

func (c *conn) watchConversation(d *desk, r wire.Request) error {
	var data wire.Watch
	if err := r.Into(&data); err != nil {
		return err
	}
	var held holding
	if data.After != nil {
		held.after = *data.After
	}
	if held.after < 0 {
		return errAfter
	}
	ctx, cancel := c.within()
	defer cancel()
	visitor, err := c.about(ctx, d, data.Conversation)
	if err != nil {
		return err
	}
	w := &watch{c: c, visitor: visitor, scope: visitor.Conversation, self: d.author, has: held.after, known: new(known)}
	if err := c.h.put(d, w); err != nil {
		return err
	}
	welcomed := false
	err = w.attach(ctx, false, func(state actors.Attached) int64 {
		welcomed = true
		w.mu.Lock()
		w.known.here, w.known.blocked = state.Here, state.Blocked
		w.mu.Unlock()
		after, recovered := held.upTo(state.Head)
		c.send(wire.AppendWatching(nil, r.ID, wire.Watching{Ready: wire.Ready{
			Conversation: visitor.Conversation, Seq: state.Head, Recovered: recovered,
			Status: status(state.Status), Agent: state.Agent, Queue: queue(state),
		}, Here: here(state.Here), Blocked: state.Blocked}))
		return after
	})
	if err == nil || errors.Is(err, errEnded) {
		return nil
	}
	d.remove(w.scope, w)
	if welcomed {
		// The client was told what would come: only a new connection makes that true.
		c.shut(wire.CloseMoved, "a conversation cannot be read right now, please connect again")
	}
	return fmt.Errorf("watch: %w", err)
}

// put begins a watch in place of an older one of the same conversation.
func (h *Handler) put(d *desk, w *watch) error {
	d.mu.Lock()
	older := d.watches[w.scope]
	if d.watches == nil {
		d.mu.Unlock()
		return errNotOpen
	}
	if older == nil && len(d.watches) >= h.config.Limits.Watched {
		d.mu.Unlock()
		return errWatches
	}
	d.watches[w.scope] = w
	d.mu.Unlock()
	if older != nil {
		older.end()
	}
	return nil
}

// remove ends a watch, if it still is the one of its conversation; nil: whichever it is.
func (d *desk) remove(conversation string, w *watch) {
	d.mu.Lock()
	found := d.watches[conversation]
	if found != nil && (w == nil || w == found) {
		delete(d.watches, conversation)
	}
	d.mu.Unlock()
	if found != nil && (w == nil || w == found) {
		found.end()
	}
}

func (c *conn) unwatchConversation(d *desk, r wire.Request) error {
	var data wire.Watch
	if err := r.Into(&data); err != nil {
		return err
	}
	d.remove(data.Conversation, nil)
	return nil
}
