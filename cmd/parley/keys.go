package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// KeysCmd is `parley keys`.
type KeysCmd struct {
	New    NewKeyCmd     `cmd:"" help:"Print a new master key, for PARLEY_KEY."`
	Status KeyStatusCmd  `cmd:"" help:"Say which master keys are set, and what is sealed under each."`
	Rotate RotateKeysCmd `cmd:"" help:"Seal under a new master key what the old one sealed, also while servers run."`
	Forget ForgetKeysCmd `cmd:"" help:"Take old master keys out of the key file, once nothing needs them."`
}

// NewKeyCmd is `parley keys new`.
type NewKeyCmd struct{}

// Run prints a key and keeps it nowhere.
func (NewKeyCmd) Run(k *kong.Kong) error {
	_, err := fmt.Fprintln(k.Stdout, seal.GenerateKey())
	return err
}

// KeyStatusCmd is `parley keys status`.
type KeyStatusCmd struct{ Config }

// Run prints each key by its check value. It changes nothing.
func (s *KeyStatusCmd) Run(ctx context.Context, k *kong.Kong) error {
	master, store, err := openBeside(ctx, &s.Config)
	if err != nil {
		return err
	}
	defer store.Close()
	held, err := store.HeldKeys(ctx)
	if err != nil {
		return err
	}
	return writeHeld(k.Stdout, master, held)
}

func writeHeld(to io.Writer, master *seal.Master, held postgres.Held) error {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CHECK VALUE\tSET AS\tKEYS UNDER IT")
	left := 0
	for i, key := range master.Keys() {
		set := "new"
		if i > 0 {
			set = "old"
			left += held.Keys[key.Check()]
		}
		fmt.Fprintf(table, "%s\t%s\t%d\n", key.Check(), set, held.Keys[key.Check()])
	}
	if held.Lost > 0 {
		fmt.Fprintf(table, "-\tnot set\t%d\n", held.Lost)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	said := "Everything is sealed under the new key."
	switch {
	case held.Lost > 0:
		said = "No key that is set here opens some of them: set the old one, too, in PARLEY_KEY_OLD."
	case left > 0:
		said = "Run parley keys rotate, when all nodes have both keys."
	case len(master.Keys()) > 1:
		said = "Everything is sealed under the new key. Nothing needs the old one but backups that were made before."
	}
	_, err := fmt.Fprintln(to, said)
	return err
}

// RotateKeysCmd is `parley keys rotate`.
type RotateKeysCmd struct{ Config }

// Run brings everything under the key that is set as the new one. Without PARLEY_KEY it makes that first, in the key file,
// where a running server finds it by itself. Whatever ends it early, it goes on when it is run again.
func (r *RotateKeysCmd) Run(ctx context.Context, k *kong.Kong) error {
	master, store, err := openBeside(ctx, &r.Config)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	held, err := store.HeldKeys(ctx)
	switch {
	case err != nil:
		return err
	case held.Lost > 0:
		return fmt.Errorf("no master key that is set here opens %d of the keys: set the old one, too, in PARLEY_KEY_OLD", held.Lost)
	}
	done := len(held.Keys) == 1 && held.InForce == master.Wanted().Check()
	switch {
	case done && r.Key != "" && r.KeyOld == "":
		return errors.New("everything is sealed under PARLEY_KEY: make another key with parley keys new, set it as PARLEY_KEY and the present one as PARLEY_KEY_OLD, on all nodes, and run this again")
	case done && r.Key == "":
		if master, err = seal.AddKey(r.keyFile()); err != nil {
			return err
		}
		_ = store.Close() // it was opened with the keys of before
		if store, err = beside(ctx, &r.Config, master); err != nil {
			return err
		}
	}
	begun := time.Now()
	rotated, err := store.RotateKeys(ctx)
	if err != nil {
		return err
	}
	next := "Take PARLEY_KEY_OLD away from all nodes"
	if r.Key == "" {
		next = "Copy the key file to where you keep it, and run parley keys forget"
	}
	_, err = fmt.Fprintf(k.Stderr, "wrapped %d of %d keys again in %s; all are under the new master key, whose check value is %s.\n"+
		"%s. Keep the old key for as long as you keep backups that were made before.\n",
		rotated.Again, rotated.Keys, time.Since(begun).Round(time.Millisecond), master.Wanted().Check(), next)
	return err
}

// ForgetKeysCmd is `parley keys forget`.
type ForgetKeysCmd struct{ Config }

// Run leaves the new key alone in the key file, unless the database needs another.
func (f *ForgetKeysCmd) Run(ctx context.Context, k *kong.Kong) error {
	if f.Key != "" {
		return errors.New("the keys are set as PARLEY_KEY and PARLEY_KEY_OLD: take PARLEY_KEY_OLD away")
	}
	master, store, err := openBeside(ctx, &f.Config)
	if err != nil {
		return err
	}
	defer store.Close()
	held, err := store.HeldKeys(ctx)
	if err != nil {
		return err
	}
	if len(held.Keys) != 1 || held.Lost > 0 || held.InForce != master.Wanted().Check() {
		return errors.New("an old key is still needed: run parley keys rotate first")
	}
	older := len(master.Keys()) - 1
	if older > 0 {
		if _, err := seal.DropOlder(f.keyFile()); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(k.Stderr, "took %d old keys out of %s.\n", older, f.keyFile())
	return err
}

// openBeside opens the database that servers may have open, with the keys that are there.
func openBeside(ctx context.Context, c *Config) (*seal.Master, *postgres.Store, error) {
	master, err := existingMaster(c)
	if err != nil {
		return nil, nil, err
	}
	store, err := beside(ctx, c, master)
	return master, store, err
}

func beside(ctx context.Context, c *Config, master *seal.Master) (*postgres.Store, error) {
	options := postgres.Options{Master: master, Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if c.DatabaseURL != "" {
		return postgres.Open(ctx, c.DatabaseURL, options)
	}
	return sqlite.OpenBeside(ctx, c.Data, options)
}
