package client

import (
	"context"
	"fmt"
	"time"

	"github.com/coder/websocket"
)

// retryPause is how long a refused message waits when the server does not say.
const retryPause = 500 * time.Millisecond

// receive writes one frame down, checks it against the contract, and returns
// what is to be said in reply.
func (v *Visitor) receive(ws *websocket.Conn, f frame) []request {
	v.mu.Lock()
	defer v.mu.Unlock()
	defer v.announce()
	if durable := f.Seq != 0; durable {
		v.event(f.Event)
		return nil
	}
	switch f.Type {
	case "session.ready":
		return v.ready(ws, f.Data)
	case "message.delta":
		v.delta(f.Data)
	case "message.snapshot":
		v.resumes++
		v.answer = &answer{f.Data.Message, f.Data.Text}
	case "ack":
		v.acknowledged(f)
	case "error":
		v.refused(ws, f)
	case "ping":
		return []request{{Type: "pong"}}
	}
	return nil
}

// ready takes the session up: what was not acknowledged is sent again.
func (v *Visitor) ready(ws *websocket.Conn, d Data) []request {
	if v.id != "" && v.id != d.Conversation {
		v.violation("conversation %s became %s", v.id, d.Conversation)
	}
	if !d.Recovered {
		v.violation("%d events were held, and the log of %d is another", len(v.events), d.Seq)
		v.events = nil
	}
	if d.Seq < int64(len(v.events)) {
		v.violation("%d events were held, but the head is %d", len(v.events), d.Seq)
	}
	v.token, v.id, v.head, v.ws = d.Token, d.Conversation, d.Seq, ws
	var again []request
	for _, s := range v.sent {
		if s.Receipt == nil {
			again = append(again, v.sending(s))
		}
	}
	return again
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
	switch e.Type {
	case "message.started":
		v.answer = nil
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
			v.answer = nil
			return
		}
		v.ended(e, e.Data.Text)
	}
}

// ended compares an answer's end with what was shown of it.
func (v *Visitor) ended(e Event, text string) {
	if a := v.answer; a != nil && a.message == e.Data.Message && a.text != text {
		v.violation("event %d: %q was shown, the answer is %q", e.Seq, a.text, text)
	}
	v.answer = nil
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
	for _, s := range v.sent {
		if s.frame != f.Ref {
			continue
		}
		receipt := Receipt{f.Data.Seq, f.Data.Message}
		if s.Receipt != nil && *s.Receipt != receipt {
			v.violation("%s was acknowledged as %v and as %v", s.ClientID, *s.Receipt, receipt)
		}
		s.Receipt = &receipt
		v.acked = max(v.acked, receipt.Seq)
	}
}

// refused sends a refused message again later, as long as the connection lasts.
func (v *Visitor) refused(ws *websocket.Conn, f frame) {
	for _, s := range v.sent {
		if s.frame != f.Ref || s.Receipt != nil {
			continue
		}
		s.Refusal = f.Data.Code
		pause := retryPause
		if f.Data.RetryAfter > 0 {
			pause = time.Duration(f.Data.RetryAfter * float64(time.Second))
		}
		time.AfterFunc(pause, func() { v.again(ws, s) })
	}
}

func (v *Visitor) again(ws *websocket.Conn, s *Sent) {
	v.mu.Lock()
	if v.ws != ws || s.Receipt != nil {
		v.mu.Unlock()
		return
	}
	r := v.sending(s)
	v.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_ = write(ctx, ws, r) // if it is lost, the next connection sends it again
}

func (v *Visitor) violation(format string, args ...any) {
	v.broken = append(v.broken, fmt.Sprintf(format, args...))
}
