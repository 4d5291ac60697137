package socket

import (
	"context"
	"time"
	"unicode/utf8"

	"parley/account"
	"parley/actors"
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
	visitor := s.visitor()
	return c.h.gates.post(c.address, visitor.Tenant, person(visitor.Tenant, visitor.ID), time.Now())
}

func (c *conn) post(s *session, r wire.Request) error {
	var send wire.Send
	if err := r.Into(&send); err != nil {
		return err
	}
	if err := c.pace(s); err != nil {
		return err
	}
	if err := c.postAs(byVisitor, s.visitor(), r.ID, send); err != nil {
		return err
	}
	c.introduce(s)
	return nil
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

// How often one connection's typing is shown. Signs say nothing new within a second; what is typed does.
const (
	signPause = time.Second
	textPause = 200 * time.Millisecond
	maxTyped  = 2000 // bytes of what is shown to agents before it is sent
)

func (c *conn) typing(s *session, r wire.Request) error {
	var signs wire.Signs
	if err := r.Into(&signs); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	text, pause := "", signPause
	if signs.Text != "" && c.h.previews(ctx, s.visitor()) {
		text, pause = clipText(signs.Text, maxTyped), textPause
	}
	if !s.typed.may(time.Now(), pause) {
		return nil
	}
	return c.h.config.Engine.Typing(ctx, s.visitor(), byVisitor, text)
}

// previews tells whether the bot's owner wants agents to see what is not sent yet.
func (h *Handler) previews(ctx context.Context, visitor actors.Visitor) bool {
	bot, err := h.config.Engine.Bot(ctx, visitor.Tenant, visitor.Bot)
	return err == nil && bot.Appearance.Preview
}

// clipText cuts a text between characters.
func clipText(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// seen keeps how far the visitor has read.
func (c *conn) seen(s *session, r wire.Request) error {
	var mark wire.Mark
	if err := r.Into(&mark); err != nil {
		return err
	}
	seq, new := s.watch.reads(mark.Seq)
	if !new {
		return nil
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.Read(ctx, s.visitor(), byVisitor, seq)
}

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

func (c *conn) cancelRequest(s *session, _ wire.Request) error {
	if err := c.pace(s); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	return c.h.config.Engine.CancelRequest(ctx, s.visitor())
}

func (c *conn) setContact(s *session, r wire.Request) error {
	var contact wire.Contact
	if err := r.Into(&contact); err != nil {
		return err
	}
	if contact == (wire.Contact{}) || len(contact.Name) > maxContact || len(contact.Email) > maxContact || len(contact.Phone) > maxContact {
		return errContact
	}
	if contact.Email != "" { // mails go there
		email, err := account.NormaliseEmail(contact.Email)
		if err != nil {
			return err
		}
		contact.Email = email
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
