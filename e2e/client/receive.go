package client

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// retryPause is how long a refused message waits when the server does not say.
const retryPause = 500 * time.Millisecond

// receive writes one frame down, checks it against the contract, and returns
// what is to be said in reply.
func (v *Visitor) receive(c *connection, f frame) []request {
	v.mu.Lock()
	defer v.mu.Unlock()
	defer v.announce()
	if c != v.current { // a receipt is a receipt, wherever it comes
		switch f.Type {
		case "ack":
			v.acknowledged(f)
		case "ping":
			return []request{{Type: "pong"}}
		}
		return nil
	}
	if durable := f.Seq != 0; durable {
		v.event(f.Event)
		return nil
	}
	switch f.Type {
	case "session.ready":
		v.ready(f.Data)
	case "message.delta":
		v.spoke = f.Came
		v.delta(f.Data)
	case "message.snapshot":
		v.snapshot(f.Data)
	case "draining":
		v.within = f.Data.spread()
	case "ack":
		v.acknowledged(f)
		c.replied(f)
	case "error":
		v.refused(c, f)
		c.replied(f)
	case "ping":
		return []request{{Type: "pong"}}
	}
	return nil
}

// ready takes the session up. What was not acknowledged is to be sent again.
func (v *Visitor) ready(d Data) {
	if v.id != "" && v.id != d.Conversation {
		v.violation("conversation %s became %s", v.id, d.Conversation)
	}
	if !d.Recovered {
		v.violation("%d events were held, and the log of %d is another", len(v.events), d.Seq)
		v.events, v.owed = nil, noDebts()
	}
	if d.Seq < int64(len(v.events)) {
		v.violation("%d events were held, but the head is %d", len(v.events), d.Seq)
	}
	v.token, v.id, v.head = d.Token, d.Conversation, d.Seq
	v.opened = append(v.opened, time.Now())
}

func (v *Visitor) event(e Event) {
	if want := int64(len(v.events)) + 1; e.Seq != want {
		v.violation("seq %d came, %d was next", e.Seq, want)
		return
	}
	if e.At.IsZero() {
		v.violation("event %d has no time", e.Seq)
	}
	v.events = append(v.events, e)
	v.owed.book(e)
	switch e.Type {
	case "message.started":
		v.answer, v.attempt = nil, e.Data.Attempt
		if e.Seq > v.head { // of an older one only a snapshot tells how far it is
			v.answer = &answer{message: e.Data.Message}
		}
	case "message.completed":
		v.ended(e, e.Data.Text)
	case "message.interrupted":
		if e.Data.Reason == "node_lost" {
			if e.Data.Text != "" {
				v.violation("event %d: an answer that was lost with its node has text", e.Seq)
			}
			v.answer, v.held = nil, answer{}
			return
		}
		v.ended(e, e.Data.Text)
	}
}

// ended compares an answer's end with what was shown of it.
func (v *Visitor) ended(e Event, text string) {
	forgotten := text == "" && e.Data.Reason == "failed" && v.attempt > 1 // after a second crash nobody knows what was shown
	switch a := v.answer; {
	case forgotten:
	case a != nil && a.message == e.Data.Message:
		if a.text != text {
			v.violation("event %d: %q was shown, the answer is %q", e.Seq, a.text, text)
		}
		v.pieced++
	default:
		v.keeps(e.Data.Message, text)
	}
	v.answer, v.held = nil, answer{}
}

func (v *Visitor) snapshot(d Data) {
	v.resumes++
	v.keeps(d.Message, d.Text)
	v.answer = &answer{d.Message, d.Text}
}

// keeps compares an answer with what an earlier connection had shown of it: that is not taken back.
func (v *Visitor) keeps(message, text string) {
	if v.held.message == message && !strings.HasPrefix(text, v.held.text) {
		v.violation("of %s %q was shown before the cut, %q after it", message, v.held.text, text)
	}
}

func (v *Visitor) delta(d Data) {
	a := v.answer
	if a == nil || a.message != d.Message {
		v.violation("a delta of %s came outside of its answer", d.Message)
		return
	}
	if d.Index != len(a.text) {
		v.violation("a delta of %s has index %d behind %d bytes", d.Message, d.Index, len(a.text))
		return
	}
	a.text += d.Text
}

func (v *Visitor) acknowledged(f frame) {
	s := v.frames[f.Ref]
	if s.Sent == nil {
		return // of another request
	}
	s.answered()
	receipt := Receipt{f.Data.Seq, f.Data.Message}
	if s.Receipt != nil && *s.Receipt != receipt {
		v.violation("%s was acknowledged as %v and as %v", s.ClientID, *s.Receipt, receipt)
	}
	if s.Receipt == nil {
		s.Acked = time.Now()
		v.unacked--
	}
	s.Receipt = &receipt
	v.acked = max(v.acked, receipt.Seq)
}

// answered takes note of how long the frame waited.
func (c carried) answered() { c.Slowest = max(c.Slowest, time.Since(c.at)) }

// refused sends a refused message again later, as long as the connection lasts.
func (v *Visitor) refused(c *connection, f frame) {
	s := v.frames[f.Ref]
	if s.Sent == nil || s.Receipt != nil {
		return
	}
	s.answered()
	s.Refusal = f.Data.Code
	s.Refusals = append(s.Refusals, f.Data.Code)
	pause := cmp.Or(v.options.Retry, retryPause)
	if f.Data.RetryAfter > 0 && v.options.Retry == 0 {
		pause = time.Duration(f.Data.RetryAfter * float64(time.Second))
	}
	time.AfterFunc(pause, func() { v.again(c, s.Sent) })
}

func (v *Visitor) again(c *connection, s *Sent) {
	v.mu.Lock()
	if v.current != c || s.Receipt != nil {
		v.mu.Unlock()
		return
	}
	r := v.sending(s)
	v.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = c.write(ctx, r) // if it is lost, the next connection sends it again
}

func (v *Visitor) violation(format string, args ...any) {
	v.broken = append(v.broken, fmt.Sprintf(format, args...))
}
