package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Conversation returns the summary of one.
func (s *Store) Conversation(ctx context.Context, ref chat.Ref) (chat.Conversation, error) {
	found, err := s.listed(ctx, ref.Tenant, []string{ref.Conversation}, "")
	if err == nil && len(found) == 0 {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return chat.Conversation{}, s.explain(err, "read conversation "+ref.String())
	}
	return found[0], nil
}

// Conversations returns a page of summaries, latest activity first but in the
// queues of those who wait.
func (s *Store) Conversations(ctx context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error) {
	page, next, err := s.conversations(ctx, tenant, filter)
	return page, next, s.explain(err, "list conversations of "+tenant)
}

func (s *Store) conversations(ctx context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error) {
	list := []string{"conversations", tenant}
	if longestFirst(filter.Queue) {
		list = []string{"conversations that wait", tenant}
	}
	from, err := s.cursors.decode(filter.Cursor, list...)
	if err != nil {
		return nil, "", err
	}
	if longestFirst(filter.Queue) && filter.Cursor == "" {
		from = position{}
	}
	words := s.keys.search(tenant, filter.Words)
	if len(words) > maxTerms || len(filter.Words) > 0 && len(words) == 0 {
		return nil, "", nil // more than is kept of anybody, or nothing that is
	}
	size := pageSize(filter.Limit)
	if filter.Text != "" {
		return s.conversationsWith(ctx, listing{tenant: tenant, filter: filter, now: now(), words: words, from: from}, size, list)
	}
	l := listing{tenant: tenant, filter: filter, now: now(), words: words, from: from, limit: size + 1} // one more tells whether there is a next page
	places, err := s.places(ctx, &l)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(places) > size {
		places = places[:size]
		next = s.cursors.encode(places[size-1], list...)
	}
	page, err := s.listed(ctx, tenant, idsOf(places), filter.User)
	return page, next, err
}

func idsOf(places []position) []string {
	ids := make([]string, len(places))
	for i, place := range places {
		ids[i] = place.id
	}
	return ids
}

// places returns where the conversations of a list lie in it.
func (s *Store) places(ctx context.Context, l *listing) ([]position, error) {
	l.args = nil
	text := l.page()
	rows, err := s.database.Reader().Query(ctx, text, l.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []position
	for rows.Next() {
		var p position
		if err := rows.Scan(&p.id, &p.at); err != nil {
			return nil, err
		}
		places = append(places, p)
	}
	return places, rows.Err()
}

// listed returns those of the tenant's conversations that there are, in the order of their
// ids, with how far a user has read them.
func (s *Store) listed(ctx context.Context, tenant string, ids []string, user string) ([]chat.Conversation, error) {
	asked := make([]db.ListedConversationsParams, 0, len(ids))
	for _, id := range ids {
		if storableID(id) { // else it would fail the others
			asked = append(asked, db.ListedConversationsParams{Tenant: tenant, ID: id, Reader: user})
		}
	}
	rows, err := optional(ctx, asked, s.reads.ListedConversations)
	if err != nil {
		return nil, err
	}
	var page []chat.Conversation
	for _, row := range rows {
		if row == nil { // it was deleted between two reads, or is another tenant's
			continue
		}
		parent, err := s.keys.tenant(ctx, s.reads, tenant)
		if err != nil {
			return nil, err
		}
		key, err := s.keys.child(parent, row.VisitorKey, keyID{tenant, tableVisitors, row.Visitor})
		if err != nil {
			return nil, err
		}
		conversation, err := openConversation(key, *row)
		if err != nil {
			return nil, err
		}
		page = append(page, conversation)
	}
	return page, nil
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
func openConversation(key *seal.Key, row db.ListedConversationsRow) (chat.Conversation, error) {
	ref := chat.Ref{Tenant: row.Tenant, Conversation: row.ID}
	conversation := chat.Conversation{
		Ref: ref, Bot: row.Bot, Visitor: row.Visitor, Status: chat.Status(row.Status), Head: row.Head,
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, Blocked: row.Blocked, Assignee: row.Assignee,
		Waits: orZero(row.WaitsSince), Snoozed: orZero(row.SnoozedUntil), Spam: row.Spam, Read: row.Read,
	}
	if row.Labels != "" {
		conversation.Labels = strings.Split(row.Labels, ",")
		slices.Sort(conversation.Labels)
	}
	origin, badOrigin := openOrigin(key, ref, row.Origin)
	conversation.Page, conversation.Locale, conversation.Fields = origin.Page, origin.Locale, origin.Fields
	var badAgent, badPreview, badContact error
	conversation.Agent, badAgent = openAgent(key, ref, row.Agent)
	conversation.Preview, badPreview = openPreview(key, ref, row.Preview)
	conversation.Contact, badContact = openContact(key, visitorID{row.Tenant, row.Visitor}, row.Contact)
	if err := errors.Join(badOrigin, badAgent, badPreview, badContact); err != nil {
		return chat.Conversation{}, fmt.Errorf("open conversation %s: %w", ref, err)
	}
	return conversation, nil
}

// text is "" for NULL.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// orZero is the zero time for NULL.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
