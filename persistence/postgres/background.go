package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

// abandonedAfter is how old an upload that never ended, or a source that
// nothing reads any more, is when the sweep takes it.
const abandonedAfter = time.Hour

// revokedFor is how long a revocation is kept: longer than any token lives, and than clocks differ.
const revokedFor = account.AccessLife + time.Hour

// sweptSources bounds how many sources one sweep revives.
const sweptSources = 1000

// givenUp tells an owner that a source could not be read.
const givenUp = "We could not read this after several attempts. Please delete it and upload it again."

// StartJobs works on jobs until stop is called, which must be before Close.
// Of workers, ReadSource is the caller's; giving up and sweeping are the store's.
func (s *Store) StartJobs(ctx context.Context, workers jobs.Workers) (stop func(context.Context) error, err error) {
	workers.GiveUp, workers.Sweep = s.giveUp, s.sweep
	stop, err = s.database.StartJobs(ctx, workers)
	return stop, s.explain(err, "start jobs")
}

// giveUp makes a source that is being read Broken. One that is not any more
// stays what it is.
func (s *Store) giveUp(ctx context.Context, tenant, id string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		source, err := s.source(ctx, q, tenant, id)
		if err != nil {
			return err
		}
		source.State, source.Error = knowledge.Broken, givenUp
		_, err = s.moveSource(ctx, q, source, source.PagesRead)
		return err
	})
	err = s.explain(err, "give up source "+id)
	if errors.Is(err, chat.ErrNotFound) || errors.Is(err, chat.ErrFenced) {
		return nil
	}
	return err
}

// sweep removes uploads that never ended, sessions that have, and revocations of tokens that have expired since, and enqueues
// sources again whose job got lost. Reading a source twice changes nothing.
func (s *Store) sweep(ctx context.Context) error {
	before := now().Add(-abandonedAfter)
	if _, err := s.writes.DeleteAbandonedSources(ctx, before); err != nil {
		return s.explain(err, "delete abandoned sources")
	}
	if err := s.writes.DeleteExpiredSessions(ctx, now()); err != nil {
		return s.explain(err, "delete expired sessions")
	}
	if err := s.writes.DeleteOldRevocations(ctx, now().Add(-revokedFor)); err != nil {
		return s.explain(err, "delete old revocations")
	}
	stalled, err := s.reads.StalledSources(ctx, db.StalledSourcesParams{Before: before, Count: sweptSources})
	if err != nil {
		return s.explain(err, "list stalled sources")
	}
	for _, source := range stalled {
		err := s.inTx(ctx, func(tx Tx, _ *db.Queries) error {
			return tx.Enqueue(ctx, jobs.ReadSource{Tenant: source.Tenant, Source: source.ID})
		})
		if err != nil {
			return s.explain(err, fmt.Sprintf("revive source %s", source.ID))
		}
	}
	return nil
}
