package main

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"
)

func TestCPUTimesAreReadBehindANameThatHoldsAnything(t *testing.T) {
	t.Parallel()
	got, err := cpuOf("42 (a (b) 9 c) S 1 42 42 0 -1 4194560 500 0 0 0 150 25 0 0 20 0 8 0 100 1 2")
	if want := 1750 * time.Millisecond; err != nil || got != want {
		t.Errorf("read %v, %v, want %v", got, err, want)
	}
	for _, broken := range []string{"", "42 (x) S 1", "42 (x) S 1 42 42 0 -1 4194560 500 0 0 0 many 25 0"} {
		if got, err := cpuOf(broken); err == nil {
			t.Errorf("%q was read as %v", broken, got)
		}
	}
}

func TestALabEndsWhatItStartedWhenAMeasurementFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var folder string
	var ended []int
	err := within(context.Background(), func(l *lab) {
		folder = l.TempDir()
		l.Cleanup(func() { ended = append(ended, 1) })
		l.Cleanup(func() { ended = append(ended, 2) })
		l.must("measure", broken)
		t.Error("the measurement went on")
	})
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	if len(ended) != 2 || ended[0] != 2 {
		t.Errorf("ended in the order %v", ended)
	}
	if _, err := os.Stat(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the folder is left: %v", err)
	}
}

func TestOneFailureEndsACrowd(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	err := within(context.Background(), func(l *lab) {
		l.all(3, 3, func(ctx context.Context, i int) error {
			if i == 1 {
				return broken
			}
			<-ctx.Done() // the others are told
			return ctx.Err()
		})
	})
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}
