package pace

import (
	"context"
	"sync"
	"time"
)

// Turns lets so many of each key in at a time; others of that key wait, for a while and in a line of some length, and whoever
// would wait longer is refused. What one key asks for at once so takes no more of what all share than that many. The zero
// value is of no use: see NewTurns.
type Turns struct {
	most     int
	line     int
	patience time.Duration

	mu    sync.Mutex
	rooms map[string]*room
}

// room is the places of one key. It is there while anybody is in it, or waits.
type room struct {
	places chan struct{} // full: there is no place
	inside int           // with those who wait
}

// NewTurns returns turns of so many of a key at a time, for which as many as line wait, so long at most.
func NewTurns(most, line int, patience time.Duration) *Turns {
	return &Turns{most: most, line: line, patience: patience, rooms: make(map[string]*room)}
}

// Enter waits for a place. It is false when there was none in time, or ctx ended first; otherwise leave must be called once.
func (t *Turns) Enter(ctx context.Context, key string) (leave func(), entered bool) {
	r := t.join(key)
	if r == nil {
		return nil, false
	}
	select {
	case r.places <- struct{}{}:
	default:
		if !t.wait(ctx, r) {
			t.part(key, r)
			return nil, false
		}
	}
	return func() {
		<-r.places
		t.part(key, r)
	}, true
}

func (t *Turns) wait(ctx context.Context, r *room) bool {
	ctx, cancel := context.WithTimeout(ctx, t.patience)
	defer cancel()
	select {
	case r.places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

// join is nil if too many are there.
func (t *Turns) join(key string) *room {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.rooms[key]
	if r == nil {
		r = &room{places: make(chan struct{}, t.most)}
		t.rooms[key] = r
	}
	if r.inside >= t.most+t.line {
		return nil
	}
	r.inside++
	return r
}

func (t *Turns) part(key string, r *room) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r.inside--; r.inside == 0 {
		delete(t.rooms, key)
	}
}
