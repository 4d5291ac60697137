package postgres

import (
	"context"
	"math"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Anomalies = (*Store)(nil)

// micros is a value as it is stored: in millionths.
func micros(value float64) int64 { return int64(math.Round(value * 1e6)) }

func fromMicros(value int64) float64 { return float64(value) / 1e6 }

// PutAnomaly keeps an anomaly unless there is one of the same subject, kind and day.
func (s *Store) PutAnomaly(ctx context.Context, a account.Anomaly, day time.Time) (bool, error) {
	due := now()
	added, err := s.writes.PutAnomaly(ctx, db.PutAnomalyParams{
		ID: a.ID, Tenant: a.Tenant, Line: a.Line, Kind: string(a.Kind), Day: storable(day), At: storable(a.At), Unit: string(a.Unit),
		ValueMicros: micros(a.Value), UsualMicros: micros(a.Usual), DueAt: stored(due),
	})
	return added > 0, s.explain(err, "keep anomaly "+a.ID)
}

// Anomalies returns a page of a tenant's, latest first.
func (s *Store) Anomalies(ctx context.Context, tenant, cursor string, limit int) ([]account.Anomaly, string, error) {
	from, err := s.cursors.decode(cursor, "anomalies", tenant)
	if err != nil {
		return nil, "", err
	}
	size := pageSize(limit)
	rows, err := s.reads.Anomalies(ctx, db.AnomaliesParams{Tenant: tenant, Before: from.at, BeforeID: from.id, Count: rowCount(size + 1)})
	if err != nil {
		return nil, "", s.explain(err, "list anomalies")
	}
	next := ""
	if len(rows) > size {
		rows = rows[:size]
		next = s.cursors.encode(position{rows[size-1].At, rows[size-1].ID}, "anomalies", tenant)
	}
	all := make([]account.Anomaly, len(rows))
	for i, r := range rows {
		all[i] = account.Anomaly{
			ID: r.ID, Subject: account.Subject{Tenant: tenant, Line: r.Line}, At: r.At, SeenBy: r.SeenBy, Tries: int(r.Tries),
			Finding: findingOf(r.Kind, r.Unit, r.ValueMicros, r.UsualMicros),
		}
		if r.SeenAt != nil {
			all[i].SeenAt = *r.SeenAt
		}
	}
	return all, next, nil
}

func findingOf(kind, unit string, value, usual int64) account.Finding {
	return account.Finding{Kind: account.AnomalyKind(kind), Unit: account.AnomalyUnit(unit), Value: fromMicros(value), Usual: fromMicros(usual)}
}

// SeeAnomaly keeps who said first that they saw an anomaly.
func (s *Store) SeeAnomaly(ctx context.Context, tenant, id, user string, at time.Time) error {
	seen, err := s.writes.SeeAnomaly(ctx, db.SeeAnomalyParams{Tenant: tenant, ID: id, SeenBy: user, SeenAt: stored(at)})
	if err == nil && seen == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "see anomaly "+id)
}

// AnomaliesToMail crosses tenants: it serves the watch over all of them.
func (s *Store) AnomaliesToMail(ctx context.Context, at time.Time, limit int) ([]account.Anomaly, error) {
	rows, err := s.reads.AnomaliesToMail(ctx, db.AnomaliesToMailParams{Now: stored(at), Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "look for alerts")
	}
	due := make([]account.Anomaly, len(rows))
	for i, r := range rows {
		due[i] = account.Anomaly{
			ID: r.ID, Subject: account.Subject{Tenant: r.Tenant, Line: r.Line}, At: r.At, Tries: int(r.Tries),
			Finding: findingOf(r.Kind, r.Unit, r.ValueMicros, r.UsualMicros),
		}
	}
	return due, nil
}

// AnomalyMailed counts an attempt to mail an anomaly.
func (s *Store) AnomalyMailed(ctx context.Context, tenant, id string, again time.Time) error {
	return s.explain(s.writes.AnomalyMailed(ctx, db.AnomalyMailedParams{Tenant: tenant, ID: id, DueAt: stored(again)}), "keep that an alert was sent")
}

// ForgetAnomalies deletes those before a time, of all tenants.
func (s *Store) ForgetAnomalies(ctx context.Context, before time.Time) error {
	return s.explain(s.writes.ForgetAnomalies(ctx, storable(before)), "forget old anomalies")
}
