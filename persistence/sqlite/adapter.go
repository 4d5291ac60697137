package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// source has prepared statements, and the context to run them under.
type source interface {
	prepared(ctx context.Context, text string) (context.Context, *sql.Stmt, error)
}

// adapter runs what sqlc generated for pgx: it is a db.DBTX. SQLite understands
// Postgres' $1, $2, … as they are.
type adapter struct{ source source }

func (a adapter) Exec(ctx context.Context, text string, args ...any) (pgconn.CommandTag, error) {
	ctx, statement, err := a.source.prepared(ctx, text) //nolint:sqlclosecheck // the source closes what it prepared
	if err != nil {
		return pgconn.CommandTag{}, translate(err)
	}
	result, err := statement.ExecContext(ctx, toSQLite(args)...)
	if err != nil {
		return pgconn.CommandTag{}, translate(err)
	}
	affected, err := result.RowsAffected()
	return pgconn.NewCommandTag(fmt.Sprintf("OK %d", affected)), translate(err)
}

func (a adapter) Query(ctx context.Context, text string, args ...any) (pgx.Rows, error) {
	return a.query(ctx, text, args)
}

func (a adapter) query(ctx context.Context, text string, args []any) (*rows, error) {
	ctx, statement, err := a.source.prepared(ctx, text) //nolint:sqlclosecheck // the source closes what it prepared
	if err != nil {
		return nil, translate(err)
	}
	found, err := statement.QueryContext(ctx, toSQLite(args)...) //nolint:rowserrcheck // whoever reads the rows asks them
	if err != nil {
		return nil, translate(err)
	}
	return &rows{found: found}, nil
}

func (a adapter) QueryRow(ctx context.Context, text string, args ...any) pgx.Row {
	found, err := a.query(ctx, text, args)
	return row{found, err}
}

// SendBatch runs the statements one after the other as their results are asked
// for. Outside a transaction each commits by itself.
func (a adapter) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	return &batch{ctx: ctx, adapter: a, queued: b.QueuedQueries}
}

// batch is one that is being worked off, as far as generated code asks.
type batch struct {
	pgx.BatchResults
	ctx     context.Context
	adapter adapter
	queued  []*pgx.QueuedQuery
}

func (b *batch) take() *pgx.QueuedQuery {
	q := b.queued[0]
	b.queued = b.queued[1:]
	return q
}

func (b *batch) Exec() (pgconn.CommandTag, error) {
	q := b.take()
	return b.adapter.Exec(b.ctx, q.SQL, q.Arguments...)
}

func (b *batch) Query() (pgx.Rows, error) {
	q := b.take()
	return b.adapter.Query(b.ctx, q.SQL, q.Arguments...)
}

func (b *batch) QueryRow() pgx.Row {
	q := b.take()
	return b.adapter.QueryRow(b.ctx, q.SQL, q.Arguments...)
}

func (b *batch) Close() error { return nil }
