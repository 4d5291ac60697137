package socket

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// Errors of note.add.
var (
	errEmptyNote    = chat.Fail(chat.Invalid, "note_empty", "Please write something.")
	errLongNote     = chat.Fail(chat.TooLarge, "note_too_long", "A note may have 4,000 characters.")
	errManyMentions = chat.Fail(chat.Invalid, "too_many_mentions", "A note may name 20 colleagues.")
)

// addNote keeps a note, and shows it to those who watch and those whom it names. Sent again with the same
// client_id, it is answered with the first one.
func (c *conn) addNote(d *desk, r wire.Request) error {
	var remark wire.Remark
	if err := r.Into(&remark); err != nil {
		return err
	}
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		if err := checkRemark(&remark); err != nil {
			return err
		}
		note := chat.Note{
			ID: chat.NewID(chat.NotePrefix), Ref: visitor.Ref, Author: d.author, Text: remark.Text,
			Mentions: remark.Mentions, ClientID: remark.ClientID, At: time.Now().UTC().Truncate(time.Millisecond),
		}
		kept, err := c.h.config.Notes.AddNote(ctx, note)
		if err != nil {
			return err
		}
		if r.ID != "" {
			c.send(wire.AppendNoted(nil, r.ID, kept))
		}
		if kept.ID == note.ID {
			c.tellOf(ctx, visitor, kept)
		}
		return nil
	})
}

// tellOf tells everybody of a note that was kept. That may be lost: whoever opens the conversation reads it.
func (c *conn) tellOf(ctx context.Context, visitor actors.Visitor, note chat.Note) {
	if err := c.h.config.Engine.Noted(ctx, visitor, note); err != nil {
		c.h.log.Warn("show a note", "conversation", visitor.Ref, "error", err)
	}
	if err := c.h.config.Announcer.Announce(ctx, chat.TopicInbox, visitor.Ref.String()); err != nil {
		c.h.log.Warn("announce a note", "conversation", visitor.Ref, "error", err)
	}
}

// checkRemark brings a note into the form in which it is kept, or says what is wrong with it.
func checkRemark(remark *wire.Remark) error {
	if err := validClientID(remark.ClientID); err != nil {
		return err
	}
	remark.Text = strings.TrimSpace(remark.Text)
	slices.Sort(remark.Mentions)
	remark.Mentions = slices.Compact(remark.Mentions)
	switch {
	case remark.Text == "":
		return errEmptyNote
	case utf8.RuneCountInString(remark.Text) > chat.MaxNote:
		return errLongNote
	case len(remark.Mentions) > chat.MaxMentions:
		return errManyMentions
	}
	for _, user := range remark.Mentions {
		if !chat.ValidID(chat.UserPrefix, user) {
			return chat.ErrNotFound
		}
	}
	return nil
}
