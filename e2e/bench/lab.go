package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
)

// lab is where one side is measured once: what is started in it ends with it.
// It stands in for the test that packages server, owner and testbed expect;
// whatever fails in it ends the measurement, from the goroutine of within only.
type lab struct {
	testing.TB // nil: those packages call nothing but the methods below

	ctx    context.Context
	failed bool
	last   []func() // what Cleanup was given
}

// failure is what a lab panics with.
type failure struct{ error }

// within runs a measurement and cleans up after it, however it ends.
func within(ctx context.Context, measure func(l *lab)) (err error) {
	l := &lab{ctx: ctx}
	defer func() {
		switch p := recover().(type) {
		case nil:
		case failure:
			err = p.error
		default:
			l.cleanUp()
			panic(p)
		}
		l.cleanUp()
	}()
	measure(l)
	return nil
}

func (l *lab) cleanUp() {
	for len(l.last) > 0 {
		end := l.last[len(l.last)-1]
		l.last = l.last[:len(l.last)-1]
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
func (l *lab) Cleanup(end func()) { l.last = append(l.last, end) }

// TempDir makes a folder that ends with the lab.
func (l *lab) TempDir() string {
	path, err := os.MkdirTemp("", "parley-bench-")
	l.must("make a folder", err)
	l.Cleanup(func() { _ = os.RemoveAll(path) })
	return path
}
