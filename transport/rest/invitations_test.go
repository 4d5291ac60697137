package rest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"parley/account"
	"parley/chat"
)

func TestInvitationsOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playInvitations()
}

func (w *world) playInvitations() {
	mia, sam := w.mia.tokens.AccessToken, w.sam.tokens.AccessToken
	ada := w.hire(w.mia, "Ada", "admin").AccessToken
	post := func(token string) func(name, body string, status int, has ...string) scenario {
		return func(name, body string, status int, has ...string) scenario {
			return scenario{name: name, method: "POST", path: "/api/v1/invitations", token: token, body: body, status: status, has: has}
		}
	}
	byMia, byAda := post(mia), post(ada)
	w.play([]scenario{
		byMia("invite", `{"email":" Cleo@ACME.example ","role":"agent"}`, 201, `"id":"inv_`, `"email":"Cleo@acme.example"`, `"role":"agent"`, `"expires_at":"20`, `"link":"http://parley.example/join#inv_`, `"mailed":false`),
		byMia("no address", `{"email":"cleo","role":"agent"}`, 422, `"code":"email_invalid"`),
		byMia("no role", `{"email":"cleo@acme.example"}`, 422, `"code":"invalid"`),
		byMia("a role that there is not", `{"email":"cleo@acme.example","role":"root"}`, 422, `"code":"invalid"`),
		byMia("a member", `{"email":"ADA@team.example","role":"agent"}`, 409, `"code":"already_member"`),
		byAda("an admin invites an admin", `{"email":"dora@acme.example","role":"admin"}`, 201),
		byAda("an admin invites an owner", `{"email":"dora@acme.example","role":"owner"}`, 403, `"code":"owners_only"`),
		{name: "what is open", method: "GET", path: "/api/v1/invitations", token: ada, status: 200, has: []string{"Cleo@acme.example", `"role":"admin"`, `"by":"usr_`},
			hasNot: []string{"join#", "hash", "link"}},
		{name: "what Sam has open", method: "GET", path: "/api/v1/invitations", token: sam, status: 200, hasNot: []string{"acme"}},
	})

	ben := w.invite(mia, "ben@acme.example", account.Agent)
	token := ben.token()
	lookup := func(name, token string, status int, has ...string) scenario {
		return scenario{name: name, method: "POST", path: "/api/v1/invitations/lookup", body: `{"token":"` + token + `"}`, status: status, has: has}
	}
	accept := func(name, body string, status int, has ...string) scenario {
		return scenario{name: name, method: "POST", path: "/api/v1/invitations/accept", body: body, status: status, has: has, hasNot: []string{"correct horse"}}
	}
	const secret = `"password":"` + goodPassword + `"`
	joins := accept("join", `{"token":"`+token+`","name":"Ben",`+secret+`}`, 200, `"access_token":"`, `"refresh_token":"ses_`, `"role":"agent"`, `"tenant":"`+w.mia.tokens.Tenant+`"`)
	joins.after = func(t *testing.T, _ *world, got response) { checkCookies(t, got, false) }
	elsewhere := accept("for another website", `{"token":"`+token+`","name":"Ben",`+secret+`}`, 403, `"code":"cross_origin"`)
	elsewhere.header = map[string]string{"Origin": "https://evil.example"}
	w.play([]scenario{
		lookup("look", token, 200, `"company":"Acme"`, `"email":"ben@acme.example"`, `"role":"agent"`, `"account":false`),
		lookup("a guess", ben.ID+".guess", 404, `"code":"invitation_invalid"`),
		lookup("no token", "", 404, `"code":"invitation_invalid"`),
		lookup("one that there never was", chat.NewID(account.InvitationPrefix)+".guess", 404, `"code":"invitation_invalid"`),
		accept("no name", `{"token":"`+token+`",`+secret+`}`, 422, `"code":"name_invalid"`),
		accept("a short password", `{"token":"`+token+`","name":"Ben","password":"short"}`, 422, `"code":"password_too_short"`),
		elsewhere, joins,
		accept("join again", `{"token":"`+token+`","name":"Eve",`+secret+`}`, 404, `"code":"invitation_invalid"`),
		lookup("look again", token, 404, `"code":"invitation_invalid"`),
	})

	// Sam has an account, and a business of their own.
	token = w.invite(mia, "sam@rival.example", account.Viewer).token()
	w.play([]scenario{
		lookup("look with an account", token, 200, `"account":true`),
		accept("a wrong password", `{"token":"`+token+`","name":"Sam","password":"wrong horse battery staple"}`, 401, `"code":"credentials_wrong"`),
		accept("the account's password", `{"token":"`+token+`",`+secret+`}`, 200, `"role":"viewer"`, `"tenant":"`+w.mia.tokens.Tenant+`"`, `"user":"`+w.sam.tokens.User+`"`),
		{name: "Sam signs in at home", method: "POST", path: "/api/v1/auth/login", body: `{"email":"sam@rival.example",` + secret + `}`, status: 200, has: []string{`"tenant":"` + w.sam.tokens.Tenant + `"`}},
	})

	withdrawn := w.invite(mia, "emil@acme.example", account.Agent)
	owners := w.invite(mia, "fay@acme.example", account.Owner)
	w.play([]scenario{
		{name: "Sam withdraws", method: "DELETE", path: "/api/v1/invitations/" + withdrawn.ID, token: sam, status: 404, has: []string{`"code":"not_found"`}},
		{name: "an admin withdraws an owner's", method: "DELETE", path: "/api/v1/invitations/" + owners.ID, token: ada, status: 403, has: []string{`"code":"owners_only"`}},
		lookup("still open", withdrawn.token(), 200),
		{name: "withdraw", method: "DELETE", path: "/api/v1/invitations/" + withdrawn.ID, token: ada, status: 204},
		lookup("withdrawn", withdrawn.token(), 404, `"code":"invitation_invalid"`),
		{name: "withdraw again", method: "DELETE", path: "/api/v1/invitations/" + withdrawn.ID, token: ada, status: 404},
	})
	if log := w.log.String(); strings.Contains(log, withdrawn.token()) || strings.Contains(log, "@") {
		w.t.Errorf("the log names tokens or addresses:\n%s", log)
	}
}

// unsent is a Mailer that sends nothing.
type unsent struct{}

func (unsent) Invitation(context.Context, string, string, string, string) error {
	return errors.New("the mail server is away")
}

func TestAnInvitationThatIsNotMailedIsShownAndLogged(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) {
		m := c.Bots.(*inMemory)
		var err error
		c.Accounts, err = account.NewService(account.Config{
			Store: m, Sessions: m, Members: m, Invitations: m, Key: testKey, PublicURL: "http://parley.example", Mailer: unsent{},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	made := w.invite(w.mia.tokens.AccessToken, "ben@acme.example", account.Agent)
	w.json("POST", "/api/v1/invitations/lookup", "", `{"token":"`+made.token()+`"}`, 200, nil)
	if log := w.log.String(); !strings.Contains(log, "invitation="+made.ID) || !strings.Contains(log, "the mail server is away") || strings.Contains(log, "ben@") {
		t.Errorf("log:\n%s", log)
	}
}
