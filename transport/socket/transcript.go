package socket

import (
	"errors"
	"strings"
	"time"

	"parley/account"
	"parley/chat"
	"parley/transport/wire"
)

// transcriptsPerHour bounds what one address has mailed, to whomever: mails are for people
// who ask for them, and nobody checks whose address was typed. A visitor has one a minute.
const transcriptsPerHour = 5

// Errors of transcript.request.
var (
	errNoEmail     = chat.Fail(chat.Invalid, "email_required", "Please say to which e-mail address it should be sent.")
	errNothingSaid = chat.Fail(chat.Conflict, "nothing_said", "Nothing was said here yet that could be sent.")
)

// requestTranscript plans a mail with the whole conversation: to the address that was given,
// which becomes the visitor's, or else to the one that is known.
func (c *conn) requestTranscript(s *session, r wire.Request) error {
	var wish wire.Transcript
	err := r.Into(&wish)
	if err == nil && wish.Email != "" {
		wish.Email, err = account.NormaliseEmail(wish.Email)
	}
	if err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	ref := s.visitor().Ref
	found, err := c.h.config.Conversations.Conversation(ctx, ref)
	switch {
	case errors.Is(err, chat.ErrNotFound):
		return errNothingSaid
	case err != nil:
		return err
	case found.Blocked:
		return chat.ErrBlocked
	case wish.Email == "" && found.Contact.Email == "":
		return errNoEmail
	}
	if err := c.paceTranscript(s); err != nil {
		return err
	}
	if wish.Email != "" && !strings.EqualFold(wish.Email, found.Contact.Email) {
		contact := chat.ContactChanged{Name: found.Contact.Name, Email: wish.Email, Phone: found.Contact.Phone}
		if err := c.h.config.Engine.SetContact(ctx, s.visitor(), contact); err != nil {
			return err
		}
	}
	return c.h.config.Mails.PlanMail(ctx, chat.Mail{
		ID: chat.NewID(chat.MailPrefix), Ref: ref, Kind: chat.MailTranscript, Seq: found.Head,
		To: wish.Email, Due: time.Now().UTC(),
	})
}

func (c *conn) paceTranscript(s *session) error {
	if c.h.config.Limits.Off {
		return nil
	}
	now := time.Now()
	if wait := c.h.gates.letters.Wait(person(s.watch.visitor.Tenant, s.watch.visitor.ID), now); wait > 0 {
		return limited(wait)
	}
	return limited(c.h.gates.strangers.Wait(c.address, now))
}
