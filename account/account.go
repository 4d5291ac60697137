package account

import (
	"context"
	"time"
)

// Tenant is a business.
type Tenant struct {
	ID        string
	Name      string
	Suspended bool
	CreatedAt time.Time

	SecondFactor bool // its members need one
}

// User is a person who signs in.
type User struct {
	ID           string
	Email        string // as typed, trimmed
	Name         string
	Confirmed    bool   // the address was found to be theirs
	PasswordHash string // argon2id, PHC string; empty: they have none
	CreatedAt    time.Time
}

// Role is what a member may do in a tenant.
type Role string

// Roles, from most to least.
const (
	Owner  Role = "owner"
	Admin  Role = "admin"
	Agent  Role = "agent"
	Viewer Role = "viewer"
)

// Member is a user in a tenant.
type Member struct {
	Tenant string
	User   string
	Role   Role
}

// Identity is who makes a request: the outcome of checking a token, or a key.
type Identity struct {
	Tenant string
	User   string
	Role   Role
	Name   string
	Proof  Proof
	// Unconfirmed is of members who have not confirmed their address where the operator wants that: they see to that, and nothing else.
	Unconfirmed bool
	// FactorMissing is of members without a second factor in a business that asks for one: they see to that, and nothing else.
	FactorMissing bool
	// Operator is of people who run the installation. It is looked up where it matters, at each request.
	Operator bool
	// Visit is of an operator who looks at the tenant with the consent of its owner: the id of the visit. They are no member, and only read.
	Visit string

	// Of a key of the API, which has no role. Its User is no person, but the id of the first of the keys that
	// replaced each other: the same program, whichever of them it uses.
	Key    string // its id; empty: this is a member
	Bot    string // the only one that it sees; empty: all
	Scopes Scopes
}

// Proof is where an identity comes from.
type Proof struct {
	Session string // the sign-in
	Version int64  // of the last revocation before the token was made
}

// Session is one sign-in: a chain of refresh tokens of which only the newest is good.
type Session struct {
	ID        string
	User      string
	Tenant    string
	Hash      []byte // SHA-256 of the current refresh token
	Previous  []byte // SHA-256 of the one before: its use revokes the session
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // when its token was last exchanged, or made
	Client    Client    // from where, without Device
}

// Store keeps accounts.
type Store interface {
	// Register makes tenant, user and membership together. A Conflict error
	// with code "email_taken" when the address (compared without case) has an account.
	Register(ctx context.Context, tenant Tenant, user User, member Member) error
	// UserByEmail returns the user (compared without case) with their
	// memberships, oldest first, or chat.ErrNotFound.
	UserByEmail(ctx context.Context, email string) (User, []Member, error)
	// User returns a user with their memberships, or chat.ErrNotFound.
	User(ctx context.Context, id string) (User, []Member, error)
	// Tenant returns a tenant, or chat.ErrNotFound.
	Tenant(ctx context.Context, id string) (Tenant, error)
}

// Sessions keeps sign-ins.
type Sessions interface {
	// CreateSession ends those of the user's that were used longest ago, above some number.
	CreateSession(ctx context.Context, session Session) error
	// Session returns one by id, or chat.ErrNotFound.
	Session(ctx context.Context, id string) (Session, error)
	// SessionsOf returns those of a user, in all tenants, that have not expired, last used first.
	SessionsOf(ctx context.Context, user string, now time.Time, limit int) ([]Session, error)
	// RotateSession replaces Hash, ExpiresAt, UsedAt and Client if `from` still is the current hash; chat.ErrNotFound otherwise.
	RotateSession(ctx context.Context, from []byte, to Session) error
	// DeleteSession ends it, and revokes its access tokens in the same transaction; repeating is not an error.
	DeleteSession(ctx context.Context, id string) error
	// DeleteSessions ends all of a user's but one, revokes their access tokens in the same transaction, and returns whose tenants they were of.
	DeleteSessions(ctx context.Context, user, keep string) (tenants []string, err error)
}
