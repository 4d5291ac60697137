package actors

import (
	"cmp"
	"context"
	"errors"
	"time"

	"parley/chat"
)

// askQueue bounds the outputs that wait for a caller of Answer; a caller that
// reads so slowly that it overflows gets the rest from the log.
const askQueue = 1024

// Answer posts a visitor's question and waits for the end of its answer.
// Repeated with the same client id, it returns the same answer. emit, which may be
// nil, is called with each output that concerns the answer, from one goroutine. When the conversation moves to
// another node, what was emitted may come again: events with their seq, and the text so far as a Snapshot.
// Codes beyond Post's: handed_off when a person has or will have the
// conversation, answer_failed.
func (e *Engine) Answer(ctx context.Context, visitor Visitor, clientID, text string, emit func(Output)) (chat.MessageCompleted, error) {
	clientID = cmp.Or(clientID, chat.NewID("ask")) // it may have to be asked twice
	for moved := false; ; moved = true {
		completed, err := e.askOnce(ctx, visitor, clientID, text, emit)
		if !errors.Is(err, errMoved) && (!moved || !errors.Is(err, chat.ErrUnavailable) || ctx.Err() != nil) {
			return completed, err
		}
		select { // whoever has it next may need a moment
		case <-ctx.Done():
			return chat.MessageCompleted{}, errAnswerTimeout(ctx)
		case <-time.After(firstPause):
		}
	}
}

// errMoved ends a watch whose session went away.
var errMoved = errors.New("the session moved")

func (e *Engine) askOnce(ctx context.Context, visitor Visitor, clientID, text string, emit func(Output)) (chat.MessageCompleted, error) {
	asking := asker{outputs: make(chan Output, askQueue), lost: make(chan struct{}, 1)}
	now, err := e.attach(ctx, visitor, nil, &asking, false) // the next question may come to any node
	if err != nil {
		return chat.MessageCompleted{}, err
	}
	defer now.Detach()
	receipt, err := e.Post(ctx, visitor, chat.Author{Kind: chat.ByVisitor}, clientID, text)
	if err != nil {
		return chat.MessageCompleted{}, err
	}
	follow := follower{question: receipt.Message, seq: now.Head, emit: emit}
	if receipt.Seq <= now.Head { // it was asked before: begin with what the log has
		after := receipt.Seq - 1
		for after < now.Head {
			events, err := e.log.Events(ctx, visitor.Ref, after, 200)
			if err != nil {
				return chat.MessageCompleted{}, err
			}
			if len(events) == 0 {
				break
			}
			for _, event := range events {
				if after = event.Seq; after > now.Head {
					break
				}
				if done, completed, err := follow.see(&Event{Event: event}); done {
					return completed, err
				}
			}
		}
		if now.Open != nil {
			_, _, _ = follow.see(now.Open) // a snapshot ends nothing
		}
	}
	if follow.message == "" && (now.Status == chat.Waiting || now.Status == chat.WithAgent) {
		return chat.MessageCompleted{}, errHandedOff
	}
	for {
		select {
		case <-ctx.Done():
			return chat.MessageCompleted{}, errAnswerTimeout(ctx)
		case <-asking.lost:
			return chat.MessageCompleted{}, errMoved
		case output := <-asking.outputs:
			if follow.missed(output) {
				return chat.MessageCompleted{}, errMoved
			}
			if done, completed, err := follow.see(output); done {
				return completed, err
			}
		}
	}
}

// asker is a watcher whose outputs wait in a bounded queue.
type asker struct {
	outputs chan Output
	lost    chan struct{}
}

func (a *asker) Deliver(output Output) {
	if _, moved := output.(*Moved); !moved {
		select {
		case a.outputs <- output:
			return
		default:
		}
	}
	select {
	case a.lost <- struct{}{}:
	default:
	}
}

// follower picks one question's answer out of a conversation.
type follower struct {
	question string
	message  string // the present attempt
	seq      int64  // of the last event
	emit     func(Output)
}

// missed tells whether an event before this one was lost on its way from another node.
func (f *follower) missed(output Output) bool {
	event, ok := output.(*Event)
	if !ok {
		return false
	}
	gap := event.Seq > f.seq+1
	f.seq = max(f.seq, event.Seq)
	return gap
}

func (f *follower) see(output Output) (done bool, completed chat.MessageCompleted, err error) {
	ours := false
	switch o := output.(type) {
	case *Delta:
		ours = o.Message == f.message
	case *Snapshot:
		ours = o.Message == f.message
	case *Event:
		switch body := o.Body.(type) {
		case chat.MessageCreated:
			ours = body.Message == f.question
		case chat.MessageStarted:
			if ours = body.Question == f.question; ours {
				f.message = body.Message
			}
		case chat.MessageCompleted:
			if ours = body.Message == f.message; ours {
				done, completed = true, body
			}
		case chat.MessageInterrupted:
			if ours = body.Message == f.message; ours && body.Reason != chat.NodeLost {
				done, completed = true, chat.MessageCompleted{Message: body.Message, Text: body.Text}
				if body.Reason == chat.Failed {
					err = chat.Fail(chat.Unavailable, "answer_failed", "The answer could not be written. Please ask again.")
				}
			}
		case chat.StatusChanged:
			if f.message == "" && body.Status != chat.WithBot {
				done, err = true, errHandedOff
			}
		}
	}
	if ours && f.emit != nil {
		f.emit(output)
	}
	return done, completed, err
}

func errAnswerTimeout(ctx context.Context) error {
	return chat.Fail(chat.Unavailable, "answer_timeout", "The answer takes longer than this request may. Ask again with the same client_id to get it.").Because(ctx.Err())
}

var errHandedOff = chat.Fail(chat.Conflict, "handed_off", "This conversation is with a person now; the answer will come from them.")
