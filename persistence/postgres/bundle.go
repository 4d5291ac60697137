package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"parley/persistence/postgres/db"
)

// bundle gathers statements that go to the database together: in one
// transaction, and in one round trip where there is a network between. What
// db.New(bundle) is told to send waits in it until the bundle is applied.
type bundle struct {
	db.DBTX // nil: only batches can be gathered
	batch   pgx.Batch
	results pgx.BatchResults // while they are read
}

// SendBatch keeps the statements of a batch for later.
func (b *bundle) SendBatch(_ context.Context, part *pgx.Batch) pgx.BatchResults {
	b.batch.QueuedQueries = append(b.batch.QueuedQueries, part.QueuedQueries...)
	return gathered{bundle: b}
}

// apply runs what a bundle holds, all or nothing. read, which may be nil, asks
// for the results, in the order in which the statements were gathered; they
// count only if there is no error.
func (s *Store) apply(ctx context.Context, b *bundle, read func()) error {
	if read == nil {
		return s.database.Together(ctx, &b.batch, nil)
	}
	return s.database.Together(ctx, &b.batch, func(results pgx.BatchResults) {
		b.results = results
		read()
	})
}

// gathered are the results of one batch in a bundle, as far as generated code asks.
type gathered struct {
	pgx.BatchResults
	bundle *bundle
}

func (g gathered) Exec() (pgconn.CommandTag, error) { return g.bundle.results.Exec() }
func (g gathered) Query() (pgx.Rows, error)         { return g.bundle.results.Query() }
func (g gathered) QueryRow() pgx.Row                { return g.bundle.results.QueryRow() }

// Close leaves what follows to others.
func (g gathered) Close() error { return nil }
