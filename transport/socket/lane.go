package socket

import "sync"

// lane does tasks one after the other, in a goroutine that lives while there are any.
type lane struct {
	mu      sync.Mutex
	tasks   []func()
	running bool
}

// laneLength bounds what one peer may have waiting.
const laneLength = 256

// do queues a task, or tells that there is no room.
func (l *lane) do(task func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
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
			l.running, l.tasks = false, nil
			l.mu.Unlock()
			return
		}
		task := l.tasks[0]
		l.tasks[0] = nil
		l.tasks = l.tasks[1:]
		l.mu.Unlock()
		task()
	}
}
