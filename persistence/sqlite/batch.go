package sqlite

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Together runs the statements of a batch in a transaction of its own.
func (d *database) Together(ctx context.Context, queued *pgx.Batch, read func(pgx.BatchResults)) error {
	tx, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx) // does nothing after a commit
	results := tx.SendBatch(ctx, queued)
	if read != nil {
		read(results)
	}
	if err := results.Close(); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// SendBatch runs the statements one after the other as their results are asked
// for, and the rest when the results are closed; none after one that failed.
// Outside a transaction each commits by itself.
func (a adapter) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return &batch{ctx: ctx, adapter: a, queued: b.QueuedQueries}
}

// batch is one that is being worked off, as far as generated code asks.
type batch struct {
	pgx.BatchResults
	ctx     context.Context
	adapter adapter
	queued  []*pgx.QueuedQuery
	err     error // the first; that a row is not there is none
}

// fail keeps an error, and returns it.
func (b *batch) fail(err error) error {
	if err != nil && b.err == nil && !errors.Is(err, pgx.ErrNoRows) {
		b.err = err
	}
	return err
}

func (b *batch) take() *pgx.QueuedQuery {
	q := b.queued[0]
	b.queued = b.queued[1:]
	return q
}

func (b *batch) Exec() (pgconn.CommandTag, error) {
	if b.err != nil {
		return pgconn.CommandTag{}, b.err
	}
	q := b.take()
	tag, err := b.adapter.Exec(b.ctx, q.SQL, q.Arguments...)
	return tag, b.fail(err)
}

func (b *batch) Query() (pgx.Rows, error) {
	if b.err != nil {
		return nil, b.err
	}
	q := b.take()
	rows, err := b.adapter.Query(b.ctx, q.SQL, q.Arguments...)
	return batchRows{rows, b}, b.fail(err)
}

func (b *batch) QueryRow() pgx.Row {
	if b.err != nil {
		return row{err: b.err}
	}
	q := b.take()
	return batchRow{b.adapter.QueryRow(b.ctx, q.SQL, q.Arguments...), b}
}

// Close runs what is left, and returns the first error of all.
func (b *batch) Close() error {
	for b.err == nil && len(b.queued) > 0 {
		_, _ = b.Exec() // it keeps its error
	}
	return b.err
}

// batchRows and batchRow tell their batch of errors.
type batchRows struct {
	pgx.Rows
	batch *batch
}

func (r batchRows) Scan(places ...any) error { return r.batch.fail(r.Rows.Scan(places...)) }
func (r batchRows) Err() error               { return r.batch.fail(r.Rows.Err()) }

type batchRow struct {
	pgx.Row
	batch *batch
}

func (r batchRow) Scan(places ...any) error { return r.batch.fail(r.Row.Scan(places...)) }
