package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"parley/persistence/seal"
)

// ErrNotEmpty says that a database has something in it that a restore would mix with.
var ErrNotEmpty = errors.New("the database is not empty, and a restore never overwrites")

// Check reads a whole file and fails if anything is wrong with it. Whose it is, is only asked with a master key.
func Check(from io.Reader, master *seal.Master) (Summary, error) {
	r, err := open(from)
	if err != nil {
		return Summary{}, err
	}
	var key *seal.MasterKey // nil: nobody asks for it
	if master != nil {
		if key, err = keyOf(r.Header, master); err != nil {
			return Summary{}, err
		}
	}
	for _, table := range r.Tables {
		if err := exhaust(r.opened(table, key)); err != nil {
			return Summary{}, err
		}
	}
	return Summary{Header: r.Header, Rows: r.rows}, r.end(key)
}

// Target is a database that a backup is restored into. While it is held nobody migrates it.
type Target interface {
	// Prepare makes the tables of a schema version and those of the jobs. It is
	// ErrNotEmpty if any of them has rows, and safe to repeat.
	Prepare(ctx context.Context, version int64) (Schema, error)
	// Load runs work in one transaction, which is undone when it fails.
	Load(ctx context.Context, work func(Loader) error) error
}

// Loader fills tables in a transaction.
type Loader interface {
	// Insert adds rows to a table, a few of them in memory at a time. Those of one of Begun go before.
	Insert(ctx context.Context, table Table, rows iter.Seq2[[]any, error]) error
	// Settle brings what was loaded to where work can go on: it enqueues the jobs
	// that are missing and, for a rehearsal, drops what would go out to others.
	Settle(ctx context.Context, rehearsal bool) error
}

// Options say how to restore.
type Options struct {
	Master *seal.Master
	// Rehearsal drops the webhooks' deliveries and mails that were waiting, and
	// disables the webhooks: what is tried out must not reach people.
	Rehearsal bool
}

// Restore reads a file into an empty database, in one transaction: after an error, or when the
// process dies, there is not a row of it. A wrong master key is refused before anything is changed.
func Restore(ctx context.Context, from io.Reader, target Target, options Options) (Summary, error) {
	r, err := open(from)
	if err != nil {
		return Summary{}, err
	}
	key, err := keyOf(r.Header, options.Master)
	if err != nil {
		return Summary{}, err
	}
	schema, err := target.Prepare(ctx, r.Schema)
	if err != nil {
		return Summary{}, err
	}
	if err := matches(r.Header, schema); err != nil {
		return Summary{}, err
	}
	err = target.Load(ctx, func(loader Loader) error {
		for _, table := range r.Tables {
			if err := r.load(ctx, loader, table, key); err != nil {
				return fmt.Errorf("restore %s: %w", table.Name, err)
			}
		}
		if err := r.end(key); err != nil {
			return err
		}
		return loader.Settle(ctx, options.Rehearsal)
	})
	return Summary{Header: r.Header, Rows: r.rows}, err
}

// load reads a table, into the database unless it has come to be left out since the backup.
func (r *reader) load(ctx context.Context, loader Loader, table Table, key *seal.MasterKey) error {
	rows := r.opened(table, key)
	if _, left := LeftOut[table.Name]; !left {
		return loader.Insert(ctx, table, rows)
	}
	return exhaust(rows)
}

// exhaust reads all rows for nothing but their errors.
func exhaust(rows iter.Seq2[[]any, error]) error {
	for _, err := range rows {
		if err != nil {
			return err
		}
	}
	return nil
}

// matches tells whether a database has the tables of a backup. It can only be otherwise if a migration
// was changed after it had been given out.
func matches(header Header, schema Schema) error {
	here := make(map[string]Table)
	for _, table := range schema.Tables {
		here[table.Name] = table
	}
	for _, table := range header.Tables {
		_, left := LeftOut[table.Name]
		got, ok := here[table.Name]
		if !left && (!ok || !sameColumns(got, table)) {
			return fmt.Errorf("the backup's table %s (%v) is not as version %d of this program makes it (%v)", table.Name, table.names(), header.Schema, got.names())
		}
		delete(here, table.Name)
	}
	for name := range here {
		return fmt.Errorf("the backup lacks the table %s", name)
	}
	return nil
}

// sameColumns compares columns, whose order is the database's own affair.
func sameColumns(a, b Table) bool {
	return len(a.Columns) == len(b.Columns) &&
		!slices.ContainsFunc(a.Columns, func(c Column) bool { return !slices.Contains(b.Columns, c) })
}
