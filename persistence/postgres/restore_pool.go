package postgres

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"parley/persistence/backup"
)

// Hold takes the lock under which nodes migrate, on a connection of its own, as Migrate does.
func (p *pool) Hold(ctx context.Context) (release func(), err error) {
	lock, err := pgx.ConnectConfig(ctx, p.connections.Config().ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	release = func() { _ = lock.Close(context.WithoutCancel(ctx)) }
	if err := takeTurn(ctx, lock); err != nil {
		release()
		return nil, fmt.Errorf("wait for the lock: %w", err)
	}
	return release, nil
}

// SchemaTo implements Restorer.
func (p *pool) SchemaTo(ctx context.Context, migrations fs.FS, version int64) error {
	handle := stdlib.OpenDBFromPool(p.connections)
	defer handle.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, handle, migrations, goose.WithTableName(VersionTable))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if err := SchemaUpTo(ctx, provider, version); err != nil {
		return err
	}
	return p.queue.Migrate(ctx)
}

// Load implements Restorer.
func (p *pool) Load(ctx context.Context) (Loading, error) {
	tx, err := p.connections.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return nil, err
	}
	if err := patient(ctx, tx); err != nil {
		_ = tx.Rollback(context.WithoutCancel(ctx)) // the error counts
		return nil, err
	}
	return loadingTx{poolTx{tx, p.queue}}, nil
}

type loadingTx struct{ poolTx }

func (t loadingTx) Schema(ctx context.Context) (backup.Schema, error) { return readSchema(ctx, t.Tx) }

// copiedRows is how many rows one COPY brings: Postgres remembers each of them until the
// end of the statement, to check what it refers to.
const copiedRows = 50_000

// Insert copies.
func (t loadingTx) Insert(ctx context.Context, table backup.Table, rows iter.Seq2[[]any, error]) error {
	columns := make([]string, len(table.Columns))
	for i, column := range table.Columns {
		columns[i] = column.Name
	}
	next, stop := iter.Pull2(rows)
	defer stop()
	for more := true; more; {
		left := copiedRows
		_, err := t.CopyFrom(ctx, pgx.Identifier{table.Name}, columns, pgx.CopyFromFunc(func() ([]any, error) {
			if left--; left < 0 {
				return nil, nil
			}
			var row []any
			var err error
			row, err, more = next()
			return row, err
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// Filled has Postgres look at the tables: until it did, it would plan as if they were empty.
func (t loadingTx) Filled(ctx context.Context, tables []backup.Table) error {
	names := make([]string, len(tables))
	for i, table := range tables {
		names[i] = backup.Quoted(table.Name)
	}
	if _, err := t.Exec(ctx, "ANALYZE "+strings.Join(names, ", ")); err != nil {
		return fmt.Errorf("analyze the tables: %w", err)
	}
	return nil
}
