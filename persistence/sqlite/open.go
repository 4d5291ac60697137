package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/riverqueue/river/riverdriver/riversqlite"

	"parley/persistence/jobs"
	"parley/persistence/postgres"
)

const (
	fileName = "parley.db"
	lockName = "parley.lock"
	// readers is how many reads run at a time. They do not wait for writers.
	readers = 8
)

// Open opens the store that lives in a folder, making both if they are not
// there. It fails while another process has the folder open.
func Open(ctx context.Context, dir string, options postgres.Options) (*postgres.Store, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("find the folder %s: %w", dir, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder %s: %w", dir, err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	d := &database{lock: lock}
	if err := d.open(ctx, filepath.Join(dir, fileName), options.Logger); err != nil {
		_ = d.Close()
		return nil, fmt.Errorf("open SQLite in %s: %w", dir, err)
	}
	store, err := postgres.New(d, options)
	if err != nil {
		_ = d.Close()
	}
	return store, err
}

func (d *database) open(ctx context.Context, path string, logger *slog.Logger) error {
	if logger == nil {
		logger = slog.Default()
	}
	d.writer = sql.OpenDB(newConnector(address(path, "_txlock=immediate",
		"_pragma=busy_timeout(10000)", "_pragma=journal_mode(WAL)", "_pragma=synchronous(FULL)", "_pragma=foreign_keys(1)")))
	d.writer.SetMaxOpenConns(1)
	if err := d.writer.PingContext(ctx); err != nil {
		return err
	}
	d.reader = sql.OpenDB(newConnector(address(path, "mode=ro", "_pragma=busy_timeout(10000)", "_pragma=query_only(1)")))
	d.reader.SetMaxOpenConns(readers)
	d.reader.SetMaxIdleConns(readers)
	d.writing, d.reading = newStatements(d.writer), newStatements(d.reader)
	var err error
	d.queue, err = jobs.NewQueue(riversqlite.New(d.writer), jobs.Settings{Poll: jobPoll, PollOnly: true, Logger: logger})
	return err
}

// address is the URI of a database file.
func address(path string, settings ...string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/… on Windows
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: strings.Join(settings, "&")}).String()
}
