package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"
)

// lab is where one side is measured once: what is started in it ends with it.
// It stands in for the test that packages server, owner and testbed expect;
// whatever fails in it ends the measurement, from the goroutine of within only.
type lab struct {
	testing.TB // nil: those packages call nothing but the methods below

	ctx    context.Context
	failed bool

	mu    sync.Mutex
	doing string   // what the measurement is at
	last  []func() // what Cleanup was given
}

// failure is what a lab panics with.
type failure struct{ error }

// grace is how long a measurement that is out of time may take to notice, and
// again once all that it started has ended.
const grace = 5 * time.Second

// within runs a measurement and cleans up after it, however it ends. One that
// takes longer than atMost is an error that says what it was at.
func within(ctx context.Context, atMost time.Duration, measure func(l *lab)) error {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	l := &lab{ctx: ctx, doing: "begin"}
	ended := make(chan error, 1)
	go func() { ended <- l.run(measure) }()
	select {
	case err := <-ended:
		return l.judge(err)
	case <-ctx.Done():
	}
	err := ctx.Err()
	for range 2 {
		select {
		case failed := <-ended:
			if failed != nil {
				err = failed
			}
			return l.judge(err)
		case <-time.After(grace):
			l.cleanUp() // who waits for a process of ours is woken by its end
		}
	}
	return l.judge(err)
}

// judge says of a measurement that ran out of time where it was.
func (l *lab) judge(err error) error {
	if err == nil || !errors.Is(l.ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("out of time at %q: %w", l.at(), err)
}

func (l *lab) run(measure func(l *lab)) (err error) {
	defer l.cleanUp()
	defer func() {
		switch p := recover().(type) {
		case nil:
		case failure:
			err = p.error
		default:
			l.cleanUp()
			panic(p)
		}
	}()
	measure(l)
	return nil
}

// step says what comes next, for whoever asks why nothing happens.
func (l *lab) step(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.doing = fmt.Sprintf(format, args...)
}

func (l *lab) at() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.doing
}

func (l *lab) cleanUp() {
	for {
		l.mu.Lock()
		if len(l.last) == 0 {
			l.mu.Unlock()
			return
		}
		end := l.last[len(l.last)-1]
		l.last = l.last[:len(l.last)-1]
		l.mu.Unlock()
		end()
	}
}

// must ends the measurement if there is an error.
func (l *lab) must(doing string, err error) {
	if err != nil {
		l.Fatal(fmt.Errorf("%s: %w", doing, err))
	}
}

// Fatal ends the measurement.
func (l *lab) Fatal(args ...any) {
	l.failed = true
	if len(args) == 1 {
		if err, ok := args[0].(error); ok {
			panic(failure{err})
		}
	}
	panic(failure{errors.New(fmt.Sprint(args...))})
}

// Fatalf ends the measurement.
func (l *lab) Fatalf(format string, args ...any) { l.Fatal(fmt.Errorf(format, args...)) }

// Errorf tells of what does not end the measurement.
func (l *lab) Errorf(format string, args ...any) {
	l.failed = true
	l.Logf(format, args...)
}

// Logf writes to standard error.
func (l *lab) Logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }

// Failed tells whether anything went wrong so far.
func (l *lab) Failed() bool { return l.failed }

// Helper marks functions in the traces of tests; there are none here.
func (l *lab) Helper() {}

// Cleanup has a function called when the lab ends, the last one first.
func (l *lab) Cleanup(end func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, end)
}

// TempDir makes a folder that ends with the lab.
func (l *lab) TempDir() string {
	path, err := os.MkdirTemp("", "parley-bench-")
	l.must("make a folder", err)
	l.Cleanup(func() { _ = os.RemoveAll(path) })
	return path
}
