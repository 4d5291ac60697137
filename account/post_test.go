package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailbox is what was mailed.
type mailbox struct {
	mu    sync.Mutex
	mails []Mail
	fail  error // of every mail, when set
}

func (p *mailbox) Deliver(_ context.Context, mail Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, mail)
	return p.fail
}

// withPost gives an office a mailbox.
func withPost(t *testing.T) (*office, *mailbox) {
	t.Helper()
	o, box := setup(t), &mailbox{}
	o.postman = box
	return o, box
}

// mailed sends what is due, and returns what came, which must be of these kinds.
func (o *office) mailed(t *testing.T, kinds ...LetterKind) []Mail {
	t.Helper()
	box := o.postman.(*mailbox)
	box.mails = nil
	for o.deliver(t.Context()) > 0 {
	}
	var got []LetterKind
	for _, mail := range box.mails {
		got = append(got, mail.Kind)
	}
	slices.Sort(got)
	if !slices.Equal(got, slices.Sorted(slices.Values(kinds))) {
		t.Fatalf("mailed are %v, want %v", got, kinds)
	}
	return box.mails
}

// token is the secret of a mail's link.
func token(t *testing.T, mail Mail, page string) string {
	t.Helper()
	token, found := strings.CutPrefix(mail.Link, "https://parley.example"+page+"#")
	if !found {
		t.Fatalf("the link is %q", mail.Link)
	}
	return token
}

func TestAMailThatFailsIsTriedAgainForAnHourAndEachOfItsLinksIsGood(t *testing.T) {
	t.Parallel()
	o, box := withPost(t)
	registered := o.register(t, "mia@acme.example")
	box.fail = errors.New("the server is away")
	due := func() time.Time { return o.store.letters[0].Due }
	began := o.clock
	var last Mail
	for tries := 1; tries < postTries; tries++ {
		o.deliver(t.Context())
		if wait := due().Sub(o.clock); wait != postPause<<(tries-1) {
			t.Fatalf("after %d tries it waits for %v", tries, wait)
		}
		o.clock = due()
	}
	if took := o.clock.Sub(began); took < time.Hour || took > 2*time.Hour {
		t.Errorf("it was tried for %v", took)
	}
	o.deliver(t.Context())
	if !due().IsZero() || len(box.mails) != postTries {
		t.Errorf("after %d mails it is due at %v", len(box.mails), due())
	}
	// What a server takes without saying so has a good link.
	last = box.mails[len(box.mails)-secretsAtMost]
	if err := o.Confirm(t.Context(), token(t, last, "/confirm")); err != nil {
		t.Error(err)
	}
	if profile, err := o.Profile(t.Context(), registered.Identity); err != nil || !profile.User.Confirmed {
		t.Errorf("the profile is %+v, %v", profile, err)
	}
}

func TestAMailThatNobodyCanTakeIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	o, box := withPost(t)
	o.register(t, "mia@acme.example")
	box.fail = ErrUndeliverable
	o.deliver(t.Context())
	if !o.store.letters[0].Due.IsZero() {
		t.Errorf("it is due at %v", o.store.letters[0].Due)
	}
}

func TestTheSecretOfAMailIsKeptBeforeItLeavesAndOnlyAsAHash(t *testing.T) {
	t.Parallel()
	o, _ := withPost(t)
	o.register(t, "mia@acme.example")
	mail := o.mailed(t, LetterConfirm)[0]
	letter := o.store.letters[0]
	if len(letter.Secrets) != 1 || !equal(letter.Secrets[0].Hash, hashSecret(token(t, mail, "/confirm"))) || letter.ID != mail.ID {
		t.Errorf("kept is %+v", letter)
	}
}

func TestWhatWasPlannedIsSentWithoutWaitingForAPoll(t *testing.T) {
	t.Parallel()
	o := setup(t)
	arrived := make(chan Mail, 1)
	o.postman = postmanFunc(func(mail Mail) error { arrived <- mail; return nil })
	stop := o.StartPost()
	defer stop()
	o.register(t, "mia@acme.example")
	select {
	case mail := <-arrived:
		if mail.To != "mia@acme.example" {
			t.Errorf("it went to %s", mail.To)
		}
	case <-time.After(20 * time.Second):
		t.Error("nothing came")
	}
}

type postmanFunc func(Mail) error

func (f postmanFunc) Deliver(_ context.Context, mail Mail) error { return f(mail) }
