package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestTheCPUTimeOfAProcessIsWhatItSpentAndNotHowLongItLived(t *testing.T) {
	t.Parallel()
	err := within(context.Background(), time.Minute, func(l *lab) {
		before := l.cpu(os.Getpid())
		for i := 0; l.cpu(os.Getpid())-before < 20*time.Millisecond; i++ {
			if i > 1e9 {
				t.Error("it stands still while we work")
				return
			}
		}
		idle := exec.Command("sleep", "60")
		l.must("start a process", idle.Start())
		l.Cleanup(func() { _ = idle.Process.Kill(); _ = idle.Wait() })
		l.pause(50 * time.Millisecond)
		if spent := l.cpu(idle.Process.Pid); spent <= 0 || spent >= 50*time.Millisecond {
			t.Errorf("a process that sleeps spent %v", spent)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestTheCPUTimeOfNoProcessIsAnError(t *testing.T) {
	t.Parallel()
	ended := exec.Command("true")
	if err := ended.Run(); err != nil {
		t.Fatal(err)
	}
	err := within(context.Background(), time.Minute, func(l *lab) { l.cpu(ended.Process.Pid) })
	if err == nil {
		t.Error("there is none")
	}
}

func TestALabEndsWhatItStartedWhenAMeasurementFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	var folder string
	var ended []int
	err := within(context.Background(), time.Minute, func(l *lab) {
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
	err := within(context.Background(), time.Minute, func(l *lab) {
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

func TestAStuckStepIsAnErrorThatNamesIt(t *testing.T) {
	t.Parallel()
	for name, wait := range map[string]func(l *lab){
		"that hears the end": func(l *lab) { l.pause(time.Hour) },
		"that waits for a process": func(l *lab) {
			asleep := exec.Command("sleep", "60")
			l.must("start a process", asleep.Start())
			l.Cleanup(func() { _ = asleep.Process.Kill() })
			_ = asleep.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := within(context.Background(), 10*time.Millisecond, func(l *lab) {
				l.step("wait for %s", "Godot")
				wait(l)
			})
			if err == nil || !strings.Contains(err.Error(), `"wait for Godot"`) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
