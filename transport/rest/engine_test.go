package rest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/actors"
	"parley/chat"
)

// assigner is the part of chat.Desks that an engine writes by.
type assigner interface {
	Assign(ctx context.Context, ref chat.Ref, by, to string) error
}

// fakeEngine answers every question with its own words, over any log. It asks
// for no actors, so that these tests are about HTTP alone.
type fakeEngine struct {
	log           chat.Log
	conversations chat.Conversations
	reads         chat.Reads
	desk          assigner

	mu      sync.Mutex
	asked   int
	fail    error         // instead of an answer
	failMid error         // after the first piece of one
	silent  bool          // shows nothing, as after a session moved to another node
	told    []string      // what is no event
	hold    chan struct{} // when set, an answer waits for it in the middle
	left    chan struct{} // closed when its caller stopped waiting
}

func (e *fakeEngine) Answer(ctx context.Context, visitor actors.Visitor, clientID, text string, emit func(actors.Output)) (chat.MessageCompleted, error) {
	e.mu.Lock()
	e.asked++
	fail, failMid, hold, silent := e.fail, e.failMid, e.hold, e.silent
	e.mu.Unlock()
	if fail != nil {
		return chat.MessageCompleted{}, fail
	}
	if emit == nil || silent {
		emit = func(actors.Output) {}
	}
	if receipt, err := e.log.Receipt(ctx, visitor.Ref, clientID); err == nil {
		return e.again(ctx, visitor, receipt, emit)
	}
	question, message := chat.NewID(chat.MessagePrefix), chat.NewID(chat.MessagePrefix)
	author := chat.Author{Kind: chat.ByBot, Name: "Support"}
	if err := e.append(ctx, visitor, chat.WithBot, nil, emit,
		chat.MessageCreated{Message: question, Author: chat.Author{Kind: chat.ByVisitor}, Text: text, ClientID: clientID},
		chat.MessageStarted{Message: message, Author: author, Question: question, Attempt: 1}); err != nil {
		return chat.MessageCompleted{}, err
	}
	emit(&actors.Delta{Message: message, Index: 0, Text: "You asked: "})
	if failMid != nil {
		return chat.MessageCompleted{}, failMid
	}
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			close(e.left)
			return chat.MessageCompleted{}, ctx.Err()
		}
	}
	emit(&actors.Delta{Message: message, Index: 11, Text: text})
	completed := chat.MessageCompleted{Message: message, Text: "You asked: " + text,
		Citations: []chat.Citation{{Mark: 1, Source: chat.NewID(chat.SourcePrefix), Title: "Prices", URL: "https://acme.example/prices", Quote: "Ten euros", Page: 2}}}
	return completed, e.append(ctx, visitor, chat.WithBot, nil, emit, completed)
}

// again shows the answer to a question that was asked before.
func (e *fakeEngine) again(ctx context.Context, visitor actors.Visitor, receipt chat.Receipt, emit func(actors.Output)) (chat.MessageCompleted, error) {
	events, err := e.log.Events(ctx, visitor.Ref, receipt.Seq-1, 200)
	if err != nil {
		return chat.MessageCompleted{}, err
	}
	for _, event := range events {
		emit(&actors.Event{Event: event})
		if completed, ok := event.Body.(chat.MessageCompleted); ok {
			return completed, nil
		}
	}
	return chat.MessageCompleted{}, errors.New("no answer")
}

func (e *fakeEngine) append(ctx context.Context, visitor actors.Visitor, status chat.Status, agent *chat.Author, emit func(actors.Output), bodies ...chat.Body) error {
	opened, err := e.log.Open(ctx, []chat.Ref{visitor.Ref})
	if err != nil {
		return err
	}
	opening := opened[0].Opening
	a := chat.Append{Ref: visitor.Ref, Epoch: opening.Epoch, Head: opening.Head, At: time.Now().UTC().Truncate(time.Millisecond), Bodies: bodies, Status: status, Agent: agent}
	if _, ended := bodies[len(bodies)-1].(chat.MessageCompleted); ended {
		cost := int64(1_250)
		a.Trace = &chat.Trace{
			CostMicros: &cost, Query: "hello acme", Threshold: .5, Settings: 4, Provider: "openai", Model: "gpt", Calls: 2, Failure: "key sk-1 is over its limit",
			Retrieved: 1500 * time.Microsecond, FirstPiece: 2 * time.Millisecond,
			Passages: []chat.TracedPassage{{ID: "psg_1", Source: "src_1", Title: "Prices", Text: "Ten euros", Page: 2, Score: 2.5, Confidence: .8}},
		}
	}
	if err := opened[0].Err; errors.Is(err, chat.ErrNotFound) {
		a.Epoch, a.Birth = 1, &chat.Birth{Bot: visitor.Bot, Visitor: visitor.ID}
	} else if err != nil {
		return err
	}
	outcomes, err := e.log.Append(ctx, []chat.Append{a})
	if err != nil {
		return err
	}
	if outcomes[0].Err != nil {
		return outcomes[0].Err
	}
	for i, body := range bodies {
		emit(&actors.Event{Event: chat.Event{Seq: a.Head + 1 + int64(i), At: a.At, Body: body}})
	}
	return nil
}

// found returns a conversation, and whether another agent has it.
func (e *fakeEngine) found(ctx context.Context, visitor actors.Visitor, agent chat.Author) (chat.Conversation, bool, error) {
	found, err := e.conversations.Conversation(ctx, visitor.Ref)
	return found, found.Agent != nil && found.Agent.ID != agent.ID, err
}

func nobody(actors.Output) {}

var errNotYours = chat.Fail(chat.Conflict, "not_yours", "Somebody else has this conversation.")

func (e *fakeEngine) TakeOver(ctx context.Context, visitor actors.Visitor, agent chat.Author, force bool) error {
	_, others, err := e.found(ctx, visitor, agent)
	if err != nil {
		return err
	}
	if others && !force {
		return chat.Fail(chat.Conflict, "taken", "Somebody else has this conversation.")
	}
	return e.append(ctx, visitor, chat.WithAgent, &agent, nobody, chat.StatusChanged{Status: chat.WithAgent, Agent: &agent})
}

func (e *fakeEngine) Release(ctx context.Context, visitor actors.Visitor, agent chat.Author) error {
	if _, others, err := e.found(ctx, visitor, agent); err != nil {
		return err
	} else if others {
		return errNotYours
	}
	return e.append(ctx, visitor, chat.WithBot, nil, nobody, chat.StatusChanged{Status: chat.WithBot})
}

func (e *fakeEngine) Assign(ctx context.Context, visitor actors.Visitor, by, to chat.Author, force bool) error {
	found, others, err := e.found(ctx, visitor, by)
	switch {
	case err != nil:
		return err
	case others && !force:
		return errNotYours
	case found.Agent != nil:
		return e.append(ctx, visitor, chat.WithAgent, &to, nobody, chat.StatusChanged{Status: chat.WithAgent, Agent: &to})
	}
	if err := e.append(ctx, visitor, chat.Waiting, nil, nobody, chat.StatusChanged{Status: chat.Waiting}); err != nil {
		return err
	}
	return e.desk.Assign(ctx, visitor.Ref, by.ID, to.ID)
}

func (e *fakeEngine) Requeue(ctx context.Context, visitor actors.Visitor, agent chat.Author) error {
	if _, others, err := e.found(ctx, visitor, agent); err != nil {
		return err
	} else if others {
		return errNotYours
	}
	return e.append(ctx, visitor, chat.Waiting, nil, nobody, chat.StatusChanged{Status: chat.Waiting})
}

func (e *fakeEngine) Close(ctx context.Context, visitor actors.Visitor) error {
	return e.append(ctx, visitor, chat.Closed, nil, nobody, chat.StatusChanged{Status: chat.Closed})
}

func (e *fakeEngine) Post(ctx context.Context, visitor actors.Visitor, author chat.Author, clientID, text string) (chat.Receipt, error) {
	if receipt, err := e.log.Receipt(ctx, visitor.Ref, clientID); err == nil {
		return receipt, nil
	}
	found, others, err := e.found(ctx, visitor, author)
	if err != nil {
		return chat.Receipt{}, err
	}
	if others || found.Agent == nil {
		return chat.Receipt{}, errNotYours
	}
	receipt := chat.Receipt{Seq: found.Head + 1, Message: chat.NewID(chat.MessagePrefix)}
	return receipt, e.append(ctx, visitor, chat.WithAgent, &author, nobody, chat.MessageCreated{Message: receipt.Message, Author: author, Text: text, ClientID: clientID})
}

// tell keeps what would pass by.
func (e *fakeEngine) tell(what string, visitor actors.Visitor, detail any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = append(e.told, fmt.Sprintf("%s %s %v", what, visitor.Conversation, detail))
	return nil
}

func (e *fakeEngine) heard(what string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Contains(e.told, what)
}

func (e *fakeEngine) StopAnswer(_ context.Context, visitor actors.Visitor, message string) error {
	return e.tell("stop", visitor, message)
}

func (e *fakeEngine) Read(ctx context.Context, visitor actors.Visitor, reader chat.Author, seq int64) error {
	return e.reads.MarkRead(ctx, visitor.Ref, reader.ID, seq)
}

func (e *fakeEngine) Noted(_ context.Context, visitor actors.Visitor, note chat.Note) error {
	return e.tell("noted", visitor, note.Text)
}

func (e *fakeEngine) Blocked(_ context.Context, visitor actors.Visitor, blocked bool) error {
	return e.tell("blocked", visitor, blocked)
}
