package rest

import (
	"testing"

	"parley/account"
)

// setupRevoking returns a world whose access tokens can be revoked.
func setupRevoking(t *testing.T) *world {
	t.Helper()
	store, reader, library := openSQLite(t)
	return setupOver(t, store, reader, library, func(c *Config) {
		var err error
		c.Accounts, err = account.NewService(account.Config{
			Store: store, Sessions: store, Members: store, Invitations: store, Revocations: store, Key: testKey, PublicURL: "http://parley.example",
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnotherRoleOrNoneCountsAtOnce(t *testing.T) {
	t.Parallel()
	w := setupRevoking(t)
	ben := w.hire(w.mia, "Ben", "agent")
	old := ben.AccessToken
	revoked := []string{`"code":"token_revoked"`, `"status":401`}
	w.json("PATCH", "/api/v1/members/"+ben.User, w.mia.tokens.AccessToken, `{"role":"viewer"}`, 200, nil)
	w.play([]scenario{
		{name: "the role of before", method: "GET", path: "/api/v1/conversations", token: old, status: 401, has: revoked},
		{name: "whoever changed it", method: "GET", path: "/api/v1/conversations", token: w.mia.tokens.AccessToken, status: 200},
		{name: "another business", method: "GET", path: "/api/v1/conversations", token: w.sam.tokens.AccessToken, status: 200},
	})
	w.json("POST", "/api/v1/auth/refresh", "", `{"refresh_token":"`+ben.RefreshToken+`"}`, 200, &ben)
	w.play([]scenario{
		{name: "the new role", method: "GET", path: "/api/v1/me", token: ben.AccessToken, status: 200, has: []string{`"role":"viewer"`}},
		{name: "may not do what the old one might", method: "POST", path: "/api/v1/labels", token: ben.AccessToken, body: `{"name":"urgent"}`, status: 403},
		{name: "still the old token", method: "GET", path: "/api/v1/me", token: old, status: 401, has: revoked},
		{name: "removes them", method: "DELETE", path: "/api/v1/members/" + ben.User, token: w.mia.tokens.AccessToken, status: 204},
		{name: "no member any more", method: "GET", path: "/api/v1/conversations", token: ben.AccessToken, status: 401, has: revoked},
		{name: "cannot refresh", method: "POST", path: "/api/v1/auth/refresh", body: `{"refresh_token":"` + ben.RefreshToken + `"}`, status: 401, has: []string{`"code":"signed_out"`}},
	})
}

func TestAnAccessTokenEndsWithItsSignIn(t *testing.T) {
	t.Parallel()
	w := setupRevoking(t)
	var other signIn
	w.json("POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"`+goodPassword+`"}`, 200, &other)
	w.json("POST", "/api/v1/auth/logout", "", `{"refresh_token":"`+other.RefreshToken+`"}`, 204, nil)
	w.play([]scenario{
		{name: "signed out", method: "GET", path: "/api/v1/me", token: other.AccessToken, status: 401, has: []string{`"code":"token_revoked"`}},
		{name: "signed in elsewhere", method: "GET", path: "/api/v1/me", token: w.mia.tokens.AccessToken, status: 200},
	})
}
