package actors

import (
	"sync"
	"time"

	"parley/chat"
)

// Writes that wait at once, for their turn in their conversation or for storage that
// is away. A message has 32 KB at most, so that the waiting room of a node is bounded by
// 512 MB, and is some MB in practice. A tenant has a quarter of it.
const (
	nodeRoom   = 16_384
	tenantRoom = nodeRoom / 4
)

// errCrowded refuses a write when too many wait. The same write may succeed later.
var errCrowded = func() error {
	e := chat.Fail(chat.Unavailable, chat.ErrUnavailable.Code, "Too many messages are waiting to be kept. Please try again in a moment.")
	e.RetryAfter = 2 * time.Second
	return e
}()

// room is the waiting room of writes: bounded, and no tenant fills it alone.
type room struct {
	total, share int
	mutex        sync.Mutex
	inside       int
	by           map[string]int // inside, by tenant
}

func newRoom(total, share int) *room { return &room{total: total, share: share, by: map[string]int{}} }

// enter refuses with errCrowded; leave must be called once.
func (r *room) enter(tenant string) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.inside >= r.total || r.by[tenant] >= r.share {
		return errCrowded
	}
	r.inside++
	r.by[tenant]++
	return nil
}

func (r *room) leave(tenant string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.inside--
	if r.by[tenant]--; r.by[tenant] == 0 {
		delete(r.by, tenant)
	}
}
