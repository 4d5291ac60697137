package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"parley/persistence/postgres"
	"parley/persistence/sqlite"
)

// RestoreCmd is `parley restore`.
type RestoreCmd struct {
	Config
	File      string `arg:"" help:"The backup; - reads standard input."`
	Rehearsal bool   `help:"Drop the webhooks' deliveries and the mails that were waiting, and turn all webhooks off: for trying a backup out beside the system that it was made of."`
}

// Run reads a backup into the configured database, which must be empty, and brings that up to date.
func (r *RestoreCmd) Run(ctx context.Context, k *kong.Kong) error {
	logger := newLogger(&r.Config, os.Stderr)
	master, err := existingMaster(&r.Config)
	if err != nil {
		return fmt.Errorf("%w. It must be the one of the system that the backup was made of", err)
	}
	if r.File != "-" { // what is damaged is to be known before anything is made
		if _, err := checkBackup(r.File, master); err != nil {
			return err
		}
	}
	from, err := openBackup(r.File)
	if err != nil {
		return err
	}
	defer from.Close()

	begun := time.Now()
	options := postgres.Options{Master: master, Logger: logger, MailAfter: r.MailAfter}
	var store *postgres.Store
	if r.DatabaseURL != "" {
		store, err = postgres.Open(ctx, r.DatabaseURL, options)
	} else {
		store, err = sqlite.Open(ctx, r.Data, options)
	}
	if err != nil {
		return err
	}
	summary, err := store.Restore(ctx, from, r.Rehearsal)
	if err == nil {
		err = store.Migrate(ctx)
	}
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(k.Stderr, "restored in %s: %s\n", time.Since(begun).Round(time.Millisecond), describe(summary))
	return err
}
