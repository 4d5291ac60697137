package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"parley/chat"
)

// gated is a log whose commits wait to be let through, one by one.
type gated struct {
	chat.Log
	batches chan []string // tenants of each batch, when it arrives
	through chan error
}

func (g *gated) Append(_ context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	tenants := make([]string, 0, len(batch))
	for _, a := range batch {
		tenants = append(tenants, a.Tenant)
	}
	g.batches <- tenants
	if err := <-g.through; err != nil {
		return nil, err
	}
	return make([]chat.Outcome, len(batch)), nil
}

func TestAFloodOfOneTenantLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	log := &gated{batches: make(chan []string), through: make(chan error)}
	c := newCommitter(log)
	var done sync.WaitGroup
	submit := func(tenant string, n int) {
		for range n {
			done.Add(1)
			c.submit(chat.Append{Ref: chat.Ref{Tenant: tenant}}, func(o chat.Outcome, err error) {
				if o != (chat.Outcome{}) || err != nil {
					t.Errorf("outcome %+v, %v", o, err)
				}
				done.Done()
			})
		}
	}
	submit("first", 1)
	if got := <-log.batches; len(got) != 1 {
		t.Errorf("a lone append waited for %d others", len(got)-1)
	}
	submit("loud", 3*batchSize)
	submit("quiet", 2)
	submit("shy", 1)
	log.through <- nil
	sizes := []int{}
	for i := range 4 {
		batch := <-log.batches
		sizes = append(sizes, len(batch))
		if i == 0 && !slices.Equal(batch[:5], []string{"loud", "quiet", "shy", "loud", "quiet"}) {
			t.Errorf("the first batch begins with %v", batch[:5])
		}
		log.through <- nil
	}
	if want := fmt.Sprint([]int{batchSize, batchSize, batchSize, 3}); fmt.Sprint(sizes) != want {
		t.Errorf("batches of %v, want %s", sizes, want)
	}
	done.Wait()
	c.close()
	if left := c.group.waiting; len(left.waiting) != 0 || len(left.turns) != 0 {
		t.Errorf("%d tenants left over", len(left.waiting))
	}
}

func TestABatchThatFailsIsEveryonesDoubt(t *testing.T) {
	t.Parallel()
	log := &gated{batches: make(chan []string), through: make(chan error)}
	c := newCommitter(log)
	defer c.close()
	broken := errors.New("connection reset")
	outcomes := make(chan error, 3)
	for range 3 {
		c.submit(chat.Append{Ref: chat.Ref{Tenant: "t"}}, func(_ chat.Outcome, err error) { outcomes <- err })
	}
	for got := 0; got < 3; {
		got += len(<-log.batches)
		log.through <- broken
	}
	for range 3 {
		if err := <-outcomes; !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	}
}
