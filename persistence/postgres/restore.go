package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"

	"github.com/pressly/goose/v3"

	"parley/knowledge"
	"parley/persistence/backup"
	"parley/persistence/jobs"
)

// Restorer is a Database that a backup can be restored into.
type Restorer interface {
	// Hold keeps other processes from migrating until release.
	Hold(ctx context.Context) (release func(), err error)
	// SchemaTo brings an empty database to a version of the schema, and the jobs' tables up to date.
	SchemaTo(ctx context.Context, migrations fs.FS, version int64) error
	// Load begins a transaction that may take its time.
	Load(ctx context.Context) (Loading, error)
}

// Loading is a transaction that fills tables.
type Loading interface {
	Tx
	Schema(ctx context.Context) (backup.Schema, error)
	// Insert adds rows to a table, a few of them in memory at a time.
	Insert(ctx context.Context, table backup.Table, rows iter.Seq2[[]any, error]) error
	// Filled prepares the database for being used with what is in it now.
	Filled(ctx context.Context, tables []backup.Table) error
}

// Restore reads a backup into the store's database, which must be empty: never
// migrated, or left behind by a restore that failed. Migrate it afterwards: it is as its backup was.
func (s *Store) Restore(ctx context.Context, from io.Reader, rehearsal bool) (backup.Summary, error) {
	database, ok := s.database.(Restorer)
	if !ok {
		return backup.Summary{}, errors.New("this kind of database cannot be restored into")
	}
	release, err := database.Hold(ctx)
	if err != nil {
		return backup.Summary{}, s.explain(err, "keep others out of the database")
	}
	defer release()
	summary, err := backup.Restore(ctx, from, target{database}, backup.Options{Master: s.keys.master, Rehearsal: rehearsal})
	if err != nil {
		return backup.Summary{}, fmt.Errorf("restore: %w", err)
	}
	return summary, nil
}

// target is a Restorer as a backup.Target.
type target struct{ database Restorer }

func (t target) Prepare(ctx context.Context, version int64) (backup.Schema, error) {
	migrations, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return backup.Schema{}, fmt.Errorf("find the migrations: %w", err)
	}
	var found backup.Schema
	if err := t.load(ctx, func(tx Loading) (err error) { found, err = empty(ctx, tx); return err }); err != nil {
		return backup.Schema{}, err
	}
	if found.Version > version {
		return backup.Schema{}, fmt.Errorf("%w: its tables are of version %d, newer than the backup's (%d): make another database", backup.ErrNotEmpty, found.Version, version)
	}
	if err := t.database.SchemaTo(ctx, migrations, version); err != nil {
		return backup.Schema{}, fmt.Errorf("make the tables of version %d: %w", version, err)
	}
	err = t.load(ctx, func(tx Loading) (err error) { found, err = tx.Schema(ctx); return err })
	return found, err
}

func (t target) Load(ctx context.Context, work func(backup.Loader) error) error {
	return t.load(ctx, func(tx Loading) error {
		schema, err := empty(ctx, tx) // somebody may have started a server since
		if err != nil {
			return err
		}
		return work(loader{tx, schema.Tables})
	})
}

func (t target) load(ctx context.Context, work func(Loading) error) error {
	tx, err := t.database.Load(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback(context.WithoutCancel(ctx)) // after a commit it does nothing
	if err := work(tx); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// empty reads the schema, and fails if a table has a row that no migration made.
func empty(ctx context.Context, tx Loading) (backup.Schema, error) {
	schema, err := tx.Schema(ctx)
	if err != nil {
		return backup.Schema{}, err
	}
	for _, table := range schema.Tables {
		if _, begun := backup.Begun[table.Name]; begun {
			continue
		}
		var rows int64
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM "+backup.Quoted(table.Name)+" LIMIT 1) AS t").Scan(&rows); err != nil {
			return backup.Schema{}, fmt.Errorf("look into %s: %w", table.Name, err)
		}
		if rows > 0 {
			return backup.Schema{}, fmt.Errorf("%w: the table %s has rows, perhaps because a Parley was started on it. Restore into a new database, and start Parley afterwards",
				backup.ErrNotEmpty, table.Name)
		}
	}
	return schema, nil
}

// loader is a Loading as a backup.Loader.
type loader struct {
	Loading
	tables []backup.Table
}

// Insert makes room where a migration has put something.
func (l loader) Insert(ctx context.Context, table backup.Table, rows iter.Seq2[[]any, error]) error {
	if _, begun := backup.Begun[table.Name]; begun {
		if _, err := l.Exec(ctx, "DELETE FROM "+backup.Quoted(table.Name)); err != nil {
			return fmt.Errorf("empty it: %w", err)
		}
	}
	return l.Loading.Insert(ctx, table, rows)
}

// Settle enqueues a step of each source that is not read to its end: which
// jobs there were is not in a backup, and a step that was done is not done again.
func (l loader) Settle(ctx context.Context, rehearsal bool) error {
	if rehearsal {
		statements := []string{"DELETE FROM outbox", "DELETE FROM mails", "UPDATE webhooks SET enabled = FALSE"}
		if l.has("billing_notices") {
			statements = append(statements, "UPDATE billing_notices SET due_at = NULL")
		}
		for _, statement := range statements {
			if _, err := l.Exec(ctx, statement); err != nil {
				return fmt.Errorf("drop what would go out: %w", err)
			}
		}
	}
	if err := l.outrank(ctx); err != nil {
		return err
	}
	unread, err := unreadSources(ctx, l)
	if err != nil {
		return fmt.Errorf("list the sources that are not read: %w", err)
	}
	for _, source := range unread {
		if err := l.Enqueue(ctx, source); err != nil {
			return err
		}
	}
	return l.Filled(ctx, l.tables)
}

// outrank has revocations from now on outrank all access tokens that were given out after the backup: those
// bear versions that the restored count has not reached.
func (l loader) outrank(ctx context.Context) error {
	const table, most = "revocation_version", 1_000_000 // as many as nobody revokes between a backup and its restore
	if !l.has(table) {
		return nil // the backup is older than revocations
	}
	if _, err := l.Exec(ctx, "UPDATE "+table+" SET version = version + $1", most); err != nil {
		return fmt.Errorf("have revocations outrank older tokens: %w", err)
	}
	return nil
}

// has tells whether the backup is of a version that had a table.
func (l loader) has(table string) bool {
	return slices.ContainsFunc(l.tables, func(t backup.Table) bool { return t.Name == table })
}

func unreadSources(ctx context.Context, tx Tx) (unread []jobs.ReadSource, err error) {
	rows, err := tx.Query(ctx, "SELECT tenant, id FROM sources WHERE state IN ($1, $2)", string(knowledge.Queued), string(knowledge.Reading))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var source jobs.ReadSource
		if err := rows.Scan(&source.Tenant, &source.Source); err != nil {
			return nil, err
		}
		unread = append(unread, source)
	}
	return unread, rows.Err()
}

// SchemaUpTo runs the migrations of an empty database up to a version.
func SchemaUpTo(ctx context.Context, provider *goose.Provider, version int64) error {
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; version > newest {
		return fmt.Errorf("the backup was made by a newer Parley, whose tables are of version %d; this one knows them up to %d", version, newest)
	}
	_, err := provider.UpTo(ctx, version)
	return err
}
