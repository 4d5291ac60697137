package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"parley/persistence/backup"
	"parley/persistence/postgres"
	"parley/persistence/seal"
)

// Backup writes all that is kept in a folder at this instant, also while a
// server has the folder open: it takes no lock but SQLite's own, for reading.
// What is written meanwhile stays in the write-ahead log until it ends, which grows as long.
func Backup(ctx context.Context, dir string, to io.Writer, master *seal.Master, program string) (backup.Summary, error) {
	path, err := filepath.Abs(filepath.Join(dir, fileName))
	if err != nil {
		return backup.Summary{}, fmt.Errorf("find the folder %s: %w", dir, err)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return backup.Summary{}, fmt.Errorf("there is no database in the folder %s", dir)
	}
	handle := sql.OpenDB(newConnector(address(path, "mode=ro", "_pragma=busy_timeout(10000)", "_pragma=query_only(1)")))
	defer handle.Close()
	tx, err := handle.BeginTx(ctx, nil)
	if err != nil {
		return backup.Summary{}, fmt.Errorf("open SQLite in %s: %w", dir, err)
	}
	defer tx.Rollback() // nothing was written
	return backup.Write(ctx, to, snapshot{tx}, master, program)
}

// snapshot is a transaction as a backup.Source. Its first statement decides what it sees.
type snapshot struct{ tx *sql.Tx }

func (s snapshot) Database() string                                  { return "sqlite" }
func (s snapshot) Schema(ctx context.Context) (backup.Schema, error) { return readSchema(ctx, s.tx) }

func (s snapshot) Rows(ctx context.Context, table backup.Table) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		found, err := s.tx.QueryContext(ctx, table.Select())
		if err != nil {
			yield(nil, err)
			return
		}
		defer found.Close()
		for found.Next() {
			row, err := scan(found, table)
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := found.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// scan reads a row into values of the columns' kinds.
func scan(found *sql.Rows, table backup.Table) ([]any, error) {
	row, places := make([]any, len(table.Columns)), make([]any, len(table.Columns))
	for i, column := range table.Columns {
		places[i] = kindPlace{column.Kind, &row[i]}
	}
	return row, found.Scan(places...)
}

// kindPlace reads a value of a kind, or null.
type kindPlace struct {
	kind backup.Kind
	to   *any
}

func (p kindPlace) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*p.to = nil
		return nil
	case string:
		if p.kind == backup.Text {
			*p.to = v
			return nil
		}
		if p.kind == backup.Time {
			var at time.Time
			err := timePlace{&at}.Scan(v)
			*p.to = at
			return err
		}
	case []byte:
		if p.kind == backup.Bytes {
			*p.to = append([]byte{}, v...) // the driver uses it again
			return nil
		}
	case int64:
		if p.kind == backup.Integer {
			*p.to = v
			return nil
		}
		if p.kind == backup.Boolean && (v == 0 || v == 1) {
			*p.to = v == 1
			return nil
		}
	}
	return fmt.Errorf("it holds a %T, which is no %s", value, p.kind)
}

// kinds are the types that migrations use, as they were declared.
var kinds = map[string]backup.Kind{
	"TEXT": backup.Text, "BYTEA": backup.Bytes, "BIGINT": backup.Integer, "BOOLEAN": backup.Boolean, "TIMESTAMPTZ": backup.Time,
}

// readSchema reads which tables there are.
func readSchema(ctx context.Context, tx *sql.Tx) (backup.Schema, error) {
	const ours = "s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	var columns []backup.FoundColumn
	err := each(ctx, tx, "SELECT s.name, c.name, c.type FROM sqlite_schema AS s, pragma_table_info(s.name) AS c WHERE "+ours+" ORDER BY s.name, c.cid",
		func(found *sql.Rows) error {
			var c backup.FoundColumn
			err := found.Scan(&c.Table, &c.Name, &c.Type)
			columns = append(columns, c)
			return err
		})
	if err != nil {
		return backup.Schema{}, fmt.Errorf("read the tables: %w", err)
	}
	var references []backup.Reference
	err = each(ctx, tx, "SELECT s.name, f.\"table\" FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f WHERE "+ours,
		func(found *sql.Rows) error {
			var r backup.Reference
			err := found.Scan(&r.From, &r.To)
			references = append(references, r)
			return err
		})
	if err != nil {
		return backup.Schema{}, fmt.Errorf("read how tables refer to each other: %w", err)
	}
	schema := backup.Schema{}
	if schema.Tables, err = backup.Describe(columns, references, kinds); err != nil {
		return backup.Schema{}, err
	}
	if slices.ContainsFunc(columns, func(c backup.FoundColumn) bool { return c.Table == postgres.VersionTable }) { // else it was never migrated
		err = each(ctx, tx, postgres.VersionQuery, func(found *sql.Rows) error { return found.Scan(&schema.Version) })
	}
	if err != nil {
		return backup.Schema{}, fmt.Errorf("read the version of the schema: %w", err)
	}
	return schema, nil
}

// each calls read for every row.
func each(ctx context.Context, tx *sql.Tx, query string, read func(*sql.Rows) error) error {
	found, err := tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer found.Close()
	for found.Next() {
		if err := read(found); err != nil {
			return err
		}
	}
	return found.Err()
}
