package actors_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/chat"
)

// line is who waits, as a test says, and who was asked to take whom.
type line struct {
	mutex   sync.Mutex
	waiters []chat.Waiter
	loads   map[string]int
	marks   map[chat.Ref]map[string]int64
	changed chan struct{}
	fails   atomic.Bool // marks are not kept
}

func newLine() *line {
	return &line{loads: map[string]int{}, marks: map[chat.Ref]map[string]int64{}, changed: make(chan struct{})}
}

func (l *line) change(f func()) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	f()
	close(l.changed)
	l.changed = make(chan struct{})
}

// until waits until what is kept is as wanted.
func (l *line) until(t *testing.T, what string, fine func() bool) {
	t.Helper()
	timeout := time.After(patience)
	for {
		l.mutex.Lock()
		ok, changed := fine(), l.changed
		l.mutex.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func (l *line) add(ref chat.Ref, bot string) {
	l.change(func() { l.waiters = append(l.waiters, chat.Waiter{Ref: ref, Bot: bot, Since: time.Now()}) })
}

func (l *line) Line(_ context.Context, tenant string, _ int) (found []chat.Waiter, _ error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, w := range l.waiters {
		if w.Tenant == tenant {
			found = append(found, w)
		}
	}
	return found, nil
}

func (l *line) Loads(context.Context, string) (map[string]int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.loads, nil
}

func (l *line) Assign(_ context.Context, ref chat.Ref, _, to string) error {
	err := error(chat.ErrNotWaiting)
	l.change(func() {
		for i, w := range l.waiters {
			if w.Ref == ref {
				l.waiters[i].Assignee, err = to, nil
			}
		}
	})
	return err
}

func (l *line) MarkRead(_ context.Context, ref chat.Ref, reader string, seq int64) error {
	if l.fails.Load() {
		return chat.ErrUnavailable
	}
	l.change(func() {
		if l.marks[ref] == nil {
			l.marks[ref] = map[string]int64{}
		}
		l.marks[ref][reader] = max(l.marks[ref][reader], seq)
	})
	return nil
}

func (l *line) ReadMarks(_ context.Context, ref chat.Ref) (map[string]int64, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.marks[ref], nil
}
