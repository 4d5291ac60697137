package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"parley/chat"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

const (
	// connectTimeout bounds a connection attempt whose URL does not say.
	connectTimeout = 5 * time.Second
	// pingTimeout bounds how long a connection that was idle is waited for, if
	// its URL does not say: one to a server that vanished without a word never answers.
	pingTimeout = 2 * time.Second
	// connectionsAtMost is the size of the pool where the URL has no
	// pool_max_conns: reads wait for the network, not for this machine's cores.
	connectionsAtMost = 16
	// jobPoll is how often new jobs are looked for beside being notified.
	jobPoll = time.Second
)

// Open connects to Postgres. Its errors say which database and why, and never
// contain the password; errors.Is(err, chat.ErrUnavailable) when the database is
// away and it may be worth to try again.
func Open(ctx context.Context, url string, options Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("understand the database URL: %w", err)
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	if config.PingTimeout == 0 {
		config.PingTimeout = pingTimeout
	}
	if !strings.Contains(url, "pool_max_conns") {
		config.MaxConns = connectionsAtMost
	}
	config.AfterConnect = readTimesAsUTC
	var renewal renewal
	config.ConnConfig.OnPgError = renewal.judge
	connections, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open Postgres: %w", err)
	}
	renewal.of(connections)
	if err := connections.Ping(ctx); err != nil {
		connections.Close()
		if away(err) {
			err = awayError{err}
		}
		return nil, fmt.Errorf("reach Postgres, database %q at %s:%d: %w",
			config.ConnConfig.Database, config.ConnConfig.Host, config.ConnConfig.Port, err)
	}
	store, err := open(connections, options)
	if err != nil {
		connections.Close()
	}
	return store, err
}

func open(connections *pgxpool.Pool, options Options) (*Store, error) {
	queue, err := jobs.NewQueue(riverpgxv5.New(connections), jobs.Settings{Poll: jobPoll, Logger: options.logger()})
	if err != nil {
		return nil, err
	}
	return New(&pool{connections: connections, queue: queue}, options)
}

// readTimesAsUTC keeps the zone of this machine out of what is read.
func readTimesAsUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// pool is Postgres as a Database.
type pool struct {
	connections *pgxpool.Pool
	queue       *jobs.Queue[pgx.Tx]
	joiner      joiner
}

func (p *pool) Reader() db.DBTX                { return p.connections }
func (p *pool) Writer() db.DBTX                { return p.connections }
func (p *pool) Away(err error) bool            { return away(err) }
func (p *pool) Ping(ctx context.Context) error { return p.connections.Ping(ctx) }

func (p *pool) Close() error {
	p.connections.Close()
	return nil
}

// Begin starts a transaction whose statements see what was committed before
// each of them: appends rely on that after they waited for a row.
func (p *pool) Begin(ctx context.Context) (Tx, error) {
	tx, err := p.connections.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return nil, err
	}
	return poolTx{tx, p.queue}, nil
}

// Together sends all statements before one Sync message, up to which Postgres
// runs them as one transaction: it begins and commits without a round trip.
func (p *pool) Together(ctx context.Context, batch *pgx.Batch, read func(pgx.BatchResults)) error {
	if read == nil {
		return p.connections.SendBatch(ctx, p.joiner.join(batch)).Close()
	}
	results := p.connections.SendBatch(ctx, batch)
	read(results)
	return results.Close() // only now is the commit known
}

type poolTx struct {
	pgx.Tx
	queue *jobs.Queue[pgx.Tx]
}

func (t poolTx) Enqueue(ctx context.Context, job river.JobArgs) error {
	return t.queue.Enqueue(ctx, t.Tx, job)
}

func (p *pool) StartJobs(ctx context.Context, workers jobs.Workers, keeper jobs.Keeper) (func(context.Context) error, error) {
	return p.queue.Start(ctx, workers, keeper)
}

// awayCodes are how the SQLSTATEs begin with which Postgres says that it cannot
// go on for reasons that pass: connection exceptions, a server that may only be
// read (one that was replaced, or whose disk is full, as hosts do it),
// insufficient resources (a full disk, too many connections), a table that a migration
// did not get, operators' intervention, errors of the system.
var awayCodes = []string{"08", "25006", "53", codeLocked, "57", "58"}

// away tells whether an error means that Postgres cannot be used for now.
func away(err error) bool {
	if errors.Is(err, context.Canceled) {
		return false
	}
	var said *pgconn.PgError
	if errors.As(err, &said) {
		return outlived(said) || slices.ContainsFunc(awayCodes, func(class string) bool { return strings.HasPrefix(said.Code, class) })
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &connecting) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, context.DeadlineExceeded)
}

// awayError says in its own words what it also is: chat.ErrUnavailable.
type awayError struct{ error }

func (e awayError) Unwrap() []error { return []error{e.error, chat.ErrUnavailable} }
