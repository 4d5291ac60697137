package postgres

import (
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/chat"
)

// SQLSTATE codes of Postgres; the SQLite adapter gives the same.
const (
	codeNull       = "23502"
	codeUnique     = "23505"
	codeReference  = "23503"
	codeEncoding   = "22021" // a NUL or invalid UTF-8 in a text
	codeSerialize  = "40001"
	codeDeadlocked = "40P01"
	codeLocked     = "55P03" // waited for a lock longer than lock_timeout
)

// explain says what was attempted. It turns a missing row, a reference to one
// and an id that cannot exist into chat.ErrNotFound, and the errors of an away
// database into chat.ErrUnavailable; a chat.Error stays what it is.
func (s *Store) explain(err error, attempt string) error {
	if err == nil {
		return nil
	}
	if known := new(chat.Error); errors.As(err, &known) {
		return err
	}
	err = fmt.Errorf("%s: %w", attempt, err)
	switch {
	case errors.Is(err, pgx.ErrNoRows), hasCode(err, codeReference), hasCode(err, codeEncoding):
		return chat.ErrNotFound.Because(err)
	case s.database.Away(err):
		return chat.ErrUnavailable.Because(err)
	}
	return err
}

// taken tells whether a unique value is taken already.
func taken(err error) bool { return hasCode(err, codeUnique) }

// contended tells whether the database undid a transaction for another's sake.
func contended(err error) bool { return hasCode(err, codeSerialize) || hasCode(err, codeDeadlocked) }

// outdated tells whether a write of Append says that what it rests on is not so:
// see there.
func outdated(err error) bool {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case codeReference:
		return true
	case codeNull, codeUnique:
		return slices.Contains([]string{"visitors", "conversations", "events", "usage", "outbox"}, e.TableName)
	}
	return false
}

func hasCode(err error, code string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == code
}
