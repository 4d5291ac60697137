package postgres

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"parley/persistence/backup"
	"parley/persistence/seal"
)

// Backup writes all that a database holds at this instant, while others read and
// write as they like. Its transaction keeps Postgres from removing what is
// deleted meanwhile, and migrations waiting, until it ends.
func Backup(ctx context.Context, url string, to io.Writer, master *seal.Master, program string) (backup.Summary, error) {
	config, err := pgxpool.ParseConfig(url) // which knows settings of a pool, too
	if err != nil {
		return backup.Summary{}, fmt.Errorf("understand the database URL: %w", err)
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	if err != nil {
		return backup.Summary{}, fmt.Errorf("reach Postgres: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return backup.Summary{}, fmt.Errorf("begin: %w", err)
	}
	if err := patient(ctx, tx); err != nil {
		return backup.Summary{}, err
	}
	return backup.Write(ctx, to, snapshot{tx}, master, program)
}

// patient lets a transaction take its time, whatever the server allows others.
func patient(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"); err != nil {
		return fmt.Errorf("take time: %w", err)
	}
	return nil
}

// snapshot is a transaction as a backup.Source.
type snapshot struct{ tx pgx.Tx }

func (s snapshot) Database() string                                  { return "postgres" }
func (s snapshot) Schema(ctx context.Context) (backup.Schema, error) { return readSchema(ctx, s.tx) }

func (s snapshot) Rows(ctx context.Context, table backup.Table) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		rows, err := s.tx.Query(ctx, table.Select())
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			row, err := rows.Values()
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// kinds are the types that migrations use, as Postgres names them.
var kinds = map[string]backup.Kind{
	"text": backup.Text, "bytea": backup.Bytes, "bigint": backup.Integer, "boolean": backup.Boolean, "timestamp with time zone": backup.Time,
}

// queryer is a connection, a pool or a transaction.
type queryer interface {
	Query(ctx context.Context, text string, args ...any) (pgx.Rows, error)
}

// readSchema reads which tables there are in the schema that is used. Tables of extensions are not ours.
func readSchema(ctx context.Context, q queryer) (backup.Schema, error) {
	const ours = `c.relnamespace = CAST(CAST(current_schema() AS text) AS regnamespace) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
		AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = CAST('pg_class' AS regclass) AND d.objid = c.oid AND d.deptype = 'e')`
	columns, err := listed[backup.FoundColumn](ctx, q, `SELECT CAST(c.relname AS text), CAST(a.attname AS text), format_type(a.atttypid, NULL)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND `+ours+` ORDER BY c.relname, a.attnum`)
	if err != nil {
		return backup.Schema{}, fmt.Errorf("read the tables: %w", err)
	}
	references, err := listed[backup.Reference](ctx, q, `SELECT CAST(c.relname AS text), CAST(p.relname AS text) FROM pg_constraint f
		JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid WHERE f.contype = 'f' AND `+ours)
	if err != nil {
		return backup.Schema{}, fmt.Errorf("read how tables refer to each other: %w", err)
	}
	tables, err := backup.Describe(columns, references, kinds)
	if err != nil {
		return backup.Schema{}, err
	}
	if !slices.ContainsFunc(columns, func(c backup.FoundColumn) bool { return c.Table == VersionTable }) {
		return backup.Schema{Tables: tables}, nil // it was never migrated
	}
	versions, err := listed[schemaVersion](ctx, q, VersionQuery)
	if err != nil {
		return backup.Schema{}, fmt.Errorf("read the version of the schema: %w", err)
	}
	return backup.Schema{Version: versions[0].Number, Tables: tables}, nil
}

// VersionQuery reads the number of the last migration.
const VersionQuery = "SELECT COALESCE(MAX(version_id), 0) FROM " + VersionTable + " WHERE is_applied"

type schemaVersion struct{ Number int64 }

// listed reads rows into structs, column by column.
func listed[T any](ctx context.Context, q queryer, query string) ([]T, error) {
	rows, err := q.Query(ctx, query)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}
