package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// backlogAtOnce is how many conversations are read of the backlog at a time.
const backlogAtOnce = 500

// catchUp brings into columns what sealed rows tell of conversations that are older than these columns
// (see the migration 00013). Several nodes may do so at once, and it goes on where it was broken off. One that cannot be read is
// logged and left as it is: whoever waits for the server is not to wait for that.
func (s *Store) catchUp(ctx context.Context) error {
	for {
		rows, err := s.reads.Backlog(ctx, backlogAtOnce)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			ref := chat.Ref{Tenant: row.Tenant, Conversation: row.Conversation}
			switch err := s.catchUpWith(ctx, ref); {
			case errors.Is(err, seal.ErrSealed) || errors.Is(err, pgx.ErrNoRows):
				s.logger.Warn("cannot catch up with a conversation", slog.String("conversation", ref.Conversation), slog.Any("error", err))
			case err != nil:
				return err
			}
			if err := s.writes.ForgetBacklog(ctx, db.ForgetBacklogParams{Tenant: ref.Tenant, Conversation: ref.Conversation}); err != nil {
				return err
			}
		}
	}
}

func (s *Store) catchUpWith(ctx context.Context, ref chat.Ref) error {
	visitor, err := s.reads.ConversationVisitor(ctx, db.ConversationVisitorParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err != nil {
		return err
	}
	key, err := s.keys.visitor(ctx, s.reads, ref.Tenant, visitor)
	if err != nil {
		return err
	}
	if err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return nameAssignee(ctx, q, key, ref) }); err != nil {
		return err
	}
	return again(func() error { return s.gatherContact(ctx, key, visitorID{ref.Tenant, visitor}) })
}

// nameAssignee makes the agent who has a conversation its assignee.
func nameAssignee(ctx context.Context, q *db.Queries, key *seal.Key, ref chat.Ref) error {
	c, err := q.HoldConversation(ctx, db.HoldConversationParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err != nil || c.Status != string(chat.WithAgent) || c.Assignee != "" {
		return err
	}
	sealed, err := q.AgentOfConversation(ctx, db.AgentOfConversationParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err != nil {
		return err
	}
	agent, err := openAgent(key, ref, sealed)
	if err != nil || agent == nil {
		return err
	}
	return q.SetAssignee(ctx, db.SetAssigneeParams{Tenant: ref.Tenant, ID: ref.Conversation, Assignee: agent.ID})
}

// gatherContact keeps what a visitor has said of themselves, unless they have said something since.
func (s *Store) gatherContact(ctx context.Context, key *seal.Key, id visitorID) error {
	v := &visitor{visitorID: id, looked: true}
	if err := s.lookUpVisitors(ctx, s.reads, []*visitor{v}); err != nil || v.err != nil || v.version > 0 {
		return errors.Join(err, v.err)
	}
	rows, err := s.reads.ContactEvents(ctx, db.ContactEventsParams{Tenant: id.tenant, Visitor: id.id})
	if err != nil || len(rows) == 0 {
		return err
	}
	for _, row := range rows {
		ref := chat.Ref{Tenant: id.tenant, Conversation: row.Conversation}
		events, err := openEvents(key, ref, []db.EventsAfterRow{{Seq: row.Seq, At: row.At, Type: row.Type, Body: row.Body}})
		if err != nil {
			return err
		}
		if changed, ok := events[0].Body.(chat.ContactChanged); ok {
			v.contact = merge(v.contact, changed)
		}
	}
	var b bundle
	if err := s.writeContacts(ctx, db.New(&b), &plan{contacts: []*visitor{v}}); err != nil {
		return err
	}
	err = s.apply(ctx, &b, nil)
	if outdated(err) {
		return fmt.Errorf("%w: %w", errStale, err)
	}
	return err
}
