package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/persistence/redis"
)

// letterbox is what was mailed about accounts, as it arrives.
type letterbox struct{ mails chan account.Mail }

func (b letterbox) Deliver(_ context.Context, mail account.Mail) error {
	b.mails <- mail
	return nil
}

// next returns the next mail to an address of a kind, and the token in it.
func (b letterbox) next(t *testing.T, to string, kind account.LetterKind) (mail account.Mail, token string) {
	t.Helper()
	for deadline := time.After(time.Minute); ; {
		select {
		case mail = <-b.mails:
			if mail.To == to && mail.Kind == kind {
				_, token, _ = strings.Cut(mail.Link, "#")
				return mail, token
			}
		case <-deadline:
			t.Fatalf("no mail to %s about %s", to, kind)
		}
	}
}

// setupSignIns returns a world whose accounts do all that they can.
func setupSignIns(t *testing.T, change ...func(*account.Config)) (*world, letterbox) {
	t.Helper()
	store, reader, library := openSQLite(t)
	box := letterbox{make(chan account.Mail, 100)}
	counter, err := redis.Open(t.Context(), "", quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = counter.Close() })
	config := account.Config{
		Store: store, Sessions: store, Members: store, Invitations: store, Revocations: store, Tenants: store, Credentials: store, Letters: store,
		SigningKeys: store, Attempts: counter.Attempts(), Postman: box, Key: testKey, PublicURL: "http://parley.example", Logger: quiet,
	}
	for _, c := range change {
		c(&config)
	}
	accounts, err := account.NewService(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(accounts.StartPost())
	return setupOver(t, store, reader, library, func(c *Config) { c.Accounts = accounts }), box
}

// quiet logs nothing.
var quiet = slog.New(slog.DiscardHandler)

const otherPassword = "seven owls under a table"

func TestAnAddressIsConfirmedOverTheAPI(t *testing.T) {
	t.Parallel()
	w, box := setupSignIns(t)
	_, link := box.next(t, "mia@acme.example", account.LetterConfirm)
	w.play([]scenario{
		{"not yet", "GET", "/api/v1/me", w.mia.tokens.AccessToken, "", nil, 200, []string{`"email_confirmed":false`}, nil, nil},
		{"another token", "POST", "/api/v1/auth/confirm", "", `{"token":"let_x.y"}`, nil, 404, []string{`"link_invalid"`}, nil, nil},
		{"the token", "POST", "/api/v1/auth/confirm", "", `{"token":"` + link + `"}`, nil, 204, nil, nil, nil},
		{"the token again", "POST", "/api/v1/auth/confirm", "", `{"token":"` + link + `"}`, nil, 404, []string{`"link_invalid"`}, nil, nil},
		{"now", "GET", "/api/v1/me", w.mia.tokens.AccessToken, "", nil, 200, []string{`"email_confirmed":true`}, nil, nil},
		{"once more", "POST", "/api/v1/me/confirmation", w.mia.tokens.AccessToken, "", nil, 202, nil, nil, nil},
		{"nobody's", "POST", "/api/v1/me/confirmation", "", "", nil, 401, nil, nil, nil},
		{"of another website", "POST", "/api/v1/auth/confirm", "", `{"token":"x"}`, map[string]string{"Origin": "https://evil.example"}, 403, []string{`"cross_origin"`}, nil, nil},
	})
}

func TestWhoIsNotConfirmedWhereThatIsRequiredReachesOnlyWhatIsTheirs(t *testing.T) {
	t.Parallel()
	store, _, _ := openSQLite(t)
	box := letterbox{make(chan account.Mail, 100)}
	accounts, err := account.NewService(account.Config{
		Store: store, Sessions: store, Members: store, Invitations: store, Tenants: store, Credentials: store, Letters: store,
		Postman: box, Key: testKey, PublicURL: "http://parley.example", ConfirmEmail: true, Logger: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(accounts.StartPost())
	var config Config
	w, _ := setup(t, func(c *Config) { config = *c })
	config.Accounts, config.Metrics = accounts, prometheus.NewRegistry()
	server := httptest.NewServer(New(config))
	t.Cleanup(server.Close)
	w.url = server.URL
	var tokens signIn
	w.json("POST", "/api/v1/auth/register", "", `{"email":"bo@acme.example","password":"`+goodPassword+`","company":"Acme"}`, 201, &tokens)
	for path, status := range map[string]int{"/api/v1/me": 200, "/api/v1/me/sessions": 200, "/api/v1/bots": 403, "/api/v1/members": 403} {
		if got := w.do(request{method: "GET", path: path, token: tokens.AccessToken}); got.status != status || status == 403 && !strings.Contains(got.body, `"email_unconfirmed"`) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	_, link := box.next(t, "bo@acme.example", account.LetterConfirm)
	w.json("POST", "/api/v1/auth/confirm", "", `{"token":"`+link+`"}`, 204, nil)
	w.json("POST", "/api/v1/auth/refresh", "", `{"refresh_token":"`+tokens.RefreshToken+`"}`, 200, &tokens)
	w.json("GET", "/api/v1/bots", tokens.AccessToken, "", 200, nil)
}

func TestAForgottenPasswordIsReplacedOverTheAPI(t *testing.T) {
	t.Parallel()
	w, box := setupSignIns(t)
	w.json("POST", "/api/v1/auth/password-resets", "", `{"email":"MIA@acme.example"}`, 202, nil)
	_, link := box.next(t, "MIA@acme.example", account.LetterReset)
	w.play([]scenario{
		{"a simple one", "POST", "/api/v1/auth/password", "", `{"token":"` + link + `","password":"password123"}`, nil, 422, []string{`"password_too_simple"`}, nil, nil},
		{"another token", "POST", "/api/v1/auth/password", "", `{"token":"x","password":"` + otherPassword + `"}`, nil, 404, []string{`"link_invalid"`}, nil, nil},
		{"the token", "POST", "/api/v1/auth/password", "", `{"token":"` + link + `","password":"` + otherPassword + `"}`, nil, 204, nil, nil, func(t *testing.T, _ *world, got response) {
			if !slices.ContainsFunc(got.header.Values("Set-Cookie"), func(c string) bool { return strings.HasPrefix(c, account.DeviceCookie+"=") }) {
				t.Errorf("cookies %v", got.header.Values("Set-Cookie"))
			}
		}},
		{"the token again", "POST", "/api/v1/auth/password", "", `{"token":"` + link + `","password":"` + otherPassword + `"}`, nil, 404, []string{`"link_invalid"`}, nil, nil},
		{"an earlier token", "GET", "/api/v1/me", w.mia.tokens.AccessToken, "", nil, 401, []string{`"token_revoked"`}, nil, nil},
		{"an earlier sign-in", "POST", "/api/v1/auth/refresh", "", `{"refresh_token":"` + w.mia.tokens.RefreshToken + `"}`, nil, 401, []string{`"signed_out"`}, nil, nil},
		{"the old password", "POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"` + goodPassword + `"}`, nil, 401, nil, nil, nil},
		{"the new password", "POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"` + otherPassword + `"}`, nil, 200, nil, nil, nil},
	})
}

func TestAPersonChangesPasswordAndAddress(t *testing.T) {
	t.Parallel()
	w, box := setupSignIns(t)
	token := w.mia.tokens.AccessToken
	w.play([]scenario{
		{"a wrong password", "POST", "/api/v1/me/password", token, `{"current":"x","new":"` + otherPassword + `"}`, nil, 422, []string{`"password_wrong"`}, nil, nil},
		{"the password", "POST", "/api/v1/me/password", token, `{"current":"` + goodPassword + `","new":"` + otherPassword + `"}`, nil, 204, nil, nil, nil},
		{"still here", "GET", "/api/v1/me", token, "", nil, 200, nil, nil, nil},
		{"an address, with the old password", "POST", "/api/v1/me/email", token, `{"password":"` + goodPassword + `","email":"mia@home.example"}`, nil, 422, []string{`"password_wrong"`}, nil, nil},
		{"an address", "POST", "/api/v1/me/email", token, `{"password":"` + otherPassword + `","email":"mia@home.example"}`, nil, 202, nil, nil, nil},
	})
	_, link := box.next(t, "mia@home.example", account.LetterChange)
	w.json("POST", "/api/v1/auth/confirm", "", `{"token":"`+link+`"}`, 204, nil)
	w.json("POST", "/api/v1/auth/login", "", `{"email":"mia@home.example","password":"`+otherPassword+`"}`, 200, nil)
	w.play([]scenario{{"who they are", "GET", "/api/v1/me", token, "", nil, 200, []string{`"email":"mia@home.example"`, `"email_confirmed":true`}, nil, nil}})
}

func TestSignInsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	w, _ := setupSignIns(t)
	var phone, laptop signIn
	for browser, tokens := range map[string]*signIn{
		"Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36": &phone,
		"Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0":                                                &laptop,
	} {
		got := w.do(request{"POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"` + goodPassword + `"}`, map[string]string{"User-Agent": browser}})
		if err := json.Unmarshal([]byte(got.body), tokens); err != nil || got.status != 200 {
			t.Fatal(got.status, got.body)
		}
	}
	list := func(token string) (items []session) {
		t.Helper()
		var list page[session]
		w.json("GET", "/api/v1/me/sessions", token, "", 200, &list)
		return list.Items
	}
	ids := map[string]string{}
	for _, one := range list(laptop.AccessToken) {
		ids[one.Browser] = one.ID
		if one.Tenant != laptop.Tenant || one.Current != (one.Browser == "Firefox on Linux") || one.Address != "127.0.0.1" || time.Since(one.LastUsedAt) > time.Hour {
			t.Errorf("listed is %+v", one)
		}
	}
	if len(ids) != 3 || ids["Chrome on Android"] == "" || ids["Go-http-client"] == "" {
		t.Fatalf("listed are %v", ids)
	}
	w.play([]scenario{
		{"another's", "DELETE", "/api/v1/me/sessions/" + ids["Chrome on Android"], w.sam.tokens.AccessToken, "", nil, 404, []string{`"not_found"`}, nil, nil},
		{"none", "DELETE", "/api/v1/me/sessions/x", laptop.AccessToken, "", nil, 404, []string{`"not_found"`}, nil, nil},
		{"the phone's", "DELETE", "/api/v1/me/sessions/" + ids["Chrome on Android"], laptop.AccessToken, "", nil, 204, nil, nil, nil},
		{"the phone", "GET", "/api/v1/me", phone.AccessToken, "", nil, 401, []string{`"token_revoked"`}, nil, nil},
		{"all others", "DELETE", "/api/v1/me/sessions", laptop.AccessToken, "", nil, 204, nil, nil, nil},
		{"the first one", "GET", "/api/v1/me", w.mia.tokens.AccessToken, "", nil, 401, []string{`"token_revoked"`}, nil, nil},
		{"somebody else's", "GET", "/api/v1/me", w.sam.tokens.AccessToken, "", nil, 200, nil, nil, nil},
	})
	if left := list(laptop.AccessToken); len(left) != 1 || !left[0].Current {
		t.Errorf("left are %+v", left)
	}
}

func TestAPersonOfTwoBusinessesSwitchesBetweenThem(t *testing.T) {
	t.Parallel()
	w, _ := setupSignIns(t)
	var invited struct{ Link string }
	w.json("POST", "/api/v1/invitations", w.mia.tokens.AccessToken, `{"email":"sam@rival.example","role":"agent"}`, 201, &invited)
	_, token, _ := strings.Cut(invited.Link, "#")
	w.json("POST", "/api/v1/invitations/accept", "", `{"token":"`+token+`","password":"`+goodPassword+`"}`, 200, nil)
	sam := w.sam.tokens.AccessToken
	var list page[myTenant]
	w.json("GET", "/api/v1/me/tenants", sam, "", 200, &list)
	want := []myTenant{{w.sam.tokens.Tenant, "Rival", "owner", true}, {w.mia.tokens.Tenant, "Acme", "agent", false}}
	if !slices.Equal(list.Items, want) {
		t.Fatalf("listed are %+v", list.Items)
	}
	var switched signIn
	w.json("POST", "/api/v1/auth/switch", sam, `{"tenant":"`+w.mia.tokens.Tenant+`"}`, 200, &switched)
	if switched.Tenant != w.mia.tokens.Tenant || switched.Role != "agent" || switched.User != w.sam.tokens.User {
		t.Errorf("switched is %+v", switched)
	}
	w.play([]scenario{
		{"a bot there", "GET", "/api/v1/bots/{bot}", switched.AccessToken, "", nil, 200, nil, nil, nil},
		{"a bot there, from before", "GET", "/api/v1/bots/{bot}", sam, "", nil, 404, nil, nil, nil},
		{"a program's tokens stay good", "GET", "/api/v1/bots", sam, "", nil, 200, nil, nil, nil},
		{"to where they do not belong", "POST", "/api/v1/auth/switch", w.mia.tokens.AccessToken, `{"tenant":"` + w.sam.tokens.Tenant + `"}`, nil, 404, []string{`"not_found"`}, nil, nil},
		{"to nowhere", "POST", "/api/v1/auth/switch", sam, `{"tenant":""}`, nil, 404, []string{`"not_found"`}, nil, nil},
	})
	// In a browser, the sign-in that it forgets ends.
	cookie := map[string]string{"Cookie": account.AccessCookie + "=" + sam + "; " + refreshCookie + "=" + w.sam.tokens.RefreshToken, "Origin": "http://parley.example"}
	got := w.do(request{"POST", "/api/v1/auth/switch", "", `{"tenant":"` + w.mia.tokens.Tenant + `"}`, cookie})
	if got.status != 200 || len(got.header.Values("Set-Cookie")) != 3 {
		t.Fatalf("%d %s, cookies %v", got.status, got.body, got.header.Values("Set-Cookie"))
	}
	w.play([]scenario{{"the browser's tokens from before", "GET", "/api/v1/me", sam, "", nil, 401, []string{`"token_revoked"`}, nil, nil}})
}

func TestABusinessIsRenamedAndHandedOver(t *testing.T) {
	t.Parallel()
	w, _ := setupSignIns(t)
	bo := w.hire(w.mia, "Bo", "agent")
	owner := w.mia.tokens.AccessToken
	w.play([]scenario{
		{"renamed by an agent", "PATCH", "/api/v1/tenant", bo.AccessToken, `{"name":"Bo's"}`, nil, 403, []string{`"forbidden"`}, nil, nil},
		{"renamed to nothing", "PATCH", "/api/v1/tenant", owner, `{"name":" "}`, nil, 422, []string{`"company_invalid"`}, nil, nil},
		{"renamed", "PATCH", "/api/v1/tenant", owner, `{"name":"Acme Lamps"}`, nil, 200, []string{`"name":"Acme Lamps"`}, nil, nil},
		{"nothing changed", "PATCH", "/api/v1/tenant", owner, `{}`, nil, 200, []string{`"name":"Acme Lamps"`}, nil, nil},
		{"handed over by an agent", "POST", "/api/v1/tenant/ownership", bo.AccessToken, `{"user":"` + bo.User + `","password":"` + goodPassword + `"}`, nil, 403, nil, nil, nil},
		{"with a wrong password", "POST", "/api/v1/tenant/ownership", owner, `{"user":"` + bo.User + `","password":"x"}`, nil, 422, []string{`"password_wrong"`}, nil, nil},
		{"to oneself", "POST", "/api/v1/tenant/ownership", owner, `{"user":"` + w.mia.tokens.User + `","password":"` + goodPassword + `"}`, nil, 409, []string{`"already_owner"`}, nil, nil},
		{"to a stranger", "POST", "/api/v1/tenant/ownership", owner, `{"user":"` + w.sam.tokens.User + `","password":"` + goodPassword + `"}`, nil, 404, []string{`"not_found"`}, nil, nil},
		{"handed over", "POST", "/api/v1/tenant/ownership", owner, `{"user":"` + bo.User + `","password":"` + goodPassword + `"}`, nil, 204, nil, nil, nil},
		{"the owner's token", "GET", "/api/v1/me", owner, "", nil, 401, []string{`"token_revoked"`}, nil, nil},
		{"the new owner", "POST", "/api/v1/auth/refresh", "", `{"refresh_token":"` + bo.RefreshToken + `"}`, nil, 200, []string{`"role":"owner"`}, nil, nil},
		{"the owner before", "POST", "/api/v1/auth/refresh", "", `{"refresh_token":"` + w.mia.tokens.RefreshToken + `"}`, nil, 200, []string{`"role":"admin"`}, nil, nil},
	})
}

// What a stranger is told, byte for byte, where there is an account and where there is none.
func TestNobodyLearnsWhetherAnAccountExists(t *testing.T) {
	t.Parallel()
	w, box := setupSignIns(t)
	same := func(what, path, token string, body func(email string) string, existing, none string) {
		t.Helper()
		one := w.do(request{"POST", path, token, body(existing), nil})
		two := w.do(request{"POST", path, token, body(none), nil})
		if a, b := bare(one, existing), bare(two, none); a != b {
			t.Errorf("%s:\n%s\n%s", what, a, b)
		}
		if a, b := waiting(one), waiting(two); max(a, b)-min(a, b) > 2 { // a second or two passed between the two
			t.Errorf("%s: to wait %d s, and %d s", what, a, b)
		}
	}
	for i := range 12 { // past the lock-out
		same("sign-in", "/api/v1/auth/login", "", func(email string) string { return `{"email":"` + email + `","password":"wrong"}` }, "mia@acme.example", "nob@acme.example")
		if i == 0 {
			same("a long password", "/api/v1/auth/login", "", func(email string) string {
				return `{"email":"` + email + `","password":"` + strings.Repeat("x", 2000) + `"}`
			}, "sam@rival.example", "nix@rival.example")
		}
	}
	same("reset", "/api/v1/auth/password-resets", "", func(email string) string { return `{"email":"` + email + `"}` }, "mia@acme.example", "nob@acme.example")
	same("another address", "/api/v1/me/email", w.sam.tokens.AccessToken, func(email string) string {
		return `{"password":"` + goodPassword + `","email":"` + email + `"}`
	}, "mia@acme.example", "nob@acme.example")
	box.next(t, "mia@acme.example", account.LetterReset)
}

// waiting is the seconds that an answer says to wait, or -1.
func waiting(got response) int {
	seconds, err := strconv.Atoi(got.header.Get("Retry-After"))
	if err != nil {
		return -1
	}
	return seconds
}

// bare is an answer without what differs each time, which is also how long is left to wait.
func bare(got response, email string) string {
	var p problem
	if json.Unmarshal([]byte(got.body), &p) == nil {
		got.body = strings.ReplaceAll(got.body, p.RequestID, "")
		got.body = strings.ReplaceAll(got.body, fmt.Sprintf(`"retry_after":%d`, waiting(got)), `"retry_after":…`)
	}
	header := got.header.Clone()
	for _, name := range []string{"Date", "X-Request-Id", "Retry-After"} {
		header.Del(name)
	}
	var lines strings.Builder
	_ = header.Write(&lines)
	return strings.ReplaceAll(http.StatusText(got.status)+"\n"+lines.String()+got.body, email, "")
}

func TestManyWhoAskForOneResetAtOnceAreAllAnswered(t *testing.T) {
	t.Parallel()
	w, box := setupSignIns(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			got := w.do(request{method: "POST", path: "/api/v1/auth/password-resets", body: `{"email":"mia@acme.example"}`})
			if got.status != 202 {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	group.Wait()
	box.next(t, "mia@acme.example", account.LetterReset)
}

func TestBrowsersAreCalledWhatPeopleCallThem(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0":              "Edge on Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15":                      "Safari on macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0.0.0 Mobile/15E148 Safari/604.1": "Chrome on iPhone",
		"curl/8.5.0":                          "curl",
		"":                                    "",
		"Mozilla/5.0 (compatible) Firefox/99": "Firefox",
		strings.Repeat("x", 300):              strings.Repeat("x", 40),
	} {
		if got := browserOf(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}
