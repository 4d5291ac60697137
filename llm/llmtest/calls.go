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

// Call is one request to the model.
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

// Calls returns the answers that were asked for so far, oldest first. Only
// answers are streamed, so those that are not streamed are in Auxiliary.
func (m *Model) Calls() []Call { return m.recorded(true) }

// Auxiliary returns the calls that were not for an answer, such as summaries,
// oldest first.
func (m *Model) Auxiliary() []Call { return m.recorded(false) }

func (m *Model) recorded(stream bool) []Call {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := make([]Call, 0, len(m.calls))
	for _, call := range m.calls {
		if call.Stream == stream {
			calls = append(calls, *call)
		}
	}
	return calls
}

// CallsFor returns the answers' calls whose last user message is the question.
func (m *Model) CallsFor(question string) []Call {
	var calls []Call
	for _, call := range m.Calls() {
		if call.Question == question {
			calls = append(calls, call)
		}
	}
	return calls
}

// Brief makes the model forget what else it was sent with each question, from now
// on: for runs of so many calls that their conversations do not fit into memory.
func (m *Model) Brief() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.brief = true
}

// Await waits until the calls for answers are as wanted, or the context ends.
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
	if m.brief {
		call.Messages = nil
	}
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
