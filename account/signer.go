package account

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// signer signs and checks access tokens: JWT, HS256. The id of the key travels as "kid", so that
// a token is checked with the one that it was signed with, if that is still good.
type signer struct {
	keys   *keyChain
	now    func() time.Time
	parser *jwt.Parser
}

func newSigner(key []byte, stored SigningKeys, now func() time.Time) (*signer, error) {
	// RFC 7518, 3.2: a key of the hash's size or larger.
	if len(key) < sha256.Size {
		return nil, fmt.Errorf("the key for access tokens has %d bytes, fewer than %d", len(key), sha256.Size)
	}
	return &signer{
		keys: newKeyChain(key, stored, now),
		now:  now,
		parser: jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}),
			jwt.WithIssuer(issuer), jwt.WithExpirationRequired(), jwt.WithTimeFunc(now), jwt.WithStrictDecoding()),
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

		FactorMissing: who.FactorMissing,
		Unconfirmed:   who.Unconfirmed,
	})
	key := s.keys.signing()
	token.Header["kid"] = key.id
	signed, err := token.SignedString(key.secret)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign access token: %w", err)
	}
	return signed, expires, nil
}

func (s *signer) check(token string) (Identity, error) {
	var claims accessClaims
	_, err := s.parser.ParseWithClaims(token, &claims, func(t *jwt.Token) (any, error) {
		id, _ := t.Header["kid"].(string)
		if key, good := s.keys.checking(id); good {
			return key.secret, nil
		}
		return nil, errors.New("signed with another key")
	})
	if err != nil {
		return Identity{}, ErrUnauthorized.Because(err)
	}
	return Identity{
		Tenant: claims.Tenant, User: claims.Subject, Role: claims.Role, Name: claims.Name,
		Proof: Proof{Session: claims.Session, Version: claims.Version}, FactorMissing: claims.FactorMissing, Unconfirmed: claims.Unconfirmed,
	}, nil
}
