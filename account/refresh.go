package account

import (
	"strings"
	"time"

	"parley/chat"
)

// RefreshLife is how long a sign-in lasts without being used; each refresh
// begins it anew.
const RefreshLife = 30 * 24 * time.Hour

const sessionPrefix = "ses"

// sessionOf returns the session that a refresh token names, which proves nothing yet.
func sessionOf(token string) (string, bool) {
	session, _, found := strings.Cut(token, ".")
	return session, found && chat.ValidID(sessionPrefix, session)
}
