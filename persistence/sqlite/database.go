package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"parley/persistence/jobs"
	"parley/persistence/postgres"
	"parley/persistence/postgres/db"
)

// jobPoll is how often new jobs are looked for: SQLite does not notify. It
// costs one read of an index.
const jobPoll = 250 * time.Millisecond

// database is a SQLite file as a postgres.Database.
type database struct {
	lock             *os.File
	writer, reader   *sql.DB
	writing, reading *statements
	queue            *jobs.Queue[*sql.Tx]
}

func (d *database) Reader() db.DBTX                { return adapter{d.reading} }
func (d *database) Writer() db.DBTX                { return adapter{d.writing} }
func (d *database) Ping(ctx context.Context) error { return d.reader.PingContext(ctx) }
func (d *database) Away(err error) bool            { return away(err) }

// Close ends the readers first: the last connection to close empties the
// write-ahead log. The lock goes at the very end.
func (d *database) Close() error {
	var errs []error
	for _, handle := range []*sql.DB{d.reader, d.writer} {
		if handle != nil {
			errs = append(errs, handle.Close())
		}
	}
	return errors.Join(append(errs, unlockFolder(d.lock))...)
}

// Begin waits until nobody else writes.
func (d *database) Begin(ctx context.Context) (postgres.Tx, error) {
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return nil, translate(err)
	}
	// From here on ctx does not count: the transaction is short, and a commit
	// must not end without anybody knowing how.
	ctx = context.WithoutCancel(ctx)
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		_ = conn.Close()
		return nil, translate(err)
	}
	within := &transaction{ctx: ctx, conn: conn, tx: tx, statements: d.writing, queue: d.queue}
	within.adapter = adapter{within}
	return within, nil
}

// StartJobs first frees what a killed predecessor held: the folder's lock says
// that nobody else works on jobs, so nothing needs to be waited for.
func (d *database) StartJobs(ctx context.Context, workers jobs.Workers, keeper jobs.Keeper) (func(context.Context) error, error) {
	for _, statement := range []string{
		"UPDATE river_job SET state = 'available' WHERE state = 'running'",
		"DELETE FROM river_leader",
	} {
		if _, err := d.writer.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("free abandoned jobs: %w", err)
		}
	}
	return d.queue.Start(ctx, workers, keeper)
}
