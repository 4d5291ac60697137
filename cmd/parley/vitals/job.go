package vitals

import (
	"context"
	"time"
)

// Job measures the work of a job.
func (v *Vitals) Job(work func(ctx context.Context, tenant, id string) error) func(ctx context.Context, tenant, id string) error {
	return func(ctx context.Context, tenant, id string) error {
		begun := time.Now()
		err := work(ctx, tenant, id)
		outcome := completed
		if err != nil {
			outcome = "failed"
		}
		v.jobs.WithLabelValues(outcome).Inc()
		v.worked.Observe(time.Since(begun).Seconds())
		return err
	}
}
