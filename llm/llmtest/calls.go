package llmtest

import (
	"context"
	"fmt"
	"time"
)

// Message is one message of a request.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Call is one request for an answer.
type Call struct {
	At            time.Time `json:"at"`
	Model         string    `json:"model"`
	Messages      []Message `json:"messages"`
	Question      string    `json:"question"` // the last user message
	Stream        bool      `json:"stream"`
	Authorization string    `json:"authorization"`

	Sent      int  `json:"sent"`      // deltas so far
	Ended     bool `json:"ended"`     // the server is done with it
	Cancelled bool `json:"cancelled"` // the client left before its end
}

// Calls returns what was asked so far, oldest first.
func (m *Model) Calls() []Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := make([]Call, len(m.calls))
	for i, call := range m.calls {
		calls[i] = *call
	}
	return calls
}

// CallsFor returns the calls whose last user message is the question.
func (m *Model) CallsFor(question string) []Call {
	var calls []Call
	for _, call := range m.Calls() {
		if call.Question == question {
			calls = append(calls, call)
		}
	}
	return calls
}

// Await waits until the calls are as wanted, or the context ends.
func (m *Model) Await(ctx context.Context, wanted func(calls []Call) bool) error {
	for {
		m.mu.Lock()
		changed := m.changed
		m.mu.Unlock()
		if wanted(m.Calls()) {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("await calls of the model, which had %d: %w", len(m.Calls()), ctx.Err())
		}
	}
}

func (m *Model) begin(call *Call) *Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.calls = append(m.calls, call)
	m.announce()
	return call
}

func (m *Model) sent(call *Call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	call.Sent++
	m.announce()
}

func (m *Model) sentOf(call *Call) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return call.Sent
}

func (m *Model) finish(call *Call, cancelled bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	call.Ended, call.Cancelled = true, cancelled
	m.announce()
}

// announce wakes whoever awaits; the lock is held.
func (m *Model) announce() {
	close(m.changed)
	m.changed = make(chan struct{})
}
