package llmtest

import "sync"

// Gate holds one answer back where a test wants it. Its pace, if its script has one, is kept: deltas that
// fell due meanwhile come at once.
type Gate struct {
	model    *Model
	question string
	after    int

	once          sync.Once
	arrived, over sync.Once
	opened        chan struct{}
	reached       chan struct{}
	ended         chan struct{}
}

// Hold lets the answers to a question stop after so many deltas, until Open.
func (m *Model) Hold(question string, after int) *Gate {
	g := &Gate{
		model: m, question: question, after: after,
		opened: make(chan struct{}), reached: make(chan struct{}), ended: make(chan struct{}),
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gates[question] = g
	return g
}

// Reached is closed when an answer waits at the gate.
func (g *Gate) Reached() <-chan struct{} { return g.reached }

// Ended is closed when an answer that came through the gate was sent to its end.
func (g *Gate) Ended() <-chan struct{} { return g.ended }

// Open lets the answers go on, and forgets the gate.
func (g *Gate) Open() {
	g.open()
	g.model.mu.Lock()
	defer g.model.mu.Unlock()
	if g.model.gates[g.question] == g {
		delete(g.model.gates, g.question)
	}
}

func (g *Gate) open() { g.once.Do(func() { close(g.opened) }) }

func (m *Model) gate(question string) *Gate {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.gates[question]
}

// pass waits at the gate if it stands in front of delta i, and tells whether to
// go on. No gate lets everything through.
func (g *Gate) pass(i int, left <-chan struct{}) bool {
	if g == nil || i != g.after {
		return true
	}
	g.arrived.Do(func() { close(g.reached) })
	select {
	case <-g.opened:
		return true
	case <-left:
		return false
	}
}

func (g *Gate) end() {
	if g != nil {
		g.over.Do(func() { close(g.ended) })
	}
}
