package sqlite

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"

	"parley/persistence/backup"
	"parley/persistence/postgres"
)

// Hold has nothing to do: the folder is locked as long as it is open.
func (d *database) Hold(context.Context) (release func(), err error) { return func() {}, nil }

// SchemaTo implements postgres.Restorer.
func (d *database) SchemaTo(ctx context.Context, migrations fs.FS, version int64) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, d.writer, plain{migrations}, goose.WithTableName(postgres.VersionTable))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if err := postgres.SchemaUpTo(ctx, provider, version); err != nil {
		return err
	}
	return d.queue.Migrate(ctx)
}

// Load implements postgres.Restorer.
func (d *database) Load(ctx context.Context) (postgres.Loading, error) {
	tx, err := d.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return loading{tx.(*transaction)}, nil
}

type loading struct{ *transaction }

func (l loading) Schema(ctx context.Context) (backup.Schema, error) { return readSchema(ctx, l.tx) }

// Insert adds row by row with one prepared statement. SQLite keeps what does not fit into
// its cache in the write-ahead log.
func (l loading) Insert(ctx context.Context, table backup.Table, rows iter.Seq2[[]any, error]) error {
	places := make([]string, len(table.Columns))
	for i := range places {
		places[i] = "$" + strconv.Itoa(i+1)
	}
	statement := "INSERT INTO " + backup.Quoted(table.Name) + " (" + table.List() + ") VALUES (" + strings.Join(places, ", ") + ")"
	for row, err := range rows {
		if err == nil {
			err = ctx.Err() // statements of a transaction do not ask it
		}
		if err != nil {
			return err
		}
		if _, err := l.Exec(ctx, statement, row...); err != nil {
			return err
		}
	}
	return nil
}

// Filled has nothing to do: SQLite plans well without looking at the rows.
func (l loading) Filled(context.Context, []backup.Table) error { return nil }
