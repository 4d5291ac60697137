package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/persistence/seal"
)

// Examination is what can be seen of a database without changing it.
type Examination struct {
	Empty  bool // it has none of our tables yet
	Schema Schema
	// KeyFits tells whether the master key opens what is in it.
	KeyFits bool
	Rotate  bool       // it is held by another of the master's keys than the one that is wanted
	Root    *seal.Root // nil: it has none yet, or the key does not fit

	// Of a server; the zero values where there is none.
	Server string        // its version
	Ahead  time.Duration // of its clock, before ours
	Most   int           // connections that it takes
	Taken  int           // of them, by anybody
	Pool   int           // that a node of ours may take
}

// Examine looks at a database that need not have been migrated.
func (s *Store) Examine(ctx context.Context) (Examination, error) {
	var e Examination
	if err := s.database.Ping(ctx); err != nil {
		return e, s.explain(err, "reach the database")
	}
	if p, ok := s.database.(*pool); ok {
		if err := p.examine(ctx, &e); err != nil {
			return e, s.explain(err, "ask the database about itself")
		}
	}
	var applied int64
	err := s.database.Reader().QueryRow(ctx, "SELECT COUNT(*) FROM "+VersionTable).Scan(&applied)
	if err != nil && !s.database.Away(err) {
		e.Empty = true // it answers, and has no such table
		return e, nil
	}
	if e.Schema, err = s.schema(ctx); err != nil {
		return e, s.explain(err, "read the version of the schema")
	}
	switch holder, err := s.inForce(ctx, s.reads.PlatformKey); {
	case err == nil:
		e.KeyFits, e.Rotate = true, holder != s.keys.master.Wanted()
		e.Root, err = s.examineRoot(ctx, e.Schema, holder)
		return e, s.explain(err, "read the root")
	case !errors.Is(err, seal.ErrSealed):
		return e, s.explain(err, "check the master key")
	}
	return e, nil
}

// examineRoot reads the root, or what it will be of a database that is to be migrated.
func (s *Store) examineRoot(ctx context.Context, schema Schema, holder *seal.MasterKey) (*seal.Root, error) {
	if schema.Database < rootMigration {
		return holder.Root(), nil
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return nil, err
	}
	body, err := s.reads.PlatformSecret(ctx, rootSecret)
	if errors.Is(err, pgx.ErrNoRows) {
		return holder.Root(), nil
	}
	if err != nil {
		return nil, err
	}
	return seal.OpenRoot(key, body, "", tablePlatformSecrets, rootSecret)
}

func (p *pool) examine(ctx context.Context, e *Examination) error {
	before := time.Now()
	var there time.Time
	if err := p.connections.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&there); err != nil {
		return fmt.Errorf("read its clock: %w", err)
	}
	after := time.Now()
	e.Ahead = there.Sub(before.Add(after.Sub(before) / 2))
	e.Pool = int(p.connections.Config().MaxConns)
	return p.connections.QueryRow(ctx, `SELECT current_setting('server_version'), CAST(current_setting('max_connections') AS INT)
		- CAST(current_setting('superuser_reserved_connections') AS INT), (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend')`).
		Scan(&e.Server, &e.Most, &e.Taken)
}
