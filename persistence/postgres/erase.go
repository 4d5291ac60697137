package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

var _ account.Privates = (*Store)(nil)

// A visitor is erased by deleting their row and, with it, the key under which everything of theirs is sealed. Their conversations go
// to a visitor who is nobody, with another key: so no node can go on with a key that it remembers. Events
// that were blanked have an empty body, which is sealed under nothing and says what the columns say: what kind of event it was, and of
// which message. An id says nothing of anybody, and whoever has a copy elsewhere finds by it what else is to go.

// AnswersOf returns the keys of answers that a visitor was given, or had made.
func (s *Store) AnswersOf(ctx context.Context, tenant, visitor string) ([]string, error) {
	keys, err := s.answersOf(ctx, tenant, visitor)
	return keys, s.explain(err, "list kept answers of visitor "+visitor)
}

func (s *Store) answersOf(ctx context.Context, tenant, visitor string) (kept []string, err error) {
	key, err := s.keys.visitor(ctx, s.reads, tenant, visitor)
	if err != nil {
		return nil, err
	}
	ids, err := s.reads.ConversationsOfVisitor(ctx, db.ConversationsOfVisitorParams{Tenant: tenant, Visitor: visitor})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		rows, err := s.reads.TracesOf(ctx, db.TracesOfParams{Tenant: tenant, Conversation: id})
		if err != nil {
			return nil, err
		}
		ref := chat.Ref{Tenant: tenant, Conversation: id}
		for _, row := range rows {
			var r traceRecord
			if err := openRecord(key, tenant, tableTraces, eventRow(ref, row.Seq), row.Body, &r); err != nil {
				return nil, err
			}
			if r.Kept != "" {
				kept = append(kept, r.Kept)
			}
		}
	}
	return kept, nil
}

// EraseVisitor erases a visitor, in one transaction.
func (s *Store) EraseVisitor(ctx context.Context, tenant, visitor string) ([]account.Blanked, error) {
	var blanked []account.Blanked
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) (err error) {
		blanked, err = s.eraseVisitor(ctx, q, tenant, visitor)
		if errors.Is(err, errReturned) { // they write at this moment: that goes, too
			return fmt.Errorf("%w: %w", errStale, err)
		}
		return err
	})
	if err != nil {
		return nil, s.explain(err, "erase visitor "+visitor)
	}
	s.keys.cache.forget(keyID{tenant, tableVisitors, visitor})
	for _, b := range blanked {
		s.memory.visitors.forget(b.Conversation)
	}
	return blanked, nil
}

func (s *Store) eraseVisitor(ctx context.Context, q *db.Queries, tenant, visitor string) ([]account.Blanked, error) {
	row, err := q.VisitorRow(ctx, db.VisitorRowParams{Tenant: tenant, ID: visitor})
	if err != nil {
		return nil, err
	}
	parent, err := s.keys.tenant(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	was, err := parent.Unwrap(row.WrappedKey, tenant, tableVisitors, visitor)
	if err != nil {
		return nil, fmt.Errorf("unwrap the visitor's key: %w", err)
	}
	nobody := chat.NewID(chat.VisitorPrefix)
	wrapped, key, err := parent.NewKey(tenant, tableVisitors, nobody)
	if err != nil {
		return nil, err
	}
	err = q.InsertNobody(ctx, db.InsertNobodyParams{Tenant: tenant, ID: nobody, WrappedKey: wrapped, CreatedAt: now(), Blocked: row.Blocked})
	if err != nil {
		return nil, fmt.Errorf("insert who is nobody: %w", err)
	}
	ids, err := q.ConversationsOfVisitor(ctx, db.ConversationsOfVisitorParams{Tenant: tenant, Visitor: visitor})
	if err != nil {
		return nil, fmt.Errorf("list conversations: %w", err)
	}
	blanked := make([]account.Blanked, 0, len(ids))
	for _, id := range ids { // by id: one order of locking
		b, err := blank(ctx, q, chat.Ref{Tenant: tenant, Conversation: id}, nobody, was, key)
		if errors.Is(err, pgx.ErrNoRows) {
			continue // it was deleted since
		}
		if err != nil {
			return nil, fmt.Errorf("blank conversation %s: %w", id, err)
		}
		blanked = append(blanked, b)
	}
	return blanked, s.deleteVisitor(ctx, q, tenant, visitor)
}

// nothing is what a blanked event says, and where a conversation began that was blanked.
var nothing = []byte{}

// blank takes from a conversation all that was said in it and beside it.
func blank(ctx context.Context, q *db.Queries, ref chat.Ref, nobody string, was, key *seal.Key) (account.Blanked, error) {
	held, err := q.HoldConversation(ctx, db.HoldConversationParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err != nil {
		return account.Blanked{}, err
	}
	rows, err := q.EventsToBlank(ctx, db.EventsToBlankParams{Tenant: ref.Tenant, Conversation: ref.Conversation})
	if err != nil {
		return account.Blanked{}, fmt.Errorf("read events: %w", err)
	}
	at, head := now(), held.Head
	var added []db.InsertEventsParams
	var kept []db.ReplaceEventsParams
	tell := func(body chat.Body) error {
		head++
		row, err := sealEvent(key, ref, head, at, body)
		added = append(added, row)
		return err
	}
	for _, row := range rows {
		if chat.Type(row.Type) != chat.TypeEventErased {
			if err := tell(chat.EventErased{Target: row.Seq, Message: text(row.Message)}); err != nil {
				return account.Blanked{}, err
			}
			continue
		}
		name := eventRow(ref, row.Seq) // what was announced before is sealed anew
		var record eventRecord
		if err := openRecord(was, ref.Tenant, tableEvents, name, row.Body, &record); err != nil {
			return account.Blanked{}, err
		}
		body, err := sealRecord(key, ref.Tenant, tableEvents, name, record)
		if err != nil {
			return account.Blanked{}, err
		}
		kept = append(kept, db.ReplaceEventsParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Seq: row.Seq, Body: body})
	}
	if chat.Status(held.Status) != chat.Closed {
		if err := tell(chat.StatusChanged{Status: chat.Closed}); err != nil {
			return account.Blanked{}, err
		}
	}
	if err := q.BlankEvents(ctx, db.BlankEventsParams{Tenant: ref.Tenant, Conversation: ref.Conversation, Nothing: nothing}); err != nil {
		return account.Blanked{}, fmt.Errorf("blank events: %w", err)
	}
	if err := executed(ctx, kept, q.ReplaceEvents); err != nil {
		return account.Blanked{}, fmt.Errorf("seal announcements anew: %w", err)
	}
	if err := executed(ctx, added, q.InsertEvents); err != nil {
		return account.Blanked{}, fmt.Errorf("announce: %w", err)
	}
	if err := deleteAside(ctx, q, ref); err != nil {
		return account.Blanked{}, err
	}
	epoch, err := q.MoveErased(ctx, db.MoveErasedParams{
		Tenant: ref.Tenant, ID: ref.Conversation, Visitor: nobody, Head: head, Origin: nothing, UpdatedAt: at,
	})
	if err != nil {
		return account.Blanked{}, fmt.Errorf("move the conversation: %w", err)
	}
	return account.Blanked{Ref: ref, Epoch: epoch}, nil
}

// deleteAside deletes what is kept beside a conversation and tells what was said in it.
func deleteAside(ctx context.Context, q *db.Queries, ref chat.Ref) error {
	for what, err := range map[string]error{
		"traces":        q.DeleteTraces(ctx, db.DeleteTracesParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"its summary":   q.DeleteSummary(ctx, db.DeleteSummaryParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"notes":         q.DeleteNotes(ctx, db.DeleteNotesParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"planned mails": q.DeleteMailsOf(ctx, db.DeleteMailsOfParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"gaps":          q.DeleteGaps(ctx, db.DeleteGapsParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"citations":     q.DeleteCited(ctx, db.DeleteCitedParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"deliveries":    q.DeleteDeliveriesOf(ctx, db.DeleteDeliveriesOfParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"its words":     q.DeleteWords(ctx, db.DeleteWordsParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
		"its backlog":   q.DeleteBacklogOf(ctx, db.DeleteBacklogOfParams{Tenant: ref.Tenant, Conversation: ref.Conversation}),
	} {
		if err != nil {
			return fmt.Errorf("delete %s: %w", what, err)
		}
	}
	return nil
}
