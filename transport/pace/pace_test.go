package pace

import (
	"strconv"
	"testing"
	"time"
)

func TestAPaceLetsAMinutesWorthThroughAndThenOneByOne(t *testing.T) {
	t.Parallel()
	p, now := New(6, time.Minute, nil), time.Unix(1_000_000, 0)
	for n := range 6 {
		if wait := p.Wait("key", now); wait != 0 {
			t.Fatalf("the %dth waits %v", n, wait)
		}
	}
	if wait := p.Wait("key", now); wait <= 9*time.Second || wait > 10*time.Second {
		t.Errorf("waits %v", wait)
	}
	if wait := p.Wait("other", now); wait != 0 {
		t.Errorf("another key waits %v", wait)
	}
	if wait := p.Wait("key", now.Add(10*time.Second)); wait != 0 {
		t.Errorf("later it waits %v", wait)
	}
}

func TestWhatIsLargeCountsSeveralTimes(t *testing.T) {
	t.Parallel()
	p, now := New(10, time.Second, nil), time.Unix(1_000_000, 0)
	if wait := p.WaitN("key", 8, now); wait != 0 {
		t.Errorf("the first waits %v", wait)
	}
	if wait := p.WaitN("key", 8, now); wait < 599*time.Millisecond || wait > 601*time.Millisecond {
		t.Errorf("the second waits %v, want 600 ms", wait)
	}
	if wait := p.WaitN("other", 1000, now); wait != 0 {
		t.Errorf("what is larger than all of it never passes: %v", wait)
	}
}

func TestLookingAtAPaceCountsNothing(t *testing.T) {
	t.Parallel()
	p, now := New(1, time.Minute, nil), time.Unix(1_000_000, 0)
	for range 3 {
		if wait := p.Left("key", now); wait != 0 {
			t.Fatalf("waits %v", wait)
		}
	}
	p.Wait("key", now)
	if wait := p.Left("key", now); wait <= 59*time.Second {
		t.Errorf("waits %v, want a minute", wait)
	}
}

func TestAPaceForgetsWhoIsDone(t *testing.T) {
	t.Parallel()
	p, now := New(60, time.Minute, nil), time.Unix(1_000_000, 0)
	for n := range 1000 {
		p.Wait(strconv.Itoa(n), now)
	}
	p.Wait("last", now.Add(2*time.Minute))
	if len(p.keys) != 1 {
		t.Errorf("%d keys are left", len(p.keys))
	}
}

func TestKeysThatAreMadeUpCostNoMoreMemoryAndShutNobodyOut(t *testing.T) {
	t.Parallel()
	p, now := New(1, time.Minute, nil), time.Unix(1_000_000, 0)
	for n := range Keys + 1000 {
		if wait := p.Wait(strconv.Itoa(n), now); wait != 0 {
			t.Fatalf("the %dth key waits %v at its first time", n, wait)
		}
	}
	if len(p.keys) > Keys {
		t.Errorf("%d keys are remembered", len(p.keys))
	}
}

func TestSeveralNodesTogetherNeverGiveTwiceALimit(t *testing.T) {
	t.Parallel()
	const limit = 60
	for nodes, want := range map[int]int{1: 60, 2: 40, 3: 30, 5: 20, 59: 2, 1000: 1} {
		share := ShareOf(func() int { return nodes })
		p, c, now := New(limit, time.Minute, share), NewCrowd(limit, share), time.Unix(1_000_000, 0)
		paced, crowded := 0, 0
		for p.Wait("key", now) == 0 {
			paced++
		}
		for c.Enter("key") {
			crowded++
		}
		if paced != want || crowded != want {
			t.Errorf("one of %d nodes lets %d through and %d in, want %d", nodes, paced, crowded, want)
		}
	}
}

func TestACrowdMakesRoomForWhoLeaves(t *testing.T) {
	t.Parallel()
	c := NewCrowd(1, nil)
	if !c.Enter("a") || c.Enter("a") || !c.Enter("b") {
		t.Error("one of each key has room")
	}
	c.Leave("a")
	if !c.Enter("a") {
		t.Error("there is no room after one left")
	}
	c.Leave("a")
	c.Leave("b")
	if len(c.here) != 0 {
		t.Errorf("%d keys are remembered", len(c.here))
	}
}
