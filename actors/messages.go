package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// What sessions are told by the engine, and reply. Every request carries the visitor, so
// that the activation that gets it can make the conversation's rows. These travel between
// nodes (carry.go): what is not exported would stay behind.
type (
	// attach begins a watch; the reply is *attached.
	attach struct {
		Visitor Visitor
		Agent   *chat.Author // who watches; nil: the visitor
		Watcher *actor.PID
		// Follow: a conversation that nobody watches and that is at nothing is to live where its visitor is.
		Follow bool
	}
	attached struct {
		Head    int64
		Status  chat.Status
		Agent   *chat.Author
		Open    *Snapshot
		Spoken  bool // an agent wrote in it
		Place   chat.Place
		Here    Here
		Blocked bool
	}
	// detach ends a watch. No reply.
	detach struct{ Watcher *actor.PID }

	// write extends the log by an order; the reply is *chat.Receipt, of the
	// message in it if there is one.
	write struct {
		Visitor Visitor
		Order   order
	}
	// stop ends the open answer (message "" is any), keeping what was shown; the reply is *chat.Receipt.
	stop struct {
		Visitor Visitor
		Message string
	}
	// show is passed on to all watchers, the sender's own among them. No reply.
	show struct {
		Visitor Visitor
		Output  Output
	}
	// read shows how far somebody has read. The reply is *marked.
	read struct {
		Visitor Visitor
		Reader  chat.Author
		Seq     int64
	}
	marked struct {
		Keep bool // it is to be kept
		Seq  int64
	}
	// keptMark tells that the visitor's mark was kept. No reply.
	keptMark struct{ Seq int64 }
	// block refuses what the visitor writes, or accepts it again. No reply.
	block struct {
		Visitor Visitor
		Blocked bool
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
		message    string
		citations  []chat.Citation
		offer      string
		unanswered bool // it says that nothing was found
		cached     bool
		usage      *chat.Usage
		trace      *chat.Trace
		err        error

		// For whoever looks how a bot answers.
		text   string
		by     string
		hits   []knowledge.Hit
		prompt []llm.PromptMessage
	}
	// recollected is a summary that was made anew; the one there was, if that failed.
	recollected struct{ summary chat.Summary }
	// verified is where the log is, before a request is answered that another activation may know better.
	verified struct {
		epoch  int64 // 0: it has no rows
		err    error
		sender *actor.PID
		then   func(actor.Context)
	}
	// rechecked is the epoch of the conversation, as SQL has it.
	rechecked struct{ epoch int64 }
	// idle asks whether nothing has happened since the watchers left.
	idle struct{ since int64 }
)
