package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var _ account.Issuers = (*Store)(nil)

// tableExternals is what an external identity is bound to. It never changes.
const tableExternals = "external_identities"

// externalRecord is what an external identity's row says, sealed under the key of accounts.
type externalRecord struct {
	recordHead
	Issuer  string `json:"issuer"`
	Subject string `json:"subject"`
	Email   string `json:"email,omitempty"`
}

// errExternalTaken refuses to let two people sign in with one identity.
var errExternalTaken = chat.Fail(chat.Conflict, "oidc_taken", "Somebody else's account here is linked to this one already. Please sign in with it, or unlink it there.")

// externalHash is what an identity is found by.
func (s *Store) externalHash(issuer, subject string) []byte {
	return s.keys.hash("external identity", issuer, subject)
}

// External returns whom an issuer knows a person as.
func (s *Store) External(ctx context.Context, user string) (account.External, error) {
	external, err := s.external(ctx, user)
	return external, s.explain(err, "read the external identity of "+user)
}

func (s *Store) external(ctx context.Context, user string) (account.External, error) {
	row, err := s.reads.ExternalIdentity(ctx, user)
	if err != nil {
		return account.External{}, err
	}
	key, err := s.keys.accounts(ctx, s.reads)
	if err != nil {
		return account.External{}, err
	}
	var r externalRecord
	if err := openRecord(key, "", tableExternals, user, row.Body, &r); err != nil {
		return account.External{}, err
	}
	return account.External{User: user, Issuer: r.Issuer, Subject: r.Subject, Email: r.Email, LinkedAt: row.CreatedAt}, nil
}

// UserByExternal returns whose identity it is.
func (s *Store) UserByExternal(ctx context.Context, issuer, subject string) (string, error) {
	user, err := s.reads.UserIDByIdentity(ctx, s.externalHash(issuer, subject))
	return user, s.explain(err, "find a user by external identity")
}

// Link keeps an identity in place of the person's earlier.
func (s *Store) Link(ctx context.Context, external account.External) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if _, err := q.DeleteExternalIdentity(ctx, external.User); err != nil {
			return fmt.Errorf("delete the earlier one: %w", err)
		}
		return s.insertExternal(ctx, q, external)
	})
	return s.explain(err, "link "+external.User)
}

// insertExternal keeps an identity of a person who has none, unless it is somebody else's.
func (s *Store) insertExternal(ctx context.Context, q *db.Queries, external account.External) error {
	hash := s.externalHash(external.Issuer, external.Subject)
	switch _, err := q.UserIDByIdentity(ctx, hash); {
	case err == nil:
		return errExternalTaken
	case !errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("look for the identity: %w", err)
	}
	key, err := s.keys.accounts(ctx, q)
	if err != nil {
		return err
	}
	body, err := sealRecord(key, "", tableExternals, external.User, externalRecord{head(), external.Issuer, external.Subject, external.Email})
	if err != nil {
		return err
	}
	err = q.InsertExternalIdentity(ctx, db.InsertExternalIdentityParams{
		UserID: external.User, Hash: hash, Body: body, CreatedAt: orNow(external.LinkedAt),
	})
	if taken(err) { // somebody committed since we looked
		return errExternalTaken.Because(err)
	}
	if err != nil {
		return fmt.Errorf("insert the identity: %w", err)
	}
	return nil
}

// Unlink forgets a person's identity.
func (s *Store) Unlink(ctx context.Context, user string) error {
	_, err := s.writes.DeleteExternalIdentity(ctx, user)
	return s.explain(err, "unlink "+user)
}

// RegisterExternal makes tenant, user, membership and identity together.
func (s *Store) RegisterExternal(ctx context.Context, tenant account.Tenant, user account.User, member account.Member, external account.External) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := s.register(ctx, q, tenant, user, member); err != nil {
			return err
		}
		return s.insertExternal(ctx, q, external)
	})
	return s.explain(err, "register with an external identity")
}

// AcceptExternal makes a member of a user who is made too, with their identity.
func (s *Store) AcceptExternal(ctx context.Context, invitation string, user account.User, external account.External) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := s.accept(ctx, q, invitation, user, true); err != nil {
			return err
		}
		return s.insertExternal(ctx, q, external)
	})
	return s.explain(err, "accept invitation "+invitation+" with an external identity")
}

// BeginTrip keeps that somebody was sent to the issuer.
func (s *Store) BeginTrip(ctx context.Context, trip account.Trip) error {
	var user *string
	if trip.User != "" {
		user = &trip.User
	}
	err := s.writes.InsertTrip(ctx, db.InsertTripParams{ID: trip.ID, UserID: user, Hash: trip.Hash, ExpiresAt: storable(trip.ExpiresAt)})
	return s.explain(err, "begin trip "+trip.ID)
}

// EndTrip returns a trip once.
func (s *Store) EndTrip(ctx context.Context, id string, hash []byte) (account.Trip, error) {
	row, err := s.writes.EndTrip(ctx, db.EndTripParams{ID: id, Hash: hash})
	if err != nil {
		return account.Trip{}, s.explain(err, "end trip "+id)
	}
	trip := account.Trip{ID: id, Hash: hash, ExpiresAt: row.ExpiresAt}
	if row.UserID != nil {
		trip.User = *row.UserID
	}
	return trip, nil
}
