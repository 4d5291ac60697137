package socket

import "sync"

// lane does tasks one after the other, in a goroutine that lives while there are any.
type lane struct {
	mu      sync.Mutex
	tasks   []func()
	running bool
	closed  bool   // nothing more is taken
	last    func() // is done when nothing is left; nil: nothing
}

// laneLength bounds what one peer may have waiting.
const laneLength = 256

// do queues a task, or tells that there is no room. One that is closed forgets it.
func (l *lane) do(task func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return true
	}
	if len(l.tasks) >= laneLength {
		return false
	}
	l.tasks = append(l.tasks, task)
	if !l.running {
		l.running = true
		go l.run()
	}
	return true
}

func (l *lane) run() {
	for {
		l.mu.Lock()
		if len(l.tasks) == 0 {
			last := l.last
			l.running, l.tasks, l.last = false, nil, nil
			l.mu.Unlock()
			if last != nil {
				last()
			}
			return
		}
		task := l.tasks[0]
		l.tasks[0] = nil
		l.tasks = l.tasks[1:]
		l.mu.Unlock()
		task()
	}
}

// close takes nothing more, and does last once what was taken is done.
func (l *lane) close(last func()) {
	l.mu.Lock()
	l.closed = true
	if l.running {
		l.last, last = last, nil
	}
	l.mu.Unlock()
	if last != nil {
		last()
	}
}

// busy tells whether something is done or waits.
func (l *lane) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running
}
