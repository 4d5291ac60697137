package account

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/account/oidctest"
	"parley/chat"
)

// issuers are Issuers in memory, as the ports' comments say.
type issuers struct {
	*memory
	known map[string]External // by user
	trips map[string]Trip
}

func (i *issuers) External(_ context.Context, user string) (External, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	external, ok := i.known[user]
	if !ok {
		return External{}, chat.ErrNotFound
	}
	return external, nil
}

func (i *issuers) UserByExternal(_ context.Context, issuer, subject string) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for user, external := range i.known {
		if external.Issuer == issuer && external.Subject == subject {
			return user, nil
		}
	}
	return "", chat.ErrNotFound
}

func (i *issuers) Link(ctx context.Context, external External) error {
	if user, err := i.UserByExternal(ctx, external.Issuer, external.Subject); err == nil && user != external.User {
		return chat.Fail(chat.Conflict, "oidc_taken", "It is somebody else's.")
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.known[external.User] = external
	return nil
}

func (i *issuers) Unlink(_ context.Context, user string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.known, user)
	return nil
}

func (i *issuers) RegisterExternal(ctx context.Context, tenant Tenant, user User, member Member, external External) error {
	if err := i.Register(ctx, tenant, user, member); err != nil {
		return err
	}
	return i.Link(ctx, external)
}

func (i *issuers) AcceptExternal(ctx context.Context, invitation string, user User, external External) error {
	if err := i.Accept(ctx, invitation, user, true); err != nil {
		return err
	}
	return i.Link(ctx, external)
}

func (i *issuers) BeginTrip(_ context.Context, trip Trip) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.trips[trip.ID] = trip
	return nil
}

func (i *issuers) EndTrip(_ context.Context, id string, hash []byte) (Trip, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	trip, ok := i.trips[id]
	if !ok || !bytes.Equal(trip.Hash, hash) {
		return Trip{}, chat.ErrNotFound
	}
	delete(i.trips, id)
	return trip, nil
}

// abroad is an office with an issuer, at which somebody is signed in.
type abroad struct {
	*twoStep
	oidc    *oidctest.Issuer
	issuers *issuers
}

// setupIssuer leaves Mia registered with a password, and unknown to the issuer, who signs in Ada.
func setupIssuer(t *testing.T, change ...func(*oidctest.Issuer)) *abroad {
	t.Helper()
	a := &abroad{twoStep: setupFactors(t), oidc: oidctest.New()}
	t.Cleanup(a.oidc.Close)
	a.oidc.Now = func() time.Time { return a.clock }
	a.oidc.Claims = map[string]any{"sub": "subject of Ada", "email": "Ada@quill.example", "email_verified": true, "name": "Ada Quill"}
	for _, c := range change {
		c(a.oidc)
	}
	a.issuers = &issuers{memory: a.store, known: map[string]External{}, trips: map[string]Trip{}}
	config := OIDC{Issuer: a.oidc.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Name: "Quill ID"}
	if a.oidc.Public {
		config.ClientSecret = ""
	}
	a.Service.issuers, a.Service.issuer = a.issuers, newIssuer(&config, a.publicURL, func() time.Time { return a.clock })
	return a
}

// visit goes to the issuer as a browser does, and returns what it brings back.
func visit(t *testing.T, d Departure) Return {
	t.Helper()
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	back, err := answer.Location()
	if err != nil {
		t.Fatalf("the issuer answers %d: %v", answer.StatusCode, err)
	}
	if !strings.HasPrefix(back.String(), "https://parley.example/api/v1/auth/oidc/callback?") {
		t.Errorf("sent back to %s", back)
	}
	q := back.Query()
	return Return{Trail: d.Trail, State: q.Get("state"), Code: q.Get("code"), Failure: q.Get("error"), Issuer: q.Get("iss")}
}

// signIn goes all the way.
func (a *abroad) signIn(t *testing.T, invitation string) (Arrival, error) {
	t.Helper()
	d, err := a.Depart(t.Context(), invitation)
	if err != nil {
		t.Fatal(err)
	}
	return a.Arrive(t.Context(), visit(t, d))
}

func TestWhatBecomesOfSomebodyIsDecidedByWhoTheyAre(t *testing.T) {
	t.Parallel()
	for m, want := range map[meeting]string{
		{known: true}:                                "enters",
		{known: true, taken: true}:                   "enters",
		{known: true, invited: true}:                 "joins",
		{known: true, invited: true, verified: true}: "joins",
		{taken: true}:                                "oidc_link_first",
		{taken: true, verified: true}:                "oidc_link_first",
		{taken: true, verified: true, invited: true}: "oidc_link_first",
		{invited: true}:                              "joins as somebody new",
		{invited: true, verified: true}:              "joins as somebody new",
		{verified: true}:                             "founds",
		{}:                                           "oidc_email_unverified",
	} {
		step, err := decide(m)
		got := code(err)
		if err == nil {
			got = map[welcome]string{enter: "enters", join: "joins", joinNew: "joins as somebody new", found: "founds"}[step]
		}
		if got != want {
			t.Errorf("%+v: %s, want %s", m, got, want)
		}
	}
}

func TestWhoIsNewFoundsABusinessAndIsKnownFromThenOn(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	first, err := a.signIn(t, "")
	if err != nil {
		t.Fatal(err)
	}
	profile, err := a.Profile(t.Context(), first.Tokens.Identity)
	if err != nil {
		t.Fatal(err)
	}
	if profile.Tenant.Name != "quill.example" || profile.User.Name != "Ada Quill" || profile.User.Email != "Ada@quill.example" || profile.Role != Owner || !profile.User.Confirmed || profile.User.PasswordHash != "" {
		t.Errorf("profile %+v", profile)
	}
	// The subject counts: whatever else changes, it is she.
	a.oidc.Claims = map[string]any{"sub": "subject of Ada", "email": "mia@acme.example", "email_verified": true}
	second, err := a.signIn(t, "")
	if err != nil || person(second.Tokens.Identity) != person(first.Tokens.Identity) {
		t.Errorf("signed in as %+v, %v", second.Tokens.Identity, err)
	}
	if _, err := a.Login(t.Context(), "ada@quill.example", ""); !errors.Is(err, ErrCredentials) {
		t.Errorf("signed in with no password: %v", err)
	}
	if err := a.Unlink(t.Context(), first.Tokens.Identity); code(err) != "password_needed" {
		t.Errorf("the last way in was taken away: %v", err)
	}
	if asked := a.oidc.Asked("/.well-known/openid-configuration"); asked != 1 {
		t.Errorf("the issuer was discovered %d times", asked)
	}
}

func TestAnAddressIsNoProof(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	for claims, want := range map[string]map[string]any{
		"oidc_link_first":       {"sub": "another", "email": "MIA@acme.example", "email_verified": true},
		"oidc_email_unverified": {"sub": "another", "email": "mia@acme.example", "email_verified": false}, // as if there were no such account
	} {
		a.oidc.Claims = want
		if arrival, err := a.signIn(t, ""); code(err) != claims || arrival.Tokens.Access != "" {
			t.Errorf("%v: %v", want, err)
		}
	}
	for _, verified := range []any{false, "false", nil, 1, "yes", map[string]any{}} {
		a.oidc.Claims = map[string]any{"sub": "another", "email": "new@quill.example", "email_verified": verified}
		if _, err := a.signIn(t, ""); code(err) != "oidc_email_unverified" {
			t.Errorf("verified is %v: %v", verified, err)
		}
	}
	a.oidc.Claims = map[string]any{"sub": "another"}
	if _, err := a.signIn(t, ""); code(err) != "oidc_email_unverified" {
		t.Errorf("without an address: %v", err)
	}
	a.oidc.Claims = map[string]any{"sub": "another", "email": "new@quill.example", "email_verified": "true"} // as some issuers write it
	if _, err := a.signIn(t, ""); err != nil {
		t.Error(err)
	}
	if len(a.store.users) != 2 {
		t.Errorf("%d accounts", len(a.store.users))
	}
}

func TestAnAccountIsLinkedByWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	ctx := t.Context()
	if _, err := a.DepartToLink(ctx, a.mia, "not the password"); code(err) != "password_wrong" {
		t.Fatalf("without the password: %v", err)
	}
	d, err := a.DepartToLink(ctx, a.mia, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	arrival, err := a.Arrive(ctx, visit(t, d))
	if err != nil || !arrival.Linked || arrival.Tokens.Access != "" {
		t.Fatalf("%+v, %v", arrival, err)
	}
	external, linked, err := a.Service.External(ctx, a.mia)
	if err != nil || !linked || external.Email != "Ada@quill.example" {
		t.Errorf("linked to %+v, %v, %v", external, linked, err)
	}
	signed, err := a.signIn(t, "")
	if err != nil || person(signed.Tokens.Identity) != person(a.mia) {
		t.Errorf("signed in as %+v, %v", signed.Tokens.Identity, err)
	}
	sam := a.register(t, "sam@rival.example").Identity
	if d, err = a.DepartToLink(ctx, sam, goodPassword); err != nil {
		t.Fatal(err)
	}
	if arrival, err := a.Arrive(ctx, visit(t, d)); code(err) != "oidc_taken" || !arrival.Linked {
		t.Errorf("linked to two accounts: %v", err)
	}
	if err := a.Service.Unlink(ctx, a.mia); err != nil {
		t.Fatal(err)
	}
	if signed, err = a.signIn(t, ""); err != nil || signed.Tokens.Identity.User == a.mia.User {
		t.Errorf("unlinked, and signed in as %+v, %v", signed.Tokens.Identity, err)
	}
	a.enrol(t)
	a.oidc.Claims["sub"] = "subject of Mia"
	if d, err = a.DepartToLink(ctx, a.mia, goodPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Arrive(ctx, visit(t, d)); err != nil {
		t.Fatal(err)
	}
	_, err = a.signIn(t, "")
	var required *SecondFactorRequired
	if !errors.As(err, &required) {
		t.Fatalf("past the second factor: %v", err)
	}
	a.wantAnswer(t, required.Challenge, a.code(t), "")
}

func TestAnInvitationIsAcceptedAtTheIssuer(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	ctx := t.Context()
	invite := func(email string) string {
		invited, err := a.Invite(ctx, a.mia, email, Agent, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, token, _ := strings.Cut(invited.Link, "#")
		return token
	}
	a.oidc.Claims["email_verified"] = false // the invitation is enough
	token := invite("ada.work@quill.example")
	first, err := a.signIn(t, token)
	if err != nil || first.Tokens.Identity.Tenant != a.mia.Tenant || first.Tokens.Identity.Role != Agent {
		t.Fatalf("signed in as %+v, %v", first.Tokens.Identity, err)
	}
	if user := a.store.users[first.Tokens.Identity.User]; user.Email != "ada.work@quill.example" || user.Confirmed {
		t.Errorf("joined as %+v", user)
	}
	if _, err := a.Depart(ctx, token); code(err) != "invitation_invalid" {
		t.Errorf("the invitation again: %v", err)
	}
	sam := a.register(t, "sam@rival.example").Identity
	invited, err := a.Invite(ctx, sam, "ada.work@quill.example", Admin, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ = strings.Cut(invited.Link, "#")
	second, err := a.signIn(t, token)
	if err != nil || second.Tokens.Identity.Tenant != sam.Tenant || second.Tokens.Identity.User != first.Tokens.Identity.User || second.Tokens.Identity.Role != Admin {
		t.Errorf("signed in as %+v, %v", second.Tokens.Identity, err)
	}
	a.oidc.Claims = map[string]any{"sub": "subject of Sam", "email": "other@rival.example", "email_verified": true}
	if _, err := a.signIn(t, invite("sam@rival.example")); code(err) != "oidc_link_first" {
		t.Errorf("an invited address that has an account: %v", err)
	}
	withdrawn := invite("late@quill.example")
	d, err := a.Depart(ctx, withdrawn)
	if err != nil {
		t.Fatal(err)
	}
	a.store.invitations = nil
	if _, err := a.Arrive(ctx, visit(t, d)); code(err) != "invitation_invalid" {
		t.Errorf("withdrawn on the way: %v", err)
	}
}

// Everything that an attacker could bring back, or an issuer could sign for somebody else.
func TestWhatIsNotThisSignInIsRefused(t *testing.T) {
	t.Parallel()
	public, err := x509.MarshalPKIXPublicKey(oidctest.PublicKey())
	if err != nil {
		t.Fatal(err)
	}
	change := func(name string, value any) func(*abroad) {
		return func(a *abroad) { a.oidc.Forge = func(c map[string]any) { c[name] = value } }
	}
	sign := func(method jwt.SigningMethod, key any) func(*abroad) {
		return func(a *abroad) {
			a.oidc.Sign = func(c jwt.MapClaims) (string, error) { return oidctest.SignWith(method, key, c) }
		}
	}
	for name, lie := range map[string]func(*abroad){
		"another nonce":            change("nonce", strings.Repeat("a", 43)),
		"no nonce":                 change("nonce", nil),
		"another audience":         change("aud", "another client"),
		"no audience":              change("aud", nil),
		"several audiences":        change("aud", []string{oidctest.ClientID, "another client"}),
		"another party":            change("azp", "another client"),
		"another issuer":           change("iss", "https://evil.example"),
		"a longer issuer":          func(a *abroad) { change("iss", a.oidc.URL+"/")(a) },
		"expired":                  func(a *abroad) { change("exp", a.clock.Add(-time.Second).Unix())(a) },
		"no expiry":                change("exp", nil),
		"not yet":                  func(a *abroad) { change("nbf", a.clock.Add(time.Hour).Unix())(a) },
		"nobody":                   change("sub", ""),
		"a subject over the limit": change("sub", strings.Repeat("s", 256)),
		"unsigned":                 sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType),
		"signed with our secret":   sign(jwt.SigningMethodHS256, []byte(oidctest.ClientSecret)),
		"signed with a public key": sign(jwt.SigningMethodHS256, public),
		"no token": func(a *abroad) {
			a.oidc.Sign = func(jwt.MapClaims) (string, error) { return "", nil }
		},
		"not a token": func(a *abroad) {
			a.oidc.Sign = func(jwt.MapClaims) (string, error) { return "a.b.c", nil }
		},
		"another's signature": func(a *abroad) {
			a.oidc.Sign = func(c jwt.MapClaims) (string, error) {
				signed, err := oidctest.SignWith(jwt.SigningMethodHS256, public, c)
				cut := strings.LastIndexByte(signed, '.')
				return strings.Replace(signed[:cut], strings.SplitN(signed, ".", 2)[0], "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ", 1) + ".AAAA", err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := setupIssuer(t)
			lie(a)
			if arrival, err := a.signIn(t, ""); code(err) != "oidc_refused" || chat.AsError(err).Kind != chat.Unauthorized || arrival.Tokens.Access != "" {
				t.Errorf("%v", err)
			}
			if len(a.store.users) != 1 || len(a.issuers.known) != 0 {
				t.Error("it left something")
			}
			a.oidc.Forge, a.oidc.Sign = nil, nil
			if _, err := a.signIn(t, ""); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestATripIsGoodOnceInItsOwnBrowser(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	ctx := t.Context()
	mine, err := a.Depart(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := a.Depart(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	back, other := visit(t, mine), visit(t, theirs)
	mix := func(change func(*Return)) Return {
		mixed := back
		change(&mixed)
		return mixed
	}
	for name, forged := range map[string]Return{
		"no cookie":               mix(func(r *Return) { r.Trail = "" }),
		"another's cookie":        mix(func(r *Return) { r.Trail = theirs.Trail }),
		"a cookie of the id only": mix(func(r *Return) { r.Trail, _, _ = strings.Cut(r.Trail, ".") }),
		"an invitation added":     mix(func(r *Return) { r.Trail += "~inv_x.y" }),
		"no state":                mix(func(r *Return) { r.State = "" }),
		"another's state":         mix(func(r *Return) { r.State = other.State }),
		"a made up trip":          mix(func(r *Return) { r.Trail = chat.NewID(tripPrefix) + ".x"; r.State = trail(r.Trail).state() }),
		"nothing":                 {},
	} {
		if arrival, err := a.Arrive(ctx, forged); code(err) != "oidc_expired" || arrival.Tokens.Access != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Another's code, brought in by another website: the verifier is not the one of its challenge.
	if _, err := a.Arrive(ctx, mix(func(r *Return) { r.Code = other.Code })); code(err) != "oidc_refused" {
		t.Errorf("another's code: %v", err)
	}
	if _, err := a.Arrive(ctx, back); code(err) != "oidc_expired" { // that was its one time
		t.Errorf("a second time: %v", err)
	}
	again, err := a.Depart(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	good := visit(t, again)
	var group sync.WaitGroup
	codes := make(chan string, 8)
	for range cap(codes) {
		group.Go(func() {
			_, err := a.Arrive(context.WithoutCancel(ctx), good)
			codes <- code(err)
		})
	}
	group.Wait()
	close(codes)
	count := map[string]int{}
	for c := range codes {
		count[c]++
	}
	if count[""] != 1 || count["oidc_expired"] != 7 {
		t.Errorf("of eight at once: %v", count)
	}
	late, err := a.Depart(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	back = visit(t, late)
	a.pass(TripLife)
	if _, err := a.Arrive(ctx, back); code(err) != "oidc_expired" {
		t.Errorf("too late: %v", err)
	}
	for name, failing := range map[string]func(*Return){
		"oidc_denied":  func(r *Return) { r.Failure, r.Code = "access_denied", "" },
		"oidc_refused": func(r *Return) { r.Issuer = "https://evil.example" },
	} {
		d, err := a.Depart(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		back := visit(t, d)
		failing(&back)
		if _, err := a.Arrive(ctx, back); code(err) != name {
			t.Errorf("%v, want %s", err, name)
		}
	}
}

func TestAnAddressToTheIssuerTellsNoSecret(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	d, err := a.Depart(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	_, secret, _ := strings.Cut(d.Trail, ".")
	for _, told := range []string{secret, trail(d.Trail).verifier(), oidctest.ClientSecret} {
		if strings.Contains(d.URL, url.QueryEscape(told)) {
			t.Errorf("%s tells %q", d.URL, told)
		}
	}
	if q := u.Query(); q.Get("redirect_uri") != "https://parley.example/api/v1/auth/oidc/callback" || q.Get("scope") != "openid email profile" || !d.ExpiresAt.Equal(a.clock.Add(TripLife)) {
		t.Errorf("%s until %s", d.URL, d.ExpiresAt)
	}
}

func TestIssuersDiffer(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*oidctest.Issuer){
		"the secret in the body": func(i *oidctest.Issuer) { i.Methods = []string{"client_secret_post"} },
		"the secret in a header": func(i *oidctest.Issuer) { i.Methods = []string{"private_key_jwt", "client_secret_basic"} },
		"no secret":              func(i *oidctest.Issuer) { i.Public = true },
		"the address elsewhere": func(i *oidctest.Issuer) {
			i.Claims = map[string]any{"sub": "subject of Ada"}
			i.UserInfo = map[string]any{"sub": "subject of Ada", "email": "ada@quill.example", "email_verified": "true"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := setupIssuer(t, change)
			if _, err := a.signIn(t, ""); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("another's address elsewhere", func(t *testing.T) {
		t.Parallel()
		a := setupIssuer(t, func(i *oidctest.Issuer) {
			i.Claims = map[string]any{"sub": "subject of Ada"}
			i.UserInfo = map[string]any{"sub": "another", "email": "ada@quill.example", "email_verified": true}
		})
		if _, err := a.signIn(t, ""); code(err) != "oidc_email_unverified" {
			t.Error(err)
		}
	})
}

func TestAnIssuerThatIsAwaySaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	d, err := a.Depart(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	back := visit(t, d)
	a.oidc.Close()
	if _, err := a.Arrive(t.Context(), back); code(err) != "oidc_unavailable" || chat.AsError(err).RetryAfter == 0 {
		t.Errorf("on the way back: %v", err)
	}
	if strings.Contains(chat.AsError(err).Message, a.oidc.URL) {
		t.Errorf("it says %q", err)
	}
	a.pass(2 * discoveryLife)
	if _, err := a.Depart(t.Context(), ""); err != nil { // by what it said last
		t.Errorf("once it was known: %v", err)
	}
	a.Service.issuer.provider = nil
	if _, err := a.Depart(t.Context(), ""); code(err) != "oidc_unavailable" {
		t.Errorf("never known: %v", err)
	}
}

func TestWithoutAnIssuerNobodySignsInElsewhere(t *testing.T) {
	t.Parallel()
	o := setup(t)
	who := o.register(t, "mia@acme.example").Identity
	_, depart := o.Depart(t.Context(), "")
	_, link := o.DepartToLink(t.Context(), who, goodPassword)
	_, arrive := o.Arrive(t.Context(), Return{})
	for _, err := range []error{depart, link, arrive} {
		if !errors.Is(err, ErrNoIssuer) {
			t.Errorf("%v", err)
		}
	}
	if _, ok := o.Method(); ok {
		t.Error("there is a method")
	}
	if _, linked, err := o.Service.External(t.Context(), who); linked || err != nil {
		t.Errorf("linked: %v, %v", linked, err)
	}
}

func TestPeopleAreToldWhatHappensToHowTheySignIn(t *testing.T) {
	t.Parallel()
	a := setupIssuer(t)
	a.postman = &mailbox{}
	a.mailed(t, LetterConfirm)
	told := func(kind LetterKind) {
		t.Helper()
		if mail := a.mailed(t, kind)[0]; mail.To != "mia@acme.example" || mail.Link != "" {
			t.Errorf("%+v", mail)
		}
	}
	a.enrol(t)
	told(LetterFactorOn)
	a.wantAnswer(t, a.challenged(t), a.codes[0], "")
	told(LetterRecovery)
	for range 2 {
		challenge := a.challenged(t)
		for range challengeTries {
			a.wantAnswer(t, challenge, "000000", "second_factor_wrong")
		}
	}
	told(LetterGuessing)
	a.pass(firstPause)
	if err := a.EndSecondFactor(t.Context(), a.mia, goodPassword, a.code(t)); err != nil {
		t.Fatal(err)
	}
	told(LetterFactorOff)
	d, err := a.DepartToLink(t.Context(), a.mia, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Arrive(t.Context(), visit(t, d)); err != nil {
		t.Fatal(err)
	}
	told(LetterLinked)
	a.mailed(t)
}
