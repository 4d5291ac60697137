package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

// Database is what the store asks of a database.
type Database interface {
	// Reader runs reads outside of transactions. They see all that was committed before.
	Reader() db.DBTX
	// Writer runs single statements, each of which commits by itself.
	Writer() db.DBTX
	// Begin starts a transaction that sees what others commit meanwhile, or
	// during which nobody else writes.
	Begin(ctx context.Context) (Tx, error)
	// Together runs the statements of a batch in a transaction of its own, in
	// one round trip where there is a network between. read asks for their
	// results, in order; nil: nobody does. An error of any statement undoes all,
	// and the rest are not run; whether a lost connection did is not known.
	// Results count when there is no error.
	Together(ctx context.Context, batch *pgx.Batch, read func(pgx.BatchResults)) error
	// Migrate brings the schema up to date, and that of the jobs. Only one
	// process at a time does; others wait.
	Migrate(ctx context.Context, migrations fs.FS) error
	// StartJobs starts to work on jobs, as the keeper does them.
	StartJobs(ctx context.Context, workers jobs.Workers, keeper jobs.Keeper) (stop func(context.Context) error, err error)
	// Away tells whether an error means that the database cannot be used for
	// now, and that the same may succeed later.
	Away(err error) bool
	Ping(ctx context.Context) error
	Close() error
}

// Tx is a transaction. It is not safe for concurrent use.
type Tx interface {
	db.DBTX
	// Enqueue adds a job of package jobs that runs if, and after, the transaction commits.
	Enqueue(ctx context.Context, job river.JobArgs) error
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
}

// errStale says that something a transaction had read was changed before it
// could lock it.
var errStale = errors.New("what was read is stale")

// rounds bounds how often a transaction is begun again. Whoever makes it stale
// has committed, so that somebody always gets ahead.
const rounds = 64

// inTx runs work in a transaction, and again from the start if that may help:
// work must not leave anything behind outside the transaction.
func (s *Store) inTx(ctx context.Context, work func(tx Tx, q *db.Queries) error) error {
	return again(func() error { return s.inTxOnce(ctx, work) })
}

// again repeats work that was undone.
func again(work func() error) error {
	for round := 1; ; round++ {
		err := work()
		if !retriable(err) {
			return err
		}
		if round == rounds {
			return fmt.Errorf("gave up after %d rounds: %w", round, err)
		}
	}
}

// retriable tells whether work was undone because it turned out stale or the
// database chose it as the victim of a deadlock.
func retriable(err error) bool { return errors.Is(err, errStale) || contended(err) }

func (s *Store) inTxOnce(ctx context.Context, work func(tx Tx, q *db.Queries) error) error {
	tx, err := s.database.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// After a commit this does nothing; it must happen even when ctx has ended.
	defer tx.Rollback(context.WithoutCancel(ctx))
	if err := work(tx, db.New(tx)); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
