package account

import (
	"context"
	"time"

	"parley/chat"
)

// ErrRevoked refuses an access token that was good once. A refresh gives another one to whoever still is a member.
var ErrRevoked = chat.Fail(chat.Unauthorized, "token_revoked", "What you may do here has changed. Please sign in again.")

// Revocation ends the access tokens of a membership that were made before it. No clock is involved: a token has the version
// of the last revocation that was made before anything was read of its member.
type Revocation struct {
	Tenant  string
	User    string
	Session string // of this sign-in only; empty: of all
	Version int64  // of later ones it is higher
}

// Revocations keeps what was revoked, which Members and Sessions write in the transaction of what they change.
type Revocations interface {
	// RevocationVersion is that of the last one, of all tenants; 0: none.
	RevocationVersion(ctx context.Context) (int64, error)
	// Revocations returns those of all tenants after a version that were made since a time, lowest version first.
	// Whoever saw a version sees no lower one later.
	Revocations(ctx context.Context, after int64, since time.Time, limit int) ([]Revocation, error)
}

// Watch calls gone when the token that an identity comes from is revoked, which may be at once, until stop is called.
// It is called once at most, and must not block. That the token expires does not matter.
func (s *Service) Watch(who Identity, gone func()) (stop func()) { return s.revoked.watch(who, gone) }

// Follow keeps up with what is revoked, by this node and others, until stop is called. It returns when all
// is known that was revoked so far; ctx bounds that only.
func (s *Service) Follow(ctx context.Context) (stop func(), err error) { return s.revoked.follow(ctx) }
