package account

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/chat"
)

var testKey = []byte("0123456789abcdef0123456789abcdef")

// office is a service over memory whose clock the test moves.
type office struct {
	*Service
	store *memory
	clock time.Time
}

func setup(t *testing.T) *office {
	t.Helper()
	o := &office{store: newMemory(), clock: time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)}
	service, err := newService(o.store.config(), func() time.Time { return o.clock })
	if err != nil {
		t.Fatal(err)
	}
	o.Service = service
	return o
}

const goodPassword = "correct horse battery staple"

func (o *office) register(t *testing.T, email string) Tokens {
	t.Helper()
	tokens, err := o.Register(t.Context(), Registration{Email: email, Password: goodPassword, Company: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

// person is an identity, whichever sign-in it comes from.
func person(who Identity) Identity {
	who.Proof = Proof{}
	return who
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return chat.AsError(err).Code
}

func TestWhoRegistersOwnsTheirBusinessAndIsSignedIn(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, " Mia@ACME.example ")
	who, err := o.Authenticate(tokens.Access)
	if err != nil {
		t.Fatal(err)
	}
	if who != tokens.Identity || who.Role != Owner || !chat.ValidID(chat.TenantPrefix, who.Tenant) || !chat.ValidID(chat.UserPrefix, who.User) {
		t.Errorf("identity %+v", who)
	}
	profile, err := o.Profile(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	if profile.User.Email != "Mia@acme.example" || profile.Tenant.Name != "Acme" || profile.Role != Owner || profile.User.Name != "Acme" {
		t.Errorf("profile %+v", profile)
	}
	if strings.Contains(profile.User.PasswordHash, goodPassword) || !strings.HasPrefix(profile.User.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("password is kept as %q", profile.User.PasswordHash)
	}
}

func TestAnAddressHasOneAccount(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.register(t, "mia@acme.example")
	_, err := o.Register(t.Context(), Registration{Email: "MIA@acme.example", Password: goodPassword, Company: "Other"})
	if failure := chat.AsError(err); failure.Kind != chat.Conflict || failure.Code != "email_taken" {
		t.Fatalf("error %v", err)
	}
}

func TestARegistrationThatCannotBeMeantIsRefusedInWords(t *testing.T) {
	t.Parallel()
	o := setup(t)
	for _, c := range []struct {
		email, password, company, want string
	}{
		{"", goodPassword, "Acme", "email_invalid"},
		{"mia", goodPassword, "Acme", "email_invalid"},
		{"mia@", goodPassword, "Acme", "email_invalid"},
		{"@acme.example", goodPassword, "Acme", "email_invalid"},
		{"mia@acme", goodPassword, "Acme", "email_invalid"},
		{"mia@acme.example.", goodPassword, "Acme", "email_invalid"},
		{"mia@acme..example", goodPassword, "Acme", "email_invalid"},
		{"Mia <mia@acme.example>", goodPassword, "Acme", "email_invalid"},
		{"mia@acme.example, sam@acme.example", goodPassword, "Acme", "email_invalid"},
		{"mia@acme.example\r\nBcc: all@acme.example", goodPassword, "Acme", "email_invalid"},
		{"mia@[127.0.0.1]", goodPassword, "Acme", "email_invalid"},
		{strings.Repeat("m", 65) + "@acme.example", goodPassword, "Acme", "email_invalid"},
		{"mia@acme.example", "", "Acme", "password_too_short"},
		{"mia@acme.example", "ninechars", "Acme", "password_too_short"},
		{"mia@acme.example", "ääääääää9", "Acme", "password_too_short"},
		{"mia@acme.example", strings.Repeat("long", 300), "Acme", "password_too_long"},
		{"mia@acme.example", "mia@acme.example", "Acme", "password_too_simple"},
		{"mia@acme.example", "MIA@ACME.EXAMPLE", "Acme", "password_too_simple"},
		{"mia@acme.example", "Password12345!", "Acme", "password_too_simple"},
		{"mia@acme.example", "passwordpassword", "Acme", "password_too_simple"},
		{"mia@acme.example", "1234567890", "Acme", "password_too_simple"},
		{"mia@acme.example", "aaaaaaaaaaaa", "Acme", "password_too_simple"},
		{"miamiamiamia@acme.example", "miamiamiamia2026", "Acme", "password_too_simple"},
		{"mia@acme.example", "Acme Widgets 1", "Acme Widgets", "password_too_simple"},
		{"mia@acme.example", goodPassword, " ", "company_invalid"},
		{"mia@acme.example", goodPassword, "Ac\x00me", "company_invalid"},
		{"mia@acme.example", goodPassword, strings.Repeat("a", 121), "company_invalid"},
	} {
		_, err := o.Register(t.Context(), Registration{Email: c.email, Password: c.password, Company: c.company})
		if code(err) != c.want || chat.AsError(err).Kind != chat.Invalid {
			t.Errorf("email %q, password %q, company %q: %v, want %s", c.email, c.password, c.company, err, c.want)
		}
	}
	if len(o.store.users) != 0 {
		t.Errorf("%d users were made", len(o.store.users))
	}
}

func TestTheRightPasswordSignsIn(t *testing.T) {
	t.Parallel()
	o := setup(t)
	registered := o.register(t, "mia@acme.example")
	tokens, err := o.Login(t.Context(), " MIA@Acme.Example", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	if person(tokens.Identity) != person(registered.Identity) || tokens.Identity.Proof == registered.Identity.Proof {
		t.Errorf("signed in as %+v, registered as %+v", tokens.Identity, registered.Identity)
	}
	if tokens.Refresh == registered.Refresh {
		t.Error("two sign-ins share a refresh token")
	}
}

func TestAPasswordMayComeInOtherCodePoints(t *testing.T) {
	t.Parallel()
	o := setup(t)
	if _, err := o.Register(t.Context(), Registration{Email: "mia@acme.example", Password: "caf\u00e9 am morgen", Company: "Acme"}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Login(t.Context(), "mia@acme.example", "cafe\u0301 am morgen"); err != nil {
		t.Fatal(err)
	}
}

func TestSigningInTellsNobodyWhetherAnAccountExists(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.register(t, "mia@acme.example")
	_, wrong := o.Login(t.Context(), "mia@acme.example", "not the password")
	for _, email := range []string{"nobody@acme.example", "not an address", ""} {
		_, none := o.Login(t.Context(), email, "not the password")
		if !errors.Is(none, ErrCredentials) || none.Error() != wrong.Error() {
			t.Errorf("email %q: %v; for a wrong password %v", email, none, wrong)
		}
	}
	_, long := o.Login(t.Context(), "mia@acme.example", strings.Repeat("x", maxPassword+1))
	if !errors.Is(long, ErrCredentials) {
		t.Errorf("a password over the limit: %v", long)
	}
}

// The work is the same too: both wait for a hash, so with none to be had both fail alike.
func TestSigningInHashesWhetherTheAccountExistsOrNot(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.register(t, "mia@acme.example")
	for range hashesAtOnce {
		o.hasher.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, email := range []string{"mia@acme.example", "nobody@acme.example"} {
		_, err := o.Login(ctx, email, "not the password")
		if failure := chat.AsError(err); failure.Code != "sign_in_busy" || failure.Kind != chat.Unavailable || failure.RetryAfter == 0 {
			t.Errorf("%s: %v", email, err)
		}
	}
}

func TestARefreshTokenIsGoodOnce(t *testing.T) {
	t.Parallel()
	o := setup(t)
	first := o.register(t, "mia@acme.example")
	second, err := o.Refresh(t.Context(), first.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if second.Identity != first.Identity || second.Refresh == first.Refresh {
		t.Fatalf("refreshed %+v from %+v", second, first)
	}
	if _, err := o.Refresh(t.Context(), first.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Fatalf("used again: %v", err)
	}
	if _, err := o.Refresh(t.Context(), second.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Fatalf("the newest, after an earlier one was used again: %v", err)
	}
}

func TestOneSignInEndsWithoutTheOthers(t *testing.T) {
	t.Parallel()
	o := setup(t)
	first := o.register(t, "mia@acme.example")
	second, err := o.Login(t.Context(), "mia@acme.example", goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	for _, ended := range []Identity{{Tenant: first.Identity.Tenant, User: first.Identity.User}, {}} { // repeating is not an error
		if whose, err := o.Logout(t.Context(), first.Refresh); err != nil || whose != ended {
			t.Fatalf("ended %+v, %v", whose, err)
		}
	}
	if _, err := o.Refresh(t.Context(), first.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Errorf("after signing out: %v", err)
	}
	if _, err := o.Refresh(t.Context(), second.Refresh); err != nil {
		t.Errorf("the other sign-in: %v", err)
	}
}

func TestAGuessAtASessionDoesNotEndIt(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	session, _ := sessionOf(tokens.Refresh)
	for _, guess := range []string{session + ".guess", session + ".", session, "", ".", "ses_x.y", tokens.Refresh + "x"} {
		if _, err := o.Refresh(t.Context(), guess); !errors.Is(err, ErrSignedOut) {
			t.Errorf("refresh with %q: %v", guess, err)
		}
		if _, err := o.Logout(t.Context(), guess); err != nil {
			t.Errorf("log out with %q: %v", guess, err)
		}
	}
	if _, err := o.Refresh(t.Context(), tokens.Refresh); err != nil {
		t.Errorf("the real one afterwards: %v", err)
	}
}

func TestOfTwoRefreshesAtOnceOneWinsAndTheSessionLives(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	// The other refresh comes between this one's reading and its writing.
	racing := &race{memory: o.store}
	config := o.store.config()
	config.Sessions = racing
	service, err := newService(config, o.now)
	if err != nil {
		t.Fatal(err)
	}
	var winner Tokens
	racing.other = func() { winner, err = o.Refresh(t.Context(), tokens.Refresh) }
	if _, lost := service.Refresh(t.Context(), tokens.Refresh); !errors.Is(lost, ErrSignedOut) {
		t.Fatalf("the loser: %v", lost)
	}
	if err != nil {
		t.Fatalf("the winner: %v", err)
	}
	if _, err := o.Refresh(t.Context(), winner.Refresh); err != nil {
		t.Fatalf("the winner's next: %v", err)
	}
}

// race lets another refresh through just before the first rotation.
type race struct {
	*memory
	between sync.Once
	other   func()
}

func (r *race) RotateSession(ctx context.Context, from []byte, to Session) error {
	r.between.Do(r.other)
	return r.memory.RotateSession(ctx, from, to)
}

func TestASignInThatIsNotUsedEnds(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	o.clock = o.clock.Add(RefreshLife - time.Minute)
	tokens, err := o.Refresh(t.Context(), tokens.Refresh)
	if err != nil {
		t.Fatalf("a minute before its end: %v", err)
	}
	o.clock = o.clock.Add(RefreshLife + time.Minute)
	if _, err := o.Refresh(t.Context(), tokens.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Fatalf("a minute after its end: %v", err)
	}
	if len(o.store.sessions) != 0 {
		t.Error("the ended session was kept")
	}
}

func TestARefreshGivesTheRoleOfThisMoment(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	o.store.members[0].Role = Viewer
	tokens, err := o.Refresh(t.Context(), tokens.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	if who, err := o.Authenticate(tokens.Access); err != nil || who.Role != Viewer {
		t.Fatalf("identity %+v, %v", who, err)
	}
	o.store.members = nil
	if _, err := o.Refresh(t.Context(), tokens.Refresh); !errors.Is(err, ErrSignedOut) {
		t.Fatalf("no longer a member: %v", err)
	}
}

func TestASuspendedBusinessCannotSignIn(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	tenant := o.store.tenants[tokens.Identity.Tenant]
	tenant.Suspended = true
	o.store.tenants[tenant.ID] = tenant
	if _, err := o.Login(t.Context(), "mia@acme.example", goodPassword); !errors.Is(err, ErrSuspended) {
		t.Errorf("log in: %v", err)
	}
	if _, err := o.Refresh(t.Context(), tokens.Refresh); !errors.Is(err, ErrSuspended) {
		t.Errorf("refresh: %v", err)
	}
}

func TestAnAccessTokenIsGoodForAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	o.clock = o.clock.Add(AccessLife - time.Second)
	if _, err := o.Authenticate(tokens.Access); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	o.clock = o.clock.Add(2 * time.Second)
	if _, err := o.Authenticate(tokens.Access); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("a second after its end: %v", err)
	}
}

func TestATokenThatWasNotSignedHereIsRefused(t *testing.T) {
	t.Parallel()
	o := setup(t)
	tokens := o.register(t, "mia@acme.example")
	forge := func(method jwt.SigningMethod, key any, change func(*jwt.Token, *accessClaims)) string {
		claims := accessClaims{RegisteredClaims: jwt.RegisteredClaims{Issuer: issuer, Subject: "usr_x",
			ExpiresAt: jwt.NewNumericDate(o.clock.Add(time.Hour))}, Tenant: "tnt_x", Role: Owner}
		token := jwt.NewWithClaims(method, &claims)
		token.Header["kid"] = o.signer.keys.signing().id
		change(token, &claims)
		signed, err := token.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	same := func(*jwt.Token, *accessClaims) {}
	if _, err := o.Authenticate(forge(jwt.SigningMethodHS256, testKey, same)); err != nil {
		t.Fatalf("the forger's own tool does not work: %v", err)
	}
	parts := strings.Split(tokens.Access, ".")
	for name, token := range map[string]string{
		"empty":           "",
		"not a token":     "x.y.z",
		"refresh token":   tokens.Refresh,
		"cut":             tokens.Access[:len(tokens.Access)-1],
		"unsigned":        forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, same),
		"another method":  forge(jwt.SigningMethodHS512, testKey, same),
		"another key":     forge(jwt.SigningMethodHS256, []byte("another key of thirty-two bytes!"), same),
		"no key id":       forge(jwt.SigningMethodHS256, testKey, func(t *jwt.Token, _ *accessClaims) { delete(t.Header, "kid") }),
		"another key id":  forge(jwt.SigningMethodHS256, testKey, func(t *jwt.Token, _ *accessClaims) { t.Header["kid"] = "00000000" }),
		"another issuer":  forge(jwt.SigningMethodHS256, testKey, func(_ *jwt.Token, c *accessClaims) { c.Issuer = "elsewhere" }),
		"without end":     forge(jwt.SigningMethodHS256, testKey, func(_ *jwt.Token, c *accessClaims) { c.ExpiresAt = nil }),
		"changed payload": parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"parley","exp":9999999999,"role":"owner"}`)) + "." + parts[2],
	} {
		if who, err := o.Authenticate(token); !errors.Is(err, ErrUnauthorized) || who != (Identity{}) {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

func TestAKeyThatIsTooShortIsRefusedAtStart(t *testing.T) {
	t.Parallel()
	config := newMemory().config()
	config.Key = testKey[:31]
	if _, err := NewService(config); err == nil {
		t.Fatal("no error")
	}
}

func TestAHashUnderOtherParametersStillMatches(t *testing.T) {
	t.Parallel()
	// A vector of the reference implementation's own test suite (phc-winner-argon2, src/test.c).
	const reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	h := newHasher()
	for password, want := range map[string]bool{"password": true, "passwore": false, "": false} {
		if got, err := h.matches(t.Context(), password, reference); err != nil || got != want {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	for _, broken := range []string{"", "x", "$argon2i$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFh", "$argon2id$v=16$m=8,t=1,p=1$c29tZXNhbHQ$CTFh",
		"$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$CTFh", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$",
		strings.Replace(reference, "t=2", "t=0", 1), strings.Replace(reference, ",t=2,p=1", "", 1), strings.Replace(reference, "c29tZXNhbHQ", "!", 1)} {
		if ok, err := h.matches(t.Context(), "password", broken); err == nil || ok {
			t.Errorf("hash %q: %v, %v", broken, ok, err)
		}
	}
}
