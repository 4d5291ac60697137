package rest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/account"
)

func TestSigningInOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	const registration = `{"email":"new@acme.example","password":"correct horse battery staple","company":"New"}`
	w.play([]scenario{
		{name: "register", method: "POST", path: "/api/v1/auth/register", body: registration, status: 201,
			has: []string{`"access_token":"`, `"refresh_token":"ses_`, `"token_type":"Bearer"`, `"expires_in":900`, `"role":"owner"`}, hasNot: []string{"$schema", "correct horse"},
			after: func(t *testing.T, w *world, got response) { checkCookies(t, got, false) }},
		{name: "an address that is taken", method: "POST", path: "/api/v1/auth/register", body: registration, status: 409, has: []string{`"code":"email_taken"`}},
		{name: "a short password", method: "POST", path: "/api/v1/auth/register", body: `{"email":"other@acme.example","password":"short","company":"New"}`,
			status: 422, has: []string{`"code":"password_too_short"`, "at least 10"}, hasNot: []string{`"short"`}},
		{name: "a field that is missing", method: "POST", path: "/api/v1/auth/register", body: `{"email":"other@acme.example","password":"correct horse battery staple"}`,
			status: 422, has: []string{`"code":"invalid"`, "company"}, hasNot: []string{"correct horse"}},
		{name: "a field of the wrong type", method: "POST", path: "/api/v1/auth/register", body: `{"email":7,"password":"correct horse battery staple","company":"New"}`,
			status: 422, has: []string{`"code":"invalid"`, "body.email"}, hasNot: []string{"correct horse"}},
		{name: "fields that are not known", method: "POST", path: "/api/v1/auth/login", body: `{"email":"new@acme.example","password":"correct horse battery staple","remember":true}`, status: 200,
			has: []string{`"access_token":"`}},
		{name: "not JSON", method: "POST", path: "/api/v1/auth/login", body: `{"email":`, status: 400, has: []string{`"code":"malformed"`}},
		{name: "no body", method: "POST", path: "/api/v1/auth/login", status: 400, has: []string{`"code":"malformed"`}},
		{name: "a form", method: "POST", path: "/api/v1/auth/login", body: "email=new@acme.example", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
			status: 415, has: []string{`"code":"media_type"`}},
		{name: "log in", method: "POST", path: "/api/v1/auth/login", body: `{"email":"NEW@acme.example","password":"correct horse battery staple"}`, status: 200,
			has:   []string{`"access_token":"`},
			after: func(t *testing.T, w *world, got response) { checkCookies(t, got, false) }},
		{name: "a wrong password", method: "POST", path: "/api/v1/auth/login", body: `{"email":"new@acme.example","password":"wrong horse battery staple"}`, status: 401,
			has: []string{`"code":"credentials_wrong"`}, hasNot: []string{"wrong horse"}},
		{name: "nobody's address", method: "POST", path: "/api/v1/auth/login", body: `{"email":"nobody@acme.example","password":"wrong horse battery staple"}`, status: 401,
			has: []string{`"code":"credentials_wrong"`}},
		{name: "me", method: "GET", path: "/api/v1/me", token: w.mia.tokens.AccessToken, status: 200,
			has: []string{`"email":"mia@acme.example"`, `"tenant":{"id":"tnt_`, `"name":"Acme"`, `"role":"owner"`}, hasNot: []string{"argon2", "hash", "sam@"}},
		{name: "the business", method: "GET", path: "/api/v1/tenant", token: w.mia.tokens.AccessToken, status: 200, has: []string{`"name":"Acme"`}},
		{name: "nobody", method: "GET", path: "/api/v1/me", status: 401, has: []string{`"code":"unauthorized"`}},
		{name: "a token that is none", method: "GET", path: "/api/v1/me", token: "x.y.z", status: 401},
		{name: "a refresh token as access token", method: "GET", path: "/api/v1/me", token: w.mia.tokens.RefreshToken, status: 401},
		{name: "another scheme", method: "GET", path: "/api/v1/me", header: map[string]string{"Authorization": "Basic bWlhOng="}, status: 401},
	})
}

func checkCookies(t *testing.T, got response, secure bool) {
	t.Helper()
	cookies := map[string]*http.Cookie{}
	for _, c := range (&http.Response{Header: got.header}).Cookies() {
		cookies[c.Name] = c
	}
	for name, path := range map[string]string{account.AccessCookie: "/", refreshCookie: "/api/v1/auth"} {
		c := cookies[name]
		if c == nil {
			t.Errorf("no cookie %s", name)
			continue
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != path || c.Secure != secure || c.Value == "" || time.Until(c.Expires) < 10*time.Minute {
			t.Errorf("cookie %v", c)
		}
	}
}

func TestCookiesAreSecureWhereThePlatformIs(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.PublicURL = "https://parley.example" })
	got := w.do(request{method: "POST", path: "/api/v1/auth/login", body: `{"email":"mia@acme.example","password":"` + goodPassword + `"}`})
	checkCookies(t, got, true)
}

func TestRefreshingAndLeaving(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	login := func() (tokens signIn) {
		w.json("POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"`+goodPassword+`"}`, 200, &tokens)
		return tokens
	}
	body := func(token string) string { return `{"refresh_token":"` + token + `"}` }

	first := login()
	var second signIn
	w.json("POST", "/api/v1/auth/refresh", "", body(first.RefreshToken), 200, &second)
	w.json("GET", "/api/v1/me", second.AccessToken, "", 200, nil)
	for name, token := range map[string]string{"the first again": first.RefreshToken, "and then the second": second.RefreshToken, "none": "", "not one": "ses_x.y"} {
		if name == "and then the second" {
			continue
		}
		if got := w.do(request{method: "POST", path: "/api/v1/auth/refresh", body: body(token)}); got.status != 401 || !strings.Contains(got.body, `"code":"signed_out"`) {
			t.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	if got := w.do(request{method: "POST", path: "/api/v1/auth/refresh", body: body(second.RefreshToken)}); got.status != 401 {
		t.Errorf("the second, after the first was used again: %d %s", got.status, got.body)
	}

	// The dashboard has no token to send, only cookies.
	third := login()
	cookie := map[string]string{"Cookie": refreshCookie + "=" + third.RefreshToken}
	got := w.do(request{method: "POST", path: "/api/v1/auth/refresh", header: cookie})
	if got.status != 200 {
		t.Fatalf("refresh by cookie: %d %s", got.status, got.body)
	}
	checkCookies(t, got, false)
	fourth := login()
	cookie = map[string]string{"Cookie": refreshCookie + "=" + fourth.RefreshToken}
	for range 2 {
		got = w.do(request{method: "POST", path: "/api/v1/auth/logout", header: cookie})
		if got.status != 204 || strings.Count(strings.Join(got.header.Values("Set-Cookie"), "\n"), "01 Jan 1970") != 2 {
			t.Errorf("log out: %d, cookies %q", got.status, got.header.Values("Set-Cookie"))
		}
	}
	if got := w.do(request{method: "POST", path: "/api/v1/auth/refresh", header: cookie}); got.status != 401 {
		t.Errorf("after logging out: %d %s", got.status, got.body)
	}
}

func TestTheCookieCountsOnlyForThePlatformsOwnPages(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	own := func(name string, with map[string]string, status int) scenario {
		header := map[string]string{"Cookie": account.AccessCookie + "=" + w.mia.tokens.AccessToken}
		for k, v := range with {
			header[k] = v
		}
		return scenario{name: name, method: "POST", path: "/api/v1/bots", body: `{"name":"Made by cookie"}`, header: header, status: status}
	}
	reads := own("reading for another website", map[string]string{"Origin": "https://evil.example"}, 403)
	reads.method, reads.path, reads.body = "GET", "/api/v1/me", ""
	bearer := own("a bearer needs no origin", map[string]string{"Origin": "https://evil.example", "Authorization": "Bearer " + w.mia.tokens.AccessToken}, 201)
	login := scenario{name: "signing in from another website", method: "POST", path: "/api/v1/auth/login", body: `{"email":"mia@acme.example","password":"` + goodPassword + `"}`,
		header: map[string]string{"Origin": "https://evil.example"}, status: 403}
	w.play([]scenario{
		own("the platform's public origin", map[string]string{"Origin": "http://parley.example", "Sec-Fetch-Site": "same-origin"}, 201),
		own("a page of the host that is asked", map[string]string{"Origin": w.url}, 201),
		own("no browser", nil, 201),
		own("another website", map[string]string{"Origin": "https://evil.example"}, 403),
		own("another website, says the browser", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403),
		own("another host of the same site", map[string]string{"Origin": "http://evil.parley.example", "Sec-Fetch-Site": "same-site"}, 403),
		own("no origin at all", map[string]string{"Origin": "null"}, 403),
		reads, bearer, login,
	})
}

func TestEachRoleMayUseWhatItsTableSays(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	as := func(role account.Role) string {
		m.mu.Lock()
		m.members[0].Role = role
		m.mu.Unlock()
		var tokens signIn
		w.json("POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"`+goodPassword+`"}`, 200, &tokens)
		return tokens.AccessToken
	}
	admin, agent, viewer, stranger := as(account.Admin), as(account.Agent), as(account.Viewer), as("stranger")
	for _, c := range []struct {
		method, path, body string
		action             account.Action
	}{
		{"GET", "/api/v1/me", "", account.Read},
		{"GET", "/api/v1/tenant", "", account.Read},
		{"GET", "/api/v1/bots", "", account.Read},
		{"GET", "/api/v1/bots/{bot}", "", account.Read},
		{"GET", "/api/v1/bots/{bot}/appearance", "", account.Read},
		{"GET", "/api/v1/bots/{bot}/domains", "", account.Read},
		{"GET", "/api/v1/bots/{bot}/sources", "", account.Read},
		{"GET", "/api/v1/bots/{bot}/sources/{source}", "", account.Read},
		{"POST", "/api/v1/bots/{bot}/search", `{"query":"recipe"}`, account.Read},
		{"GET", "/api/v1/conversations", "", account.Read},
		{"GET", "/api/v1/conversations/{conversation}", "", account.Read},
		{"GET", "/api/v1/conversations/{conversation}/events", "", account.Read},
		{"POST", "/api/v1/bots/{bot}/answers", `{"text":"Hi"}`, account.Ask},
		{"PUT", "/api/v1/conversations/{conversation}/assignment", `{}`, account.Take},
		{"DELETE", "/api/v1/conversations/{conversation}/assignment", "", account.Take},
		{"POST", "/api/v1/bots", `{"name":"x"}`, account.ManageBots},
		{"PATCH", "/api/v1/bots/{bot}", `{"name":"x"}`, account.ManageBots},
		{"PUT", "/api/v1/bots/{bot}/appearance", `{}`, account.ManageBots},
		{"PUT", "/api/v1/bots/{bot}/domains", `{"domains":[]}`, account.ManageBots},
		{"POST", "/api/v1/bots/{bot}/sources", `{"title":"x","text":"x"}`, account.ManageBots},
		{"DELETE", "/api/v1/bots/{bot}/sources/{source}", "", account.ManageBots},
		{"DELETE", "/api/v1/bots/{bot}", "", account.ManageBots}, // last: the others need it
	} {
		fill := strings.NewReplacer("{bot}", w.mia.bot, "{source}", w.mia.source, "{conversation}", w.mia.conversation)
		for role, token := range map[account.Role]string{account.Viewer: viewer, account.Agent: agent, "stranger": stranger, "": "", account.Admin: admin} {
			if role == account.Admin && c.method == "DELETE" {
				continue // would take away what the next role is tried with
			}
			got := w.do(request{method: c.method, path: fill.Replace(c.path), token: token, body: c.body})
			switch {
			case role == "" && got.status != 401:
				t.Errorf("nobody: %s %s: %d", c.method, c.path, got.status)
			case role != "" && role.May(c.action) && got.status >= 300:
				t.Errorf("%s: %s %s: %d %s", role, c.method, c.path, got.status, got.body)
			case role != "" && !role.May(c.action) && got.status != 403:
				t.Errorf("%s: %s %s: %d %s", role, c.method, c.path, got.status, got.body)
			}
		}
	}
}
