package socket

import (
	"time"

	"parley/chat"
	"parley/transport/wire"
)

var byVisitor = chat.Author{Kind: chat.ByVisitor}

// What a visitor may say of themselves and of an answer, in bytes.
const (
	maxContact = 320 // an e-mail address, RFC 3696
	maxComment = 4000
)

// Errors of a visitor's frames.
var (
	errContact = chat.Fail(chat.Invalid, "contact_invalid", "Please give a name, an e-mail address or a telephone number, each of 320 bytes at most.")
	errRating  = chat.Fail(chat.Invalid, "feedback_invalid", "Feedback needs a message, helpful (or rating as up or down), and a comment of 4,000 bytes at most.")
)

// pace counts what adds to a conversation against the visitor's allowance.
func (c *conn) pace(s *session) error {
	if c.h.config.Limits.Off {
		return nil
	}
	return limited(c.h.posts.wait(s.watch.visitor.Tenant+"/"+s.watch.visitor.ID, time.Now()))
}

func (c *conn) post(s *session, r wire.Request) error {
	var send wire.Send
	if err := r.Into(&send); err != nil {
		return err
	}
	if err := c.pace(s); err != nil {
		return err
	}
	return c.postAs(byVisitor, s.visitor(), r.ID, send)
}

func (c *conn) stop(s *session, r wire.Request) error {
	var stop wire.Stop
	if err := r.Into(&stop); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.StopAnswer(ctx, s.visitor(), stop.Message)
}

func (c *conn) retry(s *session, r wire.Request) error {
	var retry wire.Retry
	if err := r.Into(&retry); err != nil {
		return err
	}
	if err := c.pace(s); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.Retry(ctx, s.visitor(), retry.Message)
}

func (c *conn) typing(s *session, _ wire.Request) error {
	if !s.typed.may(time.Now()) {
		return nil
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.Typing(ctx, s.visitor(), byVisitor, "")
}

// seen accepts a read mark. Nothing is kept of it yet: read marks are side
// records, and no reader of them exists.
func (c *conn) seen(*session, wire.Request) error { return nil }

func (c *conn) feedback(s *session, r wire.Request) error {
	var f wire.Feedback
	if err := r.Into(&f); err != nil {
		return err
	}
	given := chat.FeedbackGiven{Message: f.Message, Comment: f.Comment}
	switch {
	case f.Helpful != nil:
		given.Helpful = *f.Helpful
	case f.Rating == "up" || f.Rating == "down":
		given.Helpful = f.Rating == "up"
	default:
		return errRating
	}
	if f.Message == "" || len(f.Comment) > maxComment {
		return errRating
	}
	if !chat.ValidID(chat.MessagePrefix, f.Message) {
		return chat.ErrNotFound
	}
	if err := c.pace(s); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.Feedback(ctx, s.visitor(), given)
}

func (c *conn) requestPerson(s *session, _ wire.Request) error {
	if err := c.pace(s); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.RequestPerson(ctx, s.visitor())
}

func (c *conn) setContact(s *session, r wire.Request) error {
	var contact wire.Contact
	if err := r.Into(&contact); err != nil {
		return err
	}
	if contact == (wire.Contact{}) || len(contact.Name) > maxContact || len(contact.Email) > maxContact || len(contact.Phone) > maxContact {
		return errContact
	}
	if err := c.pace(s); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.SetContact(ctx, s.visitor(), chat.ContactChanged(contact))
}

func (c *conn) closeConversation(s *session, _ wire.Request) error {
	if err := c.pace(s); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.Close(ctx, s.visitor())
}
