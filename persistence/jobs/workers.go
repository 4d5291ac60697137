package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/riverqueue/river"
)

// Workers is what jobs call. All functions must be safe to repeat.
type Workers struct {
	// ReadSource does one step of reading a source. An error means: again later.
	ReadSource func(ctx context.Context, tenant, source string) error
	// GiveUp is called when ReadSource has failed for the last time.
	GiveUp func(ctx context.Context, tenant, source string) error
	// Sweep removes or revives what was left behind. It runs at start and
	// every hour, on one node.
	Sweep func(ctx context.Context) error
	// Concurrency is how many jobs run at a time on this node; 0: two.
	Concurrency int
}

func (w Workers) concurrency() int {
	if w.Concurrency <= 0 {
		return 2
	}
	return w.Concurrency
}

func (w Workers) register(logger *slog.Logger) *river.Workers {
	all := river.NewWorkers()
	river.AddWorker(all, river.WorkFunc(func(ctx context.Context, job *river.Job[ReadSource]) error {
		logger := logger.With("job", job.ID, "attempt", job.Attempt, "tenant", job.Args.Tenant, "source", job.Args.Source)
		return w.readSource(ctx, logger, job.Args, job.Attempt)
	}))
	river.AddWorker(all, river.WorkFunc(func(ctx context.Context, job *river.Job[sweep]) error {
		return reported(ctx, logger.With("job", job.ID), "sweep", w.Sweep(ctx))
	}))
	return all
}

// readSource does a step, and gives the source up after its last failure. An
// attempt beyond the last is one whose predecessor died with its process.
func (w Workers) readSource(ctx context.Context, logger *slog.Logger, job ReadSource, attempt int) error {
	if attempt <= Attempts {
		err := guarded(func() error { return w.ReadSource(ctx, job.Tenant, job.Source) })
		failure := reported(ctx, logger, "read a source", err)
		if failure == nil || attempt < Attempts || interrupted(ctx) {
			return failure
		}
	}
	// The step may have used up the time of the job's own context.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Timeout/6)
	defer cancel()
	return reported(ctx, logger, "give a source up", w.GiveUp(ctx, job.Tenant, job.Source))
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
