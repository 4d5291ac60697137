package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"parley/chat"
	"parley/knowledge/index"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// MigrateCmd is `parley migrate`.
type MigrateCmd struct{ Config }

// Run brings the database up to date.
func (m *MigrateCmd) Run(ctx context.Context) error {
	logger := newLogger(&m.Config, os.Stderr)
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
		return c.master()
	}
	path := c.keyFile()
	master, created, err := seal.LoadOrCreate(path)
	if err != nil {
		return nil, err
	}
	if created {
		logger.Info("made a master key; keep a copy of it apart from the database", slog.String("file", path))
	}
	return master, nil
}

// master is made of the keys that are set, of which the old ones are opened with as well.
func (c *Config) master() (*seal.Master, error) {
	master, err := seal.ParseKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("PARLEY_KEY: %w", err)
	}
	if master, err = master.WithOlder(c.KeyOld); err != nil {
		return nil, fmt.Errorf("PARLEY_KEY_OLD: %w", err)
	}
	return master, nil
}

// keyFile is where the master keys are that were not set.
func (c *Config) keyFile() string { return filepath.Join(c.Data, "key") }

// openStore connects to the database and brings it up to date.
func openStore(ctx context.Context, c *Config, master *seal.Master, logger *slog.Logger) (*postgres.Store, error) {
	options := postgres.Options{Master: master, Logger: logger, MailAfter: c.MailAfter, Texts: index.Texts{}}
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

// Pauses between attempts to reach a database that is away.
const (
	firstPause = time.Second
	lastPause  = 5 * time.Second
)

// awaitDatabase tries a step of the start, again and again while a database server is away:
// it may start after us or anew, and a process that gives up is only started anew. What
// does not pass by waiting, such as another master key, ends the process in words.
func awaitDatabase(ctx context.Context, c *Config, logger *slog.Logger, waits func(part string), try func() error) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := try()
		if c.DatabaseURL == "" || !errors.Is(err, chat.ErrUnavailable) {
			return err
		}
		waits("database")
		logger.Error("the database is away; trying again", slog.Any("error", err), slog.Duration("in", pause))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}
