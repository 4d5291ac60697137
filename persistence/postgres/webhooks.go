package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableWebhooks is what a webhook's target is bound to. It never changes.
const tableWebhooks = "webhooks"

// webhookRecord is where a webhook leads, sealed by the tenant's key.
type webhookRecord struct {
	recordHead
	URL    string `json:"url"`
	Secret string `json:"secret"`
	Note   string `json:"note,omitempty"`
	// A node of the version before knows nothing of these: a change that it makes ends the old secret early.
	OldSecret string    `json:"old_secret,omitempty"`
	OldUntil  time.Time `json:"old_until,omitzero"`
}

func recordOfWebhook(w chat.Webhook) webhookRecord {
	return webhookRecord{head(), w.URL, w.Secret, w.Note, w.OldSecret, w.OldUntil}
}

// CreateWebhook keeps a new webhook.
func (s *Store) CreateWebhook(ctx context.Context, w chat.Webhook) error {
	return s.explain(s.createWebhook(ctx, w), "create webhook "+w.ID)
}

func (s *Store) createWebhook(ctx context.Context, w chat.Webhook) error {
	key, err := s.keys.tenant(ctx, s.reads, w.Tenant)
	if err != nil {
		return err
	}
	target, err := sealWebhook(key, w)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := raiseListeners(ctx, q, w.Tenant); err != nil {
			return err
		}
		count, err := q.CountWebhooks(ctx, w.Tenant)
		if err != nil {
			return fmt.Errorf("count webhooks: %w", err)
		}
		if count >= chat.MaxWebhooks {
			return chat.ErrTooManyWebhooks
		}
		return q.InsertWebhook(ctx, db.InsertWebhookParams{
			ID: w.ID, Tenant: w.Tenant, Target: target, Types: joinTypes(w.Types), Enabled: w.Enabled, FailingSince: orNow(w.CreatedAt),
		})
	})
}

// Webhook returns one of the tenant's.
func (s *Store) Webhook(ctx context.Context, tenant, id string) (chat.Webhook, error) {
	w, _, err := s.webhook(ctx, s.reads, tenant, id)
	return w, s.explain(err, "read webhook "+id)
}

func (s *Store) webhook(ctx context.Context, q *db.Queries, tenant, id string) (chat.Webhook, db.Webhook, error) {
	row, err := q.Webhook(ctx, db.WebhookParams{Tenant: tenant, ID: id})
	if err != nil {
		return chat.Webhook{}, row, err
	}
	key, err := s.keys.tenant(ctx, q, tenant)
	if err != nil {
		return chat.Webhook{}, row, err
	}
	w, err := openWebhook(key, row)
	return w, row, err
}

// Webhooks returns all of the tenant's, oldest first.
func (s *Store) Webhooks(ctx context.Context, tenant string) ([]chat.Webhook, error) {
	webhooks, err := s.webhooks(ctx, tenant)
	return webhooks, s.explain(err, "list webhooks of "+tenant)
}

func (s *Store) webhooks(ctx context.Context, tenant string) ([]chat.Webhook, error) {
	rows, err := s.reads.WebhooksOfTenant(ctx, tenant)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	webhooks := make([]chat.Webhook, len(rows))
	for i, row := range rows {
		if webhooks[i], err = openWebhook(key, row); err != nil {
			return nil, err
		}
	}
	return webhooks, nil
}

// UpdateWebhook changes what is there, and again if somebody else was faster.
func (s *Store) UpdateWebhook(ctx context.Context, tenant, id string, change func(*chat.Webhook) error) (chat.Webhook, error) {
	var w chat.Webhook
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		var row db.Webhook
		var err error
		if w, row, err = s.webhook(ctx, q, tenant, id); err != nil {
			return err
		}
		was := w
		if err := change(&w); err != nil {
			return err
		}
		if err := raiseListeners(ctx, q, tenant); err != nil {
			return err
		}
		return s.saveWebhook(ctx, q, &w, was, row)
	})
	return w, s.explain(err, "update webhook "+id)
}

// saveWebhook writes what changed, under the condition that the row is still as it was.
func (s *Store) saveWebhook(ctx context.Context, q *db.Queries, w *chat.Webhook, was chat.Webhook, row db.Webhook) error {
	target := row.Target
	if recordOfWebhook(*w) != recordOfWebhook(was) {
		key, err := s.keys.tenant(ctx, q, w.Tenant)
		if err != nil {
			return err
		}
		if target, err = sealWebhook(key, *w); err != nil {
			return err
		}
	}
	if w.Enabled {
		w.Disabled = chat.ByOwner
	}
	types := joinTypes(w.Types)
	if bytes.Equal(target, row.Target) && types == row.Types && w.Enabled == row.Enabled && string(w.Disabled) == row.Disabled {
		return nil
	}
	_, err := q.UpdateWebhook(ctx, db.UpdateWebhookParams{
		Tenant: w.Tenant, ID: w.ID, Target: target, Types: types, Enabled: w.Enabled, Disabled: string(w.Disabled),
		WasTarget: row.Target, WasTypes: row.Types, WasEnabled: row.Enabled,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return errStale
	}
	if err != nil {
		return fmt.Errorf("write the webhook: %w", err)
	}
	switch {
	case !w.Enabled:
		return q.DeleteDeliveriesOfWebhook(ctx, db.DeleteDeliveriesOfWebhookParams{Tenant: w.Tenant, Webhook: w.ID})
	case !was.Enabled:
		w.Failures, w.FailingSince, w.LastFailure = 0, time.Time{}, ""
		return q.ForgetWebhookFailures(ctx, db.ForgetWebhookFailuresParams{Tenant: w.Tenant, ID: w.ID})
	}
	return nil
}

// DeleteWebhook removes a webhook with what waits for it.
func (s *Store) DeleteWebhook(ctx context.Context, tenant, id string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := raiseListeners(ctx, q, tenant); err != nil {
			return err
		}
		rows, err := q.DeleteWebhook(ctx, db.DeleteWebhookParams{Tenant: tenant, ID: id})
		if err == nil && rows == 0 {
			return pgx.ErrNoRows
		}
		return err
	})
	return s.explain(err, "delete webhook "+id)
}

// raiseListeners makes appends that know the tenant's webhooks read them again.
func raiseListeners(ctx context.Context, q *db.Queries, tenant string) error {
	rows, err := q.RaiseListeners(ctx, tenant)
	if err != nil {
		return fmt.Errorf("announce a change of webhooks: %w", err)
	}
	if rows == 0 {
		return pgx.ErrNoRows
	}
	return nil
}

func sealWebhook(key *seal.Key, w chat.Webhook) ([]byte, error) {
	return sealRecord(key, w.Tenant, tableWebhooks, w.ID, recordOfWebhook(w))
}

func openWebhook(key *seal.Key, row db.Webhook) (chat.Webhook, error) {
	var r webhookRecord
	if err := openRecord(key, row.Tenant, tableWebhooks, row.ID, row.Target, &r); err != nil {
		return chat.Webhook{}, err
	}
	w := chat.Webhook{
		ID: row.ID, Tenant: row.Tenant, URL: r.URL, Secret: r.Secret, Note: r.Note, Types: splitTypes(row.Types),
		OldSecret: r.OldSecret, OldUntil: r.OldUntil,
		Enabled: row.Enabled, Disabled: chat.Disabling(row.Disabled), CreatedAt: row.CreatedAt,
		Failures: int(row.Failures), LastFailure: row.Failure,
	}
	if w.Failures > 0 {
		w.FailingSince = row.FailingSince
	}
	return w, nil
}

func joinTypes(types []chat.Type) string {
	texts := make([]string, len(types))
	for i, t := range types {
		texts[i] = string(t)
	}
	return strings.Join(texts, ",")
}

func splitTypes(text string) []chat.Type {
	var types []chat.Type
	for t := range strings.SplitSeq(text, ",") {
		types = append(types, chat.Type(t))
	}
	return types
}
