package actors

import (
	"context"
	"fmt"
	"sync"
)

// Answers that are written at once. An answer costs some 50 KB while it is written,
// and a share leaves half of the room to the others however loud one tenant is.
const (
	nodeSlots   = 1024
	tenantSlots = nodeSlots / 2
)

// slots bound how many answers are written at once on this node, and how many of
// them for one tenant. Who waits is served when an answer ends, tenants in turn.
// It is bounded by the sessions, each of which writes one answer at a time.
type slots struct {
	share   int
	mutex   sync.Mutex
	free    int
	taken   map[string]int // by tenant
	waiting fair[*place]
}

// place is where somebody waits for a slot.
type place struct {
	granted chan struct{}
	left    bool // nobody waits there any more
}

func newSlots(total, share int) *slots {
	return &slots{share: share, free: total, taken: map[string]int{}}
}

// take waits for a slot; release must be called, and may be called more than once.
func (s *slots) take(ctx context.Context, tenant string) (release func(), err error) {
	mine := &place{granted: make(chan struct{})}
	s.mutex.Lock()
	s.waiting.push(tenant, mine)
	s.grant()
	s.mutex.Unlock()
	release = sync.OnceFunc(func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.free++
		if s.taken[tenant]--; s.taken[tenant] == 0 {
			delete(s.taken, tenant)
		}
		s.grant()
	})
	select {
	case <-mine.granted:
		return release, nil
	case <-ctx.Done():
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	select {
	case <-mine.granted: // at the same instant
		return release, nil
	default:
		mine.left = true
		return nil, fmt.Errorf("wait for a slot to answer in: %w", ctx.Err())
	}
}

// grant gives free slots to whose turn it is. The caller holds the mutex.
func (s *slots) grant() {
	for s.free > 0 {
		next, tenant, ok := s.waiting.pop(func(tenant string) bool { return s.taken[tenant] < s.share })
		if !ok {
			return
		}
		if next.left {
			continue
		}
		s.free--
		s.taken[tenant]++
		close(next.granted)
	}
}
