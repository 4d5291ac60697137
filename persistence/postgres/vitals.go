package postgres

import (
	"context"
	"time"

	"parley/persistence/postgres/db"
)

// Vitals are what waits in the database, for all nodes and tenants together. Counts stop at 100,000.
type Vitals struct {
	Conversations Queue // that wait for a person
	Unassigned    int64 // of them: those that nobody is asked to take
	Sources       Queue // that are to be read, or being read
	Mails         Queue // that are due, or failed before
	Deliveries    Queue // to webhooks
}

// Queue is how many wait, and since when the first of them does; the zero time: none waits.
type Queue struct {
	Waiting int64
	Since   time.Time
}

// Vitals looks at what waits. It crosses tenants: it serves the operator's measurements.
func (s *Store) Vitals(ctx context.Context) (Vitals, error) {
	v, err := vitals(ctx, s.reads, now())
	return v, s.explain(err, "look at what waits")
}

func vitals(ctx context.Context, q *db.Queries, at time.Time) (v Vitals, err error) {
	waiting, err := q.WaitingConversations(ctx)
	if err != nil {
		return v, err
	}
	v.Conversations.Waiting, v.Unassigned = waiting.Waiting, waiting.Unassigned
	since, err := q.LongestWaiting(ctx)
	if err != nil {
		return v, err
	}
	if len(since) > 0 && since[0] != nil {
		v.Conversations.Since = *since[0]
	}
	if v.Sources.Waiting, err = q.WaitingSources(ctx); err != nil {
		return v, err
	}
	if v.Mails.Waiting, err = q.WaitingMails(ctx, at); err != nil {
		return v, err
	}
	if v.Deliveries.Waiting, err = q.CountOutbox(ctx); err != nil {
		return v, err
	}
	for _, queue := range []struct {
		queue *Queue
		since func() ([]time.Time, error)
	}{
		{&v.Sources, func() ([]time.Time, error) { return q.LongestWaitingSource(ctx) }},
		{&v.Mails, func() ([]time.Time, error) { return q.LongestWaitingMail(ctx, at) }},
		{&v.Deliveries, func() ([]time.Time, error) { return q.LongestWaitingDelivery(ctx) }},
	} {
		since, err := queue.since()
		if err != nil {
			return v, err
		}
		if len(since) > 0 {
			queue.queue.Since = since[0]
		}
	}
	return v, nil
}
