package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// What sessions are told by the engine. Every request carries the visitor, so
// that the activation that gets it can make the conversation's rows.
type (
	// attach begins a watch; the reply is *attached.
	attach struct {
		visitor Visitor
		agent   *chat.Author // who watches; nil: the visitor
		watcher *actor.PID
	}
	attached struct {
		head    int64
		status  chat.Status
		agent   *chat.Author
		open    *Snapshot
		spoken  bool // an agent wrote in it
		place   chat.Place
		here    Here
		blocked bool
	}
	// detach ends a watch. No reply.
	detach struct{ watcher *actor.PID }

	// write extends the log by an order; the reply is *chat.Receipt, of the
	// message in it if there is one.
	write struct {
		visitor Visitor
		order   order
	}
	// stop ends the open answer (message "" is any), keeping what was shown; the reply is *chat.Receipt.
	stop struct {
		visitor Visitor
		message string
	}
	// show is passed on to all watchers, the sender's own among them. No reply.
	show struct {
		visitor Visitor
		output  Output
	}
	// read shows how far somebody has read. The reply is *marked.
	read struct {
		visitor Visitor
		reader  chat.Author
		seq     int64
	}
	marked struct {
		keep bool // it is to be kept
		seq  int64
	}
	// keptMark tells that the visitor's mark was kept. No reply.
	keptMark struct{ seq int64 }
	// block refuses what the visitor writes, or accepts it again. No reply.
	block struct {
		visitor Visitor
		blocked bool
	}
	// wake activates the session, which then repairs what a crash has left. The reply is *chat.Receipt.
	wake struct{}
)

// What goroutines of a session send back to it.
type (
	// opened is the outcome of opening the log.
	opened struct {
		opening chat.Opening
		bot     string // the bot's name
		err     error
	}
	// written is the outcome of the append in flight.
	written struct {
		outcome chat.Outcome
		err     error
	}
	// found is what is known of the answer `message` before the provider is called.
	found struct {
		message string
		trace   *chat.Trace
	}
	// delta tells that the answer `message` has new pieces.
	delta struct {
		message string
		pieces  pieces
	}
	// answered is the end of the answer `message`; err is nil for a good one.
	answered struct {
		message   string
		citations []chat.Citation
		offer     string
		usage     *chat.Usage
		trace     *chat.Trace
		err       error
	}
	// recollected is a summary that was made anew; the one there was, if that failed.
	recollected struct{ summary chat.Summary }
	// idle asks whether nothing has happened since the watchers left.
	idle struct{ since int64 }
)
