package account

import (
	"context"
	"time"
)

// External is whom an issuer of OpenID Connect knows a person as.
type External struct {
	User     string
	Issuer   string
	Subject  string // the issuer's own, which never changes
	Email    string // as the issuer said when it was linked; shown to the person alone
	LinkedAt time.Time
}

// Externals keeps them: one of a person, and one person of each.
type Externals interface {
	// External returns a person's, or chat.ErrNotFound.
	External(ctx context.Context, user string) (External, error)
	// UserByExternal returns whose it is, or chat.ErrNotFound.
	UserByExternal(ctx context.Context, issuer, subject string) (user string, err error)
	// Link keeps one in place of the person's earlier. A Conflict error with code "oidc_taken" when it is somebody else's.
	Link(ctx context.Context, external External) error
	// Unlink forgets a person's. Repeating is not an error.
	Unlink(ctx context.Context, user string) error
	// RegisterExternal is Register and Link together, with the refusals of both.
	RegisterExternal(ctx context.Context, tenant Tenant, user User, member Member, external External) error
	// AcceptExternal is Accept, of a user who is made for it, and Link together, with the refusals of both.
	AcceptExternal(ctx context.Context, invitation string, user User, external External) error
}

// tripPrefix begins the ids of trips.
const tripPrefix = "trp"

// TripLife is how long somebody may stay at the issuer.
const TripLife = 10 * time.Minute

// Trip is somebody who was sent to the issuer, and is not back yet.
type Trip struct {
	ID        string
	User      string // who links their account; empty: somebody who signs in
	Hash      []byte // SHA-256 of what their browser has of it
	ExpiresAt time.Time
}

// Trips keeps them.
type Trips interface {
	BeginTrip(ctx context.Context, trip Trip) error
	// EndTrip deletes the one of an id and a hash, and returns it. ErrNotFound: there is none, or somebody is back already.
	EndTrip(ctx context.Context, id string, hash []byte) (Trip, error)
}

// Issuers is all that is kept for signing in elsewhere.
type Issuers interface {
	Externals
	Trips
}
