package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
)

// Queue keeps jobs in a database whose transactions are TTx. It is safe for
// concurrent use.
type Queue[TTx any] struct {
	driver   riverdriver.Driver[TTx]
	settings Settings
	inserter *river.Client[TTx]
}

// NewQueue returns the queue of a database. It does not touch it yet.
func NewQueue[TTx any](driver riverdriver.Driver[TTx], settings Settings) (*Queue[TTx], error) {
	inserter, err := river.NewClient(driver, settings.config())
	if err != nil {
		return nil, fmt.Errorf("set up jobs: %w", err)
	}
	return &Queue[TTx]{driver: driver, settings: settings, inserter: inserter}, nil
}

// Migrate brings river's own tables up to date. Repeating changes nothing.
func (q *Queue[TTx]) Migrate(ctx context.Context) error {
	migrator, err := rivermigrate.New(q.driver, &rivermigrate.Config{Logger: q.settings.config().Logger})
	if err != nil {
		return fmt.Errorf("set up the migration of jobs: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("migrate jobs: %w", err)
	}
	return nil
}

// Enqueue adds a Step or a ReadSource to the transaction; it runs if, and after, that commits.
func (q *Queue[TTx]) Enqueue(ctx context.Context, tx TTx, job river.JobArgs) error {
	if _, err := q.inserter.InsertTx(ctx, tx, job, nil); err != nil {
		return fmt.Errorf("enqueue a job: %w", err)
	}
	return nil
}

// Start works on jobs until stop is called, which lets running ones go on for
// some seconds, then ends their contexts and waits for them, as long as its
// context allows. ctx bounds the start only.
func (q *Queue[TTx]) Start(ctx context.Context, workers Workers, keeper Keeper) (stop func(context.Context) error, err error) {
	config := q.settings.config()
	config.Queues = map[string]river.QueueConfig{
		river.QueueDefault: {MaxWorkers: workers.concurrency(), FetchPollInterval: restPoll},
		stepQueue:          {MaxWorkers: workers.concurrency()},
	}
	config.Workers = worker{keeper, q.settings.Logger}.register()
	config.PeriodicJobs = []*river.PeriodicJob{periodic(sweepEvery, sweep{}), periodic(lookEvery, look{})}
	client, err := river.NewClient(q.driver, config)
	if err != nil {
		return nil, fmt.Errorf("set up workers: %w", err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return nil, fmt.Errorf("start workers: %w", err)
	}
	return client.Stop, nil
}

// periodic is a job of the node that leads, at its start and then in an interval.
func periodic(every time.Duration, job river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return job, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
}
