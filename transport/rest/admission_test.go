package rest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"parley/account"
)

// limitedFor fails unless somebody was told to come back within a time.
func limitedFor(t *testing.T, name string, got response, most int64) {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != http.StatusTooManyRequests || p.Code != "rate_limited" ||
		p.RetryAfter < 1 || p.RetryAfter > most || got.header.Get("Retry-After") == "" {
		t.Errorf("%s: %d %s", name, got.status, got.body)
	}
}

func TestAMembersFloodIsRefusedAndItsBusinessAndOthersAreServed(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits.Requests = Rate{20, time.Hour} })
	mia, sam := w.mia.tokens.AccessToken, w.sam.tokens.AccessToken
	me := func(token string) response { return w.do(request{method: "GET", path: "/api/v1/me", token: token}) }
	refused := 0
	for range 40 {
		if got := me(mia); got.status != http.StatusOK {
			refused++
			limitedFor(t, "mia", got, 3600)
		}
	}
	if refused < 20 {
		t.Errorf("%d of 40 were refused", refused)
	}
	if got := me(sam); got.status != http.StatusOK {
		t.Errorf("another business: %d %s", got.status, got.body)
	}
	forbidden := w.do(request{method: "POST", path: "/api/v1/bots", token: mia, body: `{"name":"x"}`})
	limitedFor(t, "another route", forbidden, 3600)
}

func TestStrangersAreCountedByAddressAndWhoIsSignedInIsNot(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits.Strangers = Rate{30, time.Hour} })
	for name, ask := range map[string]request{
		"a bad token":      {method: "GET", path: "/api/v1/me", token: "nonsense"},
		"no token":         {method: "GET", path: "/api/v1/bots"},
		"no route":         {method: "GET", path: "/api/v1/nothing"},
		"signing in":       {method: "POST", path: "/api/v1/auth/refresh", body: `{"refresh_token":"x"}`},
		"a page":           {method: "GET", path: "/widget.js"},
		"another bad one":  {method: "GET", path: "/api/v1/tenant", token: "nonsense"},
		"the API's own":    {method: "GET", path: "/openapi.json"},
		"an upload":        {method: "POST", path: "/api/v1/bots/" + w.mia.bot + "/sources", body: `{}`, token: "nonsense"},
		"a page of no one": {method: "GET", path: "/nothing"},
	} {
		got := w.do(ask)
		for tries := 0; got.status != http.StatusTooManyRequests && tries < 40; tries++ {
			got = w.do(ask)
		}
		limitedFor(t, name, got, 3600)
	}
	if got := w.do(request{method: "GET", path: "/api/v1/me", token: w.mia.tokens.AccessToken}); got.status != http.StatusOK {
		t.Errorf("who is signed in at that address: %d %s", got.status, got.body)
	}
	for _, probe := range []string{"/healthz", "/readyz"} {
		if got := w.do(request{method: "GET", path: probe}); got.status == http.StatusTooManyRequests {
			t.Errorf("%s: %d", probe, got.status)
		}
	}
}

func TestWhoTriesPasswordsDoesNotKeepOthersAtTheirAddressFromSigningIn(t *testing.T) {
	t.Parallel()
	w, _ := setup(t, func(c *Config) { c.Limits.SignIn = Rate{2, time.Hour} })
	login := func(email, password string) response {
		return w.do(request{method: "POST", path: "/api/v1/auth/login", body: fmt.Sprintf(`{"email":%q,"password":%q}`, email, password)})
	}
	for range 2 {
		login("victim@acme.example", "x")
	}
	limitedFor(t, "the account that was tried", login(" Victim@acme.example", "x"), 3600)
	if got := login("mia@acme.example", goodPassword); got.status != http.StatusOK {
		t.Errorf("somebody else there: %d %s", got.status, got.body)
	}
	for n := range 20 {
		login(fmt.Sprintf("user%d@acme.example", n), "x")
	}
	limitedFor(t, "who tries one account after the other", login("one.more@acme.example", "x"), 3600)
}

func TestWhatIsAskedAtOnceWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	a := newAdmission(Limits{})
	s := &server{admission: a}
	who := account.Identity{Tenant: "ten_shop", User: "usr_mia"}
	var working sync.WaitGroup
	var mu sync.Mutex
	now, most := 0, 0
	for range 200 {
		working.Go(func() {
			leave, err := s.turn(t.Context(), who)
			if err != nil {
				t.Error(err)
				return
			}
			defer leave()
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Millisecond) // work
			mu.Lock()
			now--
			mu.Unlock()
		})
	}
	working.Wait()
	if most > eachAtOnce {
		t.Errorf("%d were worked on at a time, want %d at most", most, eachAtOnce)
	}
}
