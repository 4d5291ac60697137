package sqlite

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river"

	"parley/persistence/jobs"
)

// transaction is one on the writing connection, which it returns at its end.
type transaction struct {
	adapter
	ctx        context.Context // of all its statements; never ends
	conn       *sql.Conn
	tx         *sql.Tx
	statements *statements
	used       map[string]*sql.Stmt
	missing    []string // texts that should be prepared for the next one
	queue      *jobs.Queue[*sql.Tx]
	ended      bool
}

// prepared implements source.
func (t *transaction) prepared(_ context.Context, text string) (context.Context, *sql.Stmt, error) {
	if s := t.used[text]; s != nil {
		return t.ctx, s, nil
	}
	var s *sql.Stmt
	if shared := t.statements.known(text); shared != nil {
		s = t.tx.StmtContext(t.ctx, shared)
	} else {
		// A shared one would need a second connection, which there is not.
		t.missing = append(t.missing, text)
		var err error
		if s, err = t.tx.PrepareContext(t.ctx, text); err != nil {
			return nil, nil, err
		}
	}
	if t.used == nil {
		t.used = make(map[string]*sql.Stmt)
	}
	t.used[text] = s
	return t.ctx, s, nil
}

func (t *transaction) Enqueue(_ context.Context, job river.JobArgs) error {
	return t.queue.Enqueue(t.ctx, t.tx, job)
}

func (t *transaction) Commit(context.Context) error { return t.end(t.tx.Commit) }

// Rollback does nothing after the end.
func (t *transaction) Rollback(context.Context) error { return t.end(t.tx.Rollback) }

func (t *transaction) end(how func() error) error {
	if t.ended {
		return nil
	}
	t.ended = true
	err := how()
	_ = t.conn.Close() // it goes back to its pool
	t.statements.learn(t.ctx, t.missing)
	return translate(err)
}
