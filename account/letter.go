package account

import (
	"context"
	"slices"
	"strings"
	"time"

	"parley/chat"
)

// LetterKind says what a mail about an account is for.
type LetterKind string

// The mails about accounts.
const (
	// LetterConfirm asks whoever reads an account's address to confirm that it is theirs.
	LetterConfirm LetterKind = "confirm"
	// LetterChange asks the same of the address that an account is to have. Where another account has it, its
	// owner is told so instead.
	LetterChange LetterKind = "change"
	// LetterReset lets whoever reads an account's address choose another password.
	LetterReset LetterKind = "reset"
	// LetterMoving tells the address that an account has that it is to have another.
	LetterMoving LetterKind = "moving"
	// LetterPassword tells that the password was changed.
	LetterPassword LetterKind = "password"
	// Those of what happens to a second factor, or to signing in elsewhere.
	LetterFactorOn  LetterKind = "factor_on"
	LetterFactorOff LetterKind = "factor_off"
	LetterRecovery  LetterKind = "recovery" // a recovery code was used
	LetterGuessing  LetterKind = "guessing" // too many wrong codes, after the right password
	LetterLinked    LetterKind = "linked"
)

// notice tells whether a letter only tells that something happened: it brings no link, and is always sent.
func (k LetterKind) notice() bool {
	switch k {
	case LetterMoving, LetterPassword, LetterFactorOn, LetterFactorOff, LetterRecovery, LetterGuessing, LetterLinked:
		return true
	case LetterConfirm, LetterChange, LetterReset:
	}
	return false
}

// life is how long the secret of a letter is good. Somebody who reset their password waits for it; somebody who
// registered may look at their mails the next day.
func (k LetterKind) life() time.Duration {
	if k == LetterReset {
		return time.Hour
	}
	return 24 * time.Hour
}

// letterPrefix begins the ids of letters.
const letterPrefix = "let"

// secretsAtMost is how many secrets of a letter are good at a time: whoever asks again may find the mails in any order.
const secretsAtMost = 5

// Letter is a mail about an account that is to be sent, or was, with the secrets that it brought.
type Letter struct {
	ID   string
	Kind LetterKind
	// Subject is the user. Of a LetterReset it is empty: nobody knows whether there is one until it is sent, so that
	// asking for one takes as long either way.
	Subject string
	Address string // where it goes
	Secrets []LetterSecret
	Tries   int       // attempts begun
	Due     time.Time // zero: it is not to be sent any more
	Expires time.Time
}

// LetterSecret is one that was mailed.
type LetterSecret struct {
	Hash  []byte // SHA-256
	Until time.Time
}

// Letters keeps mails about accounts.
type Letters interface {
	// PutLetter adds one, due at once. One of the same kind, for the same subject, or the same address where there is none,
	// is made due again instead: it keeps its id, and its secrets if its address is the same.
	PutLetter(ctx context.Context, letter Letter) error
	// TakeLetters leases those that are due, limit at most: others get them again after the lease.
	TakeLetters(ctx context.Context, limit int, lease time.Duration) ([]Letter, error)
	// KeepLetter keeps Secrets, Due and Expires of one that was taken: chat.ErrNotFound if it was put again or used since.
	KeepLetter(ctx context.Context, letter Letter) error
	// Letter returns one by id, or chat.ErrNotFound.
	Letter(ctx context.Context, id string) (Letter, error)
}

// ErrLink is the same for a link that is unknown, used or expired.
var ErrLink = chat.Fail(chat.NotFound, "link_invalid", "This link is not valid any more. Please ask for a new one.")

// with returns the letter with one more secret.
func (l Letter) with(secret LetterSecret) Letter {
	l.Secrets = append(slices.Clone(l.Secrets), secret)
	l.Secrets = l.Secrets[max(0, len(l.Secrets)-secretsAtMost):]
	if l.Expires.Before(secret.Until) {
		l.Expires = secret.Until
	}
	return l
}

// opens tells whether a token is one of the letter's that is good.
func (l Letter) opens(token string, now time.Time) bool {
	hash, good := hashSecret(token), false
	for _, secret := range l.Secrets {
		good = equal(secret.Hash, hash) && now.Before(secret.Until) || good
	}
	return good
}

// letter returns the one that a token is of, or ErrLink.
func (s *Service) letter(ctx context.Context, token string, kinds ...LetterKind) (Letter, error) {
	id, _, _ := strings.Cut(token, ".")
	if s.letters == nil || !chat.ValidID(letterPrefix, id) {
		return Letter{}, ErrLink
	}
	letter, err := s.letters.Letter(ctx, id)
	if err != nil {
		return Letter{}, gone("read a letter", err)
	}
	if !slices.Contains(kinds, letter.Kind) || !letter.opens(token, s.now()) {
		return Letter{}, ErrLink
	}
	return letter, nil
}
