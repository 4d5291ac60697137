package actors

import "sync"

// group serves what many sessions want of storage in one go each time: the next
// group gathers while one is being served, without a timer, so that a lone item
// waits for nothing. Tenants take turns. It is bounded by the sessions, each of which
// wants one thing at a time.
type group[T any] struct {
	most    int       // items served at a time
	serve   func([]T) // called by one goroutine
	mutex   sync.Mutex
	waiting fair[T]
	wake    chan struct{} // holds one token when there may be work
	stop    chan struct{}
	stopped chan struct{}
}

func newGroup[T any](most int, serve func([]T)) *group[T] {
	g := &group[T]{most: most, serve: serve, wake: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{})}
	go g.run()
	return g
}

func (g *group[T]) add(tenant string, item T) {
	g.mutex.Lock()
	g.waiting.push(tenant, item)
	g.mutex.Unlock()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (g *group[T]) run() {
	defer close(g.stopped)
	for {
		select {
		case <-g.wake:
		case <-g.stop:
			return
		}
		for items := g.gather(); len(items) > 0; items = g.gather() {
			g.serve(items)
		}
	}
}

func (g *group[T]) gather() []T {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.waiting.take(g.most)
}

// close ends the group after what is being served. What still waits is not served.
func (g *group[T]) close() {
	close(g.stop)
	<-g.stopped
}
