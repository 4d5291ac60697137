package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/chat"
)

// ChallengeLife is how long a sign-in waits for a second factor.
const ChallengeLife = 5 * time.Minute

const (
	challengePrefix = "chl"
	// challengeTries is how many codes may be tried before the password is asked for again.
	challengeTries = 5
)

// Challenge is a sign-in that waits for a second factor: whoever has its secret knew the password.
type Challenge struct {
	ID        string
	Tenant    string // into which they come
	User      string
	Hash      []byte // SHA-256 of its secret
	ExpiresAt time.Time
}

// Challenges keeps those that are open.
type Challenges interface {
	OpenChallenge(ctx context.Context, challenge Challenge) error
	// TryChallenge counts a try before it returns the one of an id and a hash. ErrNotFound: there is none, it had
	// expired at that time, or was tried so many times.
	TryChallenge(ctx context.Context, id string, hash []byte, at time.Time, most int64) (Challenge, error)
	// EndChallenge lets it be used no more. ErrNotFound: somebody has done so.
	EndChallenge(ctx context.Context, id string) error
}

// SecondFactorRequired is the failure of a sign-in that has to go on with AnswerChallenge.
type SecondFactorRequired struct {
	Challenge string // a secret
	ExpiresAt time.Time
}

var errChallenged = chat.Fail(chat.Unauthorized, "second_factor_required", "Please enter the code that your authenticator app shows, or a recovery code.")

func (e *SecondFactorRequired) Error() string { return errChallenged.Message }

// Unwrap makes it a chat.Error for whoever shows it.
func (e *SecondFactorRequired) Unwrap() error { return errChallenged }

// FactorFailed is the failure of a sign-in by somebody who had the password, and not the second factor.
type FactorFailed struct {
	User string // whose sign-in it would have been
	err  error
}

func (e *FactorFailed) Error() string { return e.err.Error() }

// Unwrap is what is said of it.
func (e *FactorFailed) Unwrap() error { return e.err }

// ErrChallenge refuses a challenge that is unknown, was used or tried too often, or has expired.
var ErrChallenge = chat.Fail(chat.Unauthorized, "challenge_invalid", "This sign-in took too long, or had too many wrong codes. Please begin anew.")

// challenge returns a *SecondFactorRequired if a person has a second factor, who is about to come in by a membership.
func (s *Service) challenge(ctx context.Context, user User, member Member) error {
	factor, err := s.factor(ctx, user.ID)
	if err != nil || factor.Secret == nil {
		return err
	}
	id := chat.NewID(challengePrefix)
	token, hash, err := newSecret(id)
	if err != nil {
		return err
	}
	expires := s.now().UTC().Add(ChallengeLife)
	if err := s.factors.OpenChallenge(ctx, Challenge{ID: id, Tenant: member.Tenant, User: user.ID, Hash: hash, ExpiresAt: expires}); err != nil {
		return fmt.Errorf("ask for a second factor: %w", err)
	}
	return &SecondFactorRequired{Challenge: token, ExpiresAt: expires}
}

// answered returns whose challenge it is that a code answers: of an authenticator app, or for recovery. Codes:
// challenge_invalid, and of a *FactorFailed second_factor_wrong, second_factor_paused.
func (s *Service) answered(ctx context.Context, token, code string) (Challenge, error) {
	id, _, _ := strings.Cut(token, ".")
	if s.factors == nil || !chat.ValidID(challengePrefix, id) {
		return Challenge{}, ErrChallenge
	}
	challenge, err := s.factors.TryChallenge(ctx, id, hashSecret(token), s.now().UTC(), challengeTries)
	if errors.Is(err, chat.ErrNotFound) {
		return Challenge{}, ErrChallenge.Because(err)
	}
	if err != nil {
		return Challenge{}, fmt.Errorf("read challenge: %w", err)
	}
	if err := s.proveFactor(ctx, challenge.User, code); err != nil && !errors.Is(err, errNoFactor) { // they have ended it meanwhile: the password is enough
		return Challenge{}, &FactorFailed{challenge.User, err}
	}
	if err := s.factors.EndChallenge(ctx, challenge.ID); errors.Is(err, chat.ErrNotFound) {
		return Challenge{}, ErrChallenge.Because(err)
	} else if err != nil {
		return Challenge{}, fmt.Errorf("end challenge: %w", err)
	}
	return challenge, nil
}
