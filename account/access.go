package account

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
}

// signer signs and checks access tokens: JWT, HS256. The key's id travels as
// "kid", so that a token under another key is refused for that reason.
type signer struct {
	key    []byte
	kid    string
	now    func() time.Time
	parser *jwt.Parser
}

func newSigner(key []byte, now func() time.Time) (*signer, error) {
	// RFC 7518, 3.2: a key of the hash's size or larger.
	if len(key) < sha256.Size {
		return nil, fmt.Errorf("the key for access tokens has %d bytes, fewer than %d", len(key), sha256.Size)
	}
	sum := sha256.Sum256(key)
	return &signer{
		key: key,
		kid: hex.EncodeToString(sum[:4]),
		now: now,
		parser: jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithIssuer(issuer), jwt.WithExpirationRequired(), jwt.WithTimeFunc(now)),
	}, nil
}

func (s *signer) sign(who Identity) (string, time.Time, error) {
	now := s.now()
	expires := now.Add(AccessLife)
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, accessClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    issuer,
			Subject:   who.User,
			IssuedAt:  jwt.NewNumericDate(now),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
		Tenant: who.Tenant,
		Role:   who.Role,
		Name:   who.Name,

		Session: who.Proof.Session,
		Version: who.Proof.Version,
	})
	token.Header["kid"] = s.kid
	signed, err := token.SignedString(s.key)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign access token: %w", err)
	}
	return signed, expires, nil
}

func (s *signer) check(token string) (Identity, error) {
	var claims accessClaims
	_, err := s.parser.ParseWithClaims(token, &claims, func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != s.kid {
			return nil, errors.New("signed with another key")
		}
		return s.key, nil
	})
	if err != nil {
		return Identity{}, ErrUnauthorized.Because(err)
	}
	return Identity{
		Tenant: claims.Tenant, User: claims.Subject, Role: claims.Role, Name: claims.Name,
		Proof: Proof{Session: claims.Session, Version: claims.Version},
	}, nil
}
