package postgres

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.SecondFactors = (*Store)(nil)

// Tables that secrets are bound to, beside the person. They never change.
const (
	tableFactors        = "second_factors"
	tablePendingFactors = "second_factors.pending"
)

// Factor returns a person's second factor; a zero one if there is none.
func (s *Store) Factor(ctx context.Context, user string) (account.Factor, error) {
	factor, err := s.factor(ctx, s.reads, user)
	return factor, s.explain(err, "read the second factor of "+user)
}

func (s *Store) factor(ctx context.Context, q *db.Queries, user string) (account.Factor, error) {
	rows, err := q.SecondFactor(ctx, user)
	if err != nil || len(rows) == 0 {
		return account.Factor{}, err
	}
	row := rows[0]
	factor := account.Factor{Step: row.Step, Failures: row.Failures, Codes: int(row.Codes), PendingAt: row.PendingAt, FailedAt: row.FailedAt}
	if factor.Secret, err = s.openFactor(ctx, q, tableFactors, user, row.Secret); err != nil {
		return account.Factor{}, err
	}
	factor.Pending, err = s.openFactor(ctx, q, tablePendingFactors, user, row.Pending)
	return factor, err
}

// openFactor opens a secret, if there is one.
func (s *Store) openFactor(ctx context.Context, q *db.Queries, table, user string, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, nil
	}
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return nil, err
	}
	secret, err := key.Open(sealed, "", table, user)
	if err != nil {
		return nil, fmt.Errorf("open %s %s: %w", table, user, err)
	}
	return secret, nil
}

func (s *Store) sealFactor(ctx context.Context, q *db.Queries, table, user string, secret []byte) ([]byte, error) {
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return nil, err
	}
	return key.Seal(secret, "", table, user)
}

// BeginFactor keeps a secret that is being set up.
func (s *Store) BeginFactor(ctx context.Context, user string, secret []byte, at time.Time) error {
	sealed, err := s.sealFactor(ctx, s.reads, tablePendingFactors, user, secret)
	if err == nil {
		err = s.writes.PutPendingFactor(ctx, db.PutPendingFactorParams{UserID: user, Pending: sealed, PendingAt: storable(at)})
	}
	return s.explain(err, "begin the second factor of "+user)
}

// ConfirmFactor makes the pending secret the person's.
func (s *Store) ConfirmFactor(ctx context.Context, user string, secret []byte, step int64, codes [][]byte) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		rows, err := q.SecondFactor(ctx, user)
		if err != nil {
			return err
		}
		if len(rows) == 0 || rows[0].Pending == nil {
			return chat.ErrNotFound
		}
		pending, err := s.openFactor(ctx, q, tablePendingFactors, user, rows[0].Pending)
		if err != nil {
			return err
		}
		if !bytes.Equal(pending, secret) {
			return chat.ErrNotFound
		}
		sealed, err := s.sealFactor(ctx, q, tableFactors, user, secret)
		if err != nil {
			return err
		}
		changed, err := q.ConfirmFactor(ctx, db.ConfirmFactorParams{UserID: user, Secret: sealed, Step: step, Pending: rows[0].Pending})
		if err != nil {
			return err
		}
		if changed == 0 { // somebody was faster
			return chat.ErrNotFound
		}
		if err := replaceCodes(ctx, q, user, codes); err != nil {
			return err
		}
		return revokePerson(ctx, q, user)
	})
	return s.explain(err, "confirm the second factor of "+user)
}

// EndFactor forgets a person's second factor.
func (s *Store) EndFactor(ctx context.Context, user string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		rows, err := q.DeleteFactor(ctx, user)
		if err != nil || rows == 0 {
			return err
		}
		return revokePerson(ctx, q, user)
	})
	return s.explain(err, "end the second factor of "+user)
}

// RequireFactor keeps whether a tenant's members need a second factor.
func (s *Store) RequireFactor(ctx context.Context, tenant string, required bool) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		rows, err := q.RequireSecondFactor(ctx, db.RequireSecondFactorParams{ID: tenant, SecondFactor: required})
		if err != nil {
			return err
		}
		if rows == 0 {
			return pgx.ErrNoRows
		}
		without, err := q.MembersWithoutFactor(ctx, tenant)
		if err != nil {
			return fmt.Errorf("list who has none: %w", err)
		}
		for _, user := range without {
			if err := revoke(ctx, q, tenant, user, ""); err != nil {
				return err
			}
		}
		return nil
	})
	return s.explain(err, "say whether second factors are required in "+tenant)
}

// revokePerson revokes the tokens of all memberships of a person. It comes last in its transaction, as revoke does.
func revokePerson(ctx context.Context, q *db.Queries, user string) error {
	members, err := q.MembershipsOfUser(ctx, user)
	if err != nil {
		return fmt.Errorf("list memberships: %w", err)
	}
	for _, member := range members {
		if err := revoke(ctx, q, member.Tenant, user, ""); err != nil {
			return err
		}
	}
	return nil
}

// TryFactor counts a try.
func (s *Store) TryFactor(ctx context.Context, user string, seen int64, at time.Time) error {
	rows, err := s.writes.CountFactorFailure(ctx, db.CountFactorFailureParams{UserID: user, Seen: seen, FailedAt: storable(at)})
	return s.onlyOne(rows, err, "count a try of "+user)
}

// UseStep uses up a step.
func (s *Store) UseStep(ctx context.Context, user string, step int64) error {
	rows, err := s.writes.UseFactorStep(ctx, db.UseFactorStepParams{UserID: user, Step: step})
	return s.onlyOne(rows, err, "use up a code of "+user)
}

// UseCode uses up a recovery code.
func (s *Store) UseCode(ctx context.Context, user string, hash []byte) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		rows, err := q.UseRecoveryCode(ctx, db.UseRecoveryCodeParams{UserID: user, Hash: hash})
		if err != nil {
			return err
		}
		if rows == 0 {
			return chat.ErrNotFound
		}
		return q.ForgetFactorFailures(ctx, user)
	})
	return s.explain(err, "use up a recovery code of "+user)
}

// ReplaceCodes puts recovery codes in place of all others.
func (s *Store) ReplaceCodes(ctx context.Context, user string, codes [][]byte) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return replaceCodes(ctx, q, user, codes) })
	return s.explain(err, "replace the recovery codes of "+user)
}

func replaceCodes(ctx context.Context, q *db.Queries, user string, codes [][]byte) error {
	if err := q.DeleteRecoveryCodes(ctx, user); err != nil {
		return fmt.Errorf("delete recovery codes: %w", err)
	}
	for _, hash := range codes {
		if err := q.InsertRecoveryCode(ctx, db.InsertRecoveryCodeParams{UserID: user, Hash: hash}); err != nil {
			return fmt.Errorf("insert a recovery code: %w", err)
		}
	}
	return nil
}

// OpenChallenge keeps a sign-in that waits.
func (s *Store) OpenChallenge(ctx context.Context, challenge account.Challenge) error {
	err := s.writes.InsertChallenge(ctx, db.InsertChallengeParams{
		ID: challenge.ID, Tenant: challenge.Tenant, UserID: challenge.User, Hash: challenge.Hash, ExpiresAt: storable(challenge.ExpiresAt),
	})
	return s.explain(err, "open challenge "+challenge.ID)
}

// TryChallenge counts a try of a challenge, and returns it.
func (s *Store) TryChallenge(ctx context.Context, id string, hash []byte, at time.Time, most int64) (account.Challenge, error) {
	row, err := s.writes.TryChallenge(ctx, db.TryChallengeParams{ID: id, Hash: hash, At: storable(at), Most: most})
	if err != nil {
		return account.Challenge{}, s.explain(err, "try challenge "+id)
	}
	return account.Challenge{ID: id, Tenant: row.Tenant, User: row.UserID, Hash: hash, ExpiresAt: row.ExpiresAt}, nil
}

// EndChallenge lets a challenge be used no more.
func (s *Store) EndChallenge(ctx context.Context, id string) error {
	rows, err := s.writes.DeleteChallenge(ctx, id)
	return s.onlyOne(rows, err, "end challenge "+id)
}

// onlyOne says of a change to a row that it was not there, or not any more what it had to be.
func (s *Store) onlyOne(rows int64, err error, attempt string) error {
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, attempt)
}
