package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"parley/chat"
)

// Consent is what a visitor agreed to.
type Consent struct {
	Tenant  string
	Visitor string
	Text    string // word for word
	At      time.Time
	Page    string // where they did
	Address string // from where; may be masked
}

// ConsentHash names a text that visitors agree to.
func ConsentHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Consents keeps what visitors agreed to.
type Consents interface {
	// GiveConsent keeps one; that of an earlier time to the same text stays.
	GiveConsent(ctx context.Context, consent Consent) error
	// Consented tells whether a visitor agreed to a text, by its hash.
	Consented(ctx context.Context, tenant, visitor, hash string) (bool, error)
	// ConsentsOf returns all of a visitor's, oldest first.
	ConsentsOf(ctx context.Context, tenant, visitor string) ([]Consent, error)
}

// ErrConsent refuses a message before its writer has agreed to what the business asks of them.
var ErrConsent = chat.Fail(chat.Forbidden, "consent_required", "Please agree to the terms of this chat first.")
