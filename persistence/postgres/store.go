package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// The ports that the Store fills.
var (
	_ chat.Log           = (*Store)(nil)
	_ chat.Conversations = (*Store)(nil)
	_ chat.Inbox         = (*Store)(nil)
	_ chat.Desks         = (*Store)(nil)
	_ chat.Orphans       = (*Store)(nil)
	_ chat.Triage        = (*Store)(nil)
	_ chat.Reads         = (*Store)(nil)
	_ chat.Labels        = (*Store)(nil)
	_ chat.Bots          = (*Store)(nil)
	_ chat.Traces        = (*Store)(nil)
	_ chat.BotDirectory  = (*Store)(nil)
	_ chat.Leases        = (*Store)(nil)
	_ account.Store      = (*Store)(nil)
	_ account.Sessions   = (*Store)(nil)
	_ knowledge.Store    = (*Store)(nil)
	_ knowledge.Steps    = (*Store)(nil)
	_ knowledge.Contents = (*Store)(nil)
)

// Options are what a store needs beside its database.
type Options struct {
	Master *seal.Master // what everything is sealed under; required
	Logger *slog.Logger // nil: slog.Default()
	// Texts tells what conversations are found by when people look for a text; nil: by nothing.
	Texts chat.Texts
	// MailAfter is how long a mail of a missed message waits for its visitor to look; 0: chat.MailAfter.
	MailAfter time.Duration
}

func (o Options) logger() *slog.Logger {
	if o.Logger == nil {
		return slog.Default()
	}
	return o.Logger
}

// Store keeps everything in a Database.
type Store struct {
	database  Database
	reads     *db.Queries // outside transactions
	writes    *db.Queries // single statements that commit by themselves
	keys      *keyring
	memory    memory
	cursors   cursors
	logger    *slog.Logger
	mailAfter time.Duration
	texts     chat.Texts
}

// New returns a store over a database, which it owns from then on.
func New(database Database, options Options) (*Store, error) {
	if options.Master == nil {
		return nil, errors.New("open a store: there is no master key")
	}
	return &Store{
		database:  database,
		reads:     db.New(database.Reader()),
		writes:    db.New(database.Writer()),
		keys:      newKeyring(options.Master),
		memory:    newMemory(),
		texts:     options.Texts,
		logger:    options.logger(),
		mailAfter: cmp.Or(options.MailAfter, chat.MailAfter),
		cursors:   cursors{key: options.Master.Wanted().Derive("persistence/cursors", 32)},
	}, nil
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.explain(s.database.Ping(ctx), "ping the database")
}

// Close ends all connections. Jobs must be stopped before.
func (s *Store) Close() error {
	if err := s.database.Close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// now is the time of a change as it can be stored.
func now() time.Time { return storable(time.Now()) }

// storable cuts a time to what both databases keep.
func storable(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// orNow is the time a caller gave, or the present.
func orNow(t time.Time) time.Time {
	if t.IsZero() {
		return now()
	}
	return storable(t)
}
