package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.Credentials = (*Store)(nil)

// ConfirmEmail uses a letter up, and gives its address to the user.
func (s *Store) ConfirmEmail(ctx context.Context, letter, user, email string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := useLetter(ctx, q, letter); err != nil {
			return err
		}
		return s.setEmail(ctx, q, user, email)
	})
	return s.explain(err, "confirm the address of "+user)
}

// setEmail gives an address to a user, as one that is theirs.
func (s *Store) setEmail(ctx context.Context, q *db.Queries, user, email string) error {
	hash := s.keys.emailHash(email)
	switch holder, err := q.UserIDByEmail(ctx, hash); {
	case err == nil && holder != user:
		return errAddressTaken
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("look for who has the address: %w", err)
	}
	row, r, err := s.profile(ctx, q, user)
	if err != nil {
		return err
	}
	r.Email = email
	profile, err := s.sealProfile(ctx, q, user, r)
	if err != nil {
		return err
	}
	at := now()
	rows, err := q.SetUserEmail(ctx, db.SetUserEmailParams{ID: user, EmailHash: hash, Profile: profile, ConfirmedAt: &at, WasProfile: row.Profile})
	if taken(err) { // somebody registered since we looked
		return errAddressTaken.Because(err)
	}
	if err == nil && rows == 0 {
		return errStale
	}
	return err
}

// SetPassword changes a password, and ends sign-ins.
func (s *Store) SetPassword(ctx context.Context, change account.PasswordChange) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.setPassword(ctx, q, change) })
	return s.explain(err, "set the password of "+change.User)
}

func (s *Store) setPassword(ctx context.Context, q *db.Queries, change account.PasswordChange) error {
	if err := useLetter(ctx, q, change.Letter); err != nil {
		return err
	}
	if change.Letter != "" {
		at := now()
		if err := q.SetUserConfirmed(ctx, db.SetUserConfirmedParams{ID: change.User, ConfirmedAt: &at}); err != nil {
			return fmt.Errorf("note that the address is confirmed: %w", err)
		}
	}
	var email string
	err := s.changeProfile(ctx, q, change.User, func(r *userRecord) { r.PasswordHash, email = change.Hash, r.Email })
	if err != nil {
		return err
	}
	// Whoever knew the old password may have asked to move the account, or for another one.
	for _, subject := range []string{change.User, s.keys.subjectOf(account.Letter{Address: email})} {
		if err := q.DeleteLettersOfSubject(ctx, subject); err != nil {
			return fmt.Errorf("void other letters: %w", err)
		}
	}
	if _, err := deleteSessions(ctx, q, change.User, change.Keep); err != nil || change.Keep != "" {
		return err
	}
	// Their access tokens too whose sign-ins were forgotten before.
	members, err := q.MembershipsOfUser(ctx, change.User)
	if err != nil {
		return fmt.Errorf("read memberships: %w", err)
	}
	for _, member := range members {
		if err := revoke(ctx, q, member.Tenant, change.User, ""); err != nil {
			return err
		}
	}
	return nil
}
