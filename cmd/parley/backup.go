package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"parley/persistence/backup"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// BackupCmd is `parley backup`.
type BackupCmd struct {
	Config
	File  string `arg:"" help:"Where to write it, such as parley-2026-11-23.backup; - writes to standard output. A file that is there is never overwritten."`
	Check bool   `help:"Make no backup: read the file from beginning to end, and say whether it is whole. Needs no database."`
}

// Run makes a backup, also while servers run, or checks one.
func (b *BackupCmd) Run(ctx context.Context, k *kong.Kong) error {
	master, err := existingMaster(&b.Config)
	if b.Check {
		if err == nil || errors.Is(err, errNoKey) {
			err = b.check(k.Stdout, master)
		}
		return err
	}
	if err != nil {
		return err
	}
	begun := time.Now()
	var summary backup.Summary
	write := func(to io.Writer) (err error) {
		if b.DatabaseURL != "" {
			summary, err = postgres.Backup(ctx, b.DatabaseURL, to, master, version())
		} else {
			summary, err = sqlite.Backup(ctx, b.Data, to, master, version())
		}
		return err
	}
	if b.File == "-" {
		err = write(k.Stdout)
	} else {
		err = newFile(b.File, write)
	}
	if err != nil {
		return fmt.Errorf("make a backup: %w", err)
	}
	_, err = fmt.Fprintf(k.Stderr, "made a backup in %s: %s. The master key is not in it.\n", time.Since(begun).Round(time.Millisecond), describe(summary))
	return err
}

func (b *BackupCmd) check(to io.Writer, master *seal.Master) error {
	summary, err := checkBackup(b.File, master)
	if err != nil {
		return err
	}
	key := "the master key that is set here belongs to it"
	if master == nil {
		key = fmt.Sprintf("no master key is set here, so whether you have the right one was not asked (its check value is %s)", summary.Header.KeyCheck)
	}
	_, err = fmt.Fprintf(to, "the backup is whole: %s; %s\n", describe(summary), key)
	return err
}

// checkBackup reads a whole file.
func checkBackup(path string, master *seal.Master) (backup.Summary, error) {
	from, err := openBackup(path)
	if err != nil {
		return backup.Summary{}, err
	}
	defer from.Close()
	summary, err := backup.Check(from, master)
	if err != nil {
		return backup.Summary{}, fmt.Errorf("check %s: %w", path, err)
	}
	return summary, nil
}

// describe says in a line what a backup has in it.
func describe(s backup.Summary) string {
	return fmt.Sprintf("%d rows in %d tables, as they were in %s at %s, version %d, written by parley %s",
		s.Total(), len(s.Header.Tables), s.Header.Database, s.Header.TakenAt.Format(time.RFC3339), s.Header.Schema, s.Header.Program)
}

// errNoKey says that nobody told which master key to use.
var errNoKey = errors.New("there is no master key: set PARLEY_KEY, or put the file key into the data folder (PARLEY_DATA)")

// existingMaster returns the configured key, or that of the data folder. Unlike a server's, a
// backup's or a restore's key is never made anew: it would be the wrong one.
func existingMaster(c *Config) (*seal.Master, error) {
	if c.Key == "" {
		if _, err := os.Stat(c.keyFile()); errors.Is(err, fs.ErrNotExist) {
			return nil, errNoKey
		}
	}
	return openMaster(c, newLogger(c, os.Stderr))
}

// openBackup opens a file to read, or standard input.
func openBackup(path string) (io.ReadCloser, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the backup: %w", err)
	}
	return f, nil
}

// newFile writes a file that is there, whole and on disk, once there is no error, and not before. Only its owner may read it.
func newFile(path string, write func(io.Writer) error) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there already: choose another name", path))
	}
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(draft.Name())
		}
	}()
	if err := errors.Join(write(draft), draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Rename(draft.Name(), path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
