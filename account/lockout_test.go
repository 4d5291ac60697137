package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/chat"
)

// guarded is an office that counts wrong passwords.
func guardedOffice(t *testing.T) (*office, *tally) {
	t.Helper()
	o := setup(t)
	counts := newTally(func() time.Time { return o.clock })
	o.lockout.attempts = counts
	return o, counts
}

// from is a request of an address, and of a browser that may be known.
func from(t *testing.T, address, device string) context.Context {
	return WithClient(t.Context(), Client{Address: address, Device: device})
}

func (o *office) guess(t *testing.T, ctx context.Context, email string, times int) (last error) {
	t.Helper()
	for range times {
		_, last = o.Login(ctx, email, "not the password")
	}
	return last
}

func TestAfterTenWrongPasswordsAnAddressWaits(t *testing.T) {
	t.Parallel()
	o, _ := guardedOffice(t)
	o.register(t, "mia@acme.example")
	here, elsewhere := from(t, "192.0.2.1", ""), from(t, "192.0.2.2", "")
	for _, email := range []string{"mia@acme.example", "nobody@acme.example"} { // it is the same for both
		if err := o.guess(t, here, email, 10); !errors.Is(err, ErrCredentials) {
			t.Fatalf("%s: the tenth: %v", email, err)
		}
		err := o.guess(t, here, strings.ToUpper(email), 1)
		if failure := chat.AsError(err); failure.Code != "sign_in_locked" || failure.Kind != chat.Limited || failure.RetryAfter != 15*time.Minute {
			t.Fatalf("%s: the eleventh: %v, in %v", email, err, failure.RetryAfter)
		}
		if err := o.guess(t, elsewhere, email, 1); !errors.Is(err, ErrCredentials) {
			t.Errorf("%s: from elsewhere: %v", email, err)
		}
	}
	if _, err := o.Login(here, "mia@acme.example", goodPassword); code(err) != "sign_in_locked" {
		t.Errorf("the right password: %v", err)
	}
	if _, err := o.Login(elsewhere, "mia@acme.example", goodPassword); err != nil {
		t.Errorf("the right password from elsewhere: %v", err)
	}
	o.clock = o.clock.Add(15 * time.Minute)
	if _, err := o.Login(here, "mia@acme.example", goodPassword); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestTheRightPasswordMakesWrongOnesForgotten(t *testing.T) {
	t.Parallel()
	o, counts := guardedOffice(t)
	o.register(t, "mia@acme.example")
	here := from(t, "192.0.2.1", "")
	for range 30 {
		if err := o.guess(t, here, "mia@acme.example", 3); !errors.Is(err, ErrCredentials) {
			t.Fatal(err)
		}
		if _, err := o.Login(here, "mia@acme.example", goodPassword); err != nil {
			t.Fatal(err)
		}
	}
	for key, n := range counts.counts { // those of the account stay, until it is locked
		if strings.HasPrefix(key, "anywhere") && n != 90 || strings.HasPrefix(key, "here") {
			t.Errorf("%s is %d", key, n)
		}
	}
}

func TestGuessingFromEverywhereLocksNobodyOutOfTheBrowserThatTheyUse(t *testing.T) {
	t.Parallel()
	o, _ := guardedOffice(t)
	tokens := o.register(t, "mia@acme.example")
	for i := range 20 {
		o.guess(t, from(t, fmt.Sprintf("198.51.100.%d", i), ""), "mia@acme.example", 10)
	}
	err := o.guess(t, from(t, "203.0.113.1", ""), "mia@acme.example", 1)
	if failure := chat.AsError(err); failure.Code != "sign_in_locked" || failure.RetryAfter != time.Hour {
		t.Fatalf("a stranger: %v, in %v", err, failure.RetryAfter)
	}
	// Whoever guesses has a cookie too: of an account of their own.
	thief, err := o.Register(t.Context(), Registration{Email: "thief@rival.example", Password: goodPassword, Company: "Rival"})
	if err != nil {
		t.Fatal(err)
	}
	for name, device := range map[string]string{"none": "", "another's": thief.Device, "cut": tokens.Device[1:], "made up": strings.Repeat("A", len(tokens.Device))} {
		if _, err := o.Login(from(t, "203.0.113.2", device), "mia@acme.example", goodPassword); code(err) != "sign_in_locked" {
			t.Errorf("with the cookie %s: %v", name, err)
		}
	}
	own := from(t, "203.0.113.1", tokens.Device)
	if err := o.guess(t, own, "mia@acme.example", 10); !errors.Is(err, ErrCredentials) {
		t.Errorf("her own browser: %v", err)
	}
	if err := o.guess(t, own, "mia@acme.example", 1); code(err) != "sign_in_locked" {
		t.Errorf("her own browser, guessing: %v", err)
	}
	o.clock = o.clock.Add(15 * time.Minute)
	if _, err := o.Login(own, "mia@acme.example", goodPassword); err != nil {
		t.Errorf("her own browser, later: %v", err)
	}
}

func TestWhoReadsTheMailsOfALockedAccountGetsIn(t *testing.T) {
	t.Parallel()
	o, _ := guardedOffice(t)
	o.postman = &mailbox{}
	o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	for i := range 11 {
		o.guess(t, from(t, fmt.Sprintf("198.51.100.%d", i), ""), "mia@acme.example", 10)
	}
	here := from(t, "198.51.100.1", "")
	device, err := o.ResetPassword(here, o.reset(t, "mia@acme.example"), otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Login(here, "mia@acme.example", otherPassword); code(err) != "sign_in_locked" {
		t.Errorf("without the cookie: %v", err)
	}
	if _, err := o.Login(from(t, "198.51.100.1", device), "mia@acme.example", otherPassword); err != nil {
		t.Errorf("with the cookie: %v", err)
	}
}

func TestManyGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	t.Parallel()
	o, _ := guardedOffice(t)
	o.register(t, "mia@acme.example")
	here := from(t, "192.0.2.1", "")
	var group sync.WaitGroup
	codes := make(chan string, 40)
	for range cap(codes) {
		group.Go(func() {
			_, err := o.Login(here, "mia@acme.example", "not the password")
			codes <- code(err)
		})
	}
	group.Wait()
	close(codes)
	counts := map[string]int{}
	for c := range codes {
		counts[c]++
	}
	if counts["credentials_wrong"] != 10 || counts["sign_in_locked"] != 30 {
		t.Errorf("got %v", counts)
	}
}

func TestAnAttemptThatWasNotCheckedIsNoGuess(t *testing.T) {
	t.Parallel()
	o, counts := guardedOffice(t)
	o.register(t, "mia@acme.example")
	for range hashesAtOnce {
		o.hasher.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(from(t, "192.0.2.1", ""))
	cancel()
	for range 20 {
		if _, err := o.Login(ctx, "mia@acme.example", goodPassword); code(err) != "sign_in_busy" {
			t.Fatal(err)
		}
	}
	for key, n := range counts.counts {
		if n != 0 {
			t.Errorf("%s is %d", key, n)
		}
	}
}

func TestWherePasswordsAreAskedForAgainTheyAreCountedToo(t *testing.T) {
	t.Parallel()
	o, _ := guardedOffice(t)
	mia := o.register(t, "mia@acme.example")
	here := from(t, "192.0.2.1", "")
	for range 5 {
		if err := o.ChangePassword(here, mia.Identity, "not the password", otherPassword); !errors.Is(err, ErrPassword) {
			t.Fatal(err)
		}
		if err := o.TransferOwnership(here, mia.Identity, "usr_other", "not the password"); !errors.Is(err, ErrPassword) {
			t.Fatal(err)
		}
	}
	if err := o.Move(here, mia.Identity, goodPassword, "mia@home.example"); code(err) != "sign_in_locked" {
		t.Errorf("the eleventh: %v", err)
	}
}

func TestWhatCannotBeCountedIsLetThrough(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.lockout.attempts = brokenTally{}
	o.register(t, "mia@acme.example")
	if err := o.guess(t, t.Context(), "mia@acme.example", 20); !errors.Is(err, ErrCredentials) {
		t.Errorf("a guess: %v", err)
	}
	if _, err := o.Login(t.Context(), "mia@acme.example", goodPassword); err != nil {
		t.Errorf("the right one: %v", err)
	}
}

type brokenTally struct{}

func (brokenTally) Attempt(context.Context, string, int64, Allowance) (time.Time, error) {
	return time.Time{}, errors.New("away")
}
func (brokenTally) Forget(context.Context, string, Allowance) error { return errors.New("away") }

func TestWhatIsCountedTellsNobodyWhomItIsAbout(t *testing.T) {
	t.Parallel()
	o, counts := guardedOffice(t)
	o.guess(t, from(t, "192.0.2.1", ""), "mia@acme.example", 1)
	if err := o.AskForReset(t.Context(), "mia@acme.example"); err != nil {
		t.Fatal(err)
	}
	if len(counts.counts) != 3 {
		t.Errorf("counted are %v", counts.counts)
	}
	for key := range counts.counts {
		if strings.Contains(key, "mia") || strings.Contains(key, "192") {
			t.Errorf("the key is %s", key)
		}
	}
}

func TestFiveMailsOfAKindGoToAnAddressInAnHour(t *testing.T) {
	t.Parallel()
	o, _ := guardedOffice(t)
	o.postman = &mailbox{}
	mia := o.register(t, "mia@acme.example")
	o.mailed(t, LetterConfirm)
	for range 5 {
		o.reset(t, "mia@acme.example")
	}
	if err := o.AskForReset(t.Context(), "mia@acme.example"); err != nil {
		t.Fatal(err)
	}
	o.mailed(t)
	for range 6 {
		if err := o.SendConfirmation(t.Context(), mia.Identity); err != nil {
			t.Fatal(err)
		}
	}
	o.mailed(t, LetterConfirm) // those that were planned while none was sent are one
	o.clock = o.clock.Add(time.Hour)
	o.reset(t, "mia@acme.example")
}

func TestABrowserIsKnownToFourAccounts(t *testing.T) {
	t.Parallel()
	d := newDevices(testKey)
	cookie := ""
	for i := range 6 {
		cookie = d.remember(cookie, fmt.Sprintf("%d@acme.example", i))
	}
	for i := range 6 {
		if known := d.known(cookie, fmt.Sprintf("%d@ACME.example", i)) != ""; known != (i >= 2) {
			t.Errorf("account %d is known: %v", i, known)
		}
	}
	if d.remember(cookie, "5@acme.example") != cookie {
		t.Error("a sign-in changes the cookie of a browser that is known")
	}
	for _, odd := range []string{"", "~", "~~~~~~", "a.b", strings.Repeat("a", 1000), strings.Repeat("~", 1000)} {
		if d.known(odd, "5@acme.example") != "" || d.known(d.remember(odd, "5@acme.example"), "5@acme.example") == "" {
			t.Errorf("cookie %q", odd)
		}
	}
}
