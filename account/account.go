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
}

// User is a person who signs in.
type User struct {
	ID           string
	Email        string // as typed, trimmed
	Name         string
	PasswordHash string // argon2id, PHC string
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

// Identity is who makes a request: the outcome of checking a token.
type Identity struct {
	Tenant string
	User   string
	Role   Role
	Name   string
	Proof  Proof
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
	CreateSession(ctx context.Context, session Session) error
	// Session returns one by id, or chat.ErrNotFound.
	Session(ctx context.Context, id string) (Session, error)
	// RotateSession replaces the hash if `from` still is the current one; chat.ErrNotFound otherwise.
	RotateSession(ctx context.Context, id string, from, to []byte, expires time.Time) error
	// DeleteSession ends it, and revokes its access tokens in the same transaction; repeating is not an error.
	DeleteSession(ctx context.Context, id string) error
}
