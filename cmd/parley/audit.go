package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"
)

// AuditCmd is `parley audit`.
type AuditCmd struct {
	Verify VerifyAuditCmd `cmd:"" help:"Tell whether somebody has changed the audit log of a business behind Parley's back."`
}

// VerifyAuditCmd is `parley audit verify`.
type VerifyAuditCmd struct {
	Config
	Tenant string `arg:"" optional:"" help:"Id of the business; all, if left out."`
}

var errTampered = errors.New("an audit log is not what was written: somebody has changed the database, or it was restored from parts")

// Run prints a line for each log, and fails if one is not whole. With SQLite it needs the folder for itself.
func (v *VerifyAuditCmd) Run(ctx context.Context, k *kong.Kong) error {
	logger := newLogger(&v.Config, os.Stderr)
	master, err := openMaster(&v.Config, logger)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, &v.Config, master, logger)
	if err != nil {
		return err
	}
	defer func() {
		if err := store.Close(); err != nil {
			logger.Warn("the database did not close well", slog.Any("error", err))
		}
	}()
	tenants := []string{v.Tenant}
	if v.Tenant == "" {
		if tenants, err = store.AuditedTenants(ctx); err != nil {
			return err
		}
	}
	tampered := false
	for _, tenant := range tenants {
		proof, err := store.VerifyAudit(ctx, tenant)
		if err != nil {
			return err
		}
		state := "whole"
		if proof.Broken != 0 {
			state, tampered = fmt.Sprintf("BROKEN at entry %d", proof.Broken), true
		}
		_, err = fmt.Fprintf(k.Stdout, "%s: %s, entries %d to %d, %d without a name, last hash %s\n", tenant, state, proof.First, proof.Last, proof.Erased, proof.Hash)
		if err != nil {
			return err
		}
	}
	if tampered {
		return errTampered
	}
	return nil
}
