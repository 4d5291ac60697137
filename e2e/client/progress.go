package client

import "context"

// Progress is how far the answer to a visitor's last message has come, as far as
// the visitor knows.
type Progress struct {
	Connection   int  // which one it is whose session is open, counted from 1; 0: none
	Acknowledged bool // the message
	Started      bool // its answer
	Shown        int  // bytes of the answer that were shown, on whichever connection
	Ended        bool
}

// Progress tells how far the answer to the last message has come.
func (v *Visitor) Progress() Progress {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.progress()
}

// Reach waits until the answer to the last message has come that far.
func (v *Visitor) Reach(ctx context.Context, far func(Progress) bool) error {
	return v.await(ctx, func() bool { return far(v.progress()) })
}

// progress is Progress with mu held.
func (v *Visitor) progress() (p Progress) {
	if v.connected() != nil {
		p.Connection = v.connects
	}
	if len(v.sent) == 0 {
		return p
	}
	last := v.sent[len(v.sent)-1]
	if last.Receipt == nil {
		return p
	}
	p.Acknowledged = true
	answer := ""
	for i := last.Receipt.Seq; i < int64(len(v.events)); i++ {
		switch e := v.events[i]; {
		case e.Type == "message.started" && e.Data.Question == last.Receipt.Message:
			p.Started, p.Shown, answer = true, 0, e.Data.Message
		case e.Data.Message == answer && (e.Type == "message.completed" || e.Type == "message.interrupted"):
			p.Ended, p.Shown = e.Data.Reason != "node_lost", len(e.Data.Text)
		}
	}
	switch {
	case answer == "" || p.Ended:
	case v.answer != nil && v.answer.message == answer:
		p.Shown = len(v.answer.text)
	case v.held.message == answer:
		p.Shown = len(v.held.text)
	}
	return p
}
