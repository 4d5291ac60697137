package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// MigrateCmd is `parley migrate`.
type MigrateCmd struct{ Config }

// Run brings the database up to date.
func (m *MigrateCmd) Run(ctx context.Context) error {
	logger := newLogger()
	master, err := openMaster(&m.Config, logger)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, &m.Config, master, logger)
	if err != nil {
		return err
	}
	return store.Close()
}

// openMaster returns the configured key, or that of the data folder, which is made at first start.
func openMaster(c *Config, logger *slog.Logger) (*seal.Master, error) {
	if c.Key != "" {
		master, err := seal.ParseKey(c.Key)
		if err != nil {
			return nil, fmt.Errorf("PARLEY_KEY: %w", err)
		}
		return master, nil
	}
	path := filepath.Join(c.Data, "key")
	master, created, err := seal.LoadOrCreate(path)
	if err != nil {
		return nil, err
	}
	if created {
		logger.Info("made a master key; keep a copy of it apart from the database", slog.String("file", path))
	}
	return master, nil
}

// openStore connects to the database and brings it up to date.
func openStore(ctx context.Context, c *Config, master *seal.Master, logger *slog.Logger) (*postgres.Store, error) {
	options := postgres.Options{Master: master, Logger: logger}
	var store *postgres.Store
	var err error
	if c.DatabaseURL != "" {
		store, err = postgres.Open(ctx, c.DatabaseURL, options)
	} else {
		store, err = sqlite.Open(ctx, c.Data, options)
	}
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx); err != nil {
		_ = store.Close()
		return nil, err
	}
	return store, nil
}

// awaitStore opens the store, again and again while a database server is away:
// it may start after us, and a process that gives up is only started anew. What
// is wrong with an embedded database does not pass by waiting.
func awaitStore(ctx context.Context, c *Config, master *seal.Master, logger *slog.Logger) (*postgres.Store, error) {
	wait := time.Second
	for {
		store, err := openStore(ctx, c, master, logger)
		if err == nil || c.DatabaseURL == "" {
			return store, err
		}
		logger.Error("the database cannot be used yet; trying again", slog.Any("error", err), slog.Duration("in", wait))
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, 15*time.Second)
	}
}
