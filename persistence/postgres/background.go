package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

const (
	// abandonedAfter is how old an upload that never ended is when the sweep takes it.
	abandonedAfter = time.Hour
	// lostAfter is how long nothing was heard of work, or its job, when it is enqueued again. That costs
	// a job with nothing to do if the first one is there after all, so it may be shorter than a long line.
	lostAfter = 10 * time.Minute
	// revokedFor is how long a revocation is kept: longer than any token lives, and than clocks differ.
	revokedFor = account.AccessLife + time.Hour
	// lookedAt bounds what one look revives.
	lookedAt = 1000
)

// What an owner is told of a source that could not be read.
const (
	givenUp      = "We could not read this after several attempts. Please delete it and upload it again."
	givenUpAgain = "We could not read this again after several attempts. What we read before is still used. Please try again later."
)

// StartJobs works on jobs until stop is called, which must be before Close.
func (s *Store) StartJobs(ctx context.Context, workers jobs.Workers) (stop func(context.Context) error, err error) {
	stop, err = s.database.StartJobs(ctx, workers, keeper{s, workers})
	return stop, s.explain(err, "start jobs")
}

// keeper is the store as jobs see it, with what they call.
type keeper struct {
	*Store
	workers jobs.Workers
}

// Current implements jobs.Keeper.
func (k keeper) Current(ctx context.Context, step jobs.Step) (bool, error) {
	ticket, err := k.reads.TurnTicket(ctx, db.TurnTicketParams{Tenant: step.Tenant, Kind: string(step.Of), Subject: step.Subject})
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return ticket == step.Ticket, k.explain(err, "look up the turn of "+step.Subject)
}

// Do implements jobs.Keeper.
func (k keeper) Do(ctx context.Context, step jobs.Step) error {
	switch {
	case step.Of == jobs.Read && k.workers.ReadSource != nil:
		return k.workers.ReadSource(ctx, step.Tenant, step.Subject)
	case step.Of == jobs.Embed && k.workers.EmbedSource != nil:
		return k.workers.EmbedSource(ctx, step.Tenant, step.Subject)
	case step.Of == jobs.Test && k.workers.RunTests != nil:
		return k.ofRun(ctx, step, k.workers.RunTests)
	}
	return nil
}

// ofRun does something with a run, if it is there still.
func (k keeper) ofRun(ctx context.Context, step jobs.Step, work func(ctx context.Context, tenant, bot, run string) error) error {
	bot, err := k.reads.BotOfRun(ctx, db.BotOfRunParams{Tenant: step.Tenant, ID: step.Subject})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return k.explain(err, "look up run "+step.Subject)
	}
	return work(ctx, step.Tenant, bot, step.Subject)
}

// Fail implements jobs.Keeper.
func (k keeper) Fail(ctx context.Context, step jobs.Step) error {
	return k.explain(k.failTurn(ctx, step), "let others go before "+step.Subject)
}

// Wait implements jobs.Keeper.
func (k keeper) Wait(ctx context.Context, step jobs.Step, wait time.Duration) error {
	err := k.writes.KeepTurn(ctx, db.KeepTurnParams{
		Tenant: step.Tenant, Kind: string(step.Of), Subject: step.Subject, Ticket: step.Ticket, Since: now().Add(wait),
	})
	return k.explain(err, "keep the turn of "+step.Subject)
}

// End implements jobs.Keeper.
func (k keeper) End(ctx context.Context, step jobs.Step) error {
	err := k.endTurn(ctx, step)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil // the tenant is gone
	}
	return k.explain(err, "end the turn of "+step.Subject)
}

// GiveUp implements jobs.Keeper. What gets no vectors is found by its words.
func (k keeper) GiveUp(ctx context.Context, step jobs.Step) error {
	switch {
	case step.Of == jobs.Read:
		return k.giveUp(ctx, step.Tenant, step.Subject)
	case step.Of == jobs.Test && k.workers.GiveUpRun != nil:
		return k.ofRun(ctx, step, k.workers.GiveUpRun)
	}
	return nil
}

// giveUp makes a source that is being read Broken, or leaves it as it was before it was read again. One that is not being read
// any more stays what it is.
func (s *Store) giveUp(ctx context.Context, tenant, id string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		source, key, err := s.lockSource(ctx, q, tenant, id)
		if err != nil || source.State != knowledge.Queued && source.State != knowledge.Reading {
			return err
		}
		if source.State, source.Error = knowledge.Broken, givenUp; !source.ReadAt.IsZero() {
			source.State, source.Error, source.Note = knowledge.Ready, "", givenUpAgain
			if source.NextRead = (time.Time{}); source.Plan.Every > 0 {
				source.NextRead = now().Add(source.Plan.Every)
			}
		}
		source.UpdatedAt = now()
		return writeSource(ctx, q, key, source)
	})
	err = s.explain(err, "give up source "+id)
	if errors.Is(err, chat.ErrNotFound) {
		return nil
	}
	return err
}

// Sweep removes uploads that never ended, sessions that have, and revocations of tokens that have expired since.
func (k keeper) Sweep(ctx context.Context) error {
	if _, err := k.writes.DeleteAbandonedSources(ctx, now().Add(-abandonedAfter)); err != nil {
		return k.explain(err, "delete abandoned sources")
	}
	if err := k.writes.DeleteExpiredSessions(ctx, now()); err != nil {
		return k.explain(err, "delete expired sessions")
	}
	if err := k.writes.DeleteExpiredChallenges(ctx, now()); err != nil {
		return k.explain(err, "delete expired challenges")
	}
	if err := k.writes.DeleteExpiredTrips(ctx, now()); err != nil {
		return k.explain(err, "delete expired trips")
	}
	if err := k.writes.DeleteExpiredLetters(ctx, now()); err != nil {
		return k.explain(err, "delete expired letters")
	}
	if err := k.writes.DeleteOldRevocations(ctx, now().Add(-revokedFor)); err != nil {
		return k.explain(err, "delete old revocations")
	}
	if err := k.forgetEvents(ctx); err != nil {
		return k.explain(err, "forget what processors of payments told")
	}
	if k.workers.Keep != nil {
		if err := k.workers.Keep(ctx); err != nil {
			return k.explain(err, "delete what is not to be kept")
		}
	}
	return nil
}

// Look begins what is due, and revives what got lost.
func (k keeper) Look(ctx context.Context) error {
	var due error
	if k.workers.Due != nil {
		due = k.workers.Due(ctx)
	}
	return errors.Join(due, k.explain(k.reviveTurns(ctx), "revive lost steps"), k.explain(k.reviveWork(ctx), "revive lost work"))
}

// reviveTurns enqueues turns whose job got lost, and those that nobody served.
func (s *Store) reviveTurns(ctx context.Context) error {
	lost, err := s.reads.LostTurns(ctx, db.LostTurnsParams{Before: now().Add(-lostAfter), Count: lookedAt})
	if err != nil {
		return err
	}
	for _, turn := range lost {
		step := jobs.Step{Of: jobs.Kind(turn.Kind), Tenant: turn.Tenant, Subject: turn.Subject, Ticket: turn.Ticket}
		if err := s.inTx(ctx, func(tx Tx, q *db.Queries) error { return enqueue(ctx, tx, q, step) }); err != nil {
			return fmt.Errorf("revive %s: %w", step.Subject, err)
		}
	}
	forgotten, err := s.reads.ForgottenTurns(ctx, lookedAt)
	if err != nil {
		return err
	}
	for _, line := range forgotten {
		err := s.inTx(ctx, func(tx Tx, q *db.Queries) error {
			if err := lockTenant(ctx, q, line.Tenant); err != nil {
				return err
			}
			return serve(ctx, tx, q, line.Tenant, jobs.Kind(line.Kind))
		})
		if err != nil {
			return fmt.Errorf("serve tenant %s: %w", line.Tenant, err)
		}
	}
	return nil
}

// reviveWork puts sources and runs in line that have no turn: that came from a backup, or are of a program that knows no turns.
// Doing a step twice changes nothing.
func (s *Store) reviveWork(ctx context.Context) error {
	before := now().Add(-lostAfter)
	sources, err := s.reads.StalledSources(ctx, db.StalledSourcesParams{Before: before, Count: lookedAt})
	if err != nil {
		return err
	}
	var stalled []jobs.Step
	for _, source := range sources {
		stalled = append(stalled, jobs.Step{Of: jobs.Read, Tenant: source.Tenant, Subject: source.ID})
	}
	runs, err := s.reads.StalledRuns(ctx, db.StalledRunsParams{Before: before, Count: lookedAt})
	if err != nil {
		return err
	}
	for _, run := range runs {
		stalled = append(stalled, jobs.Step{Of: jobs.Test, Tenant: run.Tenant, Subject: run.ID})
	}
	for _, step := range stalled {
		err := s.inTx(ctx, func(tx Tx, q *db.Queries) error { return putTurn(ctx, tx, q, step.Tenant, step.Of, step.Subject) })
		if err != nil {
			return fmt.Errorf("revive %s: %w", step.Subject, err)
		}
	}
	return nil
}
