package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"parley/account"
	"parley/persistence/postgres"
)

// OperatorCmd is `parley operator`: who runs the installation is decided where its database and its key are, and nowhere else.
type OperatorCmd struct {
	Grant  GrantOperatorCmd  `cmd:"" help:"Let somebody who has an account run the installation: plans, suspensions and revenue of all businesses."`
	Revoke RevokeOperatorCmd `cmd:"" help:"Take that back. It holds at once, also for visits that go on."`
	List   ListOperatorsCmd  `cmd:"" help:"Tell who runs the installation."`
}

// GrantOperatorCmd is `parley operator grant`.
type GrantOperatorCmd struct {
	Config
	Email string `arg:"" help:"Address of their account."`
}

// Run makes somebody an operator. With SQLite it needs the folder for itself.
func (g *GrantOperatorCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withStore(ctx, &g.Config, func(store *postgres.Store) error {
		user, err := account.OperatorNamed(ctx, store, g.Email)
		if err != nil {
			return err
		}
		if err := store.MakeOperator(ctx, user.ID, time.Now()); err != nil {
			return err
		}
		_, err = fmt.Fprintf(k.Stdout, "%s (%s) runs this installation: the dashboard shows them Operator in its menu.\n", user.Email, user.ID)
		return err
	})
}

// RevokeOperatorCmd is `parley operator revoke`.
type RevokeOperatorCmd struct {
	Config
	Email string `arg:"" help:"Address of their account."`
}

// Run makes somebody no operator any more.
func (r *RevokeOperatorCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withStore(ctx, &r.Config, func(store *postgres.Store) error {
		user, err := account.OperatorNamed(ctx, store, r.Email)
		if err != nil {
			return err
		}
		if err := store.UnmakeOperator(ctx, user.ID); err != nil {
			return fmt.Errorf("%s runs nothing here: %w", user.Email, err)
		}
		_, err = fmt.Fprintf(k.Stdout, "%s (%s) does not run this installation any more.\n", user.Email, user.ID)
		return err
	})
}

// ListOperatorsCmd is `parley operator list`.
type ListOperatorsCmd struct{ Config }

// Run prints a line for each.
func (l *ListOperatorsCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withStore(ctx, &l.Config, func(store *postgres.Store) error {
		operators, err := store.Operators(ctx)
		if err != nil {
			return err
		}
		for _, operator := range operators {
			user, _, err := store.User(ctx, operator.User)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(k.Stdout, "%s\t%s\tsince %s\n", user.Email, user.ID, operator.Since.Format(time.DateOnly)); err != nil {
				return err
			}
		}
		if len(operators) == 0 {
			_, err = fmt.Fprintln(k.Stdout, "Nobody runs this installation from the dashboard. Make somebody with: parley operator grant EMAIL")
		}
		return err
	})
}

// withStore opens the configured database for a command, and closes it.
func withStore(ctx context.Context, c *Config, do func(*postgres.Store) error) error {
	logger := newLogger(c, os.Stderr)
	master, err := openMaster(c, logger)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, c, master, logger)
	if err != nil {
		return err
	}
	defer func() {
		if err := store.Close(); err != nil {
			logger.Warn("the database did not close well", slog.Any("error", err))
		}
	}()
	return do(store)
}
