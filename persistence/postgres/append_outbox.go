package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// listening is what a tenant's enabled webhooks want to be told. Its version
// is compared in the transaction of each append, so that an event that comes after
// a webhook was made, or changed, is never planned without it.
type listening struct {
	version  int64
	webhooks []listener
}

type listener struct {
	id    string
	types []chat.Type
}

// tells tells whether an append has anything that webhooks are told.
func tells(a *chat.Append) bool { return a.Birth != nil || slices.ContainsFunc(a.Bodies, chat.Told) }

// surveyListeners reads the webhooks of a batch's tenants.
func surveyListeners(ctx context.Context, q *db.Queries, batch []*chat.Append) (map[string]listening, error) {
	found := make(map[string]listening)
	var tenants []string
	for _, a := range batch {
		if _, asked := found[a.Tenant]; !asked && tells(a) {
			found[a.Tenant] = listening{}
			tenants = append(tenants, a.Tenant)
		}
	}
	if len(tenants) == 0 {
		return found, nil
	}
	var first error
	q.Listeners(ctx, tenants).Query(func(i int, rows []db.ListenersRow, err error) {
		if err != nil && first == nil {
			first = fmt.Errorf("read webhooks: %w", err)
		}
		var l listening
		for _, row := range rows {
			l.version = row.Listeners
			if row.ID != nil {
				l.webhooks = append(l.webhooks, listener{*row.ID, splitTypes(text(row.Types))})
			}
		}
		found[tenants[i]] = l
	})
	return found, first
}

// writeOutbox keeps what webhooks have to be told, and has the database check
// that it was planned for the webhooks that there are.
func writeOutbox(ctx context.Context, q *db.Queries, p *plan) error {
	var checks []db.CheckListenersParams
	var deliveries []db.InsertOutboxParams
	created, checked := now(), make(map[string]bool)
	for _, a := range p.accepted {
		if !tells(a.Append) {
			continue
		}
		l := p.listeners[a.Tenant]
		if !checked[a.Tenant] {
			checked[a.Tenant] = true
			checks = append(checks, db.CheckListenersParams{Tenant: a.Tenant, Listeners: l.version})
		}
		for _, webhook := range l.webhooks {
			tell := func(kind chat.Type, seq int64) {
				if slices.Contains(webhook.types, kind) {
					deliveries = append(deliveries, db.InsertOutboxParams{
						ID: chat.NewID(chat.DeliveryPrefix), Tenant: a.Tenant, Webhook: webhook.id, Type: string(kind),
						Conversation: a.Conversation, Seq: seq, CreatedAt: created,
					})
				}
			}
			if a.born {
				tell(chat.TypeConversationCreated, 0)
			}
			for i, body := range a.Bodies {
				if chat.Told(body) {
					tell(body.Type(), a.Head+1+int64(i))
				}
			}
		}
	}
	slices.SortFunc(checks, func(a, b db.CheckListenersParams) int { return cmp.Compare(a.Tenant, b.Tenant) })
	q.CheckListeners(ctx, checks)
	q.InsertOutbox(ctx, deliveries)
	return nil
}
