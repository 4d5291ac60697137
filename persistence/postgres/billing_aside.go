package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account/billing"
	"parley/chat"
	"parley/persistence/postgres/db"
)

// PlanNotices keeps notices whose key is new to the tenant.
func (s Billing) PlanNotices(ctx context.Context, tenant string, notices []billing.PlannedNotice) (added int, err error) {
	err = s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		added = 0
		for _, n := range notices {
			at := orNow(n.At)
			rows, err := q.PlanBillingNotice(ctx, db.PlanBillingNoticeParams{Tenant: tenant, Key: n.Key, Kind: n.Kind, At: at, DueAt: &at})
			if err != nil {
				return err
			}
			added += int(rows)
		}
		return nil
	})
	return added, s.explain(err, "plan notices of "+tenant)
}

// Noticed returns all notices of a tenant by their keys, with when they were planned.
func (s Billing) Noticed(ctx context.Context, tenant string) (map[string]time.Time, error) {
	rows, err := s.reads.BillingNoticesOf(ctx, tenant)
	all := make(map[string]time.Time, len(rows))
	for _, row := range rows {
		all[row.Key] = row.At
	}
	return all, s.explain(err, "list notices of "+tenant)
}

// TakeNotices leases notices that are due.
func (s Billing) TakeNotices(ctx context.Context, at time.Time, limit int, lease time.Duration) ([]billing.PlannedNotice, error) {
	at = storable(at)
	due, err := s.reads.DueBillingNotices(ctx, db.DueBillingNoticesParams{Now: &at, Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "list notices that are due")
	}
	var taken []billing.PlannedNotice
	until := at.Add(lease)
	for _, d := range due {
		row, err := s.writes.TakeBillingNotice(ctx, db.TakeBillingNoticeParams{Tenant: d.Tenant, Key: d.Key, LeasedUntil: &until, Now: &at})
		if errors.Is(err, pgx.ErrNoRows) { // another node has it
			continue
		}
		if err != nil {
			return nil, s.explain(err, "take a notice of "+d.Tenant)
		}
		taken = append(taken, billing.PlannedNotice{Tenant: row.Tenant, Key: row.Key, Kind: row.Kind, At: row.At, Tries: int(row.Tries)})
	}
	return taken, nil
}

// NoticeSent ends a notice, or has it tried again.
func (s Billing) NoticeSent(ctx context.Context, tenant, key string, again time.Time) error {
	rows, err := s.writes.BillingNoticeSent(ctx, db.BillingNoticeSentParams{Tenant: tenant, Key: key, DueAt: stored(again)})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "keep what came of a notice of "+tenant)
}

// Reported returns how much overage of a period was reported.
func (s Billing) Reported(ctx context.Context, tenant, period string) (int64, error) {
	total, err := s.reads.BillingReport(ctx, db.BillingReportParams{Tenant: tenant, Period: period})
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return total, s.explain(err, "read what was reported of "+tenant)
}

// KeepReport keeps it.
func (s Billing) KeepReport(ctx context.Context, tenant, period string, total int64, at time.Time) error {
	err := s.writes.PutBillingReport(ctx, db.PutBillingReportParams{Tenant: tenant, Period: period, Total: total, At: orNow(at)})
	return s.explain(err, "keep what was reported of "+tenant)
}

// KeepComparison replaces what the comparison before found.
func (s Billing) KeepComparison(ctx context.Context, comparison billing.Comparison) error {
	return s.explain(s.keepComparison(ctx, comparison), "keep a comparison")
}

func (s Billing) keepComparison(ctx context.Context, comparison billing.Comparison) error {
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return err
	}
	body, err := sealComparison(key, comparison)
	if err != nil {
		return err
	}
	return s.writes.PutBillingComparison(ctx, body)
}

// Comparison returns the last one.
func (s Billing) Comparison(ctx context.Context) (billing.Comparison, error) {
	comparison, err := s.comparison(ctx)
	return comparison, s.explain(err, "read the last comparison")
}

func (s Billing) comparison(ctx context.Context) (billing.Comparison, error) {
	body, err := s.reads.BillingComparison(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return billing.Comparison{}, nil
	}
	if err != nil {
		return billing.Comparison{}, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return billing.Comparison{}, err
	}
	return openComparison(key, body)
}
