package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.Supports = (*Store)(nil)

// tableVisits is what the reasons of visits are bound to. It never changes.
const tableVisits = "visits"

// visitRecord is why an operator looked at a tenant, sealed by its key.
type visitRecord struct {
	recordHead
	Reason string `json:"reason"`
}

// SupportAccess returns the consent of a tenant that holds at a time.
func (s *Store) SupportAccess(ctx context.Context, tenant string, now time.Time) (account.SupportAccess, error) {
	row, err := s.reads.SupportAccess(ctx, db.SupportAccessParams{Tenant: tenant, Now: storable(now)})
	return account.SupportAccess{Tenant: tenant, By: row.GivenBy, At: row.GivenAt, Until: row.Until}, s.explain(err, "read the support access of "+tenant)
}

// PutSupportAccess keeps one in place of the one before.
func (s *Store) PutSupportAccess(ctx context.Context, access account.SupportAccess) error {
	err := s.writes.PutSupportAccess(ctx, db.PutSupportAccessParams{
		Tenant: access.Tenant, GivenBy: access.By, GivenAt: storable(access.At), Until: storable(access.Until),
	})
	return s.explain(err, "keep the support access of "+access.Tenant)
}

// DeleteSupportAccess withdraws it.
func (s *Store) DeleteSupportAccess(ctx context.Context, tenant string) error {
	return s.explain(s.writes.DeleteSupportAccess(ctx, tenant), "withdraw the support access of "+tenant)
}

// BeginVisit keeps a visit, for as long as its consent holds at most.
func (s *Store) BeginVisit(ctx context.Context, visit account.Visit) (account.Visit, error) {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		access, err := q.SupportAccess(ctx, db.SupportAccessParams{Tenant: visit.Tenant, Now: storable(visit.At)})
		if errors.Is(err, pgx.ErrNoRows) {
			return account.ErrNoConsent
		}
		if err != nil {
			return err
		}
		if access.Until.Before(visit.Until) {
			visit.Until = access.Until
		}
		key, err := s.keys.tenant(ctx, q, visit.Tenant)
		if err != nil {
			return err
		}
		body, err := sealRecord(key, visit.Tenant, tableVisits, visit.ID, visitRecord{head(), visit.Reason})
		if err != nil {
			return err
		}
		return q.InsertVisit(ctx, db.InsertVisitParams{
			ID: visit.ID, Tenant: visit.Tenant, UserID: visit.User, TokenHash: visit.Hash,
			BeganAt: storable(visit.At), EndsAt: storable(visit.Until), GivenAt: access.GivenAt, Body: body,
		})
	})
	return visit, s.explain(err, "begin a visit of "+visit.Tenant)
}

// VisitByHash returns the visit of a token, of whichever tenant, while it goes on.
func (s *Store) VisitByHash(ctx context.Context, hash []byte, now time.Time) (account.Visit, error) {
	row, err := s.reads.VisitByHash(ctx, db.VisitByHashParams{TokenHash: hash, Now: storable(now)})
	return account.Visit{ID: row.ID, Tenant: row.Tenant, User: row.UserID, Hash: hash, At: row.BeganAt, Until: row.EndsAt}, s.explain(err, "look up a visit")
}

// Visits returns the last ones of a tenant.
func (s *Store) Visits(ctx context.Context, tenant string, n int) ([]account.Visit, error) {
	visits, err := s.visits(ctx, tenant, n)
	return visits, s.explain(err, "list the visits of "+tenant)
}

func (s *Store) visits(ctx context.Context, tenant string, n int) ([]account.Visit, error) {
	rows, err := s.reads.VisitsOf(ctx, db.VisitsOfParams{Tenant: tenant, Count: rowCount(n)})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	visits := make([]account.Visit, len(rows))
	for i, row := range rows {
		var r visitRecord
		if err := openRecord(key, tenant, tableVisits, row.ID, row.Body, &r); err != nil {
			return nil, err
		}
		visits[i] = account.Visit{ID: row.ID, Tenant: tenant, User: row.UserID, Reason: r.Reason, At: row.BeganAt, Until: row.EndsAt}
	}
	return visits, nil
}
