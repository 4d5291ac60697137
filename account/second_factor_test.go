package account

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/chat"
)

// factors are SecondFactors in memory, as the ports' comments say.
type factors struct {
	*memory
	people     map[string]Factor
	codes      map[string]map[string]bool // of people, by hash
	challenges map[string]*tried
}

type tried struct {
	Challenge
	tries int64
}

func newFactors(m *memory) *factors {
	return &factors{memory: m, people: map[string]Factor{}, codes: map[string]map[string]bool{}, challenges: map[string]*tried{}}
}

func (f *factors) Factor(_ context.Context, user string) (Factor, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	factor := f.people[user]
	factor.Codes = len(f.codes[user])
	return factor, nil
}

func (f *factors) BeginFactor(_ context.Context, user string, secret []byte, at time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	factor := f.people[user]
	factor.Pending, factor.PendingAt = secret, at
	f.people[user] = factor
	return nil
}

func (f *factors) ConfirmFactor(_ context.Context, user string, secret []byte, step int64, codes [][]byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !bytes.Equal(f.people[user].Pending, secret) {
		return chat.ErrNotFound
	}
	f.people[user] = Factor{Secret: secret, Step: step}
	f.replace(user, codes)
	f.revokeAll(user)
	return nil
}

func (f *factors) replace(user string, codes [][]byte) {
	f.codes[user] = map[string]bool{}
	for _, code := range codes {
		f.codes[user][string(code)] = true
	}
}

func (f *factors) revokeAll(user string) {
	for _, member := range f.members {
		if member.User == user {
			f.revoke(member.Tenant, user, "")
		}
	}
}

func (f *factors) EndFactor(_ context.Context, user string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.people, user)
	delete(f.codes, user)
	f.revokeAll(user)
	return nil
}

func (f *factors) RequireFactor(_ context.Context, tenant string, required bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.tenants[tenant]
	t.SecondFactor = required
	f.tenants[tenant] = t
	for _, member := range f.members {
		if member.Tenant == tenant && f.people[member.User].Secret == nil {
			f.revoke(tenant, member.User, "")
		}
	}
	return nil
}

// change changes a person's factor if it is as it has to be.
func (f *factors) change(user string, holds func(Factor) bool, change func(*Factor)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	factor, ok := f.people[user]
	if !ok || !holds(factor) {
		return chat.ErrNotFound
	}
	change(&factor)
	f.people[user] = factor
	return nil
}

func (f *factors) TryFactor(_ context.Context, user string, seen int64, at time.Time) error {
	return f.change(user, func(f Factor) bool { return f.Failures == seen }, func(f *Factor) { f.Failures, f.FailedAt = seen+1, at })
}

func (f *factors) UseStep(_ context.Context, user string, step int64) error {
	return f.change(user, func(f Factor) bool { return f.Step < step }, func(f *Factor) { f.Failures, f.Step = 0, step })
}

func (f *factors) UseCode(_ context.Context, user string, hash []byte) error {
	return f.change(user, func(Factor) bool { return f.codes[user][string(hash)] }, func(factor *Factor) {
		factor.Failures = 0
		delete(f.codes[user], string(hash))
	})
}

func (f *factors) ReplaceCodes(_ context.Context, user string, codes [][]byte) error {
	return f.change(user, func(Factor) bool { return true }, func(*Factor) { f.replace(user, codes) })
}

func (f *factors) OpenChallenge(_ context.Context, challenge Challenge) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.challenges[challenge.ID] = &tried{Challenge: challenge}
	return nil
}

func (f *factors) TryChallenge(_ context.Context, id string, hash []byte, at time.Time, most int64) (Challenge, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.challenges[id]
	if c == nil || !bytes.Equal(c.Hash, hash) || c.tries >= most || !at.Before(c.ExpiresAt) {
		return Challenge{}, chat.ErrNotFound
	}
	c.tries++
	return c.Challenge, nil
}

func (f *factors) EndChallenge(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.challenges[id] == nil {
		return chat.ErrNotFound
	}
	delete(f.challenges, id)
	return nil
}

// twoStep is an office with second factors, and somebody who registered there.
type twoStep struct {
	*office
	factors *factors
	mia     Identity
	secret  []byte
	codes   []string
}

func setupFactors(t *testing.T) *twoStep {
	t.Helper()
	o := setup(t)
	g := &twoStep{office: o, factors: newFactors(o.store)}
	o.Service.factors = g.factors
	g.mia = o.register(t, "mia@acme.example").Identity
	return g
}

// code is of the authenticator app at this time.
func (g *twoStep) code(t *testing.T) string {
	t.Helper()
	code, err := totpCode(g.secret, totpStep(g.clock))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// enrol sets a second factor up.
func (g *twoStep) enrol(t *testing.T) *twoStep {
	t.Helper()
	if _, err := g.BeginSecondFactor(t.Context(), g.mia, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	g.secret = g.factors.people[g.mia.User].Pending
	codes, err := g.ConfirmSecondFactor(t.Context(), g.mia, g.code(t))
	if err != nil {
		t.Fatal(err)
	}
	g.codes = codes
	g.pass(totpPeriod)
	return g
}

func (g *twoStep) pass(d time.Duration) { g.clock = g.clock.Add(d) }

// challenged signs in with the password.
func (g *twoStep) challenged(t *testing.T) string {
	t.Helper()
	_, err := g.Login(t.Context(), "mia@acme.example", goodPassword)
	var required *SecondFactorRequired
	if !errors.As(err, &required) || code(err) != "second_factor_required" || !required.ExpiresAt.Equal(g.clock.Add(ChallengeLife)) {
		t.Fatalf("signing in: %v", err)
	}
	return required.Challenge
}

func (g *twoStep) wantAnswer(t *testing.T, challenge, typed, want string) {
	t.Helper()
	tokens, err := g.AnswerChallenge(t.Context(), challenge, typed)
	if code(err) != want {
		t.Errorf("%q: %v, want %q", typed, err, want)
	}
	if err == nil && person(tokens.Identity) != person(g.mia) {
		t.Errorf("signed in as %+v", tokens.Identity)
	}
}

// The vectors of RFC 6238, appendix B, for SHA-1, cut to six digits.
func TestOneTimeCodesAreThoseOfTheStandard(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if got, err := totpCode(secret, totpStep(time.Unix(at, 0))); got != want || err != nil {
			t.Errorf("at %d: %s, %v, want %s", at, got, err, want)
		}
	}
}

func TestACodeIsGoodForAStepEitherWayAndNotTwice(t *testing.T) {
	t.Parallel()
	secret, now := []byte("12345678901234567890"), time.Unix(1_800_000_015, 0)
	here := totpStep(now)
	for _, c := range []struct {
		offset, used int64
		ok           bool
	}{{-2, 0, false}, {-1, 0, true}, {0, 0, true}, {1, 0, true}, {2, 0, false}, {0, here, false}, {0, here + 1, false}, {1, here, true}, {-1, here - 1, false}} {
		code, _ := totpCode(secret, here+c.offset)
		step, ok, err := totpMatch(secret, code[:3]+" "+code[3:], now, c.used)
		if ok != c.ok || err != nil || ok && step != here+c.offset {
			t.Errorf("a code of step %+d when %d was used: %d, %v, %v", c.offset, c.used-here, step-here, ok, err)
		}
	}
	for _, typed := range []string{"", "00000", "0000000", "abcdef", strings.Repeat("9", 5000)} {
		if _, ok, err := totpMatch(secret, typed, now, 0); ok || err != nil {
			t.Errorf("%.10q: %v, %v", typed, ok, err)
		}
	}
}

func TestAnEnrolmentIsReadByAuthenticators(t *testing.T) {
	t.Parallel()
	enrolment, err := enrolmentOf([]byte("12345678901234567890"), "chat.example", "mia+2@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(enrolment.URI)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/chat.example:mia+2@acme.example" ||
		q.Get("secret") != "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" || q.Get("issuer") != "chat.example" || q.Get("digits") != "6" || q.Get("period") != "30" || q.Get("algorithm") != "SHA1" {
		t.Errorf("%s", enrolment.URI)
	}
	picture, err := png.Decode(bytes.NewReader(enrolment.QR))
	if err != nil || picture.Bounds().Dx() != qrSize || enrolment.Secret != q.Get("secret") {
		t.Errorf("picture %v, secret %s", err, enrolment.Secret)
	}
}

func TestARecoveryCodeIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	codes, hashes, err := newRecoveryCodes()
	if err != nil || len(codes) != 10 || len(hashes) != 10 {
		t.Fatalf("%d codes, %d hashes, %v", len(codes), len(hashes), err)
	}
	seen := map[string]bool{}
	for i, made := range codes {
		seen[made] = true
		written := strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(made))
		for _, typed := range []string{made, " " + strings.ReplaceAll(made, "-", "") + "\n", strings.ReplaceAll(written, "-", " ")} {
			if code, ok := recoveryOf(typed); !ok || !bytes.Equal(hashRecovery(code), hashes[i]) {
				t.Errorf("%q is read as %q, %v", typed, code, ok)
			}
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d differ", len(seen))
	}
	for _, typed := range []string{"", "123456", "0000-0000-0000-000", "0000-0000-0000-00000", "0000-0000-0000-000U", "0000-0000-0000-000ä"} {
		if _, ok := recoveryOf(typed); ok {
			t.Errorf("%q is taken for a recovery code", typed)
		}
	}
}

func TestWrongCodesAreLookedAtEverLessOften(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 5, 12, 0, 0, 0, time.UTC)
	for failures, want := range map[int64]time.Duration{
		0: 0, 1: 0, 9: 0, 10: time.Hour, 11: 0, 20: 2 * time.Hour, 30: 4 * time.Hour, 40: 8 * time.Hour, 50: 16 * time.Hour, 60: 24 * time.Hour, 70: 24 * time.Hour, 1_000_000: 24 * time.Hour, 15: 0,
	} {
		f := Factor{Failures: failures, FailedAt: at}
		if got := factorPause(f, at); got != want {
			t.Errorf("after %d: %s, want %s", failures, got, want)
		}
		if got := factorPause(f, at.Add(want)); got != 0 {
			t.Errorf("after %d and %s: %s", failures, want, got)
		}
	}
}

func TestASecondFactorIsAskedForOnceItIsConfirmed(t *testing.T) {
	t.Parallel()
	g := setupFactors(t)
	if _, err := g.BeginSecondFactor(t.Context(), g.mia, "not the password", ""); code(err) != "password_wrong" {
		t.Fatalf("without the password: %v", err)
	}
	if _, err := g.ConfirmSecondFactor(t.Context(), g.mia, "000000"); code(err) != "second_factor_not_begun" {
		t.Errorf("confirmed before it began: %v", err)
	}
	if _, err := g.BeginSecondFactor(t.Context(), g.mia, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Login(t.Context(), "mia@acme.example", goodPassword); err != nil {
		t.Fatalf("while it is being set up: %v", err)
	}
	g.secret = g.factors.people[g.mia.User].Pending
	g.pass(pendingLife + time.Second)
	if _, err := g.ConfirmSecondFactor(t.Context(), g.mia, g.code(t)); code(err) != "second_factor_not_begun" {
		t.Errorf("confirmed too late: %v", err)
	}
	g.enrol(t)
	if state, err := g.SecondFactor(t.Context(), g.mia); err != nil || !state.Enabled || state.RecoveryCodes != 10 {
		t.Errorf("state %+v, %v", state, err)
	}
	challenge := g.challenged(t)
	g.wantAnswer(t, challenge, "000000", "second_factor_wrong")
	g.wantAnswer(t, challenge, g.code(t), "")
	g.wantAnswer(t, challenge, g.code(t), "challenge_invalid")
}

func TestACodeSignsInOnce(t *testing.T) {
	t.Parallel()
	g := setupFactors(t).enrol(t)
	seen := g.code(t)
	g.wantAnswer(t, g.challenged(t), seen, "")
	g.wantAnswer(t, g.challenged(t), seen, "second_factor_wrong")
	g.wantAnswer(t, g.challenged(t), g.codes[0], "")
	g.wantAnswer(t, g.challenged(t), g.codes[0], "second_factor_wrong")
	g.wantAnswer(t, g.challenged(t), strings.ToLower(g.codes[1]), "")
	g.pass(totpPeriod)
	g.wantAnswer(t, g.challenged(t), g.code(t), "")
	if state, err := g.SecondFactor(t.Context(), g.mia); err != nil || state.RecoveryCodes != 8 {
		t.Errorf("state %+v, %v", state, err)
	}
}

func TestAChallengeIsGoodForFiveTriesAndFiveMinutes(t *testing.T) {
	t.Parallel()
	g := setupFactors(t).enrol(t)
	challenge := g.challenged(t)
	for range challengeTries {
		g.wantAnswer(t, challenge, "000000", "second_factor_wrong")
	}
	g.wantAnswer(t, challenge, g.code(t), "challenge_invalid")
	challenge = g.challenged(t)
	g.pass(ChallengeLife)
	g.wantAnswer(t, challenge, g.code(t), "challenge_invalid")
	challenge = g.challenged(t)
	id, _, _ := strings.Cut(challenge, ".")
	for _, forged := range []string{"", id, id + ".", challenge + "x", challenge[:len(challenge)-1], "chl_nobody.x", "../" + challenge} {
		g.wantAnswer(t, forged, g.code(t), "challenge_invalid")
	}
	g.wantAnswer(t, challenge, g.code(t), "")
}

func TestOfManyTriesAtOnceNoMoreAreLookedAtThanOneAfterTheOther(t *testing.T) {
	t.Parallel()
	g := setupFactors(t).enrol(t)
	var group sync.WaitGroup
	codes := make(chan string, 60)
	for range cap(codes) / 4 {
		challenge := g.challenged(t)
		for range 4 {
			group.Go(func() {
				_, err := g.AnswerChallenge(context.WithoutCancel(t.Context()), challenge, "000000")
				codes <- code(err)
			})
		}
	}
	group.Wait()
	close(codes)
	count := map[string]int{}
	for c := range codes {
		count[c]++
	}
	if count["second_factor_wrong"] != failuresAtOnce || count["second_factor_paused"] != 50 {
		t.Errorf("%v", count)
	}
	_, err := g.AnswerChallenge(t.Context(), g.challenged(t), g.code(t))
	if failure := chat.AsError(err); failure.Code != "second_factor_paused" || failure.Kind != chat.Limited || failure.RetryAfter != time.Hour {
		t.Errorf("the right code in the pause: %v", err)
	}
	g.wantAnswer(t, g.challenged(t), g.codes[0], "") // nobody is locked out
	g.wantAnswer(t, g.challenged(t), g.code(t), "")  // and that ended the pause
}

func TestASecondFactorIsReplacedAndEndedWithACodeOfIt(t *testing.T) {
	t.Parallel()
	g := setupFactors(t).enrol(t)
	ctx := t.Context()
	if _, err := g.BeginSecondFactor(ctx, g.mia, goodPassword, "000000"); code(err) != "second_factor_wrong" {
		t.Errorf("replaced without a code: %v", err)
	}
	old := *g
	if _, err := g.BeginSecondFactor(ctx, g.mia, goodPassword, g.code(t)); err != nil {
		t.Fatal(err)
	}
	g.pass(totpPeriod)
	g.wantAnswer(t, g.challenged(t), old.code(t), "") // still the former
	g.secret = g.factors.people[g.mia.User].Pending
	codes, err := g.ConfirmSecondFactor(ctx, g.mia, g.code(t))
	if err != nil || len(codes) != 10 {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	g.pass(totpPeriod)
	g.wantAnswer(t, g.challenged(t), old.codes[3], "second_factor_wrong")
	if _, err := g.NewRecoveryCodes(ctx, g.mia, "000000"); code(err) != "second_factor_wrong" {
		t.Errorf("new recovery codes without a code: %v", err)
	}
	again, err := g.NewRecoveryCodes(ctx, g.mia, codes[0])
	if err != nil || len(again) != 10 {
		t.Fatalf("%d codes, %v", len(again), err)
	}
	g.wantAnswer(t, g.challenged(t), codes[1], "second_factor_wrong")
	if err := g.EndSecondFactor(ctx, g.mia, "not the password", again[0]); code(err) != "password_wrong" {
		t.Errorf("ended without the password: %v", err)
	}
	if err := g.EndSecondFactor(ctx, g.mia, goodPassword, "000000"); code(err) != "second_factor_wrong" {
		t.Errorf("ended without a code: %v", err)
	}
	challenge := g.challenged(t)
	if err := g.EndSecondFactor(ctx, g.mia, goodPassword, again[0]); err != nil {
		t.Fatal(err)
	}
	if err := g.EndSecondFactor(ctx, g.mia, goodPassword, again[1]); code(err) != "second_factor_off" {
		t.Errorf("ended twice: %v", err)
	}
	if _, err := g.Login(ctx, "mia@acme.example", goodPassword); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	g.wantAnswer(t, challenge, "anything", "") // the password is enough now, and was given
}

// A business that asks for second factors does so of those who are in, too.
func TestWhoLacksARequiredSecondFactorCanOnlySetOneUp(t *testing.T) {
	t.Parallel()
	g := setupFactors(t)
	ctx := t.Context()
	if err := g.RequireSecondFactor(ctx, g.mia, true); code(err) != "own_second_factor_first" {
		t.Fatalf("required by somebody who has none: %v", err)
	}
	ben := User{ID: chat.NewID(chat.UserPrefix), Email: "ben@acme.example", Name: "Ben", PasswordHash: g.store.users[g.mia.User].PasswordHash}
	g.store.users[ben.ID] = ben
	g.store.members = append(g.store.members, Member{Tenant: g.mia.Tenant, User: ben.ID, Role: Admin})
	before, err := g.Login(ctx, ben.Email, goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	g.enrol(t)
	cleo := User{ID: chat.NewID(chat.UserPrefix), Email: "cleo@acme.example"}
	g.store.users[cleo.ID] = cleo
	g.store.members = append(g.store.members, Member{Tenant: g.mia.Tenant, User: cleo.ID, Role: Agent})
	if err := g.RequireSecondFactor(ctx, Identity{Tenant: g.mia.Tenant, User: cleo.ID, Role: Admin}, false); !errors.Is(err, ErrForbidden) {
		t.Errorf("an agent decided, whose token says more: %v", err)
	}
	if err := g.RequireSecondFactor(ctx, g.mia, true); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Authenticate(before.Access); !errors.Is(err, ErrRevoked) {
		t.Errorf("the token from before: %v", err)
	}
	limited, err := g.Refresh(ctx, before.Refresh)
	if err != nil {
		t.Fatal(err)
	}
	who, err := g.Authenticate(limited.Access)
	if err != nil || who != limited.Identity || !who.FactorMissing {
		t.Fatalf("%+v, %v", who, err)
	}
	for _, action := range Actions {
		if err := who.Require(action); (action == Self) != (err == nil) || err != nil && action != Own && !errors.Is(err, ErrFactorMissing) {
			t.Errorf("%s: %v", action, err)
		}
	}
	if err := g.EndSecondFactor(ctx, g.mia, goodPassword, g.codes[0]); code(err) != "second_factor_needed" {
		t.Errorf("ended where it is required: %v", err)
	}

	if _, err := g.BeginSecondFactor(ctx, who, goodPassword, ""); err != nil {
		t.Fatal(err)
	}
	made, _ := totpCode(g.factors.people[ben.ID].Pending, totpStep(g.clock))
	if _, err := g.ConfirmSecondFactor(ctx, who, made); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Authenticate(limited.Access); !errors.Is(err, ErrRevoked) {
		t.Errorf("the limited token: %v", err)
	}
	free, err := g.Refresh(ctx, limited.Refresh)
	if err != nil || free.Identity.FactorMissing || free.Identity.Require(ManageBots) != nil {
		t.Errorf("afterwards %+v, %v", free.Identity, err)
	}
}

func TestAnInvitationIsNoWayPastASecondFactor(t *testing.T) {
	t.Parallel()
	g := setupFactors(t).enrol(t)
	sam := g.register(t, "sam@rival.example").Identity
	invited, err := g.Invite(t.Context(), sam, "mia@acme.example", Agent, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(invited.Link, "#")
	_, err = g.AcceptInvitation(t.Context(), token, "", goodPassword)
	var required *SecondFactorRequired
	if !errors.As(err, &required) {
		t.Fatalf("accepted: %v", err)
	}
	tokens, err := g.AnswerChallenge(t.Context(), required.Challenge, g.code(t))
	if err != nil || tokens.Identity.Tenant != sam.Tenant || tokens.Identity.Role != Agent {
		t.Errorf("signed in as %+v, %v", tokens.Identity, err)
	}
}
