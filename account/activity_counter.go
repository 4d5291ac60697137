package account

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// countEvery is how often what was counted is written: the pages and the watch look at hours.
	countEvery = 10 * time.Second
	// countWrite bounds a write.
	countWrite = 10 * time.Second
	// mostCounted bounds the hours that wait to be written, some 200 bytes each. Beyond it only those are counted that wait already: that is
	// when storage is away, and what is counted then is not worth memory.
	mostCounted = 50_000
)

// ActivityCounter counts behind what it is told of, in memory, and adds it to storage every few seconds: counting costs no request
// anything. A process that is killed loses the last seconds. Its methods are safe for concurrent use; a nil counter counts nothing.
type ActivityCounter struct {
	store  Activities
	logger *slog.Logger
	now    func() time.Time

	mu      sync.Mutex
	waiting map[counted]Activity

	stop  context.CancelFunc
	ended sync.WaitGroup
}

type counted struct {
	Subject
	at time.Time
}

// StartActivityCounter returns a counter, which Stop ends.
func StartActivityCounter(store Activities, logger *slog.Logger) *ActivityCounter {
	c := newActivityCounter(store, logger, time.Now)
	ctx, stop := context.WithCancel(context.Background()) // ends with Stop
	c.stop = stop
	c.ended.Go(func() {
		tick := time.NewTicker(countEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				c.write(ctx)
			}
		}
	})
	return c
}

func newActivityCounter(store Activities, logger *slog.Logger, now func() time.Time) *ActivityCounter {
	return &ActivityCounter{store: store, logger: logger, now: now, waiting: map[counted]Activity{}, stop: func() {}}
}

// Count adds to this hour of a business.
func (c *ActivityCounter) Count(tenant string, a Activity) { c.count(Subject{Tenant: tenant}, a) }

// CountRequest adds a request to this hour of whoever made it, and of their business.
func (c *ActivityCounter) CountRequest(who Identity, a Activity) {
	c.CountOf(Subject{Tenant: who.Tenant, Line: who.Line()}, a)
}

// CountOf adds to this hour of a business, and of the key of that line if there is one.
func (c *ActivityCounter) CountOf(who Subject, a Activity) {
	c.count(Subject{Tenant: who.Tenant}, a)
	if who.Line != "" {
		c.count(who, a)
	}
}

func (c *ActivityCounter) count(of Subject, a Activity) {
	if c == nil || of.Tenant == "" || a == (Activity{}) {
		return
	}
	key := counted{of, hourOf(c.now())}
	c.mu.Lock()
	defer c.mu.Unlock()
	if sum, known := c.waiting[key]; known || len(c.waiting) < mostCounted {
		c.waiting[key] = sum.plus(a)
	}
}

// write adds what was counted to storage, or keeps it for the next time.
func (c *ActivityCounter) write(ctx context.Context) {
	c.mu.Lock()
	waiting := c.waiting
	c.waiting = make(map[counted]Activity, len(waiting))
	c.mu.Unlock()
	if len(waiting) == 0 {
		return
	}
	hours := make([]ActivityHour, 0, len(waiting))
	for key, a := range waiting {
		hours = append(hours, ActivityHour{key.Subject, key.at, a})
	}
	ctx, cancel := context.WithTimeout(ctx, countWrite)
	defer cancel()
	if err := c.store.AddActivity(ctx, hours); err != nil {
		c.logger.Warn("what was counted is not kept yet", slog.Int("hours", len(hours)), slog.Any("error", err))
		c.mu.Lock()
		defer c.mu.Unlock()
		for key, a := range waiting {
			if sum, known := c.waiting[key]; known || len(c.waiting) < mostCounted {
				c.waiting[key] = sum.plus(a)
			}
		}
	}
}

// Stop writes what was counted, as long as ctx allows.
func (c *ActivityCounter) Stop(ctx context.Context) {
	c.stop()
	c.ended.Wait()
	c.write(ctx)
}
