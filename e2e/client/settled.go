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
	// The ack comes before its event.
	return v.unacked == 0 && v.acked <= int64(len(v.events)) && len(v.owed.owed) == 0
}

// debts are the visitor's questions to the bot whose answers have not ended.
type debts struct {
	owed   map[string]string // by question, the message of the answer that is being written, if one is
	person bool              // a person has the conversation, or is waited for: the bot owes nothing
}

func noDebts() debts { return debts{owed: make(map[string]string)} }

// book takes an event into account.
func (d *debts) book(e Event) {
	switch e.Type {
	case "message.created":
		if e.Data.Author.Kind == "visitor" && !d.person {
			d.owed[e.Data.Message] = ""
		}
	case "message.started":
		d.owed[e.Data.Question] = e.Data.Message // it may have been settled before, by a failure
	case "message.completed", "message.interrupted":
		if e.Data.Reason == "node_lost" {
			return // it is answered again
		}
		for question, answer := range d.owed {
			if answer == e.Data.Message {
				delete(d.owed, question)
			}
		}
	case "status.changed":
		d.person = e.Data.Status != "bot"
		clear(d.owed) // whoever it goes to starts afresh
	}
}

// state says in a line where the visitor is, for a test that waited in vain.
func (v *Visitor) state() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	last := "none"
	if n := len(v.events); n > 0 {
		last = fmt.Sprintf("%d %s", v.events[n-1].Seq, v.events[n-1].Type)
	}
	return fmt.Sprintf("visitor %s in %s: connected %v, %d of %d messages without an ack, last event %s",
		v.options.Name, v.id, v.connected() != nil, v.unacked, len(v.sent), last)
}
