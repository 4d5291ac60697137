package postgres

import (
	"context"
	"errors"
	"fmt"

	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// rewrappedAtOnce is how many tenants' keys are read and wrapped again at a time: some milliseconds of work.
const rewrappedAtOnce = 200

// Rotated says what a rotation has done.
type Rotated struct{ Keys, Again int } // how many keys there are; how many of them were wrapped again

// RotateKeys wraps all that the master key holds by the one that is wanted, while others read and write.
// The keys themselves stay, so that nobody who has one in memory notices. It may be
// interrupted and repeated at any time. Before it returns, no key is left that needs another master
// key, also none of a tenant who registers meanwhile.
func (s *Store) RotateKeys(ctx context.Context) (Rotated, error) {
	done, err := s.rotateKeys(ctx)
	return done, s.explain(err, "rotate the keys")
}

func (s *Store) rotateKeys(ctx context.Context) (done Rotated, err error) {
	// What derives from the old key must be kept before that goes.
	if err := s.findRoot(ctx); err != nil {
		return done, err
	}
	// First the key of accounts, which says by which key those of new tenants are wrapped: see inForce.
	changed, err := s.rewrapAccounts(ctx)
	if err != nil {
		return done, err
	}
	done.count(1, changed)
	err = s.tenantKeys(ctx, func(rows []db.TenantKeysAfterRow) error {
		var changes []db.RewrapTenantKeysParams
		for _, row := range rows {
			wrapped, err := s.keys.master.Rewrap(row.WrappedKey, row.ID, tableTenants, row.ID)
			if err != nil {
				return wrongMaster(tableTenants, row.ID, err)
			}
			if wrapped != nil {
				changes = append(changes, db.RewrapTenantKeysParams{ID: row.ID, Wrapped: wrapped, Before: row.WrappedKey})
			}
		}
		done.count(len(rows), len(changes))
		return again(func() error { return executed(ctx, changes, s.writes.RewrapTenantKeys) })
	})
	if err != nil {
		return done, err
	}
	return done, s.findRoot(ctx) // which keeps out programs that derive from the master key
}

func (r *Rotated) count(keys, again int) { r.Keys, r.Again = r.Keys+keys, r.Again+again }

// rewrapAccounts returns how many keys it has wrapped again: one or none.
func (s *Store) rewrapAccounts(ctx context.Context) (changed int, err error) {
	err = s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		changed = 0
		before, err := accountsWrapped(q.HoldPlatformKey(ctx, accountsKey))
		if err != nil {
			return err
		}
		wrapped, err := s.keys.master.Rewrap(before, "", tablePlatformKeys, accountsKey)
		if err != nil {
			return wrongMaster(tablePlatformKeys, accountsKey, err)
		}
		if wrapped == nil {
			return nil
		}
		changed = 1
		if _, err := q.RewrapPlatformKey(ctx, db.RewrapPlatformKeyParams{Name: accountsKey, Wrapped: wrapped, Before: before}); err != nil {
			return fmt.Errorf("keep the key of accounts: %w", err)
		}
		return nil
	})
	return changed, err
}

// tenantKeys hands out the wrapped keys of all tenants, some at a time.
func (s *Store) tenantKeys(ctx context.Context, take func([]db.TenantKeysAfterRow) error) error {
	for after := ""; ; {
		rows, err := s.reads.TenantKeysAfter(ctx, db.TenantKeysAfterParams{ID: after, Limit: rewrappedAtOnce})
		if err != nil {
			return fmt.Errorf("read tenants' keys: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := take(rows); err != nil {
			return err
		}
		after = rows[len(rows)-1].ID
	}
}

// Held says which master key is in force, and how many keys each holds, by their check values.
type Held struct {
	InForce string         // new tenants' keys are wrapped by it; "": by one that is not set
	Keys    map[string]int // without those that hold none
	Lost    int            // keys that none of those opens that are set
}

// HeldKeys counts what each master key holds. It changes nothing.
func (s *Store) HeldKeys(ctx context.Context) (Held, error) {
	held, err := s.heldKeys(ctx)
	return held, s.explain(err, "look at the keys")
}

func (s *Store) heldKeys(ctx context.Context) (Held, error) {
	held := Held{Keys: make(map[string]int)}
	switch holder, err := s.inForce(ctx, s.reads.PlatformKey); {
	case errors.Is(err, seal.ErrSealed):
		held.Lost++
	case err != nil:
		return Held{}, err
	default:
		held.InForce = holder.Check()
		held.Keys[held.InForce]++
	}
	err := s.tenantKeys(ctx, func(rows []db.TenantKeysAfterRow) error {
		for _, row := range rows {
			if holder, err := s.keys.master.Holder(row.WrappedKey, row.ID, tableTenants, row.ID); err != nil {
				held.Lost++
			} else {
				held.Keys[holder.Check()]++
			}
		}
		return nil
	})
	return held, err
}
