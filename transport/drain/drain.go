// Package drain ends the work of a loop in two steps: first nothing new is begun, then
// what is under way is broken off, if it does not end by itself in time.
package drain

import (
	"context"
	"sync"
)

// Work is what a loop does and has under way. New makes one.
type Work struct {
	Stopping context.Context // ends when nothing new is to be begun
	Ctx      context.Context // of what is under way; ends when nobody waits for it any more

	stop, cancel context.CancelFunc
	running      sync.WaitGroup
}

// New returns work of which nothing has begun.
func New() *Work {
	w := &Work{}
	w.Stopping, w.stop = context.WithCancel(context.Background())
	w.Ctx, w.cancel = context.WithCancel(context.Background())
	return w
}

// Go begins something: before Stop, or from something that is under way.
func (w *Work) Go(f func()) { w.running.Go(f) }

// Stop has nothing new begun and waits for what is under way; when ctx ends first, that is
// broken off, and waited for.
func (w *Work) Stop(ctx context.Context) {
	w.stop()
	done := make(chan struct{})
	go func() {
		w.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		w.cancel()
		<-done
	}
	w.cancel()
}
