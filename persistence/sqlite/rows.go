package sqlite

import (
	"database/sql"

	"github.com/jackc/pgx/v5"
)

// rows are rows as pgx has them, as far as generated code asks. The rest of the
// interface is embedded, and nil.
type rows struct {
	pgx.Rows
	found *sql.Rows
}

func (r *rows) Next() bool               { return r.found.Next() }
func (r *rows) Close()                   { _ = r.found.Close() }
func (r *rows) Err() error               { return translate(r.found.Err()) }
func (r *rows) Scan(places ...any) error { return translate(r.found.Scan(fromSQLite(places)...)) }

// row is the only one of a query, or why there is none.
type row struct {
	rows *rows
	err  error
}

// Scan reads to the end: a statement that changes something commits there, and
// may fail to.
func (r row) Scan(places ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return pgx.ErrNoRows
	}
	if err := r.rows.Scan(places...); err != nil {
		return err
	}
	for r.rows.Next() {
	}
	return r.rows.Err()
}
