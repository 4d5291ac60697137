package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"parley/chat"
)

// IdentityPrefix begins the ids of secrets that identities are signed with.
const IdentityPrefix = "ids"

// MaxIdentitySecrets is how many a bot has: one, and one that replaces it.
const MaxIdentitySecrets = 2

// IdentitySecret is what a business's server signs with who its customers are.
type IdentitySecret struct {
	ID        string
	Tenant    string
	Bot       string
	Secret    string
	CreatedAt time.Time
}

// IdentitySecrets keeps them.
type IdentitySecrets interface {
	// AddIdentitySecret: ErrNotFound when the tenant has no such bot; ErrIdentitySecrets when the bot has as many as it may.
	AddIdentitySecret(ctx context.Context, secret IdentitySecret) error
	// IdentitySecrets returns a bot's, oldest first.
	IdentitySecrets(ctx context.Context, tenant, bot string) ([]IdentitySecret, error)
	// DeleteIdentitySecret: repeating is ErrNotFound.
	DeleteIdentitySecret(ctx context.Context, tenant, bot, id string) error
}

// Errors of identities.
var (
	ErrIdentitySecrets = chat.Fail(chat.Conflict, "too_many_secrets", "A bot has two secrets at most. Delete the one that your server does not use any more.")
	// ErrIdentity refuses who a visitor claims to be.
	ErrIdentity = chat.Fail(chat.Unauthorized, "identity_invalid", "Who you are could not be confirmed. Please load the page again.")
	// ErrIdentityRequired refuses visitors of whom nobody says who they are, where the bot's owner wants that.
	ErrIdentityRequired = chat.Fail(chat.Unauthorized, "identity_required", "This chat is for signed-in customers. Please sign in, and load the page again.")
)

// Bounds of what is said of a customer, in bytes.
const (
	maxCustomerID   = 200
	maxCustomerText = 320 // as a visitor's own contact
	maxIdentityJWT  = 4096
)

const (
	// maxIdentityLife is how far ahead an identity may expire: one that is good for ever would be good for whoever finds it.
	maxIdentityLife = 31 * 24 * time.Hour
	// identitySkew is how far the clocks of a business's server may be behind or ahead of ours.
	identitySkew = time.Minute
	// identityGrace is how long a browser that an identity opened a conversation for goes on with it after it has expired:
	// a page that stays open has no other one when its connection is cut.
	identityGrace = 24 * time.Hour
)

// Claim is who a page says that its visitor is, in the words of its business's server: JWT, or all else.
type Claim struct {
	ID, Name, Email string
	Expires         int64  // Unix seconds
	Signature       string // HMAC-SHA256, in hex, of Signed
	JWT             string // HS256, with sub, exp and, if they are to be known, name and email
}

// Signed is the text that a server signs: id, name, email and expires, a newline between them. What there is not is empty.
func (c Claim) Signed() string {
	return strings.Join([]string{c.ID, c.Name, c.Email, strconv.FormatInt(c.Expires, 10)}, "\n")
}

// Customer is a visitor whom the business knows. The zero one is nobody.
type Customer struct {
	Visitor         string // the same for each of their visits, on any device
	ID, Name, Email string // the business's own
}

// Customers tell who visitors are whom a business knows.
type Customers struct {
	secrets IdentitySecrets
	key     []byte
	now     func() time.Time
}

// NewCustomers returns Customers. The key makes visitors' ids, and is used for nothing else: under another one, customers have no history.
func NewCustomers(secrets IdentitySecrets, key []byte) *Customers {
	return &Customers{secrets: secrets, key: key, now: time.Now}
}

// Secrets returns those of a bot, oldest first.
func (c *Customers) Secrets(ctx context.Context, tenant, bot string) ([]IdentitySecret, error) {
	secrets, err := c.secrets.IdentitySecrets(ctx, tenant, bot)
	if err != nil {
		return nil, fmt.Errorf("read secrets of identities: %w", err)
	}
	return secrets, nil
}

// identityStart begins every secret, so that scanners find one that has leaked.
const identityStart = "prl_identity_"

// NewSecret makes another secret for a bot.
func (c *Customers) NewSecret(ctx context.Context, tenant, bot string) (IdentitySecret, error) {
	text, err := newMarkedSecret(identityStart)
	if err != nil {
		return IdentitySecret{}, err
	}
	secret := IdentitySecret{ID: chat.NewID(IdentityPrefix), Tenant: tenant, Bot: bot, Secret: text, CreatedAt: c.now().UTC().Truncate(time.Millisecond)}
	if err := c.secrets.AddIdentitySecret(ctx, secret); err != nil {
		return IdentitySecret{}, fmt.Errorf("keep a secret of identities: %w", err)
	}
	return secret, nil
}

// DeleteSecret ends a secret: what it signed is good no more.
func (c *Customers) DeleteSecret(ctx context.Context, tenant, bot, id string) error {
	if err := c.secrets.DeleteIdentitySecret(ctx, tenant, bot, id); err != nil {
		return fmt.Errorf("delete a secret of identities: %w", err)
	}
	return nil
}

// Known returns the customer whom a claim is of, or ErrIdentity. A claim that has expired is still good for whoever holds a
// token of the customer's own, for a day.
func (c *Customers) Known(ctx context.Context, tenant, bot string, claim Claim, token VisitorClaims) (Customer, error) {
	if len(claim.JWT) > maxIdentityJWT {
		return Customer{}, ErrIdentity
	}
	secrets, err := c.Secrets(ctx, tenant, bot)
	if err != nil {
		return Customer{}, err
	}
	for _, secret := range secrets {
		said, ok := claim, claim.JWT == "" && signedWith(claim, secret.Secret)
		if claim.JWT != "" {
			said, ok = openJWT(claim.JWT, secret.Secret)
		}
		if !ok {
			continue
		}
		return c.customer(tenant, bot, said, token)
	}
	return Customer{}, ErrIdentity
}

// customer checks what a good signature is of.
func (c *Customers) customer(tenant, bot string, said Claim, token VisitorClaims) (Customer, error) {
	if said.ID == "" || !plainText(said.ID, maxCustomerID) || !plainText(said.Name, maxCustomerText) || !plainText(said.Email, maxCustomerText) {
		return Customer{}, ErrIdentity
	}
	customer := Customer{Visitor: c.visitor(tenant, bot, said.ID), ID: said.ID, Name: strings.TrimSpace(said.Name)}
	if said.Email != "" {
		email, err := NormaliseEmail(said.Email)
		if err != nil {
			return Customer{}, ErrIdentity.Because(err)
		}
		customer.Email = email
	}
	now, late := c.now(), identitySkew
	if token.Known && token.Tenant == tenant && token.Bot == bot && token.Visitor == customer.Visitor {
		late = identityGrace
	}
	// Compared as numbers: the time of a made-up one may be beyond what a time can hold.
	if said.Expires < now.Add(-late).Unix() || said.Expires > now.Add(maxIdentityLife+identitySkew).Unix() {
		return Customer{}, ErrIdentity
	}
	return customer, nil
}

func signedWith(claim Claim, secret string) bool {
	signature, err := hex.DecodeString(claim.Signature)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(claim.Signed()))
	return hmac.Equal(signature, mac.Sum(nil))
}

// identityClaims are those of a JWT.
type identityClaims struct {
	jwt.RegisteredClaims
	Name  string `json:"name"`
	Email string `json:"email"`
}

// openJWT returns what a JWT says that was signed with a secret. When it expires is looked at later.
func openJWT(token, secret string) (Claim, bool) {
	var claims identityClaims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithoutClaimsValidation())
	_, err := parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return []byte(secret), nil })
	if err != nil || claims.ExpiresAt == nil {
		return Claim{}, false
	}
	return Claim{ID: claims.Subject, Name: claims.Name, Email: claims.Email, Expires: claims.ExpiresAt.Unix()}, true
}

// plainText tells whether a text is short enough and in one line, so that no two claims are signed alike.
func plainText(text string, most int) bool {
	return len(text) <= most && utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f })
}

var visitorEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// visitor is the id of a customer as a visitor: the same each time, and not to be guessed without the key.
func (c *Customers) visitor(tenant, bot, id string) string {
	mac := hmac.New(sha256.New, c.key)
	// Ids of ours have no NUL, and the business's own comes last.
	mac.Write([]byte(strings.Join([]string{tenant, bot, id}, "\x00")))
	const characters = 26 // as chat.NewID makes them
	return chat.VisitorPrefix + "_" + visitorEncoding.EncodeToString(mac.Sum(nil))[:characters]
}
