package postgres

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Audits = (*Store)(nil)

// AppendAudit adds entries to the logs of their tenants, in one transaction.
func (s *Store) AppendAudit(ctx context.Context, entries []account.Entry) error {
	byTenant := make(map[string][]account.Entry)
	var tenants []string
	for _, e := range entries {
		if byTenant[e.Tenant] == nil {
			tenants = append(tenants, e.Tenant)
		}
		byTenant[e.Tenant] = append(byTenant[e.Tenant], e)
	}
	slices.Sort(tenants) // one order of locking
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		for _, tenant := range tenants {
			if err := s.appendAudit(ctx, q, tenant, byTenant[tenant]); err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	return s.explain(err, "add to the audit log")
}

// appendAudit adds entries to one log. pgx.ErrNoRows: there is no such tenant, and nothing was done.
func (s *Store) appendAudit(ctx context.Context, q *db.Queries, tenant string, entries []account.Entry) error {
	if _, err := q.TenantKey(ctx, tenant); err != nil { // it may be in memory still
		return err
	}
	key, err := s.keys.tenant(ctx, q, tenant)
	if err != nil {
		return err
	}
	head, err := q.HoldAudit(ctx, db.HoldAuditParams{Tenant: tenant, None: s.keys.auditNothing(tenant)})
	if err != nil {
		return fmt.Errorf("hold the audit log: %w", err)
	}
	rows := make([]db.InsertAuditParams, len(entries))
	for i, e := range entries {
		if rows[i], err = s.keys.sealAudit(key, e, head.N+1, head.Hash); err != nil {
			return err
		}
		head.N, head.Hash = rows[i].N, rows[i].Hash
	}
	if err := executed(ctx, rows, q.InsertAudit); err != nil {
		return fmt.Errorf("insert entries: %w", err)
	}
	return q.MoveAudit(ctx, db.MoveAuditParams{Tenant: tenant, N: head.N, Hash: head.Hash})
}

// forever is later than any time that is kept.
var forever = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)

// Audit returns a page of a tenant's log, latest first.
func (s *Store) Audit(ctx context.Context, tenant string, filter account.AuditFilter) ([]account.Entry, string, error) {
	page, next, err := s.audit(ctx, tenant, filter)
	return page, next, s.explain(err, "read the audit log of "+tenant)
}

func (s *Store) audit(ctx context.Context, tenant string, filter account.AuditFilter) ([]account.Entry, string, error) {
	list := []string{"audit", tenant}
	from, err := s.cursors.decode(filter.Cursor, list...)
	if err != nil {
		return nil, "", err
	}
	before := int64(math.MaxInt64)
	if from.id != "" {
		if before, err = strconv.ParseInt(from.id, 10, 64); err != nil {
			return nil, "", errCursor
		}
	}
	until := forever
	if !filter.Until.IsZero() {
		until = storable(filter.Until)
	}
	size := pageSize(filter.Limit)
	rows, err := s.reads.AuditBefore(ctx, db.AuditBeforeParams{
		Tenant: tenant, Before: before, Since: storable(filter.Since), Until: until, Actor: filter.Actor, Action: filter.Action,
		Count: rowCount(size + 1),
	})
	if err != nil || len(rows) == 0 {
		return nil, "", err
	}
	next := ""
	if len(rows) > size {
		rows = rows[:size]
		last := rows[size-1]
		next = s.cursors.encode(position{last.At, strconv.FormatInt(last.N, 10)}, list...)
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, "", err
	}
	page := make([]account.Entry, len(rows))
	for i, row := range rows {
		if page[i], err = openAudit(key, tenant, db.AuditAfterRow(row)); err != nil {
			return nil, "", err
		}
	}
	return page, next, nil
}

// auditPage is how many entries are verified at a time.
const auditPage = 500

// VerifyAudit compares each entry with its hash, and the last with the head.
func (s *Store) VerifyAudit(ctx context.Context, tenant string) (account.AuditProof, error) {
	proof, err := s.verifyAudit(ctx, tenant)
	return proof, s.explain(err, "verify the audit log of "+tenant)
}

func (s *Store) verifyAudit(ctx context.Context, tenant string) (account.AuditProof, error) {
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return account.AuditProof{}, err
	}
	head, err := s.reads.AuditHead(ctx, tenant)
	if errors.Is(err, pgx.ErrNoRows) { // nothing was told yet, or somebody has removed all of it
		head.Hash, head.BaseHash = s.keys.auditNothing(tenant), s.keys.auditNothing(tenant)
	} else if err != nil {
		return account.AuditProof{}, err
	}
	proof := account.AuditProof{First: head.BaseN + 1, Last: head.BaseN}
	before, trimmed := head.BaseHash, int64(0)
	broken := func() (account.AuditProof, error) {
		proof.Broken, proof.Hash = proof.Last+1, hex.EncodeToString(before)
		return proof, nil
	}
	for more := true; more; {
		rows, err := s.reads.AuditAfter(ctx, db.AuditAfterParams{Tenant: tenant, After: proof.Last, Count: auditPage})
		if err != nil {
			return proof, err
		}
		more = len(rows) == auditPage
		for _, row := range rows {
			if row.N > head.N { // it was added since the head was read, or by somebody else
				if proof.Last != head.N || !bytes.Equal(before, head.Hash) {
					return broken()
				}
				if head, err = s.reads.AuditHead(ctx, tenant); err != nil {
					return proof, err
				}
			}
			entry, err := openAudit(key, tenant, row)
			switch {
			case err != nil, row.N > head.N, row.N != proof.Last+1, !bytes.Equal(row.Hash, s.keys.auditHash(before, tenant, row)),
				row.Body != nil && !bytes.Equal(row.BodyHash, s.keys.auditBodyHash(entry)):
				return broken()
			case row.Body == nil:
				proof.Erased++
			}
			if row.Action == trimAction {
				if trimmed, err = strconv.ParseInt(row.Target, 10, 64); err != nil {
					return broken()
				}
			}
			proof.Last, before = row.N, row.Hash
		}
	}
	if proof.Last != head.N || !bytes.Equal(before, head.Hash) {
		return broken()
	}
	if trimmed != head.BaseN { // what was removed at the log's beginning is told in the log itself
		proof.Broken = cmp.Or(head.BaseN, 1)
	}
	proof.Hash = hex.EncodeToString(before)
	return proof, nil
}

// trimAction tells that entries up to its target were removed since their time was over.
const trimAction = "audit.trim"

// trimAudit removes what is older than a time, and tells it.
func (s *Store) trimAudit(ctx context.Context, tenant string, before time.Time) error {
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		last, err := q.AuditUntil(ctx, db.AuditUntilParams{Tenant: tenant, Before: storable(before)})
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("look for what is too old: %w", err)
		}
		err = s.appendAudit(ctx, q, tenant, []account.Entry{{
			ID: chat.NewID(account.AuditPrefix), Tenant: tenant, At: now(), Actor: account.Actor{Kind: account.BySystem}, Action: trimAction,
			Target: strconv.FormatInt(last.N, 10), Outcome: account.Done,
		}})
		if err != nil {
			return err
		}
		if _, err := q.TrimAudit(ctx, db.TrimAuditParams{Tenant: tenant, N: last.N}); err != nil {
			return fmt.Errorf("remove entries: %w", err)
		}
		return q.SetAuditBase(ctx, db.SetAuditBaseParams{Tenant: tenant, N: last.N, Hash: last.Hash})
	})
}

// AuditedTenants are those that have an audit log.
func (s *Store) AuditedTenants(ctx context.Context) ([]string, error) {
	tenants, err := s.reads.AuditedTenants(ctx)
	return tenants, s.explain(err, "list audit logs")
}
