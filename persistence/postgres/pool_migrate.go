package postgres

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

const (
	// migrationLock is the number of the advisory lock under which one node migrates.
	migrationLock = 0x7061726c6579 // "parley"
	// migrationTurn is how often a node looks whether it is its turn to migrate.
	migrationTurn = 100 * time.Millisecond
	// tableWait is how long a migration waits for a table that somebody reads or writes. Whoever
	// comes after it waits with it: a long query must not make the whole cluster stand still.
	tableWait = "SET lock_timeout = '2s'"
	// tableTries is how often a migration waits for a table, with tablePause in between.
	tableTries = 10
	tablePause = time.Second
)

// Migrate holds a lock of its own connection meanwhile: it is released even if
// this process dies, and does not depend on the size of the pool.
func (p *pool) Migrate(ctx context.Context, migrations fs.FS) error {
	lock, err := pgx.ConnectConfig(ctx, p.connections.Config().ConnConfig)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer lock.Close(context.WithoutCancel(ctx))
	if err := takeTurn(ctx, lock); err != nil {
		return fmt.Errorf("wait for the lock: %w", err)
	}
	handle := stdlib.OpenDB(*p.connections.Config().ConnConfig, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, tableWait)
		return err
	}))
	defer handle.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, handle, migrations, goose.WithTableName(VersionTable))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	for try := 1; ; try++ {
		_, err := provider.Up(ctx)
		if err == nil {
			return p.queue.Migrate(ctx)
		}
		if !hasCode(err, codeLocked) || try == tableTries || !pause(ctx, tablePause) {
			return err
		}
	}
}

// takeTurn asks for the lock again and again instead of waiting inside of Postgres: a statement that waits
// there is one for which CREATE INDEX CONCURRENTLY of the node that has the lock waits in turn.
func takeTurn(ctx context.Context, conn *pgx.Conn) error {
	for {
		var mine bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(migrationLock)).Scan(&mine); err != nil || mine {
			return err
		}
		if !pause(ctx, migrationTurn) {
			return ctx.Err()
		}
	}
}

// pause tells whether the time passed before the context ended.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
