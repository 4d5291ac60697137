package postgres

import (
	"context"
	"fmt"
	"slices"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

var _ chat.Notes = (*Store)(nil)

// notesShown bounds what a conversation's notes are listed to.
const notesShown = 500

// AddNote keeps a note, who has yet to read it, and the mails that remind them.
func (s *Store) AddNote(ctx context.Context, note chat.Note) (chat.Note, error) {
	kept, err := s.addNote(ctx, note)
	return kept, s.explain(err, "add a note to "+note.Ref.String())
}

func (s *Store) addNote(ctx context.Context, note chat.Note) (kept chat.Note, err error) {
	err = s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		kept = note
		kept.At = orNow(note.At)
		place, key, err := s.notesOf(ctx, q, note.Ref)
		if err != nil {
			return err
		}
		kept.Seq = place.Head
		body, err := sealNote(key, kept)
		if err != nil {
			return err
		}
		added, err := q.InsertNote(ctx, db.InsertNoteParams{
			ID: kept.ID, Tenant: kept.Tenant, Conversation: kept.Conversation, Seq: kept.Seq, ClientID: known(kept.ClientID),
			Body: body, CreatedAt: kept.At,
		})
		if err != nil {
			return fmt.Errorf("insert the note: %w", err)
		}
		if added > 0 {
			return s.mention(ctx, q, kept)
		}
		first, err := q.NoteByClientID(ctx, db.NoteByClientIDParams{
			Tenant: note.Tenant, Conversation: note.Conversation, ClientID: known(note.ClientID),
		})
		if err != nil {
			return fmt.Errorf("read the first of its client id: %w", err)
		}
		kept, err = openNote(key, note.Ref, first)
		return err
	})
	return kept, err
}

// notesOf returns where a conversation is, and what its notes are sealed by.
func (s *Store) notesOf(ctx context.Context, q *db.Queries, ref chat.Ref) (db.ConversationHeadRow, *seal.Key, error) {
	place, err := q.ConversationHead(ctx, db.ConversationHeadParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err != nil {
		return place, nil, err
	}
	key, err := s.keys.visitor(ctx, q, ref.Tenant, place.Visitor)
	return place, key, err
}

// mention keeps whom a note names, once each. That they are members is what the
// rows refer to.
func (s *Store) mention(ctx context.Context, q *db.Queries, note chat.Note) error {
	users := slices.Clone(note.Mentions)
	slices.Sort(users) // one order of locking
	users = slices.Compact(users)
	mentions, mails := make([]db.InsertMentionsParams, len(users)), make([]db.PlanMailsParams, len(users))
	for i, user := range users {
		mentions[i] = db.InsertMentionsParams{Tenant: note.Tenant, UserID: user, Conversation: note.Conversation, Note: note.ID}
		mails[i] = mailRow(chat.Mail{
			ID: chat.NewID(chat.MailPrefix), Ref: note.Ref, Kind: chat.MailMention, Seq: note.Seq, User: user,
			Due: now().Add(chat.MailMention.After(s.mailAfter)),
		})
	}
	if err := executed(ctx, mentions, q.InsertMentions); err != nil {
		return fmt.Errorf("insert mentions: %w", err)
	}
	if err := executed(ctx, mails, q.PlanMails); err != nil {
		return fmt.Errorf("plan mails: %w", err)
	}
	return nil
}

// Notes returns a conversation's, oldest first.
func (s *Store) Notes(ctx context.Context, ref chat.Ref) ([]chat.Note, error) {
	notes, err := s.notes(ctx, ref)
	return notes, s.explain(err, "list notes of "+ref.String())
}

func (s *Store) notes(ctx context.Context, ref chat.Ref) ([]chat.Note, error) {
	_, key, err := s.notesOf(ctx, s.reads, ref)
	if err != nil {
		return nil, err
	}
	rows, err := s.reads.LatestNotes(ctx, db.LatestNotesParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Limit: notesShown})
	if err != nil {
		return nil, err
	}
	notes := make([]chat.Note, len(rows))
	for i, row := range rows {
		if notes[len(rows)-1-i], err = openNote(key, ref, db.NoteByClientIDRow(row)); err != nil {
			return nil, err
		}
	}
	return notes, nil
}

// ReadMentions forgets that a conversation's notes name a user, and the mail that would remind them.
func (s *Store) ReadMentions(ctx context.Context, ref chat.Ref, user string) error {
	return s.explain(s.readMentions(ctx, ref, user), "read mentions in "+ref.String())
}

func (s *Store) readMentions(ctx context.Context, ref chat.Ref, user string) error {
	mentions := db.DeleteMentionsParams{Tenant: ref.Tenant, UserID: user, Conversation: ref.Conversation}
	// Whoever opens a conversation reads them, and seldom are there any: nothing is locked to find that out.
	if mentioned, err := s.reads.IsMentioned(ctx, db.IsMentionedParams(mentions)); err != nil || !mentioned {
		return err
	}
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := q.DeleteMentions(ctx, mentions); err != nil {
			return fmt.Errorf("delete mentions: %w", err)
		}
		err := q.DeleteMailsOfKind(ctx, db.DeleteMailsOfKindParams{
			Tenant: ref.Tenant, Conversation: ref.Conversation, Kind: string(chat.MailMention), UserID: user,
		})
		if err != nil {
			return fmt.Errorf("delete the planned mail: %w", err)
		}
		return nil
	})
}
