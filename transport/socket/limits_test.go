package socket

import (
	"testing"
	"time"
)

func TestAPaceLetsAMinutesWorthThroughAndThenOneByOne(t *testing.T) {
	t.Parallel()
	p, now := newPace(6, time.Minute, shareOf(nil)), time.Unix(1_000_000, 0)
	for n := range 6 {
		if wait := p.wait("key", now); wait != 0 {
			t.Fatalf("the %dth waits %v", n, wait)
		}
	}
	if wait := p.wait("key", now); wait <= 9*time.Second || wait > 10*time.Second {
		t.Errorf("waits %v", wait)
	}
	if wait := p.wait("other", now); wait != 0 {
		t.Errorf("another key waits %v", wait)
	}
	if wait := p.wait("key", now.Add(10*time.Second)); wait != 0 {
		t.Errorf("later it waits %v", wait)
	}
}

func TestAPaceForgetsWhoIsDone(t *testing.T) {
	t.Parallel()
	p, now := newPace(60, time.Minute, shareOf(nil)), time.Unix(1_000_000, 0)
	for n := range 1000 {
		p.wait(string(rune('a'+n)), now)
	}
	p.wait("last", now.Add(2*time.Minute))
	if len(p.keys) != 1 {
		t.Errorf("%d keys are left", len(p.keys))
	}
}

func TestSeveralNodesTogetherNeverGiveTwiceALimit(t *testing.T) {
	t.Parallel()
	const limit = 60
	for nodes, want := range map[int]int{1: 60, 2: 40, 3: 30, 5: 20, 59: 2, 1000: 1} {
		share := shareOf(func() int { return nodes })
		p, c, now := newPace(limit, time.Minute, share), newCrowd(limit, share), time.Unix(1_000_000, 0)
		paced, crowded := 0, 0
		for p.wait("key", now) == 0 {
			paced++
		}
		for c.enter("key") {
			crowded++
		}
		if paced != want || crowded != want {
			t.Errorf("one of %d nodes lets %d through and %d in, want %d", nodes, paced, crowded, want)
		}
	}
}
