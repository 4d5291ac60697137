package account

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"parley/chat"
)

// Factor is what a person proves themselves with beside a password.
type Factor struct {
	Secret    []byte // that their authenticator app has too; nil: none is set up
	Pending   []byte // one that is being set up: it counts once a code of it was seen
	PendingAt time.Time
	Step      int64 // of the last code that was used
	Failures  int64 // codes since the last right one
	FailedAt  time.Time
	Codes     int // recovery codes that are left
}

// Factors keeps people's second factors.
type Factors interface {
	// Factor returns a person's; a zero one if there is none.
	Factor(ctx context.Context, user string) (Factor, error)
	// BeginFactor keeps a secret as the pending one in place of an earlier. ErrNotFound: there is no such person.
	BeginFactor(ctx context.Context, user string, secret []byte, at time.Time) error
	// ConfirmFactor makes the pending secret the person's, a step of which was used, with recovery codes of these hashes in
	// place of all others; their access tokens are revoked. ErrNotFound: that secret is not pending.
	ConfirmFactor(ctx context.Context, user string, secret []byte, step int64, codes [][]byte) error
	// EndFactor forgets all of it, and revokes the person's access tokens. Repeating is not an error.
	EndFactor(ctx context.Context, user string) error
	// RequireFactor keeps whether members of a tenant need a second factor, and revokes the access tokens of those who
	// have none.
	RequireFactor(ctx context.Context, tenant string, required bool) error
}

// FactorUses keeps what was used of a second factor. Of many who use the same at once, one does.
type FactorUses interface {
	// TryFactor counts a try. ErrNotFound: it is not `seen` tries any more that have failed.
	TryFactor(ctx context.Context, user string, seen int64, at time.Time) error
	// UseStep uses up a step and those before, and forgets failures. ErrNotFound: that has happened.
	UseStep(ctx context.Context, user string, step int64) error
	// UseCode uses up a recovery code, and forgets failures. ErrNotFound: there is none of that hash.
	UseCode(ctx context.Context, user string, hash []byte) error
	// ReplaceCodes puts recovery codes in place of all others. ErrNotFound: the person has no second factor.
	ReplaceCodes(ctx context.Context, user string, codes [][]byte) error
}

// SecondFactors is all that is kept of them.
type SecondFactors interface {
	Factors
	FactorUses
	Challenges
}

// pendingLife is how long the code of a new authenticator may take to come.
const pendingLife = 15 * time.Minute

// Wrong codes: after each ten of them in a row a person's codes are not looked at for an hour, then two, and so on up to a day. Somebody
// who has the password gets one of a million codes right, of three that are good, once in a hundred years of trying. Recovery codes are
// looked at nevertheless: nobody can be locked out this way.
const (
	failuresAtOnce = 10
	firstPause     = time.Hour
	longestPause   = 24 * time.Hour
)

// factorPause is how long from `now` a person's one-time codes are not looked at.
func factorPause(f Factor, now time.Time) time.Duration {
	if f.Failures == 0 || f.Failures%failuresAtOnce != 0 {
		return 0
	}
	pause := longestPause
	if doublings := f.Failures/failuresAtOnce - 1; doublings < 5 { // 2⁵ hours are more than a day
		pause = firstPause << doublings
	}
	return max(f.FailedAt.Add(pause).Sub(now), 0)
}

// Errors of second factors.
var (
	// ErrFactorMissing refuses everything but what concerns oneself to members of a business that wants a second factor.
	ErrFactorMissing = chat.Fail(chat.Forbidden, "second_factor_missing",
		"Your business asks for a second factor. Please set it up in your profile first.")

	errFactorCode = chat.Fail(chat.Invalid, "second_factor_wrong",
		"This code is not right, or was used already. Please wait for the next one, or use a recovery code.")
	errFactorPaused = chat.Fail(chat.Limited, "second_factor_paused",
		"There were too many wrong codes. Please use a recovery code, or try again later.")
	errNoFactor     = chat.Fail(chat.Conflict, "second_factor_off", "You have no second factor yet. Please set it up first.")
	errFactorNeeded = chat.Fail(chat.Conflict, "second_factor_needed",
		"A business that you belong to asks for a second factor. You can replace yours, but not do without.")
	errNotPending = chat.Fail(chat.Conflict, "second_factor_not_begun", "This took too long. Please begin to set up your second factor anew.")
	errOwnFactor  = chat.Fail(chat.Conflict, "own_second_factor_first", "Please set up a second factor for yourself before you ask it of others.")
)

// FactorState is what a person sees of their second factor.
type FactorState struct {
	Enabled       bool
	RecoveryCodes int // left
}

// SecondFactor tells whether a person has one.
func (s *Service) SecondFactor(ctx context.Context, who Identity) (FactorState, error) {
	factor, err := s.factor(ctx, who.User)
	return FactorState{Enabled: factor.Secret != nil, RecoveryCodes: factor.Codes}, err
}

// factor returns a person's second factor; a zero one if there is none.
func (s *Service) factor(ctx context.Context, user string) (Factor, error) {
	if s.factors == nil {
		return Factor{}, nil
	}
	factor, err := s.factors.Factor(ctx, user)
	if err != nil {
		return Factor{}, fmt.Errorf("read second factor: %w", err)
	}
	return factor, nil
}

// BeginSecondFactor returns a new secret for an authenticator app. It counts when ConfirmSecondFactor gets a code of it; until
// then the former one does, of which a code is asked for. Codes: those of proving oneself, second_factor_wrong, second_factor_paused.
func (s *Service) BeginSecondFactor(ctx context.Context, who Identity, password, code string) (Enrolment, error) {
	if s.factors == nil {
		return Enrolment{}, chat.ErrNotFound
	}
	user, err := s.prove(ctx, who, password)
	if err != nil {
		return Enrolment{}, err
	}
	factor, err := s.factor(ctx, who.User)
	if err != nil {
		return Enrolment{}, err
	}
	if factor.Secret != nil {
		if err := s.proveFactor(ctx, who.User, code); err != nil {
			return Enrolment{}, err
		}
	}
	secret, err := newTOTPSecret()
	if err != nil {
		return Enrolment{}, err
	}
	enrolment, err := enrolmentOf(secret, factorIssuer(s.publicURL), user.Email)
	if err != nil {
		return Enrolment{}, err
	}
	if err := s.factors.BeginFactor(ctx, who.User, secret, s.now().UTC()); err != nil {
		return Enrolment{}, fmt.Errorf("begin second factor: %w", err)
	}
	return enrolment, nil
}

// ConfirmSecondFactor makes the secret that was begun the person's, and returns recovery codes, which are never shown
// again. Access tokens are revoked: those that come of a refresh know of the second factor.
func (s *Service) ConfirmSecondFactor(ctx context.Context, who Identity, code string) ([]string, error) {
	now := s.now().UTC()
	factor, err := s.factor(ctx, who.User)
	if err != nil {
		return nil, err
	}
	if factor.Pending == nil || now.Sub(factor.PendingAt) > pendingLife {
		return nil, errNotPending
	}
	if _, err := s.try(ctx, who.User, factor); err != nil {
		return nil, err
	}
	step, ok, err := totpMatch(factor.Pending, code, now, 0)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errFactorCode
	}
	codes, hashes, err := newRecoveryCodes()
	if err != nil {
		return nil, err
	}
	if err := s.factors.ConfirmFactor(ctx, who.User, factor.Pending, step, hashes); errors.Is(err, chat.ErrNotFound) {
		return nil, errNotPending
	} else if err != nil {
		return nil, fmt.Errorf("confirm second factor: %w", err)
	}
	s.revoked.spread(ctx, who.Tenant, who.User)
	s.tell(ctx, LetterFactorOn, who.User)
	return codes, nil
}

// EndSecondFactor does without one from then on. Codes: those of proving oneself, second_factor_off, second_factor_needed,
// second_factor_wrong, second_factor_paused.
func (s *Service) EndSecondFactor(ctx context.Context, who Identity, password, code string) error {
	if _, err := s.prove(ctx, who, password); err != nil {
		return err
	}
	_, members, err := s.store.User(ctx, who.User)
	if err != nil {
		return fmt.Errorf("end second factor: %w", err)
	}
	for _, member := range members {
		tenant, err := s.store.Tenant(ctx, member.Tenant)
		if err != nil {
			return fmt.Errorf("end second factor: %w", err)
		}
		if tenant.SecondFactor {
			return errFactorNeeded
		}
	}
	if err := s.proveFactor(ctx, who.User, code); err != nil {
		return err
	}
	if err := s.factors.EndFactor(ctx, who.User); err != nil {
		return fmt.Errorf("end second factor: %w", err)
	}
	s.revoked.spread(ctx, who.Tenant, who.User)
	s.tell(ctx, LetterFactorOff, who.User)
	return nil
}

// NewRecoveryCodes returns codes in place of all that a person had. Codes: second_factor_off, second_factor_wrong, second_factor_paused.
func (s *Service) NewRecoveryCodes(ctx context.Context, who Identity, code string) ([]string, error) {
	if err := s.proveFactor(ctx, who.User, code); err != nil {
		return nil, err
	}
	codes, hashes, err := newRecoveryCodes()
	if err != nil {
		return nil, err
	}
	if err := s.factors.ReplaceCodes(ctx, who.User, hashes); err != nil {
		return nil, fmt.Errorf("replace recovery codes: %w", err)
	}
	return codes, nil
}

// RequireSecondFactor says whether members of the business need a second factor. Those who have none can do nothing but set
// one up. Whoever asks for it must have one. Code: own_second_factor_first.
func (s *Service) RequireSecondFactor(ctx context.Context, who Identity, required bool) error {
	if err := s.still(ctx, who, ManageTenant); err != nil {
		return err
	}
	if s.factors == nil {
		return chat.ErrNotFound
	}
	factor, err := s.factor(ctx, who.User)
	if err != nil {
		return err
	}
	if required && factor.Secret == nil {
		return errOwnFactor
	}
	if err := s.factors.RequireFactor(ctx, who.Tenant, required); err != nil {
		return fmt.Errorf("require second factors: %w", err)
	}
	s.revoked.spread(ctx, who.Tenant, "")
	return nil
}

// proveFactor returns nil if a code is the person's: of their authenticator app, or one for recovery. It is used up then.
// Codes: second_factor_off, second_factor_wrong, second_factor_paused.
func (s *Service) proveFactor(ctx context.Context, user, typed string) error {
	factor, err := s.factor(ctx, user)
	if err != nil {
		return err
	}
	if factor.Secret == nil {
		return errNoFactor
	}
	if code, ok := recoveryOf(typed); ok {
		err := used(s.factors.UseCode(ctx, user, hashRecovery(code)))
		if err == nil {
			s.tell(ctx, LetterRecovery, user)
		}
		return err
	}
	tries, err := s.try(ctx, user, factor)
	if err != nil {
		return err
	}
	step, ok, err := totpMatch(factor.Secret, typed, s.now(), factor.Step)
	if err != nil {
		return err
	}
	if !ok {
		if tries%failuresAtOnce == 0 {
			s.tell(ctx, LetterGuessing, user)
		}
		return errFactorCode
	}
	return used(s.factors.UseStep(ctx, user, step))
}

// used says of what was used before that it is wrong.
func used(err error) error {
	if errors.Is(err, chat.ErrNotFound) {
		return errFactorCode.Because(err)
	}
	if err != nil {
		return fmt.Errorf("use up a code: %w", err)
	}
	return nil
}

// tell mails a person what happened to how they sign in. Whatever becomes of the mail, it has happened.
func (s *Service) tell(ctx context.Context, kind LetterKind, user string) {
	person, _, err := s.store.User(ctx, user)
	if err == nil {
		err = s.post(ctx, kind, user, person.Email)
	}
	s.note(err, user)
}

// try counts a try before anything is compared, and returns how many there were since the last right code: of many at once, no more are
// compared than of one after the other.
func (s *Service) try(ctx context.Context, user string, factor Factor) (tries int64, err error) {
	for {
		now := s.now().UTC()
		if wait := factorPause(factor, now); wait > 0 {
			paused := *errFactorPaused
			paused.RetryAfter = wait
			return 0, &paused
		}
		err := s.factors.TryFactor(ctx, user, factor.Failures, now)
		if !errors.Is(err, chat.ErrNotFound) {
			if err != nil {
				return 0, fmt.Errorf("count a try: %w", err)
			}
			return factor.Failures + 1, nil
		}
		// Somebody else was counted. There is an end to it: the next pause.
		if factor, err = s.factor(ctx, user); err != nil {
			return 0, err
		}
	}
}

// factorMissing tells whether a member's business asks for a second factor that they do not have.
func (s *Service) factorMissing(ctx context.Context, member Member) (bool, error) {
	tenant, err := s.store.Tenant(ctx, member.Tenant)
	if err != nil {
		return false, fmt.Errorf("read tenant: %w", err)
	}
	if !tenant.SecondFactor {
		return false, nil
	}
	factor, err := s.factor(ctx, member.User)
	return factor.Secret == nil, err
}

// factorIssuer is what authenticator apps call this platform.
func factorIssuer(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" || u.Hostname() == "localhost" {
		return "Parley"
	}
	return u.Hostname()
}
