package actors

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/chat"
)

// Bounds of one commit: as many appends as gathered while the last one ran.
const (
	batchSize     = 256
	commitTimeout = 30 * time.Second
)

// committer writes the appends of many sessions in one transaction each time:
// the next batch gathers while one commits, without a timer, so that a lone
// append waits for nothing. A batch takes from the tenants in turn, so that one
// tenant's flood fills it only with what others leave. It is bounded by the
// sessions, which have one append in flight each.
type committer struct {
	log     chat.Log
	mutex   sync.Mutex
	waiting map[string][]submission // by tenant, none empty
	turns   []string                // the tenants that wait, whose turn is next first
	wake    chan struct{}           // holds one token when there may be work
	stop    chan struct{}
	stopped chan struct{}
}

type submission struct {
	entry chat.Append
	done  func(chat.Outcome, error) // the error is the batch's: what happened is not known
}

func newCommitter(log chat.Log) *committer {
	c := &committer{log: log, waiting: map[string][]submission{}, wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}
	go c.run()
	return c
}

// submit hands an append over; done is called once, from another goroutine, and must not block.
func (c *committer) submit(entry chat.Append, done func(chat.Outcome, error)) {
	c.mutex.Lock()
	tenant := entry.Tenant
	if len(c.waiting[tenant]) == 0 {
		c.turns = append(c.turns, tenant)
	}
	c.waiting[tenant] = append(c.waiting[tenant], submission{entry, done})
	c.mutex.Unlock()
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

func (c *committer) run() {
	defer close(c.stopped)
	for {
		select {
		case <-c.wake:
		case <-c.stop:
			return
		}
		for batch := c.gather(); len(batch) > 0; batch = c.gather() {
			c.commit(batch)
		}
	}
}

// gather takes the next batch, one append of each tenant in turn.
func (c *committer) gather() []submission {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var batch []submission
	for len(batch) < batchSize && len(c.turns) > 0 {
		tenant := c.turns[0]
		queue := c.waiting[tenant]
		batch = append(batch, queue[0])
		c.turns = c.turns[1:]
		if len(queue) == 1 {
			delete(c.waiting, tenant)
			continue
		}
		c.waiting[tenant] = queue[1:]
		c.turns = append(c.turns, tenant)
	}
	return batch
}

func (c *committer) commit(batch []submission) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	appends := make([]chat.Append, len(batch))
	for i, s := range batch {
		appends[i] = s.entry
	}
	outcomes, err := c.log.Append(ctx, appends)
	if err == nil && len(outcomes) != len(batch) {
		err = fmt.Errorf("append: %d outcomes for %d appends", len(outcomes), len(batch))
	}
	for i, s := range batch {
		if err != nil {
			s.done(chat.Outcome{}, err)
			continue
		}
		s.done(outcomes[i], nil)
	}
}

// close ends the committer after the commit that runs. What still waits is not written.
func (c *committer) close() {
	close(c.stop)
	<-c.stopped
}
