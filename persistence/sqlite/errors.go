package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// translate turns errors that the store tells apart into those of Postgres.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return pgx.ErrNoRows
	}
	var said *sqlite.Error
	if !errors.As(err, &said) {
		return err
	}
	switch said.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return violation("23505", said)
	case sqlite3.SQLITE_CONSTRAINT_NOTNULL:
		return violation("23502", said)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return violation("23503", said)
	}
	return err
}

// violation is a broken constraint as Postgres tells it. SQLite names the table
// in words, "UNIQUE constraint failed: events.conversation, events.seq", but for
// references.
func violation(code string, said *sqlite.Error) *pgconn.PgError {
	_, column, _ := strings.Cut(said.Error(), "constraint failed: ")
	if _, again, ok := strings.Cut(column, "constraint failed: "); ok { // it says so twice
		column = again
	}
	table, _, named := strings.Cut(column, ".")
	if !named {
		table = ""
	}
	return &pgconn.PgError{Severity: "ERROR", Code: code, Message: said.Error(), TableName: table}
}

// away tells whether an error means that the file cannot be used for now.
func away(err error) bool {
	var said *sqlite.Error
	if errors.As(err, &said) {
		switch said.Code() & 0xff { // the rest of the code is a detail
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY:
			return true
		}
		return false
	}
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrConnDone)
}
