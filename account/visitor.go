package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"parley/chat"
)

// VisitorClaims is what a visitor's token names: who they are and which
// conversation is theirs.
type VisitorClaims struct {
	Tenant       string
	Bot          string
	Visitor      string
	Conversation string
	// Known is of a customer whom the business knows: it opens nothing unless the business says again that it is them, so that
	// whoever uses the browser after them does not read on. Links in mails, which went to the customer alone, are without it.
	Known bool
}

// ErrVisitorToken refuses a token that was not made here.
var ErrVisitorToken = chat.Fail(chat.Unauthorized, "token_invalid", "This conversation cannot be opened with what your browser remembers. Please start a new one.")

// Visitors makes and checks the tokens that browsers keep. A token does not
// expire: it lasts as long as the conversation that it opens, and as the key.
type Visitors struct{ key []byte }

// NewVisitors returns Visitors that sign with the key, which is used for nothing else.
func NewVisitors(key []byte) *Visitors { return &Visitors{key: key} }

// visitorVersion begins every token; another form of token gets another one.
const (
	visitorVersion = "v1"
	knownVersion   = "k1" // Known
)

// macLength is the half of HMAC-SHA256 that tokens carry: RFC 2104, section 5,
// allows to cut it there, and 128 bits cannot be guessed.
const macLength = sha256.Size / 2

// Mint returns "v1.tenant.bot.visitor.conversation.mac", about 150 bytes of
// URL-safe characters. The ids are readable: they are not secrets.
func (v *Visitors) Mint(claims VisitorClaims) string {
	version := visitorVersion
	if claims.Known {
		version = knownVersion
	}
	signed := strings.Join([]string{version, claims.Tenant, claims.Bot, claims.Visitor, claims.Conversation}, ".")
	return signed + "." + v.sign(signed)
}

// Check returns what the token names, or ErrVisitorToken.
func (v *Visitors) Check(token string) (VisitorClaims, error) {
	cut := strings.LastIndexByte(token, '.')
	if cut < 0 {
		return VisitorClaims{}, ErrVisitorToken
	}
	signed := token[:cut]
	// Compared as it is written: a decoder passes over line breaks, so that one token had many forms.
	if !hmac.Equal([]byte(token[cut+1:]), []byte(v.sign(signed))) {
		return VisitorClaims{}, ErrVisitorToken
	}
	parts := strings.Split(signed, ".")
	if len(parts) != 5 || parts[0] != visitorVersion && parts[0] != knownVersion {
		return VisitorClaims{}, ErrVisitorToken
	}
	return VisitorClaims{Tenant: parts[1], Bot: parts[2], Visitor: parts[3], Conversation: parts[4], Known: parts[0] == knownVersion}, nil
}

func (v *Visitors) sign(signed string) string {
	mac := hmac.New(sha256.New, v.key)
	mac.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macLength])
}
