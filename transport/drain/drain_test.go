package drain_test

import (
	"context"
	"testing"

	"parley/transport/drain"
)

func TestWhatIsUnderWayEndsByItself(t *testing.T) {
	t.Parallel()
	w, ended := drain.New(), false
	w.Go(func() {
		<-w.Stopping.Done()
		ended = w.Ctx.Err() == nil
	})
	w.Stop(t.Context())
	if !ended {
		t.Error("it was broken off, or not waited for")
	}
}

func TestWhatDoesNotEndInTimeIsBrokenOffAndWaitedFor(t *testing.T) {
	t.Parallel()
	w, ended := drain.New(), false
	w.Go(func() {
		<-w.Ctx.Done()
		ended = true
	})
	over, cancel := context.WithCancel(t.Context())
	cancel()
	w.Stop(over)
	if !ended {
		t.Error("it was not waited for")
	}
}
