package actors

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

func TestNoTenantTakesMoreThanItsShare(t *testing.T) {
	t.Parallel()
	s := newSlots(4, 2)
	first, err := s.take(t.Context(), "loud")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.take(t.Context(), "loud"); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.take(short, "loud"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third slot of two: %v", err)
	}
	if _, err := s.take(t.Context(), "quiet"); err != nil {
		t.Errorf("the other's share is gone: %v", err)
	}
	first()
	first() // releasing again gives nothing back
	if _, err := s.take(t.Context(), "loud"); err != nil {
		t.Errorf("a slot that was given back: %v", err)
	}
	if s.free != 1 || s.taken["loud"] != 2 || s.taken["quiet"] != 1 {
		t.Errorf("%d are free, taken are %v", s.free, s.taken)
	}
}

func TestSlotsGoToTenantsInTurn(t *testing.T) {
	t.Parallel()
	s := newSlots(1, 1)
	release, err := s.take(t.Context(), "first")
	if err != nil {
		t.Fatal(err)
	}
	type got struct {
		tenant  string
		release func()
	}
	served := make(chan got)
	for _, tenant := range []string{"loud", "loud", "loud", "quiet", "shy"} {
		s.mutex.Lock()
		before := waitingIn(s)
		s.mutex.Unlock()
		go func() {
			release, err := s.take(context.WithoutCancel(t.Context()), tenant)
			if err != nil {
				t.Error(err)
			}
			served <- got{tenant, release}
		}()
		for waiting := before; waiting == before; time.Sleep(time.Millisecond) {
			s.mutex.Lock()
			waiting = waitingIn(s)
			s.mutex.Unlock()
		}
	}
	var order []string
	for range 5 {
		release()
		next := <-served
		order, release = append(order, next.tenant), next.release
	}
	if want := []string{"loud", "quiet", "shy", "loud", "loud"}; !slices.Equal(order, want) {
		t.Errorf("served %v, want %v", order, want)
	}
	if release(); s.free != 1 || len(s.taken) != 0 {
		t.Errorf("%d are free, taken are %v", s.free, s.taken)
	}
}

func waitingIn(s *slots) (n int) {
	for _, queue := range s.waiting.waiting {
		n += len(queue)
	}
	return n
}

func TestTheWaitingRoomIsBoundedForAllAndForEach(t *testing.T) {
	t.Parallel()
	r := newRoom(3, 2)
	for i, entering := range []struct {
		tenant string
		let    bool
	}{{"loud", true}, {"loud", true}, {"loud", false}, {"quiet", true}, {"shy", false}} {
		if err := r.enter(entering.tenant); (err == nil) != entering.let {
			t.Errorf("%d, %s: %v", i, entering.tenant, err)
		}
	}
	r.leave("loud")
	if err := r.enter("shy"); err != nil {
		t.Errorf("a place that was left: %v", err)
	}
	for _, tenant := range []string{"loud", "quiet", "shy"} {
		r.leave(tenant)
	}
	if r.inside != 0 || len(r.by) != 0 {
		t.Errorf("%d inside, %v", r.inside, r.by)
	}
}
