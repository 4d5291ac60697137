package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Retentions = (*Store)(nil)

// Retention returns how long a tenant keeps what.
func (s *Store) Retention(ctx context.Context, tenant string) (account.Retention, error) {
	row, err := s.reads.Retention(ctx, tenant)
	if errors.Is(err, pgx.ErrNoRows) {
		return account.Retention{}, nil
	}
	return account.Retention{
		ConversationDays: int(row.ConversationDays), AuditDays: int(row.AuditDays), MaskAddresses: row.MaskAddresses,
	}, s.explain(err, "read how long is kept what")
}

// PutRetention keeps it.
func (s *Store) PutRetention(ctx context.Context, tenant string, retention account.Retention) error {
	err := s.writes.PutRetention(ctx, db.PutRetentionParams{
		Tenant: tenant, ConversationDays: int64(retention.ConversationDays), AuditDays: int64(retention.AuditDays), MaskAddresses: retention.MaskAddresses,
	})
	return s.explain(err, "keep how long is kept what")
}

// TrimAudits removes the entries of all audit logs whose time is over.
func (s *Store) TrimAudits(ctx context.Context, at time.Time) error {
	rows, err := s.reads.Retentions(ctx)
	if err != nil {
		return s.explain(err, "list how long is kept what")
	}
	for _, row := range rows {
		if row.AuditDays == 0 {
			continue
		}
		if err := s.trimAudit(ctx, row.Tenant, at.AddDate(0, 0, -int(row.AuditDays))); err != nil {
			return s.explain(err, "trim the audit log of "+row.Tenant)
		}
	}
	return nil
}

// Outdated returns conversations, of all tenants, that are to be deleted since nothing has happened in them for as long as
// their business keeps them; limit at most of each tenant.
func (s *Store) Outdated(ctx context.Context, at time.Time, limit int) ([]account.Outdated, error) {
	rows, err := s.reads.Retentions(ctx)
	if err != nil {
		return nil, s.explain(err, "list how long is kept what")
	}
	var all []account.Outdated
	for _, row := range rows {
		if row.ConversationDays == 0 {
			continue
		}
		before := storable(at.AddDate(0, 0, -int(row.ConversationDays)))
		old, err := s.reads.OldConversations(ctx, db.OldConversationsParams{Tenant: row.Tenant, Before: before, Count: rowCount(limit)})
		if err != nil {
			return nil, s.explain(err, "list old conversations of "+row.Tenant)
		}
		for _, c := range old {
			all = append(all, account.Outdated{Ref: chat.Ref{Tenant: row.Tenant, Conversation: c.ID}, Before: before})
		}
	}
	return all, nil
}

// DeleteOutdated deletes a conversation with all that belongs to it, unless something has happened in it since. False: it did.
func (s *Store) DeleteOutdated(ctx context.Context, outdated account.Outdated) (bool, error) {
	ref, gone := outdated.Ref, false
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		answers, err := q.AnswersToKeep(ctx, db.AnswersToKeepParams{Tenant: ref.Tenant, Conversation: ref.Conversation})
		if err != nil {
			return err
		}
		rows, err := q.DeleteOldConversation(ctx, db.DeleteOldConversationParams{Tenant: ref.Tenant, ID: ref.Conversation, Before: outdated.Before})
		if gone = rows > 0; err != nil || !gone {
			return err
		}
		if err := keepSpent(ctx, q, ref.Tenant, answers); err != nil {
			return err
		}
		return q.DeleteDeliveriesOf(ctx, db.DeleteDeliveriesOfParams{Tenant: ref.Tenant, Conversation: ref.Conversation})
	})
	if err == nil && gone {
		s.memory.visitors.forget(ref.Conversation)
	}
	return gone, s.explain(err, "delete conversation "+ref.String())
}

// forsakenAtOnce bounds how many visitors of a tenant go in one round.
const forsakenAtOnce = 1000

// DeleteForsaken deletes visitors who have no conversation any more, with their keys: of tenants that keep conversations for a time.
func (s *Store) DeleteForsaken(ctx context.Context, at time.Time) error {
	rows, err := s.reads.Retentions(ctx)
	if err != nil {
		return s.explain(err, "list how long is kept what")
	}
	for _, row := range rows {
		if row.ConversationDays == 0 {
			continue
		}
		before := storable(at.AddDate(0, 0, -int(row.ConversationDays)))
		ids, err := s.reads.ForsakenVisitors(ctx, db.ForsakenVisitorsParams{Tenant: row.Tenant, Before: before, Count: forsakenAtOnce})
		if err != nil {
			return s.explain(err, "list visitors without a conversation")
		}
		for _, id := range ids {
			err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.deleteVisitor(ctx, q, row.Tenant, id) })
			if errors.Is(err, errReturned) {
				continue
			}
			if err != nil {
				return s.explain(err, "delete visitor "+id)
			}
			s.keys.cache.forget(keyID{row.Tenant, tableVisitors, id})
		}
	}
	return s.explain(s.writes.DeleteIdleConsents(ctx, storable(at.AddDate(0, 0, -1))), "delete consents of those who said nothing")
}

// errReturned says that a visitor has begun a conversation.
var errReturned = errors.New("the visitor has a conversation")

// deleteVisitor deletes a visitor who has no conversation, with their key. errReturned: they have one.
func (s *Store) deleteVisitor(ctx context.Context, q *db.Queries, tenant, id string) error {
	if err := q.DeleteTermsOf(ctx, db.DeleteTermsOfParams{Tenant: tenant, Visitor: id}); err != nil {
		return fmt.Errorf("delete what they are found by: %w", err)
	}
	if err := q.DeleteConsents(ctx, db.DeleteConsentsParams{Tenant: tenant, Visitor: id}); err != nil {
		return fmt.Errorf("delete what they agreed to: %w", err)
	}
	// A deletion alone would take a conversation along that is begun at this moment.
	other := "gone " + chat.NewID(chat.VisitorPrefix)
	renamed, err := q.RenameVisitor(ctx, db.RenameVisitorParams{Tenant: tenant, ID: id, Other: other})
	if hasCode(err, codeReference) {
		return fmt.Errorf("%w: %w", errReturned, err)
	}
	if err != nil || renamed == 0 {
		return err
	}
	return q.DeleteVisitor(ctx, db.DeleteVisitorParams{Tenant: tenant, ID: other})
}
