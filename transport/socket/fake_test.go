package socket_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/actors"
	"parley/chat"
)

// engine keeps conversations in memory and does what a test tells it to.
type engine struct {
	mu       sync.Mutex
	rooms    map[chat.Ref]*room
	calls    []string
	hold     chan struct{} // Post waits for it before it commits; nil: not at all
	refuse   error         // what Attach returns
	attaches int

	bots      directory
	snapshots map[string]*chat.Bot
}

type room struct {
	events   []chat.Event
	receipts map[string]chat.Receipt
	watchers map[int]actors.Watcher
	next     int
	open     string // the message of the open answer
	text     []byte // of the open answer
	visitor  actors.Visitor
	status   chat.Status
}

// Bot is the directory's, as it was when it was first asked for.
func (e *engine) Bot(ctx context.Context, tenant, id string) (*chat.Bot, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.snapshots[id] == nil {
		bot, err := e.bots.Bot(ctx, tenant, id)
		if err != nil {
			return nil, err
		}
		e.snapshots[id] = &bot
	}
	return e.snapshots[id], nil
}

func newEngine() *engine {
	return &engine{rooms: make(map[chat.Ref]*room), snapshots: make(map[string]*chat.Bot)}
}

func (e *engine) room(ref chat.Ref) *room {
	if e.rooms[ref] == nil {
		e.rooms[ref] = &room{receipts: make(map[string]chat.Receipt), watchers: make(map[int]actors.Watcher), status: chat.WithBot}
	}
	return e.rooms[ref]
}

func (e *engine) note(call string, args ...any) {
	e.calls = append(e.calls, fmt.Sprintf(call, args...))
}

// did tells whether a call was made.
func (e *engine) did(call string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.calls {
		if c == call {
			return true
		}
	}
	return false
}

func (e *engine) watching() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, r := range e.rooms {
		n += len(r.watchers)
	}
	return n
}

func (r *room) deliver(o actors.Output) {
	for _, w := range r.watchers {
		w.Deliver(o)
	}
}

func (r *room) append(body chat.Body) chat.Event {
	event := chat.Event{Seq: int64(len(r.events)) + 1, At: time.Now(), Body: body}
	r.events = append(r.events, event)
	return event
}

// say appends events to a conversation and shows them.
func (e *engine) say(ref chat.Ref, bodies ...chat.Body) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.room(ref)
	for _, body := range bodies {
		switch b := body.(type) {
		case chat.MessageStarted:
			r.open, r.text = b.Message, nil
		case chat.MessageCompleted, chat.MessageInterrupted:
			r.open = ""
		}
		r.deliver(&actors.Event{Event: r.append(body)})
	}
}

// lose appends an event that no watcher is shown.
func (e *engine) lose(ref chat.Ref, body chat.Body) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.room(ref).append(body)
}

// stream shows pieces of the open answer.
func (e *engine) stream(ref chat.Ref, pieces ...string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.room(ref)
	for _, piece := range pieces {
		delta := &actors.Delta{Message: r.open, Index: len(r.text), Text: piece}
		r.text = append(r.text, piece...)
		r.deliver(delta)
	}
}

func (e *engine) show(ref chat.Ref, o actors.Output) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.room(ref).deliver(o)
}

func (e *engine) Attach(_ context.Context, visitor actors.Visitor, w actors.Watcher) (actors.Attached, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.attaches++
	if e.refuse != nil {
		return actors.Attached{}, e.refuse
	}
	r := e.room(visitor.Ref)
	r.visitor = visitor
	r.next++
	n := r.next
	r.watchers[n] = w
	state := actors.Attached{Head: int64(len(r.events)), Status: r.status, Detach: func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(r.watchers, n)
	}}
	if r.open != "" {
		state.Open = &actors.Snapshot{Message: r.open, Text: string(r.text)}
	}
	return state, nil
}

func (e *engine) Post(ctx context.Context, visitor actors.Visitor, author chat.Author, clientID, text string) (chat.Receipt, error) {
	e.mu.Lock()
	hold := e.hold
	e.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return chat.Receipt{}, ctx.Err()
		}
	}
	if len(text) > 8000 {
		return chat.Receipt{}, chat.Fail(chat.TooLarge, "message_too_long", "Too long.")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	r := e.room(visitor.Ref)
	e.note("post %s %s %s", author.Kind, author.Name, text)
	if receipt, ok := r.receipts[clientID]; ok {
		return receipt, nil
	}
	message := chat.NewID(chat.MessagePrefix)
	event := r.append(chat.MessageCreated{Message: message, Author: author, Text: text, ClientID: clientID})
	r.receipts[clientID] = chat.Receipt{Seq: event.Seq, Message: message}
	r.deliver(&actors.Event{Event: event})
	return r.receipts[clientID], nil
}

func (e *engine) record(call string, args ...any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.note(call, args...)
	return nil
}

func (e *engine) StopAnswer(_ context.Context, _ actors.Visitor, message string) error {
	return e.record("stop %s", message)
}
func (e *engine) RequestPerson(context.Context, actors.Visitor) error { return e.record("person") }
func (e *engine) Feedback(_ context.Context, _ actors.Visitor, f chat.FeedbackGiven) error {
	return e.record("feedback %v %s", f.Helpful, f.Comment)
}
func (e *engine) SetContact(_ context.Context, _ actors.Visitor, c chat.ContactChanged) error {
	return e.record("contact %s %s %s", c.Name, c.Email, c.Phone)
}
func (e *engine) Retry(_ context.Context, _ actors.Visitor, message string) error {
	return e.record("retry %s", message)
}

func (e *engine) Close(context.Context, actors.Visitor) error { return e.record("close") }
func (e *engine) Typing(_ context.Context, visitor actors.Visitor, author chat.Author, text string) error {
	e.show(visitor.Ref, &actors.Typing{Author: author, Text: text})
	return e.record("typing %s", author.Kind)
}
func (e *engine) TakeOver(_ context.Context, visitor actors.Visitor, agent chat.Author, force bool) error {
	e.say(visitor.Ref, chat.StatusChanged{Status: chat.WithAgent, Agent: &agent})
	return e.record("take %s %v", agent.Name, force)
}
func (e *engine) Release(_ context.Context, visitor actors.Visitor, agent chat.Author) error {
	e.say(visitor.Ref, chat.StatusChanged{Status: chat.WithBot})
	return e.record("release %s", agent.Name)
}

// Events is the log's.
func (e *engine) Events(_ context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.rooms[ref]
	if !ok || len(r.events) == 0 {
		return nil, chat.ErrNotFound
	}
	page := r.events[min(after, int64(len(r.events))):]
	return append([]chat.Event(nil), page[:min(limit, len(page))]...), nil
}

// Conversation is the log's.
func (e *engine) Conversation(_ context.Context, ref chat.Ref) (chat.Conversation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.rooms[ref]
	if !ok || len(r.events) == 0 {
		return chat.Conversation{}, chat.ErrNotFound
	}
	return chat.Conversation{Ref: ref, Bot: r.visitor.Bot, Visitor: r.visitor.ID}, nil
}

// directory holds bots.
type directory map[string]chat.Bot

func (d directory) BotTenant(_ context.Context, id string) (string, error) {
	if bot, ok := d[id]; ok {
		return bot.Tenant, nil
	}
	return "", chat.ErrNotFound
}

func (d directory) Bot(_ context.Context, tenant, id string) (chat.Bot, error) {
	if bot, ok := d[id]; ok && bot.Tenant == tenant {
		return bot, nil
	}
	return chat.Bot{}, chat.ErrNotFound
}

func (d directory) BotVersions(context.Context, []string) (map[string]int64, error) { return nil, nil }

// announcer delivers at once.
type announcer struct {
	mu          sync.Mutex
	subscribers []func(string)
}

func (a *announcer) Announce(_ context.Context, _, key string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.subscribers {
		f(key)
	}
	return nil
}

func (a *announcer) Subscribe(_ context.Context, _ string, f func(string)) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.subscribers = append(a.subscribers, f)
	return nil
}
