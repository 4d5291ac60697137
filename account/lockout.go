package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/chat"
)

// Allowance is so many attempts in a time, which begins with the first.
type Allowance struct {
	Limit  int64
	Window time.Duration
}

// Attempts counts attempts at something, on all nodes together.
type Attempts interface {
	// Attempt counts n more under a key, which may be fewer than none to take some back, and returns when the time of an allowance ends if they are more
	// than it has; zero: they are not.
	Attempt(ctx context.Context, key string, n int64, of Allowance) (until time.Time, err error)
	// Forget begins at none again.
	Forget(ctx context.Context, key string, of Allowance) error
}

// How many wrong passwords are taken. NIST SP 800-63B, 5.2.2, wants no more than 100 in a row for an account; ten are what a person
// tries who does not remember which it was.
var (
	// guessesHere are for one account, from one address or one browser that knows it.
	guessesHere = Allowance{10, 15 * time.Minute}
	// guessesAnywhere are for one account from all addresses together. Browsers that signed in before do not count, and
	// are not held back: guessing does not lock anybody out where they work.
	guessesAnywhere = Allowance{100, time.Hour}
	// lettersEach are for one address and kind of mail. More are not sent, which nobody is told.
	lettersEach = Allowance{5, time.Hour}
)

// lockout holds back who guesses passwords. It does not know which accounts exist, so it is the same for all.
type lockout struct {
	attempts Attempts // nil: nothing is counted
	devices  devices
	now      func() time.Time
}

// guess is an attempt that was counted.
type guess struct {
	here, anywhere string // keys; anywhere is empty for a browser that is known
}

// try counts an attempt to prove that one is who has an address, before it is known whether it succeeds: many that come at
// once are counted, too. It returns errLocked for one too many.
func (l lockout) try(ctx context.Context, email string) (guess, error) {
	if l.attempts == nil {
		return guess{}, nil
	}
	client := ClientOf(ctx)
	g := guess{here: l.name("here", email, client.Address), anywhere: l.name("anywhere", email)}
	if device := l.devices.known(client.Device, email); device != "" {
		g = guess{here: l.name("device", email, device)}
	}
	// What is refused here is no guess: who goes on does not use up what others have.
	if err := l.count(ctx, g.here, guessesHere); err != nil {
		return g, err
	}
	return g, l.count(ctx, g.anywhere, guessesAnywhere)
}

func (l lockout) count(ctx context.Context, key string, of Allowance) error {
	if key == "" {
		return nil
	}
	until, err := l.attempts.Attempt(ctx, key, 1, of)
	if err != nil || until.IsZero() {
		return nil // where nothing can be counted, people sign in nevertheless
	}
	failure := *errLocked
	failure.RetryAfter = max(until.Sub(l.now()), time.Second)
	return &failure
}

// settle takes an attempt back that was no wrong guess; the right one makes those before it forgotten.
func (l lockout) settle(ctx context.Context, g guess, outcome error) {
	if g.here == "" || errors.Is(outcome, ErrCredentials) {
		return
	}
	ctx = context.WithoutCancel(ctx)
	if outcome == nil {
		_ = l.attempts.Forget(ctx, g.here, guessesHere) // what stays counted ends with its window
	} else {
		_, _ = l.attempts.Attempt(ctx, g.here, -1, guessesHere)
	}
	if g.anywhere != "" {
		_, _ = l.attempts.Attempt(ctx, g.anywhere, -1, guessesAnywhere)
	}
}

// name is what something is called where it is counted, which tells nobody whom it is about.
func (l lockout) name(what, email string, more ...string) string {
	mac := hmac.New(sha256.New, l.devices.key)
	for _, part := range append([]string{what, strings.ToLower(email)}, more...) {
		fmt.Fprintf(mac, "%d:%s", len(part), part)
	}
	return what + ":" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:macLength])
}

// errLocked refuses one attempt too many. It is the same for an address that has no account.
var errLocked = chat.Fail(chat.Limited, "sign_in_locked",
	"There were too many attempts with a wrong password. Please wait, or choose another password with the link that we can mail you.")

// mayPost counts a mail that somebody asks for, and tells whether it is to be sent.
func (s *Service) mayPost(ctx context.Context, kind LetterKind, email string) bool {
	if s.lockout.attempts == nil {
		return true
	}
	until, err := s.lockout.attempts.Attempt(ctx, s.lockout.name("mail "+string(kind), email), 1, lettersEach)
	return err != nil || until.IsZero()
}
