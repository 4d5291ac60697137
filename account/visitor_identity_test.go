package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/chat"
)

// drawer is IdentitySecrets in memory, of one bot.
type drawer []IdentitySecret

func (d *drawer) AddIdentitySecret(_ context.Context, secret IdentitySecret) error {
	*d = append(*d, secret)
	return nil
}

func (d *drawer) IdentitySecrets(_ context.Context, tenant, bot string) (found []IdentitySecret, err error) {
	for _, s := range *d {
		if s.Tenant == tenant && s.Bot == bot {
			found = append(found, s)
		}
	}
	return found, nil
}

func (d *drawer) DeleteIdentitySecret(context.Context, string, string, string) error {
	*d = nil
	return nil
}

// counter is where customers come to.
type counter struct {
	*Customers
	secret string
	clock  time.Time
}

func customers(t *testing.T) *counter {
	t.Helper()
	c := &counter{Customers: NewCustomers(&drawer{}, []byte("key of the test")), clock: time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)}
	c.now = func() time.Time { return c.clock }
	secret, err := c.NewSecret(t.Context(), "tnt_1", "bot_1")
	if err != nil {
		t.Fatal(err)
	}
	c.secret = secret.Secret
	return c
}

// signed is a claim as a business's server writes it down in docs/widget.md.
func (c *counter) signed(claim Claim) Claim {
	if claim.Expires == 0 {
		claim.Expires = c.clock.Add(time.Hour).Unix()
	}
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write([]byte(claim.Signed()))
	claim.Signature = hex.EncodeToString(mac.Sum(nil))
	return claim
}

func (c *counter) jwt(method jwt.SigningMethod, key any, claims jwt.MapClaims) Claim {
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		panic(err)
	}
	return Claim{JWT: token}
}

func (c *counter) known(t *testing.T, claim Claim) (Customer, string) {
	t.Helper()
	customer, err := c.Known(t.Context(), "tnt_1", "bot_1", claim, VisitorClaims{})
	return customer, code(err)
}

func TestACustomerIsTheSameVisitorHoweverTheyAreNamed(t *testing.T) {
	t.Parallel()
	c := customers(t)
	first, refusal := c.known(t, c.signed(Claim{ID: "4711", Name: " Mia Moss ", Email: "Mia@Shop.example"}))
	if refusal != "" || !chat.ValidID(chat.VisitorPrefix, first.Visitor) || first.ID != "4711" || first.Name != "Mia Moss" || first.Email != "Mia@shop.example" {
		t.Fatalf("got %+v, %s", first, refusal)
	}
	exp := c.clock.Add(time.Hour).Unix()
	for name, claim := range map[string]Claim{
		"without a name": c.signed(Claim{ID: "4711"}),
		"as a JWT":       c.jwt(jwt.SigningMethodHS256, []byte(c.secret), jwt.MapClaims{"sub": "4711", "name": "Mia", "email": "mia@shop.example", "exp": exp}),
	} {
		if again, refusal := c.known(t, claim); refusal != "" || again.Visitor != first.Visitor {
			t.Errorf("%s: %+v, %s", name, again, refusal)
		}
	}
	if other, _ := c.known(t, c.signed(Claim{ID: "4712"})); other.Visitor == first.Visitor {
		t.Error("two customers are one visitor")
	}
	if elsewhere := c.visitor("tnt_1", "bot_2", "4711"); elsewhere == first.Visitor {
		t.Error("the customer of one bot is that of another")
	}
}

// TestASignatureIsWhatTheDocumentationSays holds the form of what is signed: servers of businesses rely on it.
func TestASignatureIsWhatTheDocumentationSays(t *testing.T) {
	t.Parallel()
	claim := Claim{ID: "4711", Email: "mia@shop.example", Expires: 1793880000}
	if got := claim.Signed(); got != "4711\n\nmia@shop.example\n1793880000" {
		t.Errorf("got %q", got)
	}
}

func TestWhatASecretDidNotSignIsNobody(t *testing.T) {
	t.Parallel()
	c := customers(t)
	good := c.signed(Claim{ID: "4711", Name: "Mia", Email: "mia@shop.example"})
	changed := func(change func(*Claim)) Claim { claim := good; change(&claim); return claim }
	exp := c.clock.Add(time.Hour).Unix()
	mine := jwt.MapClaims{"sub": "4711", "exp": exp}
	for name, claim := range map[string]Claim{
		"nothing":              {},
		"another id":           changed(func(c *Claim) { c.ID = "4712" }),
		"another name":         changed(func(c *Claim) { c.Name = "Eve" }),
		"another address":      changed(func(c *Claim) { c.Email = "eve@shop.example" }),
		"a later end":          changed(func(c *Claim) { c.Expires++ }),
		"no signature":         changed(func(c *Claim) { c.Signature = "" }),
		"half a signature":     changed(func(c *Claim) { c.Signature = c.Signature[:32] }),
		"no hex":               changed(func(c *Claim) { c.Signature = strings.Repeat("z", 64) }),
		"no id":                c.signed(Claim{Name: "Mia"}),
		"lines in the id":      c.signed(Claim{ID: "4711\nMia"}),
		"bytes that are none":  c.signed(Claim{ID: "47\xff"}),
		"too long an id":       c.signed(Claim{ID: strings.Repeat("4", maxCustomerID+1)}),
		"what is no address":   c.signed(Claim{ID: "4711", Email: "mia"}),
		"expired":              c.signed(Claim{ID: "4711", Expires: c.clock.Add(-identitySkew - time.Second).Unix()}),
		"never expiring":       c.signed(Claim{ID: "4711", Expires: c.clock.Add(maxIdentityLife + time.Hour).Unix()}),
		"beyond all time":      c.signed(Claim{ID: "4711", Expires: 1<<63 - 1}),
		"before all time":      c.signed(Claim{ID: "4711", Expires: -1 << 63}),
		"a JWT of none":        c.jwt(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, mine),
		"a JWT of HS512":       c.jwt(jwt.SigningMethodHS512, []byte(c.secret), mine),
		"a JWT of another":     c.jwt(jwt.SigningMethodHS256, []byte("another secret"), mine),
		"a JWT without an end": c.jwt(jwt.SigningMethodHS256, []byte(c.secret), jwt.MapClaims{"sub": "4711"}),
		"a JWT that expired":   c.jwt(jwt.SigningMethodHS256, []byte(c.secret), jwt.MapClaims{"sub": "4711", "exp": c.clock.Add(-time.Hour).Unix()}),
		"a JWT of nobody":      c.jwt(jwt.SigningMethodHS256, []byte(c.secret), jwt.MapClaims{"exp": exp}),
		"a JWT that is none":   {JWT: "a.b.c"},
		"a JWT of megabytes":   {JWT: strings.Repeat("a", maxIdentityJWT+1)},
	} {
		if customer, refusal := c.known(t, claim); refusal != "identity_invalid" || customer != (Customer{}) {
			t.Errorf("%s: %+v, %s", name, customer, refusal)
		}
	}
	for _, place := range [][2]string{{"tnt_1", "bot_2"}, {"tnt_2", "bot_1"}} {
		if _, err := c.Known(t.Context(), place[0], place[1], good, VisitorClaims{}); code(err) != "identity_invalid" {
			t.Errorf("at %v: %v", place, err)
		}
	}
}

func TestEitherOfTwoSecretsSigns(t *testing.T) {
	t.Parallel()
	c := customers(t)
	before := c.signed(Claim{ID: "4711"})
	next, err := c.NewSecret(t.Context(), "tnt_1", "bot_1")
	if err != nil || !strings.HasPrefix(next.Secret, identityStart) || next.Secret == c.secret {
		t.Fatalf("%+v, %v", next, err)
	}
	c.secret = next.Secret
	one, refusal := c.known(t, before)
	two, second := c.known(t, c.signed(Claim{ID: "4711"}))
	if refusal != "" || second != "" || one != two {
		t.Errorf("%+v, %s; %+v, %s", one, refusal, two, second)
	}
}

func TestABrowserGoesOnForADayWithAClaimThatHasExpired(t *testing.T) {
	t.Parallel()
	c := customers(t)
	claim := c.signed(Claim{ID: "4711"})
	customer, _ := c.known(t, claim)
	own := VisitorClaims{Tenant: "tnt_1", Bot: "bot_1", Visitor: customer.Visitor, Known: true}
	other, anonymous := own, own
	other.Visitor, anonymous.Known = chat.NewID(chat.VisitorPrefix), false
	c.clock = c.clock.Add(2 * time.Hour)
	for name, want := range map[string]struct {
		token VisitorClaims
		code  string
	}{
		"with its token":          {own, ""},
		"without one":             {VisitorClaims{}, "identity_invalid"},
		"with somebody else's":    {other, "identity_invalid"},
		"with that of a mail":     {anonymous, "identity_invalid"},
		"with another business's": {VisitorClaims{Tenant: "tnt_2", Bot: "bot_1", Visitor: own.Visitor, Known: true}, "identity_invalid"},
	} {
		if _, err := c.Known(t.Context(), "tnt_1", "bot_1", claim, want.token); code(err) != want.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.clock = c.clock.Add(24 * time.Hour)
	if _, err := c.Known(t.Context(), "tnt_1", "bot_1", claim, own); code(err) != "identity_invalid" {
		t.Errorf("a day later: %v", err)
	}
}

func TestATokenTellsWhetherItIsOfAKnownCustomer(t *testing.T) {
	t.Parallel()
	visitors, claims := NewVisitors([]byte("a key of thirty-two bytes length")), visitorClaims()
	plainToken := visitors.Mint(claims)
	claims.Known = true
	token := visitors.Mint(claims)
	if got, err := visitors.Check(token); err != nil || got != claims {
		t.Errorf("got %+v, %v", got, err)
	}
	// Neither can be turned into the other.
	for _, forged := range []string{"v1" + strings.TrimPrefix(token, "k1"), "k1" + strings.TrimPrefix(plainToken, "v1")} {
		if _, err := visitors.Check(forged); code(err) != "token_invalid" {
			t.Errorf("got %v", err)
		}
	}
}
