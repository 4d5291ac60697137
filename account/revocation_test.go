package account

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/chat"
)

// town has offices over one memory, which hear of each other.
type town struct {
	store *memory
	mu    sync.Mutex
	deaf  bool // announcements get lost
	heard []chat.Listener
}

func (b *town) Announce(_ context.Context, topic string, keys ...string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if topic != chat.TopicMember || b.deaf {
		return nil
	}
	for _, listener := range b.heard {
		for _, key := range keys {
			listener.Heard(key)
		}
	}
	return nil
}

func (b *town) Subscribe(_ context.Context, topic string, listener chat.Listener) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if topic != chat.TopicMember {
		return fmt.Errorf("nobody announces %s", topic)
	}
	b.heard = append(b.heard, listener)
	return nil
}

// office opens one more, which follows.
func (b *town) office(t *testing.T) *Service {
	t.Helper()
	config := b.store.config()
	config.Announcer = b
	s, err := NewService(config)
	if err != nil {
		t.Fatal(err)
	}
	stop, err := s.Follow(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s
}

// staffed has two offices, an owner, and an agent who signed in twice.
type staffed struct {
	*town
	here, there *Service
	mia         Tokens
	ben, again  Tokens
}

func staff(t *testing.T) *staffed {
	t.Helper()
	s := &staffed{town: &town{store: newMemory()}}
	s.here, s.there = s.office(t), s.office(t)
	var err error
	s.mia, err = s.here.Register(t.Context(), Registration{Email: "mia@acme.example", Password: goodPassword, Company: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	s.ben = (&office{Service: s.here, store: s.store}).hire(t, s.mia.Identity, "ben@acme.example", Agent)
	if s.again, err = s.there.Login(t.Context(), "ben@acme.example", goodPassword); err != nil {
		t.Fatal(err)
	}
	return s
}

// refused wants all offices to refuse a token, or to take it.
func (s *staffed) refused(t *testing.T, what, token string, want error) {
	t.Helper()
	for name, office := range map[string]*Service{"here": s.here, "there": s.there} {
		if _, err := office.Authenticate(token); !errors.Is(err, want) {
			t.Errorf("%s, %s: got %v, want %v", what, name, err, want)
		}
	}
}

func TestATokenOfWhoeverLeftIsRefusedEverywhereAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		if err := s.here.Remove(t.Context(), s.mia.Identity, s.ben.Identity.User); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // no time passes
		s.refused(t, "first sign-in", s.ben.Access, ErrRevoked)
		s.refused(t, "second sign-in", s.again.Access, ErrRevoked)
		s.refused(t, "who removed them", s.mia.Access, nil)
		if _, err := s.there.Refresh(t.Context(), s.ben.Refresh); !errors.Is(err, ErrSignedOut) {
			t.Errorf("refresh: got %v", err)
		}
	})
}

func TestARoleCountsEverywhereAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		if _, err := s.here.SetRole(t.Context(), s.mia.Identity, s.ben.Identity.User, Viewer); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.refused(t, "what says that they are an agent", s.ben.Access, ErrRevoked)
		next, err := s.there.Refresh(t.Context(), s.ben.Refresh)
		if err != nil || next.Identity.Role != Viewer {
			t.Fatalf("got %+v, %v", next.Identity, err)
		}
		s.refused(t, "what says that they are a viewer", next.Access, nil)
		if _, err := s.here.SetRole(t.Context(), s.mia.Identity, s.ben.Identity.User, Viewer); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.refused(t, "the role that they had already", next.Access, nil)
	})
}

func TestALostAnnouncementCostsASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		s.deaf = true
		if err := s.here.Remove(t.Context(), s.mia.Identity, s.ben.Identity.User); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := s.there.Authenticate(s.ben.Access); err != nil {
			t.Fatalf("it was not lost: %v", err)
		}
		time.Sleep(revocationPoll)
		synctest.Wait()
		s.refused(t, "after a second", s.ben.Access, ErrRevoked)
	})
}

func TestWhoeverMissedAnnouncementsLooksAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		s.deaf = true
		if err := s.here.Remove(t.Context(), s.mia.Identity, s.ben.Identity.User); err != nil {
			t.Fatal(err)
		}
		for _, listener := range s.heard {
			listener.Missed()
		}
		synctest.Wait()
		s.refused(t, "after a loss", s.ben.Access, ErrRevoked)
	})
}

func TestSigningOutEndsItsOwnTokensOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		if _, err := s.there.Logout(t.Context(), s.ben.Refresh); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.refused(t, "signed out", s.ben.Access, ErrRevoked)
		s.refused(t, "signed in elsewhere", s.again.Access, nil)
	})
}

func TestAStolenRefreshTokenEndsTheAccessTokensOfItsSignIn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		next, err := s.here.Refresh(t.Context(), s.ben.Refresh)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.there.Refresh(t.Context(), s.ben.Refresh); !errors.Is(err, ErrSignedOut) {
			t.Fatalf("used twice: %v", err)
		}
		synctest.Wait()
		s.refused(t, "the first", s.ben.Access, ErrRevoked)
		s.refused(t, "the thief's, or the victim's", next.Access, ErrRevoked)
		s.refused(t, "of another sign-in", s.again.Access, nil)
	})
}

func TestWhoeverComesBackHasAGoodToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		if err := s.here.Remove(t.Context(), s.mia.Identity, s.ben.Identity.User); err != nil {
			t.Fatal(err)
		}
		invited, err := s.there.Invite(t.Context(), s.mia.Identity, "ben@acme.example", Viewer, 0)
		if err != nil {
			t.Fatal(err)
		}
		back, err := s.there.AcceptInvitation(t.Context(), tokenOf(t, invited), "", goodPassword)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.refused(t, "of before", s.ben.Access, ErrRevoked)
		s.refused(t, "of after", back.Access, nil)
	})
}

func TestAnOfficeThatOpensKnowsWhatWasRevokedBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		if err := s.here.Remove(t.Context(), s.mia.Identity, s.ben.Identity.User); err != nil {
			t.Fatal(err)
		}
		if _, err := s.office(t).Authenticate(s.ben.Access); !errors.Is(err, ErrRevoked) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWhoeverWatchesATokenIsToldOnceWhenItIsRevoked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		var first, second, stopped, other atomic.Int64
		count := func(n *atomic.Int64) func() { return func() { n.Add(1) } }
		s.there.Watch(s.ben.Identity, count(&first))
		s.there.Watch(s.again.Identity, count(&second))
		s.there.Watch(s.ben.Identity, count(&stopped))()
		s.there.Watch(s.mia.Identity, count(&other))
		want := func(what string, counts ...int64) {
			t.Helper()
			synctest.Wait()
			for i, n := range []*atomic.Int64{&first, &second, &stopped, &other} {
				if n.Load() != counts[i] {
					t.Errorf("%s: watch %d was told %d times, want %d", what, i, n.Load(), counts[i])
				}
			}
		}
		if _, err := s.here.Logout(t.Context(), s.ben.Refresh); err != nil {
			t.Fatal(err)
		}
		want("signed out", 1, 0, 0, 0)
		if err := s.here.Remove(t.Context(), s.mia.Identity, s.ben.Identity.User); err != nil {
			t.Fatal(err)
		}
		want("removed", 1, 1, 0, 0)
		s.there.Watch(s.ben.Identity, count(&stopped))
		want("too late", 1, 1, 1, 0)
		s.there.revoked.mu.Lock()
		defer s.there.revoked.mu.Unlock()
		if n := len(s.there.revoked.watches); n != 1 {
			t.Errorf("%d members are watched", n)
		}
	})
}

func TestRevocationsAreForgottenWhenTheirTokensHaveExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := staff(t)
		if _, err := s.here.Logout(t.Context(), s.ben.Refresh); err != nil {
			t.Fatal(err)
		}
		time.Sleep(AccessLife)
		synctest.Wait()
		if since, order := s.there.remembered(); since != 1 || order != 1 {
			t.Fatalf("%d revocations after the life of a token", since)
		}
		time.Sleep(revocationGrace + 2*revocationPoll)
		synctest.Wait()
		if since, order := s.there.remembered(); since != 0 || order != 0 {
			t.Errorf("%d revocations, %d to be forgotten", since, order)
		}
	})
}

func (s *Service) remembered() (since, order int) {
	s.revoked.mu.RLock()
	defer s.revoked.mu.RUnlock()
	return len(s.revoked.since), len(s.revoked.order)
}

// Thousands of revocations cost memory; beyond the bound, everybody's old tokens are refused instead, which they refresh.
func TestWhatIsRememberedOfRevocationsIsBounded(t *testing.T) {
	t.Parallel()
	r := newRevoked(Config{Revocations: newMemory()}, time.Now)
	bearer := func(user string, version int64) Identity {
		return Identity{Tenant: "tnt_1", User: user, Proof: Proof{"ses_1", version}}
	}
	const over = 50
	var found []Revocation
	for i := int64(1); i <= revocationsAtMost+over; i++ {
		found = append(found, Revocation{Tenant: "tnt_1", User: fmt.Sprint("usr_", i), Version: i})
	}
	r.remember(found)
	if len(r.since) != revocationsAtMost || len(r.order) != revocationsAtMost {
		t.Errorf("%d are remembered", len(r.since))
	}
	for name, c := range map[string]struct {
		who  Identity
		good bool
	}{
		"forgotten":                 {bearer("usr_1", 0), false},
		"never revoked, but as old": {bearer("usr_0", over-1), false},
		"never revoked, and newer":  {bearer("usr_0", over), true},
		"remembered":                {bearer(fmt.Sprint("usr_", over+1), over), false},
		"made since":                {bearer(fmt.Sprint("usr_", over+1), over+1), true},
	} {
		if got := r.good(c.who); got != c.good {
			t.Errorf("%s: good is %v", name, got)
		}
	}
}
