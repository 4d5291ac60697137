package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/account/billing"
	"parley/chat"
	"parley/persistence/postgres/db"
)

// Events returns a page, latest first.
func (s Billing) Events(ctx context.Context, filter billing.EventFilter) ([]billing.KeptEvent, string, error) {
	list := []string{"billing events", string(filter.State)}
	from, err := s.cursors.decode(filter.Cursor, list...)
	if err != nil {
		return nil, "", err
	}
	size := pageSize(filter.Limit)
	events, err := s.events(ctx, filter.State, from, size+1)
	if err != nil {
		return nil, "", s.explain(err, "list events")
	}
	if len(events) <= size {
		return events, "", nil
	}
	events = events[:size]
	last := events[size-1]
	return events, s.cursors.encode(position{last.Received, last.ID}, list...), nil
}

func (s Billing) events(ctx context.Context, state billing.EventState, from position, count int) ([]billing.KeptEvent, error) {
	rows, err := s.reads.BillingEvents(ctx, db.BillingEventsParams{State: string(state), Before: from.at, BeforeID: from.id, Count: rowCount(count)})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return nil, err
	}
	events := make([]billing.KeptEvent, len(rows))
	for i, row := range rows {
		outcome, err := openOutcome(key, row.ID, row.Outcome)
		if err != nil {
			return nil, err
		}
		events[i] = billing.KeptEvent{
			Event: billing.Event{ID: row.ID, Provider: row.Provider, Type: row.Type, At: row.At, Received: row.ReceivedAt},
			State: billing.EventState(row.State), Tenant: text(row.Tenant), Error: outcome.Error,
		}
	}
	return events, nil
}

// Event returns one with its payload.
func (s Billing) Event(ctx context.Context, id string) (billing.Event, error) {
	event, err := s.event(ctx, id)
	return event, s.explain(err, "read event "+id)
}

func (s Billing) event(ctx context.Context, id string) (billing.Event, error) {
	row, err := s.reads.BillingEvent(ctx, id)
	if err != nil {
		return billing.Event{}, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return billing.Event{}, err
	}
	return openEvent(key, row)
}

// Events can be processed again for so long. Afterwards what they say of people goes, and what they came to stays; those of nobody go.
const (
	eventsKept = 90 * 24 * time.Hour
	// sweptFor is how long before that a sweep looks back: it may have rested for so long.
	sweptFor = 60 * 24 * time.Hour
)

// errForgotten refuses to process an event again of which nothing but the outcome is left.
var errForgotten = chat.Fail(chat.Conflict, "event_forgotten", "This event is too old to be processed again: only what it came to is left.")

func (s *Store) forgetEvents(ctx context.Context) error {
	before := now().Add(-eventsKept)
	err := s.writes.BlankBillingEvents(ctx, db.BlankBillingEventsParams{Nothing: nothing, Before: before, Since: before.Add(-sweptFor)})
	if err != nil {
		return fmt.Errorf("blank old events: %w", err)
	}
	return s.writes.DeleteBillingEventsOfNobody(ctx, before)
}

// TenantOf returns whose a fact is: the tenant that it names, or else who has its contract, or its customer, or was named in an earlier event about those.
func (s Billing) TenantOf(ctx context.Context, fact billing.Fact) (string, error) {
	tenant, err := tenantOf(ctx, s.reads, fact)
	return tenant, s.explain(err, "look whose a fact is")
}

func tenantOf(ctx context.Context, q *db.Queries, fact billing.Fact) (string, error) {
	if named := namedTenant(fact); named != "" {
		found, err := q.TenantExists(ctx, named)
		if err != nil {
			return "", fmt.Errorf("look for the tenant: %w", err)
		}
		if !found {
			return "", nil
		}
		return named, nil
	}
	for _, subject := range subjectsOf(fact) { // contracts come before customers
		tenants, err := tenantsOf(ctx, q, subject)
		if err != nil {
			return "", fmt.Errorf("look whose %s is: %w", subject, err)
		}
		if len(tenants) > 0 {
			return tenants[0], nil
		}
	}
	return "", nil
}

func tenantsOf(ctx context.Context, q *db.Queries, subject string) (tenants []string, err error) {
	switch kind, id, _ := strings.Cut(subject, ":"); kind {
	case subjectContract:
		tenants, err = q.TenantOfContract(ctx, id)
	case subjectCustomer:
		tenants, err = q.TenantOfCustomer(ctx, id)
	}
	if err != nil || len(tenants) > 0 {
		return tenants, err
	}
	return q.TenantOfSubject(ctx, subject)
}
