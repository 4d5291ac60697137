package postgres

import (
	"context"
	"fmt"

	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

// What is to be done step by step has a turn: a row that waits until few enough of its tenant's have a job (jobs.Lanes), the one
// that was served longest ago first. A step puts its work back in line, behind the others of its tenant, and its job goes behind
// those of other tenants. So whoever comes with a small source waits for one step of each tenant, however many those have in line.
//
// A turn ends with its step, unless that has put it in line again: tickets tell. One whose job got lost is enqueued again.

// putTurn puts work in line, within a transaction.
func putTurn(ctx context.Context, tx Tx, q *db.Queries, tenant string, kind jobs.Kind, subject string) error {
	if err := lockTenant(ctx, q, tenant); err != nil {
		return err
	}
	err := q.PutTurn(ctx, db.PutTurnParams{Tenant: tenant, Kind: string(kind), Subject: subject, Since: now()})
	if err != nil {
		return fmt.Errorf("put %s in line: %w", subject, err)
	}
	return serve(ctx, tx, q, tenant, kind)
}

// serve enqueues what may have its turn, of a tenant that is locked.
func serve(ctx context.Context, tx Tx, q *db.Queries, tenant string, kind jobs.Kind) error {
	enqueued, err := q.CountEnqueued(ctx, db.CountEnqueuedParams{Tenant: tenant, Kind: string(kind)})
	if err != nil {
		return fmt.Errorf("count jobs: %w", err)
	}
	free := jobs.Lanes[kind] - int(enqueued)
	if free <= 0 {
		return nil
	}
	next, err := q.NextTurns(ctx, db.NextTurnsParams{Tenant: tenant, Kind: string(kind), Limit: int32(free)})
	if err != nil {
		return fmt.Errorf("look who is next in line: %w", err)
	}
	for _, turn := range next {
		step := jobs.Step{Of: kind, Tenant: tenant, Subject: turn.Subject, Ticket: turn.Ticket}
		if err := enqueue(ctx, tx, q, step); err != nil {
			return err
		}
	}
	return nil
}

// enqueue gives a turn its job.
func enqueue(ctx context.Context, tx Tx, q *db.Queries, step jobs.Step) error {
	err := q.EnqueueTurn(ctx, db.EnqueueTurnParams{Tenant: step.Tenant, Kind: string(step.Of), Subject: step.Subject, Since: now()})
	if err != nil {
		return fmt.Errorf("take %s out of line: %w", step.Subject, err)
	}
	return tx.Enqueue(ctx, step)
}

// endTurn lets the next one of the tenant have its turn after a step.
func (s *Store) endTurn(ctx context.Context, step jobs.Step) error {
	return s.afterTurn(ctx, step, func(q *db.Queries) (int64, error) {
		return q.EndTurn(ctx, db.EndTurnParams{Tenant: step.Tenant, Kind: string(step.Of), Subject: step.Subject, Ticket: step.Ticket})
	})
}

// failTurn lets the next one have its turn while a step waits to be tried again.
func (s *Store) failTurn(ctx context.Context, step jobs.Step) error {
	return s.afterTurn(ctx, step, func(q *db.Queries) (int64, error) {
		return q.FailTurn(ctx, db.FailTurnParams{
			Tenant: step.Tenant, Kind: string(step.Of), Subject: step.Subject, Ticket: step.Ticket, Since: now(),
		})
	})
}

// afterTurn changes a turn, and serves the tenant if that made room.
func (s *Store) afterTurn(ctx context.Context, step jobs.Step, change func(*db.Queries) (int64, error)) error {
	return s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, step.Tenant); err != nil {
			return err
		}
		rows, err := change(q)
		if err != nil || rows == 0 {
			return err
		}
		return serve(ctx, tx, q, step.Tenant, step.Of)
	})
}
