package actors

import (
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// Output is what a watcher is shown: *Event, *Delta, *Snapshot, *Typing, *Read, *Placed, *Here, *Noted, *Barred or *Moved.
// Outputs are shared between watchers and must not be changed.
type Output interface{ output() }

// Event is a durable event.
type Event struct {
	chat.Event
	Forms Forms `cbor:"-"`
}

// Delta is a piece of an answer that is being written. Index is the number of
// bytes of its text before this piece.
type Delta struct {
	Message string
	Index   int
	Text    string
	Forms   Forms `cbor:"-"`
}

// Snapshot is an open answer so far. Deltas go on from its end. Each watcher
// that attaches gets one of its own, so it keeps no Forms.
type Snapshot struct {
	Message string
	Text    string
}

// Typing tells that somebody is writing. Text is what a visitor has written so
// far, for agents alone; it may be empty.
type Typing struct {
	Author chat.Author
	Text   string
}

// Read tells how far somebody has read. Agents' marks are for agents, the visitor's too.
type Read struct {
	Author chat.Author
	Seq    int64
}

// Placed tells a visitor who waits, and agents, what has changed of their place in the line.
type Placed struct{ chat.Place }

// Here tells agents who looks at a conversation now.
type Here struct {
	Visitor bool   // the visitor is connected
	Page    string // where the visitor is
	Agents  []chat.Author
}

// Noted is a note, for agents.
type Noted struct{ Note chat.Note }

// Barred tells that the visitor was blocked, or is not any more.
type Barred struct{ Blocked bool }

// Moved ends a watch: the session went away and the watcher must attach anew.
type Moved struct{}

// Forms keep what a transport makes of an output, so that it is made once for
// all who watch on a node. They are no part of what is shown: empty ones are as good.
type Forms struct {
	Visitor Form // for those who have one conversation
	Agent   Form // names the conversation, for those who watch several
}

// Form is an output in the bytes of one protocol; the zero value keeps none yet.
// It may be used from several goroutines.
type Form struct{ bytes atomic.Pointer[[]byte] }

// Kept returns the bytes, nil when there are none. They must not be changed.
func (f *Form) Kept() []byte {
	if kept := f.bytes.Load(); kept != nil {
		return *kept
	}
	return nil
}

// Keep gives the bytes away to all who ask later, and returns those that are
// kept: when two made them at the same instant, the first ones.
func (f *Form) Keep(bytes []byte) []byte {
	if f.bytes.CompareAndSwap(nil, &bytes) {
		return bytes
	}
	return *f.bytes.Load()
}

func (*Event) output()    {}
func (*Delta) output()    {}
func (*Snapshot) output() {}
func (*Typing) output()   {}
func (*Read) output()     {}
func (*Placed) output()   {}
func (*Here) output()     {}
func (*Noted) output()    {}
func (*Barred) output()   {}
func (*Moved) output()    {}

// Watcher is shown what happens in a conversation. Deliver is called in order,
// from one goroutine at a time, and must not block.
type Watcher interface{ Deliver(Output) }

// watch gives a watcher an address that sessions on any node can send to.
func (e *Engine) watch(watcher Watcher) (w *watching, pid *actor.PID, remove func()) {
	registry := e.node.System().ProcessRegistry
	w = &watching{watcher: watcher}
	pid, _ = registry.Add(w, e.processName("watcher"))
	return w, pid, func() { registry.Remove(pid) }
}

// processName names a process of this node as no other has been named, those of an earlier one at this address
// among them: what was meant for those would reach it.
func (e *Engine) processName(kind string) string {
	return kind + e.node.System().ProcessRegistry.NextID()
}

// watching is the process behind that address: it only hands over, without a mailbox.
type watching struct {
	watcher Watcher
	mutex   sync.Mutex
	ended   atomic.Bool // it has moved: nothing comes after that
}

func (w *watching) SendUserMessage(_ *actor.PID, message any) {
	output, ok := carried.Open(actor.UnwrapEnvelopeMessage(message)).(Output)
	if !ok {
		return
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.over() {
		return
	}
	if _, moved := output.(*Moved); moved {
		w.ended.Store(true)
	}
	w.watcher.Deliver(output)
}

// over tells whether the session went away.
func (w *watching) over() bool { return w.ended.Load() }

func (*watching) SendSystemMessage(*actor.PID, any) {}
func (*watching) Stop(*actor.PID)                   {}
