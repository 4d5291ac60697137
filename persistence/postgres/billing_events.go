package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"parley/account/billing"
	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Events are sealed by the key of accounts: whose they are is known only when they were processed, and sometimes long after. What
// they are found by stands beside them (billing_subjects): the ids of tenants, customers and contracts that their facts name.

// Receive keeps an event once.
func (s Billing) Receive(ctx context.Context, event billing.Event) (known bool, err error) {
	known, err = s.receive(ctx, event)
	return known, s.explain(err, "keep event "+event.ID)
}

func (s Billing) receive(ctx context.Context, event billing.Event) (known bool, err error) {
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return false, err
	}
	payload, err := key.Seal(event.Payload, "", tableBillingPayloads, event.ID)
	if err != nil {
		return false, err
	}
	rows, err := s.writes.InsertBillingEvent(ctx, db.InsertBillingEventParams{
		ID: event.ID, Provider: event.Provider, Type: event.Type, At: storable(event.At), ReceivedAt: orNow(event.Received), Payload: payload,
	})
	return rows == 0, err
}

// Settle writes what came of an event: its facts count from then on, with an error too. An error without facts leaves those that were there.
// Only one event is settled at a time: whether anybody knows whose it is must not change in between.
func (s Billing) Settle(ctx context.Context, id string, outcome billing.Outcome) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.settle(ctx, q, id, outcome) })
	return s.explain(err, "settle event "+id)
}

func (s Billing) settle(ctx context.Context, q *db.Queries, id string, outcome billing.Outcome) error {
	if err := q.HoldBilling(ctx); err != nil {
		return fmt.Errorf("let others wait: %w", err)
	}
	held, err := q.HoldBillingEvent(ctx, id)
	if err != nil {
		return err
	}
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return err
	}
	facts := outcome.Facts
	if outcome.Error != "" && len(facts) == 0 {
		before, err := openOutcome(key, id, held.Outcome)
		if err != nil {
			return err
		}
		facts = before.Facts
	}
	sealed, err := sealOutcome(key, id, outcomeRecord{Facts: facts, Error: outcome.Error})
	if err != nil {
		return err
	}
	row := db.SettleBillingEventParams{
		ID: id, State: string(billing.EventSettled), Tries: held.Tries, Tenant: known(cmp.Or(outcome.Tenant, text(held.Tenant))), Outcome: sealed,
	}
	if outcome.Error != "" {
		row.State, row.Tries = string(billing.EventFailed), held.Tries+1
		row.DueAt = stored(now().Add(retryAfter(row.Tries)))
	}
	if err := q.SettleBillingEvent(ctx, row); err != nil {
		return fmt.Errorf("keep what came of it: %w", err)
	}
	if err := q.DeleteBillingSubjects(ctx, id); err != nil {
		return fmt.Errorf("forget whose it was: %w", err)
	}
	subjects := subjectsOf(facts...)
	for _, subject := range subjects {
		if err := q.InsertBillingSubject(ctx, db.InsertBillingSubjectParams{Event: id, Subject: subject}); err != nil {
			return fmt.Errorf("keep whose it is: %w", err)
		}
	}
	if outcome.Tenant != "" {
		return adopt(ctx, q, outcome.Tenant, subjects)
	}
	for _, fact := range outcome.Facts {
		if tenant, err := tenantOf(ctx, q, fact); err != nil || tenant != "" {
			return cmp.Or(err, error(chat.ErrStale)) // meanwhile it turned out whose it is, who must count it
		}
	}
	return nil
}

// retryAfter is how long an event waits that failed so often: from a minute up to an hour.
func retryAfter(tries int64) time.Duration {
	return min(time.Minute<<min(tries-1, 6), time.Hour)
}

// adopt makes those events a tenant's that came before it was known whose their customers and contracts are.
func adopt(ctx context.Context, q *db.Queries, tenant string, subjects []string) error {
	for _, subject := range subjects {
		if err := q.AdoptBillingEvents(ctx, db.AdoptBillingEventsParams{Tenant: &tenant, Subject: subject}); err != nil {
			return fmt.Errorf("adopt earlier events: %w", err)
		}
	}
	return nil
}

// Kinds of subjects.
const (
	subjectContract = "contract"
	subjectCustomer = "customer"
)

// subjectsOf are what facts say whose they are, each once, in order.
func subjectsOf(facts ...billing.Fact) []string {
	var all []string
	add := func(kind, id string) {
		if id != "" {
			all = append(all, kind+":"+id)
		}
	}
	for _, f := range facts {
		add(subjectCustomer, f.Customer)
		add(subjectContract, f.Subscription)
		if f.Contract != nil {
			add(subjectCustomer, f.Contract.Customer)
			add(subjectContract, f.Contract.ID)
		}
		if f.Invoice != nil {
			add(subjectContract, f.Invoice.Subscription)
		}
		if f.Checkout != nil {
			add(subjectCustomer, f.Checkout.Customer)
			add(subjectContract, f.Checkout.Subscription)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// namedTenant is the tenant that a fact itself names.
func namedTenant(f billing.Fact) string {
	named := f.Tenant
	if f.Contract != nil {
		named = cmp.Or(named, f.Contract.Tenant)
	}
	if f.Checkout != nil {
		named = cmp.Or(named, f.Checkout.Tenant)
	}
	return named
}

// FactsOf returns a tenant's facts: those of its own events, and those of events of nobody that are about the customers and contracts which
// the tenant's name, and so on. A fact that names another tenant is that one's.
func (s Billing) FactsOf(ctx context.Context, tenant string) ([]billing.Fact, error) {
	facts, err := s.factsOf(ctx, tenant)
	return facts, s.explain(err, "read what is known of "+tenant)
}

func (s Billing) factsOf(ctx context.Context, tenant string) ([]billing.Fact, error) {
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return nil, err
	}
	found := findingFacts{tenant: tenant, key: key, read: make(map[string]bool), asked: make(map[string]bool)}
	contracts, err := s.reads.ContractOfTenant(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read its contract: %w", err)
	}
	for _, c := range contracts {
		found.subjects = subjectsOf(billing.Fact{Customer: c.Customer, Subscription: c.Contract})
	}
	own, err := s.reads.OutcomesOfTenant(ctx, &tenant)
	if err != nil {
		return nil, fmt.Errorf("read its events: %w", err)
	}
	for _, row := range own {
		if err := found.take(row.ID, row.Outcome); err != nil {
			return nil, err
		}
	}
	for len(found.subjects) > 0 {
		subject := found.subjects[0]
		found.subjects = found.subjects[1:]
		if found.asked[subject] {
			continue
		}
		found.asked[subject] = true
		rows, err := s.reads.OutcomesOfSubject(ctx, db.OutcomesOfSubjectParams{Subject: subject, Tenant: &tenant})
		if err != nil {
			return nil, fmt.Errorf("read events of %s: %w", subject, err)
		}
		for _, row := range rows {
			if err := found.take(row.ID, row.Outcome); err != nil {
				return nil, err
			}
		}
	}
	return found.facts, nil
}

// findingFacts gathers the facts of a tenant.
type findingFacts struct {
	tenant   string
	key      *seal.Key
	read     map[string]bool // events
	asked    map[string]bool // subjects
	subjects []string        // to ask for
	facts    []billing.Fact
}

// take adds the facts of an event, and what else to look for.
func (f *findingFacts) take(event string, sealed []byte) error {
	if f.read[event] {
		return nil
	}
	f.read[event] = true
	outcome, err := openOutcome(f.key, event, sealed)
	if err != nil {
		return err
	}
	for _, fact := range outcome.Facts {
		if named := namedTenant(fact); named != "" && named != f.tenant {
			continue
		}
		f.facts = append(f.facts, fact)
		f.subjects = append(f.subjects, subjectsOf(fact)...)
	}
	return nil
}

// Unsettled returns events that are to be processed (again), those that have waited longest first. The time between two tries grows from a minute to an hour.
func (s Billing) Unsettled(ctx context.Context, patience time.Duration, n int) ([]billing.Event, error) {
	events, err := s.unsettled(ctx, patience, n)
	return events, s.explain(err, "list events to be processed")
}

func (s Billing) unsettled(ctx context.Context, patience time.Duration, n int) ([]billing.Event, error) {
	at := now()
	rows, err := s.reads.UnsettledBillingEvents(ctx, db.UnsettledBillingEventsParams{Now: &at, Before: at.Add(-patience), Count: rowCount(n)})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return nil, err
	}
	events := make([]billing.Event, len(rows))
	for i, row := range rows {
		if events[i], err = openEvent(key, db.BillingEventRow(row)); err != nil {
			return nil, err
		}
	}
	return events, nil
}

func openEvent(key *seal.Key, row db.BillingEventRow) (billing.Event, error) {
	if len(row.Payload) == 0 {
		return billing.Event{}, errForgotten
	}
	payload, err := key.Open(row.Payload, "", tableBillingPayloads, row.ID)
	if err != nil {
		return billing.Event{}, fmt.Errorf("open event %s: %w", row.ID, err)
	}
	return billing.Event{ID: row.ID, Provider: row.Provider, Type: row.Type, At: row.At, Received: row.ReceivedAt, Payload: payload}, nil
}
