package client

import (
	"context"
	"errors"
	"fmt"
)

// Settled waits until every message is acknowledged and every question of the
// visitor has an answer that ended.
func (v *Visitor) Settled(ctx context.Context) error {
	return v.await(ctx, v.settled)
}

// await waits until done, which is called with mu held.
func (v *Visitor) await(ctx context.Context, done func() bool) error {
	for {
		v.mu.Lock()
		ok, changed, stopped := done(), v.changed, v.stopped
		v.mu.Unlock()
		switch {
		case ok:
			return nil
		case stopped != nil:
			return stopped
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.New(v.state())
		}
	}
}

func (v *Visitor) settled() bool {
	for _, s := range v.sent {
		// The ack comes before its event.
		if s.Receipt == nil || s.Receipt.Seq > int64(len(v.events)) {
			return false
		}
	}
	open := make(map[string]bool) // questions, by message
	asked := make(map[string]string)
	for _, e := range v.events {
		switch e.Type {
		case "message.created":
			if e.Data.Author.Kind == "visitor" {
				open[e.Data.Message] = true
			}
		case "message.started":
			asked[e.Data.Message] = e.Data.Question
			open[e.Data.Question] = true // again, after a failure
		case "message.completed":
			delete(open, asked[e.Data.Message])
		case "message.interrupted":
			if e.Data.Reason != "node_lost" {
				delete(open, asked[e.Data.Message])
			}
		}
	}
	return len(open) == 0
}

// state says in a line where the visitor is, for a test that waited in vain.
func (v *Visitor) state() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	waiting := 0
	for _, s := range v.sent {
		if s.Receipt == nil {
			waiting++
		}
	}
	last := "none"
	if n := len(v.events); n > 0 {
		last = fmt.Sprintf("%d %s", v.events[n-1].Seq, v.events[n-1].Type)
	}
	return fmt.Sprintf("visitor %s in %s: connected %v, %d of %d messages without an ack, last event %s",
		v.options.Name, v.id, v.connected() != nil, waiting, len(v.sent), last)
}
