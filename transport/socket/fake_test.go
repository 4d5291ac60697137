package socket_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
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
	gate     chan struct{} // Attach waits for it; nil: not at all
	knocking int           // those that wait for the gate
	posts    int           // that came
	lines    []string      // of the keys with which they came
	looks    int           // conversations whose position was asked for
	greeting actors.Output // is delivered to the next watcher before Attach returns

	bots      directory
	snapshots map[string]*chat.Bot
	seats     map[*seat]struct{}
	state     actors.Attached // what of it is beside the log
}

// seat is at a desk.
type seat struct {
	e       *engine
	tenant  string
	agent   chat.Author
	free    bool
	watcher actors.DeskWatcher
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
	contact  chat.Contact
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
	return &engine{rooms: make(map[chat.Ref]*room), snapshots: make(map[string]*chat.Bot), seats: make(map[*seat]struct{})}
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

// called returns the calls that begin so.
func (e *engine) called(begin string) []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var calls []string
	for _, c := range e.calls {
		if strings.HasPrefix(c, begin) {
			calls = append(calls, c)
		}
	}
	return calls
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

func (e *engine) Attach(ctx context.Context, visitor actors.Visitor, w actors.Watcher) (actors.Attached, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.attaches++
	if gate := e.gate; gate != nil {
		e.knocking++
		e.mu.Unlock()
		select {
		case <-gate:
		case <-ctx.Done():
		}
		e.mu.Lock()
		e.knocking--
	}
	if e.refuse != nil {
		return actors.Attached{}, e.refuse
	}
	r := e.room(visitor.Ref)
	r.visitor = visitor
	r.next++
	n := r.next
	r.watchers[n] = w
	if e.greeting != nil {
		w.Deliver(e.greeting)
		e.greeting = nil
	}
	state := actors.Attached{Head: int64(len(r.events)), Status: r.status, Place: e.state.Place, Here: e.state.Here, Blocked: e.state.Blocked, Marks: e.state.Marks, Remote: e.state.Remote, Detach: func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		delete(r.watchers, n)
	}}
	if r.open != "" {
		state.Open = &actors.Snapshot{Message: r.open, Text: string(r.text)}
	}
	return state, nil
}

// Watch is Attach, and noted.
func (e *engine) Watch(ctx context.Context, visitor actors.Visitor, agent chat.Author, w actors.Watcher) (actors.Attached, error) {
	_ = e.record("watch %s", agent.Name)
	return e.Attach(ctx, visitor, w)
}

func (e *engine) Sit(tenant string, agent chat.Author, available bool, watcher actors.DeskWatcher) actors.Seat {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &seat{e, tenant, agent, available, watcher}
	e.seats[s] = struct{}{}
	return s
}

func (s *seat) Available(available bool) {
	s.e.mu.Lock()
	defer s.e.mu.Unlock()
	s.free = available
}

func (s *seat) Leave() {
	s.e.mu.Lock()
	defer s.e.mu.Unlock()
	delete(s.e.seats, s)
}

func (e *engine) seated() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.seats)
}

// OnDuty leaves out who only looks.
func (e *engine) OnDuty(_ context.Context, tenant string) ([]actors.Colleague, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var agents []actors.Colleague
	for s := range e.seats {
		if s.tenant == tenant && s.agent.ID != "" {
			agents = append(agents, actors.Colleague{ID: s.agent.ID, Name: s.agent.Name, Available: s.free})
		}
	}
	slices.SortFunc(agents, func(a, b actors.Colleague) int { return strings.Compare(a.Name, b.Name) })
	return agents, nil
}

// tell has all of a tenant's desks hear something, those with an agent's name only, unless it is empty.
func (e *engine) tell(tenant, agent string, o actors.DeskOutput) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for s := range e.seats {
		if s.tenant == tenant && (agent == "" || s.agent.Name == agent) {
			s.watcher.Deliver(o)
		}
	}
}

func (e *engine) Post(ctx context.Context, visitor actors.Visitor, author chat.Author, clientID, text string) (chat.Receipt, error) {
	e.mu.Lock()
	hold := e.hold
	e.posts++
	e.lines = append(e.lines, visitor.Line)
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

// keys are the lines of those with which messages came.
func (e *engine) keys() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.lines)
}

// posting counts the messages that came.
func (e *engine) posting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.posts
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
func (e *engine) CancelRequest(context.Context, actors.Visitor) error { return e.record("cancel") }
func (e *engine) Read(_ context.Context, _ actors.Visitor, reader chat.Author, seq int64) error {
	return e.record("read %s %s %d", reader.Kind, reader.Name, seq)
}
func (e *engine) Assign(_ context.Context, _ actors.Visitor, by, to chat.Author, force bool) error {
	return e.record("assign %s to %s %v", by.Name, to.Name, force)
}
func (e *engine) Requeue(_ context.Context, _ actors.Visitor, agent chat.Author) error {
	return e.record("requeue %s", agent.Name)
}
func (e *engine) Noted(_ context.Context, visitor actors.Visitor, note chat.Note) error {
	e.show(visitor.Ref, &actors.Noted{Note: note})
	return e.record("noted %s", note.Text)
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
	return e.record("typing %s", strings.TrimSpace(string(author.Kind)+" "+text))
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

// Positions is the log's.
func (e *engine) Positions(_ context.Context, refs []chat.Ref) (map[chat.Ref]chat.Position, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.looks += len(refs)
	found := make(map[chat.Ref]chat.Position)
	for _, ref := range refs {
		if r := e.rooms[ref]; r != nil && len(r.events) > 0 {
			found[ref] = chat.Position{Head: int64(len(r.events))}
		}
	}
	return found, nil
}

// Conversation is the log's.
func (e *engine) Conversation(_ context.Context, ref chat.Ref) (chat.Conversation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r, ok := e.rooms[ref]
	if !ok || len(r.events) == 0 {
		return chat.Conversation{}, chat.ErrNotFound
	}
	return chat.Conversation{Ref: ref, Bot: r.visitor.Bot, Visitor: r.visitor.ID, Head: int64(len(r.events)), Contact: r.contact}, nil
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
	missed      []func()
}

func (a *announcer) Announce(_ context.Context, _ string, keys ...string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.subscribers {
		for _, key := range keys {
			f(key)
		}
	}
	return nil
}

// miss tells all that they may have missed something.
func (a *announcer) miss() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range a.missed {
		f()
	}
}

func (a *announcer) Subscribe(_ context.Context, _ string, listener chat.Listener) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.subscribers = append(a.subscribers, listener.Heard)
	a.missed = append(a.missed, listener.Missed)
	return nil
}
