package account

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"parley/chat"
)

// RefreshLife is how long a sign-in lasts without being used; each refresh
// begins it anew.
const RefreshLife = 30 * 24 * time.Hour

const sessionPrefix = "ses"

// newRefresh returns an opaque token "ses_….secret" for a session and the hash
// that is stored of it. The secret has 256 random bits, so a plain hash is enough.
func newRefresh(session string) (token string, hash []byte, err error) {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return "", nil, fmt.Errorf("make refresh token: %w", err)
	}
	token = session + "." + base64.RawURLEncoding.EncodeToString(secret)
	return token, hashRefresh(token), nil
}

func hashRefresh(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// sessionOf returns the session that a refresh token names, which proves nothing yet.
func sessionOf(token string) (string, bool) {
	session, _, found := strings.Cut(token, ".")
	return session, found && chat.ValidID(sessionPrefix, session)
}
