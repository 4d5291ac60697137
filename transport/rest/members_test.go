package rest

import (
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
)

type invited struct{ ID, Link string }

func (i invited) token() string {
	_, token, _ := strings.Cut(i.Link, "#")
	return token
}

func (w *world) invite(token, email string, role account.Role) (made invited) {
	w.t.Helper()
	w.json("POST", "/api/v1/invitations", token, `{"email":"`+email+`","role":"`+string(role)+`"}`, 201, &made)
	return made
}

func TestATeamOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playTeam()
}

func (w *world) playTeam() {
	mia := w.mia.tokens
	ada, ben := w.hire(w.mia, "Ada", "admin"), w.hire(w.mia, "Ben", "agent")
	path := func(id string) string { return "/api/v1/members/" + id }
	w.play([]scenario{
		{name: "the team", method: "GET", path: "/api/v1/members", token: ben.AccessToken, status: 200,
			has:    []string{`"id":"` + mia.User + `","name":"Acme","email":"mia@acme.example","role":"owner"`, `"name":"Ben","email":"ben@team.example"`, `"joined_at":"20`, `"available":`},
			hasNot: []string{"argon2", "sam@", "Rival"}},
		{name: "an admin promotes", method: "PATCH", path: path(ben.User), token: ada.AccessToken, body: `{"role":"admin"}`, status: 200,
			has: []string{`"id":"` + ben.User + `"`, `"role":"admin"`, `"email":"ben@team.example"`}},
		{name: "what the token said before still counts", method: "PATCH", path: path(ada.User), token: ben.AccessToken, body: `{"role":"viewer"}`, status: 403, has: []string{`"code":"forbidden"`}},
		{name: "an admin makes an owner", method: "PATCH", path: path(ben.User), token: ada.AccessToken, body: `{"role":"owner"}`, status: 403, has: []string{`"code":"owners_only"`}},
		{name: "an admin demotes an owner", method: "PATCH", path: path(mia.User), token: ada.AccessToken, body: `{"role":"viewer"}`, status: 403, has: []string{`"code":"owners_only"`}},
		{name: "an admin removes an owner", method: "DELETE", path: path(mia.User), token: ada.AccessToken, status: 403, has: []string{`"code":"owners_only"`}},
		{name: "the only owner steps down", method: "PATCH", path: path(mia.User), token: mia.AccessToken, body: `{"role":"admin"}`, status: 409, has: []string{`"code":"last_owner"`}},
		{name: "the only owner leaves", method: "DELETE", path: path(mia.User), token: mia.AccessToken, status: 409, has: []string{`"code":"last_owner"`}},
		{name: "no such role", method: "PATCH", path: path(ben.User), token: mia.AccessToken, body: `{"role":"root"}`, status: 422, has: []string{`"code":"invalid"`}},
		{name: "no role", method: "PATCH", path: path(ben.User), token: mia.AccessToken, body: `{}`, status: 422, has: []string{`"code":"invalid"`}},
		{name: "somebody else's member", method: "PATCH", path: path(w.sam.tokens.User), token: mia.AccessToken, body: `{"role":"viewer"}`, status: 404, has: []string{`"code":"not_found"`}},
		{name: "removing somebody else's member", method: "DELETE", path: path(w.sam.tokens.User), token: mia.AccessToken, status: 404},
		{name: "nobody", method: "DELETE", path: path(chat.NewID(chat.UserPrefix)), token: mia.AccessToken, status: 404},
		{name: "remove", method: "DELETE", path: path(ben.User), token: ada.AccessToken, status: 204},
		{name: "remove again", method: "DELETE", path: path(ben.User), token: ada.AccessToken, status: 404},
		{name: "whoever was removed is signed out", method: "POST", path: "/api/v1/auth/refresh", body: `{"refresh_token":"` + ben.RefreshToken + `"}`, status: 401, has: []string{`"code":"signed_out"`}},
		{name: "and asks in vain who they are", method: "GET", path: "/api/v1/me", token: ben.AccessToken, status: 401},
		{name: "the team without them", method: "GET", path: "/api/v1/members", token: mia.AccessToken, status: 200, has: []string{"ada@team.example"}, hasNot: []string{"ben@"}},
		{name: "Sam's team", method: "GET", path: "/api/v1/members", token: w.sam.tokens.AccessToken, status: 200, has: []string{"sam@rival.example"}, hasNot: []string{"acme"}},
	})
	w.play([]scenario{
		{name: "what an owner may", method: "GET", path: "/api/v1/me", token: mia.AccessToken, status: 200,
			has: []string{`"permissions":["self","read","ask","take","manage_bots","manage_webhooks","manage_members","manage_keys","manage_tenant","manage_privacy","manage_billing","read_audit","own"]`, `"available":`}},
		{name: "a new name", method: "PATCH", path: "/api/v1/me", token: mia.AccessToken, body: `{"name":" Mia "}`, status: 200, has: []string{`"name":"Mia"`, `"role":"owner"`}},
		{name: "an empty name", method: "PATCH", path: "/api/v1/me", token: mia.AccessToken, body: `{"name":" "}`, status: 422, has: []string{`"code":"name_invalid"`}},
		{name: "away", method: "PATCH", path: "/api/v1/me", token: mia.AccessToken, body: `{"available":false}`, status: 200, has: []string{`"available":false`, `"name":"Mia"`}},
		{name: "back", method: "PATCH", path: "/api/v1/me", token: mia.AccessToken, body: `{"available":true}`, status: 200, has: []string{`"available":true`}},
		{name: "nothing", method: "PATCH", path: "/api/v1/me", token: mia.AccessToken, body: `{}`, status: 200, has: []string{`"available":true`, `"name":"Mia"`}},
		{name: "colleagues see both", method: "GET", path: "/api/v1/members", token: ada.AccessToken, status: 200, has: []string{`"name":"Mia","email":"mia@acme.example","role":"owner","available":true`}},
	})
}

// Each route of the team is tried with each role; those that the specification
// has and this table has not fail the test.
func TestEachRoleManagesTheTeamAsItsTableSays(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits = Limits{Off: true} })
	owner := w.mia.tokens.AccessToken
	roles := map[account.Role]string{account.Owner: owner}
	for _, role := range []account.Role{account.Admin, account.Agent, account.Viewer} {
		roles[role] = w.hire(w.mia, string(role), string(role)).AccessToken
	}
	lasting := w.hire(w.mia, "Lasting", "agent").User
	cases := []struct {
		operation, method, path, body string
		action                        account.Action
	}{
		{"getMe", "GET", "/api/v1/me", "", account.Read},
		{"updateMe", "PATCH", "/api/v1/me", `{"name":"Me"}`, account.Read},
		{"updateMe", "PATCH", "/api/v1/me", `{"available":true}`, account.Take},
		{"listMembers", "GET", "/api/v1/members", "", account.Read},
		{"updateMember", "PATCH", "/api/v1/members/" + lasting, `{"role":"agent"}`, account.ManageMembers},
		{"deleteMember", "DELETE", "/api/v1/members/{fresh}", "", account.ManageMembers},
		{"listInvitations", "GET", "/api/v1/invitations", "", account.ManageMembers},
		{"createInvitation", "POST", "/api/v1/invitations", `{"email":"more@acme.example","role":"viewer"}`, account.ManageMembers},
		{"deleteInvitation", "DELETE", "/api/v1/invitations/{open}", "", account.ManageMembers},
	}
	tried := map[string]bool{
		"lookupInvitation": true, "acceptInvitation": true, // for whoever has the token
		"eraseMe": true, // ends whom this test needs: privacy_test.go
	}
	for _, c := range cases {
		tried[c.operation] = true
		for role, token := range roles {
			path := c.path
			if strings.Contains(path, "{fresh}") {
				path = strings.ReplaceAll(path, "{fresh}", w.hire(w.mia, "fresh-"+string(role), "agent").User)
			}
			if strings.Contains(path, "{open}") {
				path = strings.ReplaceAll(path, "{open}", w.invite(owner, "open@acme.example", account.Agent).ID)
			}
			got := w.do(request{method: c.method, path: path, token: token, body: c.body})
			switch {
			case role.May(c.action) && got.status >= 300:
				t.Errorf("%s: %s %s %s: %d %s", role, c.method, c.path, c.body, got.status, got.body)
			case !role.May(c.action) && (got.status != 403 || !strings.Contains(got.body, `"code":"forbidden"`)):
				t.Errorf("%s: %s %s %s: %d %s", role, c.method, c.path, c.body, got.status, got.body)
			}
		}
		if got := w.do(request{method: c.method, path: c.path, body: c.body}); got.status != 401 {
			t.Errorf("nobody: %s %s: %d", c.method, c.path, got.status)
		}
	}
	for path, item := range newServer(Config{}).api.OpenAPI().Paths {
		if !strings.HasPrefix(path, "/api/v1/members") && !strings.HasPrefix(path, "/api/v1/invitations") && path != "/api/v1/me" {
			continue
		}
		for method, operation := range operationsOf(item) {
			if !tried[operation] {
				t.Errorf("%s %s is in no table of roles", method, path)
			}
		}
	}
}

// Another node may not know for a second that a token of somebody who was demoted is not good any more.
func TestADemotedManagerManagesNothing(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	second := w.hire(w.mia, "Second", "owner")
	w.json("PATCH", "/api/v1/members/"+second.User, w.mia.tokens.AccessToken, `{"role":"viewer"}`, 200, nil)
	w.play([]scenario{
		{name: "promotes itself", method: "PATCH", path: "/api/v1/members/" + second.User, token: second.AccessToken, body: `{"role":"owner"}`, status: 403},
		{name: "removes the owner", method: "DELETE", path: "/api/v1/members/" + w.mia.tokens.User, token: second.AccessToken, status: 403},
		{name: "invites itself anew", method: "POST", path: "/api/v1/invitations", token: second.AccessToken, body: `{"email":"third@acme.example","role":"owner"}`, status: 403},
		{name: "sees the permissions of the moment", method: "GET", path: "/api/v1/me", token: second.AccessToken, status: 200, has: []string{`"role":"viewer"`, `"permissions":["self","read"]`}},
	})
}

func TestEveryPermissionIsInTheSpecification(t *testing.T) {
	t.Parallel()
	shown := newServer(Config{}).api.OpenAPI().Components.Schemas.Map()["Me"].Properties["permissions"].Items.Enum
	if len(shown) != len(account.Actions) {
		t.Fatalf("%v, want %v", shown, account.Actions)
	}
	for i, action := range account.Actions {
		if shown[i] != string(action) {
			t.Errorf("%v, want %v", shown, account.Actions)
		}
	}
}

func TestInvitationsAreLimited(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits = Limits{SignIn: Rate{2, time.Hour}, Invitations: Rate{1, time.Hour}} })
	w.invite(w.mia.tokens.AccessToken, "ben@acme.example", account.Agent)
	w.invite(w.sam.tokens.AccessToken, "ben@acme.example", account.Agent)
	const guess = `{"token":"inv_06f1w3k8q0000000000000000z.guess","password":"x"}`
	w.play([]scenario{
		{name: "one more", method: "POST", path: "/api/v1/invitations", token: w.mia.tokens.AccessToken, body: `{"email":"cleo@acme.example","role":"agent"}`, status: 429, has: []string{`"code":"rate_limited"`}},
		{name: "a guess", method: "POST", path: "/api/v1/invitations/lookup", body: guess, status: 404},
		{name: "another", method: "POST", path: "/api/v1/invitations/accept", body: guess, status: 404},
		{name: "a third", method: "POST", path: "/api/v1/invitations/accept", body: guess, status: 429},
		{name: "a fourth", method: "POST", path: "/api/v1/invitations/lookup", body: guess, status: 429},
		{name: "whoever signs in there is not kept out", method: "POST", path: "/api/v1/auth/login", body: `{"email":"mia@acme.example","password":"x"}`, status: 401},
	})
}
