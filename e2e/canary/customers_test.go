package canary

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"parley/e2e/client"
)

// customer is a visitor whom the business knows. The ids of both businesses' are the same.
type customer struct{ id, name, email string }

func (b *business) customer(id string) customer {
	return customer{id, b.plant("customer's name"), b.address("customer's address")}
}

// regular is the id of the one who is there from the beginning.
const regular = "4711"

// vouch is what the business's server says of a customer, in one of the two ways that there are.
func (b *business) vouch(c customer, asJWT bool) any {
	expires := time.Now().Add(time.Hour).Unix()
	if asJWT {
		claims := jwt.MapClaims{"sub": c.id, "exp": expires, "name": c.name, "email": c.email}
		signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(b.secret))
		if err != nil {
			b.t.Error(err)
		}
		return signed
	}
	mac := hmac.New(sha256.New, []byte(b.secret))
	mac.Write([]byte(strings.Join([]string{c.id, c.name, c.email, strconv.FormatInt(expires, 10)}, "\n")))
	return map[string]any{"id": c.id, "name": c.name, "email": c.email, "expires": expires, "signature": hex.EncodeToString(mac.Sum(nil))}
}

// returning is a customer on a device on which they never were. Their questions have client ids of their own: the conversation may be an
// older one.
func (b *business) returning(ctx context.Context, c customer, chance *rand.Rand) *client.Visitor {
	return b.connect(ctx, client.Options{Bot: b.things["{bot}"], Name: b.next(), Known: b.vouch(c, chance.IntN(2) == 0)})
}

// customersActs are those of visitors whom the business knows.
var customersActs = []act{
	{"a customer comes on another device", func(ctx context.Context, b *business, chance *rand.Rand) error {
		coming, leave := context.WithCancel(ctx)
		defer leave()
		v := b.returning(coming, b.regular, chance)
		v.Send(ctx, b.question(chance)+" "+b.plant("customer's message"))
		if err := v.Settled(ctx); err != nil {
			return err
		}
		if here := b.visitors[crowd].Conversation(); v.Conversation() != here {
			return fmt.Errorf("their conversation is %s, and was %s", v.Conversation(), here)
		}
		return nil
	}},
	{"another customer comes", func(ctx context.Context, b *business, chance *rand.Rand) error {
		coming, leave := context.WithCancel(ctx)
		defer leave()
		v := b.returning(coming, b.customer(b.next()), chance)
		v.Send(ctx, b.question(chance))
		return v.Settled(ctx)
	}},
}

// pretend tries to be of another business what one is in one's own: a customer, and somebody with a second factor.
func (b *business) pretend(other *business) {
	b.t.Helper()
	for _, asJWT := range []bool{false, true} {
		trying, end := context.WithCancel(b.t.Context())
		v := b.connect(trying, client.Options{Bot: other.things["{bot}"], Name: "pretends", Known: b.vouch(b.regular, asJWT)})
		await(b.t, "a customer of another business is refused", func() bool { return v.Counts()["session refused: identity_invalid"] > 0 })
		if v.Conversation() != "" {
			b.t.Errorf("a customer of another business has the conversation %s", v.Conversation())
		}
		end()
	}
	w := b.browse()
	challenge, err := w.password(b.careful.email)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := w.answer(challenge, other.careful.codes[0]); err == nil {
		b.t.Error("somebody came in with a code of somebody else")
	}
}
