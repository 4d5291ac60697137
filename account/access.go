package account

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/chat"
)

// AccessLife is how long an access token is good, unless it is revoked: when its member
// gets another role or leaves, and when its sign-in ends. Nothing is looked up to check one; what was revoked is in memory, on
// each node within a second (see Follow).
const AccessLife = 15 * time.Minute

// AccessCookie is the cookie in which the dashboard carries its access token.
// The socket reads it too, and both only for requests of the platform's own origin.
const AccessCookie = "parley_access"

const issuer = "parley"

// ErrUnauthorized refuses a request that nobody good signed.
var ErrUnauthorized = chat.Fail(chat.Unauthorized, "unauthorized", "Please sign in.")

// accessClaims are an access token's: RFC 7519 names where it has them.
type accessClaims struct {
	jwt.RegisteredClaims
	Tenant string `json:"tenant"`
	Role   Role   `json:"role"`
	Name   string `json:"name,omitempty"`

	Session string `json:"sid,omitempty"`
	Version int64  `json:"rev,omitempty"` // of the last revocation before this token

	FactorMissing bool `json:"nof,omitempty"`
	Unconfirmed   bool `json:"unc,omitempty"`
}
