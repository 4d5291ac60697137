package main

import (
	"context"
	"fmt"
	"sync"
)

// dialling is how many connections are opened at a time: as many as a listener's backlog takes with ease.
const dialling = 128

// all calls do for 0…n-1, at most so many at a time, and ends the measurement
// with the first error.
func (l *lab) all(n, atATime int, do func(ctx context.Context, i int) error) {
	ctx, cancel := context.WithCancelCause(l.ctx)
	defer cancel(nil)
	slots := make(chan struct{}, max(1, atATime))
	var running sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			if ctx.Err() != nil {
				return
			}
			if err := do(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	if ctx.Err() != nil {
		l.Fatal(context.Cause(ctx))
	}
}

// crowd opens sessions, each the one of before if there are any. They leave when the lab ends.
func (s *site) crowd(n int, before []*visitor) []*visitor {
	s.l.step("open %d sessions", n)
	visitors := make([]*visitor, n)
	s.l.Cleanup(func() {
		for _, v := range visitors {
			if v != nil {
				v.leave()
			}
		}
	})
	s.l.all(n, dialling, func(ctx context.Context, i int) (err error) {
		var was *visitor
		if before != nil {
			was = before[i]
		}
		visitors[i], err = s.open(ctx, s.bots[i%len(s.bots)], fmt.Sprintf("v%d", i), was)
		return err
	})
	return visitors
}
