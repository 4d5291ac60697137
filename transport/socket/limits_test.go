package socket

import (
	"testing"
	"time"
)

func TestAPaceLetsAMinutesWorthThroughAndThenOneByOne(t *testing.T) {
	t.Parallel()
	p, now := newPace(6, time.Minute), time.Unix(1_000_000, 0)
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
	p, now := newPace(60, time.Minute), time.Unix(1_000_000, 0)
	for n := range 1000 {
		p.wait(string(rune('a'+n)), now)
	}
	p.wait("last", now.Add(2*time.Minute))
	if len(p.keys) != 1 {
		t.Errorf("%d keys are left", len(p.keys))
	}
}
