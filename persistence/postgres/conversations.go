package postgres

import (
	"context"
	"errors"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Conversation returns the summary of one.
func (s *Store) Conversation(ctx context.Context, ref chat.Ref) (chat.Conversation, error) {
	conversation, err := s.conversation(ctx, ref)
	return conversation, s.explain(err, "read conversation "+ref.String())
}

func (s *Store) conversation(ctx context.Context, ref chat.Ref) (chat.Conversation, error) {
	row, err := s.reads.Conversation(ctx, db.ConversationParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err != nil {
		return chat.Conversation{}, err
	}
	key, err := s.keys.visitor(ctx, s.reads, ref.Tenant, row.Visitor)
	if err != nil {
		return chat.Conversation{}, err
	}
	return openConversation(key, row)
}

// Conversations returns a page of summaries, latest activity first.
func (s *Store) Conversations(ctx context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error) {
	page, next, err := s.conversations(ctx, tenant, filter)
	return page, next, s.explain(err, "list conversations of "+tenant)
}

func (s *Store) conversations(ctx context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error) {
	from, err := s.cursors.decode(filter.Cursor, "conversations", tenant)
	if err != nil {
		return nil, "", err
	}
	size := pageSize(filter.Limit)
	rows, err := s.reads.Conversations(ctx, db.ConversationsParams{
		Tenant: tenant, Status: string(filter.Status), Bot: filter.Bot,
		Before: from.at, BeforeID: from.id, Count: int32(size + 1), // one more tells whether there is a next page
	})
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(rows) > size {
		rows = rows[:size]
		last := rows[size-1]
		next = s.cursors.encode(position{last.UpdatedAt, last.ID}, "conversations", tenant)
	}
	visitors := make([]db.VisitorKeysParams, len(rows))
	for i, row := range rows {
		visitors[i] = db.VisitorKeysParams{Tenant: tenant, ID: row.Visitor}
	}
	keys, err := s.keys.visitors(ctx, s.reads, visitors)
	if err != nil {
		return nil, "", err
	}
	page := make([]chat.Conversation, 0, len(rows))
	for i, row := range rows {
		if keys[i].err != nil {
			return nil, "", keys[i].err
		}
		if keys[i].key == nil { // the visitor was deleted between the two reads
			continue
		}
		conversation, err := openConversation(keys[i].key, db.ConversationRow(row))
		if err != nil {
			return nil, "", err
		}
		page = append(page, conversation)
	}
	return page, next, nil
}

// Receipt finds a message by its client id.
func (s *Store) Receipt(ctx context.Context, ref chat.Ref, clientID string) (chat.Receipt, error) {
	row, err := s.reads.ReceiptByClientID(ctx, db.ReceiptByClientIDParams{
		Tenant: ref.Tenant, Conversation: ref.Conversation, ClientID: known(clientID),
	})
	if err != nil {
		return chat.Receipt{}, s.explain(err, "find a message of "+ref.String())
	}
	return chat.Receipt{Seq: row.Seq, Message: text(row.Message)}, nil
}

// openConversation reads a summary under its visitor's key.
func openConversation(key *seal.Key, row db.ConversationRow) (chat.Conversation, error) {
	ref := chat.Ref{Tenant: row.Tenant, Conversation: row.ID}
	conversation := chat.Conversation{
		Ref: ref, Bot: row.Bot, Visitor: row.Visitor, Status: chat.Status(row.Status), Head: row.Head,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
	var badOrigin, badAgent, badPreview error
	conversation.Page, conversation.Locale, badOrigin = openOrigin(key, ref, row.Origin)
	conversation.Agent, badAgent = openAgent(key, ref, row.Agent)
	conversation.Preview, badPreview = openPreview(key, ref, row.Preview)
	return conversation, errors.Join(badOrigin, badAgent, badPreview)
}

// text is "" for NULL.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
