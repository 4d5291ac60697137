package sqlite

import (
	"context"
	"database/sql"
	"strconv"

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
	return pgconn.NewCommandTag("OK " + strconv.FormatInt(affected, 10)), translate(err)
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
