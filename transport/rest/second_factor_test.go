package rest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"parley/account"
	"parley/account/oidctest"
)

// withFactors lets people have second factors.
func withFactors(c *account.Config) { c.SecondFactors = c.Store.(account.SecondFactors) }

// app is an authenticator app.
func app(t *testing.T, secret string, later time.Duration) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(later))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

const (
	miaSignsIn = `{"email":"mia@acme.example","password":"` + goodPassword + `"}`
	factorPath = "/api/v1/me/second-factor"
)

// enrolled sets up Mia's second factor, and returns it with its recovery codes and what she is signed in with.
func (w *world) enrolled() (secret string, codes []string, token string) {
	w.t.Helper()
	var made enrolment
	w.json("POST", factorPath, w.mia.tokens.AccessToken, `{"password":"`+goodPassword+`"}`, 200, &made)
	var recovery recoveryCodes
	w.json("PUT", factorPath, w.mia.tokens.AccessToken, `{"code":"`+app(w.t, made.Secret, 0)+`"}`, 200, &recovery)
	var fresh signIn
	w.json("POST", "/api/v1/auth/refresh", "", `{"refresh_token":"`+w.mia.tokens.RefreshToken+`"}`, 200, &fresh)
	return made.Secret, recovery.Codes, fresh.AccessToken
}

// challenge signs Mia in as far as her password does.
func (w *world) challenge() string {
	w.t.Helper()
	got := w.do(request{method: "POST", path: "/api/v1/auth/login", body: miaSignsIn})
	var p problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != 401 || p.Code != "second_factor_required" || p.Challenge == "" || len(got.header["Set-Cookie"]) > 0 {
		w.t.Fatalf("%d %s, cookies %v", got.status, got.body, got.header["Set-Cookie"])
	}
	return p.Challenge
}

func TestASecondFactorOverTheAPI(t *testing.T) {
	t.Parallel()
	w, _ := setupSignIns(t, withFactors)
	mia, sam := w.mia.tokens.AccessToken, w.sam.tokens.AccessToken
	w.play([]scenario{
		{name: "none yet", method: "GET", path: factorPath, token: mia, status: 200, has: []string{`"enabled":false`, `"recovery_codes_left":0`}},
		{name: "nobody", method: "POST", path: factorPath, body: `{"password":"x"}`, status: 401},
		{name: "another password", method: "POST", path: factorPath, token: mia, body: `{"password":"x"}`, status: 422, has: []string{`"code":"password_wrong"`}},
		{name: "confirm what did not begin", method: "PUT", path: factorPath, token: mia, body: `{"code":"123456"}`, status: 409, has: []string{`"code":"second_factor_not_begun"`}},
		{name: "recovery codes of none", method: "POST", path: factorPath + "/recovery-codes", token: mia, body: `{"code":"123456"}`, status: 409, has: []string{`"code":"second_factor_off"`}},
		{name: "end none", method: "DELETE", path: factorPath, token: mia, body: `{"password":"` + goodPassword + `","code":"123456"}`, status: 409, has: []string{`"code":"second_factor_off"`}},
	})
	var made enrolment
	w.json("POST", factorPath, mia, `{"password":"`+goodPassword+`"}`, 200, &made)
	picture, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(made.QR, "data:image/png;base64,"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(picture)); err != nil || !strings.Contains(made.URI, made.Secret) || !strings.HasPrefix(made.URI, "otpauth://totp/parley.example:mia@acme.example?") {
		t.Errorf("enrolment %s, %v", made.URI, err)
	}
	w.json("PUT", factorPath, mia, `{"code":"000000"}`, 422, nil)
	secret, codes, mia := w.enrolled()
	if len(codes) != 10 {
		t.Fatalf("recovery codes %v", codes)
	}
	if got := w.do(request{method: "GET", path: factorPath, token: w.mia.tokens.AccessToken}); got.status != 401 || !strings.Contains(got.body, "token_revoked") {
		t.Errorf("the token from before: %d %s", got.status, got.body)
	}

	challenge := w.challenge()
	answer := func(name, challenge, code string, status int, has ...string) scenario {
		return scenario{name: name, method: "POST", path: "/api/v1/auth/second-factor", body: `{"challenge":"` + challenge + `","code":"` + code + `"}`, status: status, has: has, hasNot: []string{codes[0], secret}}
	}
	next := app(t, secret, 30*time.Second)
	w.play([]scenario{
		answer("a wrong code", challenge, "000000", 422, `"code":"second_factor_wrong"`),
		answer("a made up challenge", "chl_nobody.x", next, 401, `"code":"challenge_invalid"`),
		answer("no challenge", "", next, 401, `"code":"challenge_invalid"`),
		answer("the right code", challenge, next, 200, `"access_token"`, `"role":"owner"`),
		answer("the same again", challenge, next, 401, `"code":"challenge_invalid"`),
	})
	w.play([]scenario{
		answer("the code of another sign-in", w.challenge(), next, 422, `"code":"second_factor_wrong"`),
		answer("a recovery code", w.challenge(), strings.ToLower(codes[0]), 200, `"access_token"`),
		answer("the same recovery code", w.challenge(), codes[0], 422, `"code":"second_factor_wrong"`),
		{name: "how many are left", method: "GET", path: factorPath, token: mia, status: 200, has: []string{`"enabled":true`, `"recovery_codes_left":9`}},
		{name: "cookies", method: "POST", path: "/api/v1/auth/second-factor", body: `{"challenge":"` + w.challenge() + `","code":"` + codes[1] + `"}`, status: 200, after: func(t *testing.T, _ *world, got response) {
			if set := strings.Join(got.header["Set-Cookie"], "\n"); !strings.Contains(set, account.AccessCookie+"=") || !strings.Contains(set, refreshCookie+"=") {
				t.Errorf("cookies %s", set)
			}
		}},
		{name: "another website", method: "POST", path: "/api/v1/auth/second-factor", body: `{"challenge":"x","code":"y"}`, header: map[string]string{"Origin": "https://evil.example"}, status: 403},

		{name: "what a business asks for is not Sam's to ask", method: "PATCH", path: "/api/v1/tenant", token: sam, body: `{"second_factor_required":true}`, status: 409, has: []string{`"code":"own_second_factor_first"`}},
		{name: "it is Mia's", method: "PATCH", path: "/api/v1/tenant", token: mia, body: `{"second_factor_required":true}`, status: 200, has: []string{`"second_factor_required":true`, `"name":"Acme"`}},
		{name: "then she cannot do without", method: "DELETE", path: factorPath, token: mia, body: `{"password":"` + goodPassword + `","code":"` + codes[2] + `"}`, status: 409, has: []string{`"code":"second_factor_needed"`}},
	})
	w.mia.tokens.AccessToken = mia
	ben := w.hire(w.mia, "Ben", "admin")
	w.play([]scenario{
		{name: "Ben has none and sees nothing", method: "GET", path: "/api/v1/bots", token: ben.AccessToken, status: 403, has: []string{`"code":"second_factor_missing"`}},
		{name: "and changes nothing", method: "PATCH", path: "/api/v1/tenant", token: ben.AccessToken, body: `{"second_factor_required":false}`, status: 403, has: []string{`"code":"second_factor_missing"`}},
		{name: "but himself", method: "GET", path: "/api/v1/me", token: ben.AccessToken, status: 200, has: []string{`"second_factor_missing":true`}},
		{name: "and sets one up", method: "POST", path: factorPath, token: ben.AccessToken, body: `{"password":"` + goodPassword + `"}`, status: 200, has: []string{"otpauth"}},
		{name: "an end of it", method: "PATCH", path: "/api/v1/tenant", token: mia, body: `{"second_factor_required":false}`, status: 200, has: []string{`"second_factor_required":false`}},
		{name: "other recovery codes", method: "POST", path: factorPath + "/recovery-codes", token: mia, body: `{"code":"` + codes[3] + `"}`, status: 200, has: []string{"recovery_codes"}, hasNot: codes},
		{name: "the former are no good", method: "DELETE", path: factorPath, token: mia, body: `{"password":"` + goodPassword + `","code":"` + codes[4] + `"}`, status: 422, has: []string{`"code":"second_factor_wrong"`}},
	})
	w.json("POST", factorPath+"/recovery-codes", mia, `{"code":"`+codes[5]+`"}`, 422, nil)
	if log := w.log.String(); strings.Contains(log, secret) || strings.Contains(log, codes[0]) || strings.Contains(log, challenge) {
		t.Error("a secret is in the log")
	}
}

// elsewhere is a world with an issuer.
func elsewhere(t *testing.T) (*world, *oidctest.Issuer) {
	t.Helper()
	issuer := oidctest.New()
	t.Cleanup(issuer.Close)
	issuer.Claims = map[string]any{"sub": "subject of Ada", "email": "ada@quill.example", "email_verified": true, "name": "Ada Quill"}
	w, _ := setupSignIns(t, withFactors, func(c *account.Config) {
		c.Issuers = c.Store.(account.Issuers)
		c.OIDC = &account.OIDC{Issuer: issuer.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Name: "Quill ID"}
	})
	return w, issuer
}

// trip follows a browser to the issuer and back to the API.
func (w *world) trip(departure, trail string) response {
	w.t.Helper()
	there := *w
	there.url = ""
	sent := there.do(request{method: "GET", path: departure})
	back, err := url.Parse(sent.header.Get("Location"))
	if err != nil || sent.status != 302 || !strings.HasPrefix(back.String(), "http://parley.example/api/v1/auth/oidc/callback?") {
		w.t.Fatalf("the issuer: %d, %s, %v", sent.status, sent.header.Get("Location"), err)
	}
	// As a browser sends it that another website has sent here.
	return w.do(request{method: "GET", path: back.RequestURI(), header: map[string]string{"Cookie": trailCookie + "=" + trail, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}})
}

// trail is the cookie of a departure.
func trail(t *testing.T, got response) *http.Cookie {
	t.Helper()
	for _, line := range got.header["Set-Cookie"] {
		if cookie, err := http.ParseSetCookie(line); err == nil && cookie.Name == trailCookie {
			return cookie
		}
	}
	t.Fatalf("no trail in %v", got.header["Set-Cookie"])
	return nil
}

// signInElsewhere returns the answer to the way back.
func (w *world) signInElsewhere(query string) response {
	w.t.Helper()
	got := w.do(request{method: "GET", path: "/api/v1/auth/oidc/start" + query})
	cookie := trail(w.t, got)
	if got.status != 302 || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != trailPath || time.Until(cookie.Expires) > 11*time.Minute {
		w.t.Fatalf("%d, cookie %v", got.status, cookie)
	}
	return w.trip(got.header.Get("Location"), cookie.Value)
}

// accessOf is the token that an answer's cookies carry; empty: none.
func accessOf(got response) string {
	for _, line := range got.header["Set-Cookie"] {
		if cookie, err := http.ParseSetCookie(line); err == nil && cookie.Name == account.AccessCookie {
			return cookie.Value
		}
	}
	return ""
}

func wantSentTo(t *testing.T, got response, location string) {
	t.Helper()
	if got.status != 302 || got.header.Get("Location") != location {
		t.Errorf("%d to %q, want %q: %s", got.status, got.header.Get("Location"), location, got.body)
	}
	if (location == "/") != (accessOf(got) != "") {
		t.Errorf("to %s with cookies %v", location, got.header["Set-Cookie"])
	}
	if left := trail(t, got); left.Value != "" || left.Expires.After(time.Now()) {
		t.Errorf("the trail stays: %v", left)
	}
}

func TestSigningInElsewhereOverTheAPI(t *testing.T) {
	t.Parallel()
	w, issuer := elsewhere(t)
	w.play([]scenario{{name: "methods", method: "GET", path: "/api/v1/auth/methods", status: 200, has: []string{`"oidc":{"name":"Quill ID"}`}}})
	first := w.signInElsewhere("")
	wantSentTo(t, first, "/")
	w.play([]scenario{
		{name: "who she is", method: "GET", path: "/api/v1/me", token: accessOf(first), status: 200, has: []string{`"ada@quill.example"`, `"Ada Quill"`, `"quill.example"`, `"owner"`, `"email_confirmed":true`}},
		{name: "linked", method: "GET", path: "/api/v1/me/oidc", token: accessOf(first), status: 200, has: []string{`"linked":true`, `"email":"ada@quill.example"`}},
		{name: "no way back", method: "DELETE", path: "/api/v1/me/oidc", token: accessOf(first), status: 409, has: []string{`"code":"password_needed"`}},
		{name: "Mia is not", method: "GET", path: "/api/v1/me/oidc", token: w.mia.tokens.AccessToken, status: 200, has: []string{`"linked":false`}},
		{name: "Mia without her password", method: "POST", path: "/api/v1/me/oidc", token: w.mia.tokens.AccessToken, body: `{"password":"x"}`, status: 422, has: []string{`"code":"password_wrong"`}},
		{name: "a start on another website", method: "GET", path: "/api/v1/auth/oidc/start", header: map[string]string{"Sec-Fetch-Site": "cross-site"}, status: 403, has: []string{`"code":"cross_origin"`}},
	})
	issuer.Claims = map[string]any{"sub": "subject of Mia", "email": "mia@acme.example", "email_verified": true}
	wantSentTo(t, w.signInElsewhere(""), "/sign-in?sso=oidc_link_first")
	link := func() response {
		got := w.do(request{method: "POST", path: "/api/v1/me/oidc", token: w.mia.tokens.AccessToken, body: `{"password":"` + goodPassword + `"}`})
		var departure struct{ URL string }
		if err := json.Unmarshal([]byte(got.body), &departure); err != nil || got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
		return w.trip(departure.URL, trail(t, got).Value)
	}
	wantSentTo(t, link(), "/profile/security?sso=linked")
	wantSentTo(t, w.signInElsewhere(""), "/")
	issuer.Claims["sub"] = "subject of Ada"
	wantSentTo(t, link(), "/profile/security?sso=oidc_taken")
	issuer.Claims["sub"] = "subject of Mia"
	_, codes, mia := w.enrolled()
	challenged := w.signInElsewhere("")
	page, challenge, _ := strings.Cut(challenged.header.Get("Location"), "#challenge=")
	if page != "/sign-in" || accessOf(challenged) != "" {
		t.Fatalf("past the second factor: %v", challenged.header)
	}
	w.json("POST", "/api/v1/auth/second-factor", "", `{"challenge":"`+challenge+`","code":"`+codes[0]+`"}`, 200, nil)
	w.json("DELETE", "/api/v1/me/oidc", mia, "", 204, nil)
	wantSentTo(t, w.signInElsewhere(""), "/sign-in?sso=oidc_link_first")
}

func TestWhatComesBackWrongIsShownToWhoeverWaits(t *testing.T) {
	t.Parallel()
	w, issuer := elsewhere(t)
	callback := func(query, cookie string) response {
		return w.do(request{method: "GET", path: "/api/v1/auth/oidc/callback" + query, header: map[string]string{"Cookie": trailCookie + "=" + cookie}})
	}
	wantSentTo(t, callback("", ""), "/sign-in?sso=oidc_expired")
	wantSentTo(t, callback("?state=x&code=y", "trp_x.y"), "/sign-in?sso=oidc_expired")
	started := w.do(request{method: "GET", path: "/api/v1/auth/oidc/start"})
	there, err := url.Parse(started.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	wantSentTo(t, callback("?error=access_denied&state="+url.QueryEscape(there.Query().Get("state")), trail(t, started).Value), "/sign-in?sso=oidc_denied")
	issuer.Forge = func(claims map[string]any) { claims["nonce"] = "another" }
	wantSentTo(t, w.signInElsewhere(""), "/sign-in?sso=oidc_refused")
	if log := w.log.String(); !strings.Contains(log, "belongs to another sign-in") {
		t.Errorf("the operator is not told why: %s", log)
	}
	issuer.Forge = nil
	wantSentTo(t, w.do(request{method: "GET", path: "/api/v1/auth/oidc/start?invitation=inv_x.y"}), "/sign-in?sso=invitation_invalid")
	var invited struct{ Link string }
	w.json("POST", "/api/v1/invitations", w.mia.tokens.AccessToken, `{"email":"new@acme.example","role":"agent"}`, 201, &invited)
	_, token, _ := strings.Cut(invited.Link, "#")
	joined := w.signInElsewhere("?invitation=" + token)
	wantSentTo(t, joined, "/")
	w.play([]scenario{{name: "joined", method: "GET", path: "/api/v1/me", token: accessOf(joined), status: 200, has: []string{`"new@acme.example"`, `"Acme"`, `"agent"`}}})
	if log := w.log.String(); strings.Contains(log, token) {
		t.Error("an invitation is in the log")
	}
}

func TestWithoutAnIssuerThereIsNoButton(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.play([]scenario{
		{name: "methods", method: "GET", path: "/api/v1/auth/methods", status: 200, has: []string{`"oidc":null`}},
		{name: "start", method: "GET", path: "/api/v1/auth/oidc/start", status: 302, after: func(t *testing.T, _ *world, got response) { wantSentTo(t, got, "/sign-in?sso=oidc_off") }},
		{name: "back", method: "GET", path: "/api/v1/auth/oidc/callback", status: 302, after: func(t *testing.T, _ *world, got response) { wantSentTo(t, got, "/sign-in?sso=oidc_off") }},
		{name: "link", method: "POST", path: "/api/v1/me/oidc", token: w.mia.tokens.AccessToken, body: `{"password":"x"}`, status: 404, has: []string{`"code":"oidc_off"`}},
	})
}
