package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/jackc/pgx/v5"

	"parley/account/billing"
	"parley/chat"
	"parley/persistence/postgres/db"
)

// Billing is the store as what keeps what tenants may use, pay and have used: its methods have names that say little beside those of the store.
type Billing struct{ *Store }

var (
	_ billing.Store       = Billing{}
	_ billing.Events      = Billing{}
	_ billing.EventLog    = Billing{}
	_ billing.Notices     = Billing{}
	_ billing.Reports     = Billing{}
	_ billing.Differences = Billing{}
)

// Billing returns the store as what keeps plans and payments.
func (s *Store) Billing() Billing { return Billing{s} }

// State returns what is kept of a tenant.
func (s Billing) State(ctx context.Context, tenant string) (billing.State, error) {
	state, err := s.state(ctx, tenant)
	return state, s.explain(err, "read the plan of "+tenant)
}

func (s Billing) state(ctx context.Context, tenant string) (billing.State, error) {
	row, err := s.reads.BillingState(ctx, tenant)
	if err != nil {
		return billing.State{}, err
	}
	return s.openOne(ctx, row)
}

// PutState writes a state unless somebody else has since it was read.
func (s Billing) PutState(ctx context.Context, state billing.State) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.putState(ctx, q, state) })
	return s.explain(err, "keep the plan of "+state.Tenant)
}

func (s Billing) putState(ctx context.Context, q *db.Queries, state billing.State) error {
	change, err := q.NextBillingChange(ctx)
	if err != nil {
		return fmt.Errorf("count the change: %w", err)
	}
	key, err := s.keys.tenant(ctx, q, state.Tenant)
	if err != nil {
		return err
	}
	body, err := sealState(key, state)
	if err != nil {
		return err
	}
	var contract billing.Contract
	if state.Contract != nil {
		contract = *state.Contract
	}
	var rows int64
	if state.Version == 0 {
		rows, err = q.InsertBillingState(ctx, db.InsertBillingStateParams{
			Tenant: state.Tenant, Change: change, Provider: contract.Provider, Customer: contract.Customer, Contract: contract.ID, Body: body,
		})
	} else {
		rows, err = q.UpdateBillingState(ctx, db.UpdateBillingStateParams{
			Tenant: state.Tenant, Version: state.Version, Change: change,
			Provider: contract.Provider, Customer: contract.Customer, Contract: contract.ID, Body: body,
		})
	}
	if err != nil {
		return fmt.Errorf("write it: %w", err)
	}
	if rows == 0 {
		return chat.ErrStale
	}
	return adopt(ctx, q, state.Tenant, subjectsOf(billing.Fact{Contract: &contract}))
}

// changedAtOnce bounds how many changes are told at a time.
const changedAtOnce = 1000

// Changed returns who was changed after a change, a thousand of them at most: `last` is that of the last that is returned.
func (s Billing) Changed(ctx context.Context, after int64) (tenants []string, last int64, err error) {
	if after < 0 {
		last, err = s.reads.LastBillingChange(ctx)
		return nil, last, s.explain(err, "read the number of changes")
	}
	rows, err := s.reads.BillingStatesChanged(ctx, db.BillingStatesChangedParams{After: after, Count: changedAtOnce})
	if err != nil {
		return nil, after, s.explain(err, "list changed plans")
	}
	last = after
	for _, row := range rows {
		tenants, last = append(tenants, row.Tenant), row.Change
	}
	return tenants, last, nil
}

// statesAtOnce is how many states are in memory while all are read.
const statesAtOnce = 200

// States yields all, by tenant. One that does not open is an error of its own, and the others follow.
func (s Billing) States(ctx context.Context) iter.Seq2[billing.State, error] {
	return func(yield func(billing.State, error) bool) {
		for after := ""; ; {
			rows, err := s.reads.BillingStatesAfter(ctx, db.BillingStatesAfterParams{After: after, Count: statesAtOnce})
			if err != nil {
				yield(billing.State{}, s.explain(err, "list plans"))
				return
			}
			for _, row := range rows {
				state, err := s.openOne(ctx, db.BillingStateRow(row))
				if errors.Is(err, pgx.ErrNoRows) {
					continue // the tenant is gone since
				}
				if !yield(state, s.explain(err, "read the plan of "+row.Tenant)) {
					return
				}
			}
			if len(rows) < statesAtOnce {
				return
			}
			after = rows[len(rows)-1].Tenant
		}
	}
}

func (s Billing) openOne(ctx context.Context, row db.BillingStateRow) (billing.State, error) {
	key, err := s.keys.tenant(ctx, s.reads, row.Tenant)
	if err != nil {
		return billing.State{}, err
	}
	return openState(key, row)
}
