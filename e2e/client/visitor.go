package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Options say who the visitor is and where they go.
type Options struct {
	URL    string        // ws://host:port/api/v1/socket
	Route  func() string // where the next connection goes, as a balancer decides; nil: as follows
	Others []string      // more of them: each connection but the first goes to any of all
	Bot    string
	Origin string        // as a browser sends it; empty: none, then a Bearer is needed
	Bearer func() string // a member's access token; nil: none
	Known  any           // who the business's server says that they are, as docs/widget.md has it; nil: it says nothing
	Name   string        // begins the client ids that the visitor makes; must be unique in a conversation

	Pause   time.Duration // before the second attempt to connect, grows from there; 0: firstPause
	Silence time.Duration // of a connection after which it is given up; 0: never
	Retry   time.Duration // after which a message that was refused is sent again; 0: when the server says
}

// Visitor is one visitor in one conversation. Run it, and use it from any goroutine.
type Visitor struct {
	options Options

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever something below changes
	token    string
	id       string // of the conversation
	head     int64  // of the log when the present connection was opened
	events   []Event
	owed     debts
	answer   *answer   // that is being written
	attempt  int       // which one at its question the last answer is
	spoke    time.Time // when the last delta came
	held     answer    // what an earlier connection had shown of an answer
	sent     []*Sent
	unacked  int                // of them
	acked    int64              // the highest seq that was acknowledged
	frames   map[string]carried // by id
	asked    int                // requests that were sent by Ask
	refusals map[string]int     // of sessions, by code
	closes   map[websocket.StatusCode]int
	current  *connection          // the one that was opened last; nil: it has ended
	open     map[*connection]bool // all that live
	connects int
	opened   []time.Time   // sessions
	within   time.Duration // over which to come back, as a node that ends said
	resumes  int           // snapshots that were received
	pieced   int           // answers whose whole text came in deltas and snapshots
	silences int           // connections given up because of their silence
	broken   []string
	stopped  error // why it will not come back
}

// Sent is a message that the visitor sent.
type Sent struct {
	ClientID string
	Text     string
	Receipt  *Receipt // nil: not acknowledged yet
	Behind   int64    // the highest seq that was acknowledged when it was first sent
	Refusal  string   // the code of the last refusal
	Refusals []string // the codes of all, in order

	Began   time.Time
	Acked   time.Time     // zero: not yet
	Slowest time.Duration // the longest that one of its frames waited for its answer
}

// carried is the message that a frame carried, and when.
type carried struct {
	*Sent
	at time.Time
}

// answer is the text of an open answer as shown so far.
type answer struct {
	message string
	text    string
}

// New returns a visitor that has never been here.
func New(options Options) *Visitor {
	return &Visitor{
		options: options, changed: make(chan struct{}), owed: noDebts(),
		frames: make(map[string]carried), open: make(map[*connection]bool), refusals: make(map[string]int), closes: make(map[websocket.StatusCode]int),
	}
}

// Pauses between attempts to connect.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// Run keeps the visitor connected until ctx ends. A server that says not to come
// back (a close code from 4500) is the only other way out, and an error.
func (v *Visitor) Run(ctx context.Context) error {
	first := cmp.Or(v.options.Pause, firstPause)
	pause := first
	for ctx.Err() == nil {
		opened, err := v.connect(ctx)
		if code := websocket.CloseStatus(err); code > 0 {
			v.mu.Lock()
			v.closes[code]++
			if code >= 4500 {
				v.stopped = err
				v.announce()
				v.mu.Unlock()
				return err
			}
			v.mu.Unlock()
		}
		if opened {
			pause = first
		}
		select {
		case <-ctx.Done():
		case <-time.After(v.wait(err, pause)):
		}
		pause = min(pause*2, max(lastPause, first))
	}
	return nil
}

// wait is how long to wait before the next connection, when the last one ended like that: as long as the server said,
// if it said something.
func (v *Visitor) wait(ended error, pause time.Duration) time.Duration {
	v.mu.Lock()
	within := v.within
	v.within = 0
	v.mu.Unlock()
	if within > 0 {
		return rand.N(within)
	}
	pause = pause/2 + rand.N(pause)
	var refused *Refused
	if errors.As(ended, &refused) {
		pause += time.Duration(refused.RetryAfter * float64(time.Second))
	}
	return pause
}

// Cut breaks the connection that counts, if there is one.
func (v *Visitor) Cut() {
	v.mu.Lock()
	c := v.current
	v.mu.Unlock()
	if c != nil {
		_ = c.CloseNow()
	}
}

// Send sends a message now or when the visitor is connected, and again until it
// is acknowledged. It returns the client id.
func (v *Visitor) Send(ctx context.Context, text string) string {
	v.mu.Lock()
	s := &Sent{ClientID: fmt.Sprintf("%s-%d", v.options.Name, len(v.sent)+1), Text: text, Behind: v.acked, Began: time.Now()}
	v.sent = append(v.sent, s)
	v.unacked++
	r := v.sending(s)
	var on []*connection
	for c := range v.open {
		if c.ready {
			on = append(on, c)
		}
	}
	v.mu.Unlock()
	for _, c := range on {
		_ = c.write(ctx, r) // if it is lost, the next connection sends it again
	}
	return s.ClientID
}

// Tell sends another request, such as contact.set, once, if the visitor is
// connected. Its answer is not waited for.
func (v *Visitor) Tell(ctx context.Context, kind string, data map[string]any) {
	v.mu.Lock()
	c := v.connected()
	v.mu.Unlock()
	if c != nil {
		_ = c.write(ctx, request{Type: kind, Data: data}) // what is lost with its connection is lost
	}
}

// connected is the connection that counts, nil until its session is open. The caller holds mu.
func (v *Visitor) connected() *connection {
	if v.current != nil && v.current.ready {
		return v.current
	}
	return nil
}

// sending is the frame that carries a message. The caller holds mu.
func (v *Visitor) sending(s *Sent) request {
	id := strconv.Itoa(len(v.frames) + 1)
	v.frames[id] = carried{s, time.Now()}
	return request{ID: id, Type: "message.send", Data: map[string]any{"client_id": s.ClientID, "text": s.Text}}
}

// Name is what the visitor's client ids begin with.
func (v *Visitor) Name() string { return v.options.Name }

// Conversation is the id of the visitor's conversation, "" before the first session.ready.
func (v *Visitor) Conversation() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.id
}

// Spoke tells when the last delta of an answer came.
func (v *Visitor) Spoke() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.spoke
}

// Events is what the visitor holds of the log.
func (v *Visitor) Events() []Event {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.events)
}

// Sent is all that the visitor sent, in order.
func (v *Visitor) Sent() []Sent {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := make([]Sent, len(v.sent))
	for i, s := range v.sent {
		all[i] = *s
		all[i].Refusals = slices.Clone(s.Refusals)
	}
	return all
}

// Opened is when sessions were opened, of one connection after the other.
func (v *Visitor) Opened() []time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.opened)
}

// Violations is every way in which the server broke the contract towards this visitor.
func (v *Visitor) Violations() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.broken)
}

// Counts tells what the visitor went through: connections, those given up because of their silence,
// snapshots of answers, answers that were wholly put together from deltas and
// snapshots, and by code the connections that the server closed and the sessions that were refused.
func (v *Visitor) Counts() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	counts := map[string]int{"connections": v.connects, "silences": v.silences, "snapshots": v.resumes, "pieced": v.pieced}
	for code, n := range v.closes {
		counts[fmt.Sprintf("closed with %d", code)] = n
	}
	for code, n := range v.refusals {
		counts["session refused: "+code] = n
	}
	return counts
}

// announce tells whoever waits that something changed. The caller holds mu.
func (v *Visitor) announce() {
	close(v.changed)
	v.changed = make(chan struct{})
}
