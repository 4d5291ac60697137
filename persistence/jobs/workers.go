package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"
)

// Workers is what jobs call. All functions must be safe to repeat. An error means: again later.
type Workers struct {
	// ReadSource does one step of reading a source.
	ReadSource func(ctx context.Context, tenant, source string) error
	// EmbedSource does one step of giving a source's passages vectors; nil: there is no embedder, and nothing is enqueued. An
	// error with a method RetryAfter says when to go on, and does not count as an attempt.
	EmbedSource func(ctx context.Context, tenant, source string) error
	// RunTests asks the next questions of a run; GiveUpRun is called when that has failed for the last time. nil: there are no runs.
	RunTests, GiveUpRun func(ctx context.Context, tenant, bot, run string) error
	// Due begins what is due; it is called each minute, on one node; nil: nothing is.
	Due func(ctx context.Context) error
	// Keep deletes what is not to be kept any longer, within 40 s; it is called each hour, on one node; nil: nothing is.
	Keep func(ctx context.Context) error
	// Concurrency is how many jobs run at a time on this node; 0: four.
	Concurrency int
}

// Keeper is what the store of the work does about it.
type Keeper interface {
	// Current tells whether a step is still to be done: no later one of the same work was given out.
	Current(ctx context.Context, step Step) (bool, error)
	// Do does a step.
	Do(ctx context.Context, step Step) error
	// Fail tells that a step will be tried again: meanwhile another of the tenant takes its turn.
	Fail(ctx context.Context, step Step) error
	// Wait tells that a step waits of its own accord.
	Wait(ctx context.Context, step Step, wait time.Duration) error
	// GiveUp tells the owner that a step has failed for the last time.
	GiveUp(ctx context.Context, step Step) error
	// End forgets a step, unless the next one of the same work waits already, and lets the tenant's next have its turn.
	End(ctx context.Context, step Step) error
	// Sweep removes or revives what was left behind. It runs at start and every hour, on one node.
	Sweep(ctx context.Context) error
	// Look begins what is due and revives what got lost. It runs at start and every minute, on one node.
	Look(ctx context.Context) error
}

// concurrency is four unless said otherwise: steps of sites wait for the network.
func (w Workers) concurrency() int {
	if w.Concurrency <= 0 {
		return 4
	}
	return w.Concurrency
}

// worker calls a keeper for jobs.
type worker struct {
	keeper Keeper
	logger *slog.Logger
}

func (w worker) register() *river.Workers {
	all := river.NewWorkers()
	river.AddWorker(all, river.WorkFunc(func(ctx context.Context, job *river.Job[Step]) error {
		return w.step(ctx, w.of(job.ID, job.Attempt, job.Args), job.Args, job.Attempt)
	}))
	river.AddWorker(all, river.WorkFunc(func(ctx context.Context, job *river.Job[ReadSource]) error {
		step := Step{Of: Read, Tenant: job.Args.Tenant, Subject: job.Args.Source}
		return w.try(ctx, w.of(job.ID, job.Attempt, step), step, job.Attempt)
	}))
	river.AddWorker(all, river.WorkFunc(func(ctx context.Context, job *river.Job[sweep]) error {
		return reported(ctx, w.logger.With("job", job.ID), "sweep", w.keeper.Sweep(ctx))
	}))
	river.AddWorker(all, river.WorkFunc(func(ctx context.Context, job *river.Job[look]) error {
		return reported(ctx, w.logger.With("job", job.ID), "look for what is due", guarded(func() error { return w.keeper.Look(ctx) }))
	}))
	return all
}

func (w worker) of(job int64, attempt int, step Step) *slog.Logger {
	return w.logger.With("job", job, "attempt", attempt, "of", string(step.Of), "tenant", step.Tenant, "subject", step.Subject)
}

// step does a step that has a turn, and gives the turn back.
func (w worker) step(ctx context.Context, logger *slog.Logger, step Step, attempt int) error {
	current, err := w.keeper.Current(ctx, step)
	if err != nil || !current {
		return reported(ctx, logger, "look up a step", err)
	}
	if failure := w.try(ctx, logger, step, attempt); failure != nil {
		var snooze *river.JobSnoozeError
		if !errors.As(failure, &snooze) {
			if err := w.keeper.Fail(ctx, step); err != nil { // the tenant's others wait for this one, then
				logger.WarnContext(ctx, "cannot let others have their turn", "error", err)
			}
		}
		return failure
	}
	// The step may have used up the time of the job's own context.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Timeout/6)
	defer cancel()
	return reported(ctx, logger, "end a step", w.keeper.End(ctx, step))
}

// try does a step, and gives it up after its last failure. An
// attempt beyond the last is one whose predecessor died with its process.
func (w worker) try(ctx context.Context, logger *slog.Logger, step Step, attempt int) error {
	if attempt <= Attempts {
		err := guarded(func() error { return w.keeper.Do(ctx, step) })
		var later interface{ RetryAfter() time.Duration }
		if errors.As(err, &later) && !interrupted(ctx) {
			wait := max(later.RetryAfter(), time.Second)
			logger.InfoContext(ctx, "job waits", "for", wait, "error", err)
			if err := w.keeper.Wait(ctx, step, wait); err != nil { // it may be taken for lost, and done twice
				logger.WarnContext(ctx, "cannot keep that a job waits", "error", err)
			}
			return river.JobSnooze(wait)
		}
		failure := reported(ctx, logger, "do a step", err)
		if failure == nil || attempt < Attempts || interrupted(ctx) {
			return failure
		}
	}
	// As above.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Timeout/6)
	defer cancel()
	return reported(ctx, logger, "give up", w.keeper.GiveUp(ctx, step))
}

// reported logs an error and returns what river may keep of it in plain text:
// which work failed, and nothing that could quote what people wrote.
func reported(ctx context.Context, logger *slog.Logger, work string, err error) error {
	if err == nil {
		return nil
	}
	if interrupted(ctx) {
		return river.JobSnooze(0)
	}
	logger.WarnContext(ctx, "job failed", "work", work, "error", err)
	return fmt.Errorf("failed to %s: see the log", work)
}

// interrupted tells a shutdown from a time-out.
func interrupted(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// guarded turns a panic into an error: river would keep its value and its stack
// in plain text.
func guarded(work func() error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
		}
	}()
	return work()
}
