package postgres

import (
	"context"
	"fmt"
	"time"

	"parley/chat"
	"parley/persistence/postgres/db"
)

var (
	_ chat.Outbox   = (*Store)(nil)
	_ chat.Webhooks = (*Store)(nil)
)

// Due lists webhooks for which something is due.
func (s *Store) Due(ctx context.Context, limit int) ([]chat.HookQueue, error) {
	rows, err := s.reads.DueQueues(ctx, db.DueQueuesParams{Now: now(), Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "list webhooks with due deliveries")
	}
	queues := make([]chat.HookQueue, len(rows))
	for i, row := range rows {
		queues[i] = chat.HookQueue{Tenant: row.Tenant, Webhook: row.ID}
	}
	return queues, nil
}

// Take leases deliveries. A lease is the time at which its row is due again,
// and the attempt's number: both move in the statement that finds the row due.
func (s *Store) Take(ctx context.Context, shares []chat.Share, lease time.Duration) ([]chat.Delivery, error) {
	if len(shares) == 0 {
		return nil, nil
	}
	at := now()
	asked := make([]db.TakeOutboxParams, len(shares))
	for i, share := range shares {
		asked[i] = db.TakeOutboxParams{
			Tenant: share.Tenant, Webhook: share.Webhook, Now: at, LeasedUntil: storable(at.Add(lease)), Count: rowCount(share.Count),
		}
	}
	var taken []chat.Delivery
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		taken = nil
		var first error
		q.TakeOutbox(ctx, asked).Query(func(_ int, rows []db.TakeOutboxRow, err error) {
			if err != nil && first == nil {
				first = err
			}
			for _, row := range rows {
				taken = append(taken, chat.Delivery{
					ID: row.ID, Tenant: row.Tenant, Webhook: row.Webhook, Type: chat.Type(row.Type),
					Conversation: row.Conversation, Seq: row.Seq, Tries: int(row.Tries), CreatedAt: row.CreatedAt,
				})
			}
		})
		return first
	})
	return taken, s.explain(err, "take due deliveries")
}

// Done removes a delivery that arrived.
func (s *Store) Done(ctx context.Context, d chat.Delivery) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := q.DeleteDelivery(ctx, db.DeleteDeliveryParams{Tenant: d.Tenant, ID: d.ID}); err != nil {
			return fmt.Errorf("delete the row: %w", err)
		}
		return q.ForgetWebhookFailures(ctx, db.ForgetWebhookFailuresParams{Tenant: d.Tenant, ID: d.Webhook})
	})
	return s.explain(err, "end delivery "+d.ID)
}

// Postpone makes a delivery due later, or gives it up.
func (s *Store) Postpone(ctx context.Context, d chat.Delivery, until time.Time, failure string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		var rows int64
		var err error
		if until.IsZero() {
			rows, err = q.GiveUpDelivery(ctx, db.GiveUpDeliveryParams{Tenant: d.Tenant, ID: d.ID, Tries: int64(d.Tries)})
		} else {
			rows, err = q.PostponeDelivery(ctx, db.PostponeDeliveryParams{Tenant: d.Tenant, ID: d.ID, Tries: int64(d.Tries), Until: storable(until)})
		}
		if err != nil || rows == 0 {
			return err
		}
		if !until.IsZero() {
			if err := q.PostponeFollowers(ctx, db.PostponeFollowersParams{
				Tenant: d.Tenant, Webhook: d.Webhook, Conversation: d.Conversation, Seq: d.Seq, Until: storable(until),
			}); err != nil {
				return fmt.Errorf("postpone what follows: %w", err)
			}
		}
		return q.CountWebhookFailure(ctx, db.CountWebhookFailureParams{Tenant: d.Tenant, ID: d.Webhook, Failure: failure, At: now()})
	})
	return s.explain(err, "postpone delivery "+d.ID)
}

// Waiting counts the deliveries that are not done.
func (s *Store) Waiting(ctx context.Context) (int, error) {
	count, err := s.reads.CountOutbox(ctx)
	return int(count), s.explain(err, "count deliveries")
}
