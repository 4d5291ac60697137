package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.Activities = (*Store)(nil)

// mostActive bounds what one look at an hour returns.
const mostActive = 10_000

// AddActivity adds to hours, in one transaction.
func (s *Store) AddActivity(ctx context.Context, hours []account.ActivityHour) error {
	rows := make([]db.AddActivityParams, len(hours))
	for i, h := range hours {
		rows[i] = db.AddActivityParams{
			Tenant: h.Tenant, Line: h.Line, At: storable(h.At), Requests: h.Requests, Errors: h.Errors, Refused: h.Refused, Messages: h.Messages,
			Answers: h.Answers, Tokens: h.Tokens, CostMicros: h.CostMicros, SignInFailures: h.SignInFailures,
		}
	}
	slices.SortFunc(rows, func(a, b db.AddActivityParams) int { // one order of locking
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Line, b.Line), a.At.Compare(b.At))
	})
	return s.explain(s.inTx(ctx, func(_ Tx, q *db.Queries) error { return executed(ctx, rows, q.AddActivity) }), "add activity")
}

// Activity returns the hours of a subject, oldest first.
func (s *Store) Activity(ctx context.Context, of account.Subject, from, until time.Time) ([]account.ActivityHour, error) {
	rows, err := s.reads.Activity(ctx, db.ActivityParams{Tenant: of.Tenant, Line: of.Line, Since: storable(from), Until: storable(until)})
	if err != nil {
		return nil, s.explain(err, "read activity")
	}
	hours := make([]account.ActivityHour, len(rows))
	for i, r := range rows {
		hours[i] = account.ActivityHour{Subject: of, At: r.At, Activity: account.Activity{
			Requests: r.Requests, Errors: r.Errors, Refused: r.Refused, Messages: r.Messages, Answers: r.Answers, Tokens: r.Tokens,
			CostMicros: r.CostMicros, SignInFailures: r.SignInFailures,
		}}
	}
	return hours, nil
}

// ActivityOver crosses tenants: it serves the watch over all of them.
func (s *Store) ActivityOver(ctx context.Context, at time.Time, least account.Activity) ([]account.ActivityHour, error) {
	rows, err := s.reads.ActivityOver(ctx, db.ActivityOverParams{
		At: storable(at), Requests: least.Requests, Errors: least.Errors, Refused: least.Refused, Tokens: least.Tokens,
		CostMicros: least.CostMicros, SignInFailures: least.SignInFailures, Count: mostActive,
	})
	if err != nil {
		return nil, s.explain(err, "read who did much")
	}
	hours := make([]account.ActivityHour, len(rows))
	for i, r := range rows {
		hours[i] = account.ActivityHour{Subject: account.Subject{Tenant: r.Tenant, Line: r.Line}, At: at, Activity: account.Activity{
			Requests: r.Requests, Errors: r.Errors, Refused: r.Refused, Messages: r.Messages, Answers: r.Answers, Tokens: r.Tokens,
			CostMicros: r.CostMicros, SignInFailures: r.SignInFailures,
		}}
	}
	return hours, nil
}

// ForgetActivity deletes hours before a time, of all tenants.
func (s *Store) ForgetActivity(ctx context.Context, before time.Time) error {
	return s.explain(s.writes.ForgetActivity(ctx, storable(before)), "forget old activity")
}
